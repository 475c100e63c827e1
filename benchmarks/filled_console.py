"""A console's database after some years: what its benchmark reads."""

from datetime import UTC, datetime, timedelta

from alerts import places
from alerts.vocabulary import Hazard
from cases import store as cases
from cases.case import Content, LifeStage, Section, State
from shelters.site import Danger
from storage import audit, times
from storage.connection import Connection
from storage.database import Database
from tests.shelters.builders import STANDARD, a_csv, a_row, take
from tests.web import rows
from web.accounts import passwords, store
from web.accounts.roles import Grant, Role
from web.console.cases import labels

MESSAGES = 100_000
BROADCASTS = 40
AUDITED = 20_000
CASES = 500
PASSWORD = "a lamp in the harbour"
_LANGUAGES = ("en", "vi", "zh-Hans", "ja-Hira", "ne", "my", "pt", "fil")
_STATES = ("delivered",) * 8 + ("sent", "undelivered")
HERE = ("17204", "17205", "17201")
#: a coordinator of each
COORDINATORS = ("rei", "ben", "mio")


def everything(db: Database) -> None:
    """Messages, log, cases, sites, accounts."""
    db.write_sync(_broadcasts)
    db.write_sync(_log_and_cases)
    _shelters(db)
    _accounts(db)


def _broadcasts(db: Connection) -> None:
    """Broadcasts with their messages, in force everywhere, a log of changes."""
    now = rows.NOW
    table = [place.code for place in places.load().all() if place.parent is None]
    rows.all_feeds(db)
    for number, code in enumerate(table[:600]):
        rows.in_force(db, code, "landslide", ("L2", "L3", "L4", "L5")[number % 4], digest="d1")
    people = range(1, MESSAGES // BROADCASTS * 4 + 1)
    db.executemany(
        "INSERT INTO subscribers (id, number_hash, number_sealed, role, state, created_at)"
        " VALUES (:id, :hash, :sealed, 'resident', 'active', :now)",
        [{"id": one, "hash": f"h{one}", "sealed": b"x", "now": times.to_text(now)} for one in people],
    )
    _registered(db, people)
    for number in range(1, BROADCASTS + 1):
        seen = now - timedelta(hours=8 * (BROADCASTS - number))
        rows.a_telegram(db, f"t{number}", received_at=seen)
        alert = rows.an_alert(db, f"t{number}", places={code: "6+" for code in table[:400]})
        broadcast = rows.a_broadcast(
            db, alert_id=alert, state="complete", seen_at=seen, created_at=seen,
            planned=MESSAGES // BROADCASTS, planned_segments=2 * MESSAGES // BROADCASTS,
            first_handover_at=seen, last_handover_at=seen, planned_at=seen,
            snapshot='{"changes": {}}',
        )  # fmt: skip
        _messages(db, broadcast, seen, table[:100])


def _registered(db: Connection, people: range) -> None:
    """All of them live in three municipalities; one in a hundred has said how they are."""
    at = times.to_text(rows.NOW)
    made = [
        {"id": one, "place": HERE[one % 3], "language": _LANGUAGES[one % len(_LANGUAGES)], "at": at} for one in people
    ]
    db.executemany(
        "INSERT INTO registrations (id, subscriber_id, municipality, language, places, created_at, updated_at)"
        " VALUES (:id, :id, :place, :language, :place, :at, :at)",
        made,
    )
    db.executemany(
        "INSERT INTO subscriber_places (place, subscriber_id, registration_id) VALUES (:place, :id, :id)", made
    )
    db.executemany(
        "INSERT INTO triage (municipality, subscriber_id, place, says, said_at)"
        " VALUES (:place, :id, :place, :says, :at)",
        [one | {"says": ("help", "safe")[number % 2]} for number, one in enumerate(made[::100])],
    )


def _shelters(db: Database) -> None:
    """As many sites as the largest cities list, each for all dangers, over 10 km."""
    sites = [
        a_row(
            STANDARD, *Danger, name=f"第{number}小学校", address=f"石川県輪島市{number}番地",
            latitude=f"{37.35 + number % 100 / 1000:.5f}", longitude=f"{136.85 + number // 100 / 200:.5f}",
        )
        for number in range(2000)
    ]  # fmt: skip
    assert not take(db, a_csv(*sites)).file_refused


def _log_and_cases(db: Connection) -> None:
    """A log of some years, and cases of many broadcasts."""
    table, words = places.load(), labels.load(places.load())
    for number in range(AUDITED):
        at = rows.NOW - timedelta(minutes=AUDITED - number)
        audit.append(
            db,
            now=at,
            actor=f"user:{('aoi', 'rei', 'ben')[number % 3]}",
            action=("signed in", "submitted", "approved")[number % 3],
            subject=f"submission:{number}",
            municipality=HERE[number % 3] if number % 2 else "",
            details={"hazard": "evacuation", "grade": "order", "areas": list(HERE), "why": "nobody signed it"},
        )
    everywhere = [place.code for place in table.all() if place.parent is None]
    for number in range(CASES):
        texts = {section: f"{section} 避難所の言葉 {number} " * 20 for section in Section}
        code = everywhere[number % len(everywhere)]
        said = Content(
            hazard=list(Hazard)[number % 6], happened_on=rows.NOW.date(), places=(code,), stages=(LifeStage.WORK,),
            texts=texts,
        )  # fmt: skip
        made = cases.add(db, code, said, words, actor="bench", now=rows.NOW)
        change = cases.Change(id=made, version=None, actor="bench", now=rows.NOW)
        cases.move(db, change, State.PUBLISHED)


def _messages(db: Connection, broadcast: int, seen: datetime, table: list[str]) -> None:
    texts = {
        (language, place): rows.a_text(
            db, broadcast, language, "MAJOR TSUNAMI WARNING: RUN",
            text_key=f"{broadcast}|new|{place}=6+|{language}|full|c1|x",
        )
        for language in _LANGUAGES for place in HERE
    }  # fmt: skip
    each = MESSAGES // BROADCASTS
    made = []
    for number in range(each):
        place = HERE[number % 3] if number % 2 else table[number % len(table)]
        language = _LANGUAGES[number % len(_LANGUAGES)]
        made.append(
            {
                "broadcast": broadcast,
                "person": (broadcast * 97 + number) % (each * 4) + 1,
                "place": place,
                "language": language,
                "text": texts[language, place if place in HERE else "17204"],
                "state": _STATES[number % len(_STATES)],
                "at": times.to_text(seen),
                "key": f"b{broadcast}",
            }
        )
    db.executemany(
        "INSERT INTO messages (broadcast_id, subscriber_id, change_key, hazard, event, place, grade, kind, revision,"
        " language, text_id, segments, priority, state, created_at, expires_at) VALUES (:broadcast, :person, :key,"
        " 'earthquake', '', :place, '6+', 'new', 1, :language, :text, 2, 10, :state, :at, :at)",
        made,
    )


def _accounts(db: Database) -> None:
    hashed = passwords.hashed(PASSWORD)
    for role in Role:
        for place in HERE:
            grant = Grant(municipality=place, role=role)
            db.write_sync(store.add, "aoi", hashed, grant, actor="bench", now=datetime.now(UTC))
    for place, name in zip(HERE, COORDINATORS, strict=True):
        grant = Grant(municipality=place, role=Role.COORDINATOR)
        db.write_sync(store.add, name, hashed, grant, actor="bench", now=datetime.now(UTC))
    db.write_sync(lambda c: c.execute("UPDATE users SET must_change = 0"))
