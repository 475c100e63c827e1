"""The log of changes: a chain in which nothing can be changed or removed unseen."""

from datetime import UTC, datetime

import pytest

from storage import audit
from storage.database import Connection, Database

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)


def _write(db: Database, *actions: str) -> None:
    for action in actions:
        db.write_sync(
            audit.append, now=NOW, actor="user:chie", action=action, subject="x", municipality="17204", details={"n": 1}
        )


def test_an_untouched_log_is_whole(db: Database) -> None:
    assert db.read_sync(audit.verify) == audit.Whole(entries=0, head="0" * 64)
    _write(db, "one", "two", "three")
    verdict = db.read_sync(audit.verify)
    assert isinstance(verdict, audit.Whole)
    assert verdict.entries == 3


def test_the_newest_come_first_and_one_municipality_sees_its_own(db: Database) -> None:
    _write(db, "one", "two")
    db.write_sync(audit.append, now=NOW, actor="a", action="elsewhere", subject="x", municipality="13104")
    assert [entry.action for entry in db.read_sync(audit.latest)] == ["elsewhere", "two", "one"]
    own = db.read_sync(audit.latest, municipality="17204")
    assert [entry.action for entry in own] == ["two", "one"]
    assert own[0].details == {"n": 1}
    assert [entry.action for entry in db.read_sync(audit.latest, before=own[0].number)] == ["one"]


@pytest.mark.parametrize(
    ("statement", "number", "reason"),
    [
        ("UPDATE audit_entries SET actor = 'nobody' WHERE number = 2", 2, "changed"),
        ("UPDATE audit_entries SET details = '{}' WHERE number = 1", 1, "changed"),
        ("DELETE FROM audit_entries WHERE number = 2", 2, "missing"),
        ("DELETE FROM audit_entries WHERE number = 3", 3, "3 entries were written, 2 are there"),
    ],
)
def test_whoever_touches_it_is_seen(db: Database, statement: str, number: int, reason: str) -> None:
    _write(db, "one", "two", "three")
    db.write_sync(lambda connection: connection.execute(statement))
    verdict = db.read_sync(audit.verify)
    assert isinstance(verdict, audit.Broken)
    assert verdict.number == number
    assert reason in verdict.reason


def test_a_walk_in_pieces_goes_on_from_where_it_is(db: Database) -> None:
    _write(db, "one", "two", "three")
    first = db.read_sync(audit.walk, audit.Walked(), 2)
    assert isinstance(first, audit.Walked) and first.number == 2
    assert db.read_sync(audit.walk, first, 2) == db.read_sync(audit.verify)
    all_of_it = db.read_sync(audit.walk, audit.Walked(), 3)
    assert isinstance(all_of_it, audit.Walked)
    assert db.read_sync(audit.walk, all_of_it, 3) == db.read_sync(audit.verify)


def test_an_entry_before_the_first_is_seen(db: Database) -> None:
    _write(db, "one", "two")
    db.write_sync(
        lambda c: c.execute(
            "INSERT INTO audit_entries SELECT 0, at, actor, municipality, action, subject, details, previous, hash"
            " FROM audit_entries WHERE number = 1"
        )
    )
    assert db.read_sync(audit.verify) == audit.Broken(number=1, reason="the entry is missing")


def test_a_change_that_is_taken_back_leaves_no_entry(db: Database) -> None:
    def fail(connection: Connection) -> None:
        audit.append(connection, now=NOW, actor="a", action="b", subject="c")
        raise LookupError

    with pytest.raises(LookupError):
        db.write_sync(fail)
    _write(db, "one")
    assert isinstance(db.read_sync(audit.verify), audit.Whole)
