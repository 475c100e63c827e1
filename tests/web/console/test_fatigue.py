"""How many messages people get in a month, and why; on both engines."""

import json
from datetime import timedelta

from storage.connection import Connection
from storage.database import Database
from tests.web import rows
from tests.web.console.conftest import Enter
from web.accounts.roles import Role
from web.console.lookback import fatigue
from web.headings import Heading

WAJIMA = "17204"


def _fill(db: Connection) -> None:
    """Five people get one warning, and each of them eleven lessons; one elsewhere gets one."""
    first = rows.a_broadcast(db)
    rows.messages(db, first, rows.a_text(db, first), {"delivered": 5, "queued": 3})
    for _ in range(11):
        lesson = rows.a_broadcast(db, origin="lesson", hazard="")
        text = rows.a_text(db, lesson)
        db.execute(
            "INSERT INTO messages (broadcast_id, subscriber_id, change_key, hazard, event, place, grade, kind,"
            " revision, language, text_id, segments, priority, state, created_at, expires_at)"
            " SELECT :b, subscriber_id, :key, '', '', place, '', 'lesson', 1, language, :text, 1, 90, 'delivered',"
            " created_at, expires_at FROM messages WHERE broadcast_id = :first AND state = 'delivered'",
            {"b": lesson, "key": f"b{lesson}", "text": text, "first": first},
        )
    other = rows.a_broadcast(db)
    rows.messages(db, other, rows.a_text(db, other), {"delivered": 1}, place="17201")
    rows.counted(db)


def test_people_are_counted_by_how_much_they_got(db: Database) -> None:
    db.write_sync(_fill)
    begin, end = fatigue._months(rows.NOW)["2026-11"]
    month = db.read_sync(fatigue.read, begin, end, frozenset({WAJIMA}))
    assert {(bar.first, bar.last): bar.people for bar in month.bars if bar.people} == {(11, 20): 5}
    assert [(one.origin, one.hazard, one.messages) for one in month.reasons] == [
        ("lesson", "", 55),
        ("alert", "earthquake", 5),
    ]
    everywhere = db.read_sync(fatigue.read, begin, end, None)
    assert everywhere.people == 6
    assert db.read_sync(fatigue.read, *fatigue._months(rows.NOW)["2026-10"], None).people == 0


def test_the_level_that_each_place_was_told_stands_beside_the_hazard(db: Database) -> None:
    def fill(c: Connection) -> None:
        told = {"17204": ("L4", "issued"), "17205": ("L3", "issued"), "17201": ("L4", "issued")}
        for changes in (told, {"17204": ("none", "withdrawn")}):
            snapshot = {place: {"after": after, "cause": cause} for place, (after, cause) in changes.items()}
            broadcast = rows.a_broadcast(c, hazard="landslide", snapshot=json.dumps({"changes": snapshot}))
            for place in changes:
                text = rows.a_text(c, broadcast, text_key=f"{broadcast}{place}")
                rows.messages(c, broadcast, text, {"delivered": 5 + len(changes)}, place=place, hazard="landslide")
        rows.counted(c)

    db.write_sync(fill)
    begin, end = fatigue._months(rows.NOW)["2026-11"]
    month = db.read_sync(fatigue.read, begin, end, frozenset({"17204", "17205"}))
    assert [(one.heading, one.messages) for one in month.reasons] == [
        (Heading(grade="L3"), 8),
        (Heading(grade="L4"), 8),
        (Heading(grade="none", taken_back=True), 6),
    ]


def test_what_is_kept_of_a_month_goes_when_any_broadcast_is_counted_anew_and_after_an_hour(db: Database) -> None:
    db.write_sync(_fill)
    kept, span = fatigue.Kept(), fatigue._months(rows.NOW)["2026-11"]

    def people(after: timedelta = timedelta()) -> int:
        return db.read_sync(kept.read, span, frozenset({WAJIMA}), rows.NOW + after).people

    def one_more(c: Connection) -> None:
        broadcast = rows.a_broadcast(c)
        rows.messages(c, broadcast, rows.a_text(c, broadcast), {"delivered": 1})

    assert people() == 5
    db.write_sync(one_more)
    assert people() == 5
    assert people(timedelta(minutes=61)) == 6
    db.write_sync(one_more)
    db.write_sync(rows.counted)
    assert people(timedelta(minutes=62)) == 7


async def test_a_small_bar_makes_the_others_wide_and_no_mean_is_told(enter: Enter, sqlite_db: Database) -> None:
    def fill(db: Connection) -> None:
        for people in (20, 2):
            broadcast = rows.a_broadcast(db)
            rows.messages(db, broadcast, rows.a_text(db, broadcast), {"delivered": people})
        second = rows.a_broadcast(db, origin="lesson", hazard="")
        rows.messages(db, second, rows.a_text(db, second), {"delivered": 1})
        db.execute(
            "UPDATE messages SET subscriber_id = (SELECT min(subscriber_id) FROM messages) WHERE broadcast_id = :id",
            {"id": second},
        )
        rows.counted(db)

    sqlite_db.write_sync(fill)
    client = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA))
    text = await (await client.get("/console/fatigue?lang=en")).text()
    assert "20-49" in text
    assert "&lt;5" in text
    assert "on average" not in text


def test_months_are_those_of_japan() -> None:
    months = fatigue._months(rows.NOW)
    assert list(months)[:2] == ["2026-11", "2026-10"]
    assert "2025-12" in months
    begin, _ = months["2026-11"]
    assert begin.isoformat() == "2026-11-01T00:00:00+09:00"


async def test_the_page_shows_it(enter: Enter, sqlite_db: Database) -> None:
    sqlite_db.write_sync(_fill)
    client = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA))
    text = await (await client.get("/console/fatigue?lang=en&month=x")).text()
    assert "5 people got any" in text
    assert "12.0 messages each on average" in text
