"""Another key: everything opens with it, nothing with the old one, and nothing that depends on a key is left out."""

import pytest

from storage.database import Connection, Database
from subscribers import rotation, store
from subscribers.msisdn import Msisdn
from subscribers.rotation import Rotated
from subscribers.sealing import Sealer, SealingError
from tests.subscribers.builders import NOW, WAJIMA
from tests.web import rows

OLD, NEW = Sealer(b"o" * 32), Sealer(b"n" * 32)
NUMBERS = [Msisdn(f"+8190000000{number:02d}") for number in range(5)]


def a_register(db: Connection) -> None:
    store.add(db, [(OLD.fingerprint(number), OLD.seal(number)) for number in NUMBERS[:3]], "2026-11-23")
    store.stop(db, OLD.fingerprint(NUMBERS[3]), NOW)
    store.set_probe(db, OLD.fingerprint(rotation.PROBE), OLD.seal(rotation.PROBE))
    number = NUMBERS[4]
    rows.insert(
        db,
        "duty",
        municipality=WAJIMA,
        number_hash=OLD.fingerprint(number),
        number_sealed=OLD.seal(number),
        added_at=NOW,
    )
    sealed = OLD.seal_text("Where is water?")
    person = {"municipality": WAJIMA, "subscriber_id": 1, "received_at": NOW}
    rows.insert(db, "kept_texts", sealed=sealed, **person)
    for provider_id, sender in (("SM1", NUMBERS[0]), ("SM2", NUMBERS[4])):
        row = {"provider_id": provider_id, "received_at": NOW, "command": "help", "answered": 1}
        rows.insert(db, "inbound", number_hash=OLD.fingerprint(sender), **row)


def test_everything_opens_with_the_new_key_and_a_stop_still_holds(db: Database) -> None:
    db.write_sync(a_register)
    assert db.read_sync(rotation.stops) == {OLD.fingerprint(NUMBERS[3])}
    done = db.write_sync(rotation.rotate, OLD, NEW, {OLD.fingerprint(NUMBERS[3]): NUMBERS[3]})
    assert done == Rotated(numbers=3, stops=1, lost=0)

    def look(connection: Connection) -> None:
        for row in connection.execute("SELECT * FROM subscribers WHERE length(number_sealed) > 0"):
            assert NEW.fits(row.text("number_hash"), row.blob("number_sealed"))
        stopped = connection.execute("SELECT number_hash FROM subscribers WHERE state = 'stopped'")
        assert [row.text("number_hash") for row in stopped] == [NEW.fingerprint(NUMBERS[3])]
        (duty,) = connection.execute("SELECT * FROM duty")
        assert NEW.fits(duty.text("number_hash"), duty.blob("number_sealed"))
        (kept,) = connection.execute("SELECT sealed FROM kept_texts")
        assert NEW.open_text(kept.blob("sealed")) == "Where is water?"
        inbound = connection.execute("SELECT number_hash FROM inbound")
        assert [row.text("number_hash") for row in inbound] == [NEW.fingerprint(NUMBERS[0])]
        assert all(NEW.fits(*sample) for sample in store.sealed_samples(connection))

    db.read_sync(look)


def test_with_a_wrong_key_nothing_changes(db: Database) -> None:
    db.write_sync(a_register)
    with pytest.raises(SealingError):
        db.write_sync(rotation.rotate, NEW, OLD, {})
    assert all(OLD.fits(*sample) for sample in db.read_sync(store.sealed_samples))


def test_no_column_that_depends_on_the_key_is_forgotten(db: Database) -> None:
    if db.engine != "sqlite":
        return

    def found(connection: Connection) -> dict[str, set[str]]:
        tables = [row.text("name") for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {
            table: {
                row.text("name")
                for row in connection.execute("SELECT name FROM pragma_table_info(:t)", {"t": table})
                if row.text("name").endswith(("_hash", "sealed", "fingerprint"))
            }
            for table in tables
        }
        return {table: names for table, names in columns.items() if names and table not in _OTHER_HASHES}

    assert db.read_sync(found) == {table: set(names) for table, names in rotation.COVERED.items()}


#: SHA-256 of random secrets, Argon2id of passwords, a feed's body, a source's settings: no key of ours in them
_OTHER_HASHES = {"users", "sessions", "api_keys", "feeds", "source_approvals", "_sqlite_migrations"}
