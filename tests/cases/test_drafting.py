"""A broadcast that is over leaves a draft with counts and nobody's name; small counts stay small. On both engines."""

import json
from datetime import timedelta
from typing import Any

import pytest

from alerts import places
from cases import drafting, sharing, store
from cases.case import Section, State
from cases.drafting import Drafter
from cases.store import Change, Search
from storage.connection import Connection
from storage.database import Database
from tests.cases.builders import KANAZAWA, WAJIMA, content, known
from tests.web import rows
from tests.web.rows import NOW, ago
from web.accounts import store as accounts
from web.accounts.roles import Grant, Role

PLACES = places.load()


def a_warning(db: Connection, origin: str = "alert", status: str = "Actual", state: str = "complete") -> int:
    """Landslide L4 for Wajima and L3 for Kanazawa, with texts in Vietnamese, Nepali and English."""
    digest = f"{origin}{status}{state}"
    rows.a_telegram(db, digest)
    alert = rows.an_alert(db, digest, "landslide", status=status, places={WAJIMA: "L4", KANAZAWA: "L3"})
    number = rows.a_broadcast(
        db,
        origin=origin,
        hazard="landslide",
        state=state,
        alert_id=alert,
        seen_at=ago(60),
        first_handover_at=ago(59.5),
        last_handover_at=ago(57),
        planned_at=ago(59),
    )
    text = rows.a_text(db, number)
    for place, language, states in (
        (WAJIMA, "vi", {"delivered": 30, "failed": 7}),
        (WAJIMA, "ne", {"delivered": 1, "sent": 1}),
        (KANAZAWA, "en", {"delivered": 40}),
    ):
        rows.messages(db, number, text, {}, place=place)
        _people(db, number, text, place, language, states)
    rows.counted(db)
    return number


def _people(db: Connection, number: int, text: int, place: str, language: str, states: dict[str, int]) -> None:
    for state, count in states.items():
        for one in range(count):
            key = f"{number}-{place}-{language}-{state}-{one}"
            person = rows.insert(
                db, "subscribers", number_hash=key, number_sealed=b"sealed", role="resident", state="active",
                created_at=ago(1000),
            )  # fmt: skip
            rows.insert(
                db, "messages", broadcast_id=number, subscriber_id=person, change_key=key, text_id=text, state=state,
                hazard="landslide", event="", place=place, grade="L4", kind="new", revision=1, language=language,
                segments=2, priority=10, created_at=ago(3), expires_at=ago(-60),
            )  # fmt: skip


def an_account(db: Database, municipality: str) -> None:
    grant = Grant(municipality=municipality, role=Role.COORDINATOR)
    db.write_sync(accounts.add, f"of{municipality}", "hash", grant, actor="tests", now=NOW)


def draft_all(db: Database) -> int:
    made = 0
    while db.read_sync(drafting.due, NOW):
        made += db.write_sync(drafting.write_due, PLACES, known(), NOW)
    return made


def drafts(db: Database) -> list[Any]:
    return db.read_sync(store.find, Search(), None)


def test_each_municipality_with_accounts_gets_a_draft_of_its_own_people(db: Database) -> None:
    an_account(db, WAJIMA)
    an_account(db, "13101")
    number = db.write_sync(a_warning)
    assert draft_all(db) == 1
    (one,) = drafts(db)
    assert (one.municipality, one.state, one.broadcast_id) == (WAJIMA, State.DRAFT, number)
    assert (one.content.hazard, one.content.places, one.content.languages) == ("landslide", (WAJIMA,), ("ne", "vi"))
    assert (one.facts.grade, one.facts.first_minutes, one.facts.last_minutes) == ("L4", 0.5, 3.0)
    assert one.facts.by_language == {"ne": "<5", "vi": "20-49"}
    assert one.facts.unreached == {"ne": "<5", "vi": "5-19"}
    assert one.facts.by_part == {"delivered": "20-49", "handed": "<5", "failed": "5-19"}
    assert one.facts.total == 39
    assert draft_all(db) == 0


def test_without_any_account_there_is_one_draft_where_most_were_told(db: Database) -> None:
    db.write_sync(a_warning)
    assert draft_all(db) == 1
    (one,) = drafts(db)
    assert (one.municipality, one.facts.total, one.facts.grade) == (KANAZAWA, 40, "L3")


@pytest.mark.parametrize(
    ("origin", "status", "state"),
    [("lesson", "Actual", "complete"), ("alert", "Exercise", "complete"), ("alert", "Test", "complete"),
     ("alert", "Actual", "sending"), ("alert", "Actual", "held"), ("reply", "Actual", "complete")],
)  # fmt: skip
def test_only_a_real_warning_that_is_over_leaves_one(sqlite_db: Database, origin: str, status: str, state: str) -> None:
    number = sqlite_db.write_sync(a_warning, origin, status, state)
    assert draft_all(sqlite_db) == 0
    assert sqlite_db.write_sync(drafting.write_one, number, WAJIMA, PLACES, known(), NOW) is None
    assert drafts(sqlite_db) == []


def test_a_draft_that_was_thrown_away_does_not_come_back(db: Database) -> None:
    number = db.write_sync(a_warning)
    draft_all(db)
    change = Change(id=drafts(db)[0].id, version=None, actor="user:aoi", now=NOW)
    db.write_sync(store.move, change, State.DISCARDED)
    assert draft_all(db) == 0
    assert db.write_sync(drafting.write_one, number, None, PLACES, known(), NOW) == []
    assert len(db.write_sync(drafting.write_one, number, WAJIMA, PLACES, known(), NOW) or []) == 1


def test_counts_follow_the_receipts_until_the_case_is_published_and_words_stay(db: Database) -> None:
    an_account(db, WAJIMA)
    db.write_sync(a_warning)
    draft_all(db)
    number = drafts(db)[0].id
    change = Change(id=number, version=None, actor="user:aoi", now=NOW)
    db.write_sync(store.save, change, content(), known())

    def arrive(connection: Connection, state: str, later: int) -> None:
        connection.execute("UPDATE messages SET state = :state WHERE state = 'failed'", {"state": state})
        rows.counted(connection)
        moment = (NOW + timedelta(minutes=later)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        connection.execute("UPDATE counted_broadcasts SET counted_at = :at", {"at": moment})

    db.write_sync(arrive, "delivered", 1)
    assert draft_all(db) == 1
    held = drafts(db)[0]
    assert "failed" not in held.facts.by_part
    assert held.content.text(Section.TITLE) == "避難所で言葉が通じなかった"
    db.write_sync(store.move, change, State.PUBLISHED)
    db.write_sync(arrive, "delivered", 2)
    assert draft_all(db) == 0


def test_a_draft_and_its_file_hold_no_person(db: Database) -> None:
    an_account(db, WAJIMA)
    db.write_sync(a_warning)
    draft_all(db)
    row = db.read_sync(lambda c: c.execute("SELECT * FROM cases"))[0]
    kept = json.dumps({name: row[name] for name in row}, ensure_ascii=False)
    assert "sealed" not in kept
    assert "ofwajima" not in kept.lower()
    shared = sharing.to_json(drafts(db)[0])
    assert {"id", "broadcast_id", "keeper"}.isdisjoint(shared)


async def test_the_service_writes_drafts_by_itself(sqlite_db: Database) -> None:
    drafter = Drafter(db=sqlite_db, places=PLACES, labels=known(), clock=lambda: NOW)
    assert await drafter.step() == 0
    sqlite_db.write_sync(a_warning)
    assert await drafter.step() == 1
    assert await drafter.step() == 0
