"""Numbers that were in charge for a while are forgotten, or go on as residents; on both engines."""

from datetime import timedelta

from delivery import releasing
from storage.database import Connection, Database
from subscribers import own, store
from tests.conftest import FakeClock
from tests.subscribers.test_own import HASH, join
from tests.web import rows
from tests.web.rows import NOW

LATER = NOW + timedelta(hours=21)


def seen(db: Connection) -> list[tuple[str, str, int]]:
    found = db.execute("SELECT role, state, length(number_sealed) AS n FROM subscribers ORDER BY id")
    return [(row.text("role"), row.text("state"), row.integer("n")) for row in found]


def test_a_number_of_a_test_or_of_former_duty_is_forgotten_and_those_of_today_stay(db: Database) -> None:
    for name in ("tested", "settings", "duty"):
        db.write_sync(store.ensure_operator, name, b"sealed", NOW)
    person = {"municipality": "17204", "number_hash": "duty", "number_sealed": b"sealed", "added_at": NOW}
    db.write_sync(lambda connection: rows.insert(connection, "duty", **person))
    assert db.write_sync(releasing.release, {"settings"}, NOW + timedelta(hours=1)) == 0  # a text may be on its way
    assert db.write_sync(releasing.release, {"settings"}, LATER) == 1
    assert db.read_sync(seen) == [("resident", "erased", 0), ("operator", "active", 6), ("operator", "active", 6)]
    assert db.read_sync(releasing.due, {"settings"}, LATER) == []


def test_a_resident_whose_number_was_tried_goes_on_and_can_leave(db: Database, clock: FakeClock) -> None:
    identity = join(db, clock)
    db.write_sync(store.ensure_operator, HASH, b"x", clock())
    db.write_sync(releasing.release, frozenset(), clock() + timedelta(hours=21))
    assert db.read_sync(own.person, HASH) == identity
    db.write_sync(store.erase, HASH)
    assert db.read_sync(seen) == [("resident", "erased", 0)]


def test_who_leaves_while_in_charge_is_forgotten_with_the_charge(db: Database, clock: FakeClock) -> None:
    join(db, clock)
    db.write_sync(store.ensure_operator, HASH, b"x", clock())
    db.write_sync(store.erase, HASH)
    assert db.write_sync(releasing.release, {HASH}, clock() + timedelta(hours=21)) == 0
    assert db.write_sync(releasing.release, frozenset(), clock() + timedelta(hours=21)) == 1
    assert db.read_sync(seen) == [("resident", "erased", 0)]
