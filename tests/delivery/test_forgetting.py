"""Messages are forgotten in time: of the erased within a day, of everybody after a while; totals stay."""

from datetime import timedelta

from delivery import forgetting
from storage import audit
from storage.database import Connection, Database
from subscribers import store
from tests.web import rows
from tests.web.rows import NOW

KEEP = timedelta(days=180)


def count(db: Connection, table: str) -> int:
    return db.execute(f"SELECT count(*) AS n FROM {table}")[0].integer("n")


def a_night(db: Connection, **values: object) -> int:
    """A broadcast with three messages, receipts and attempts."""
    broadcast = rows.a_broadcast(db)
    rows.messages(db, broadcast, rows.a_text(db, broadcast), {"delivered": 2, "failed": 1}, **values)
    for row in db.execute("SELECT id FROM messages ORDER BY id"):
        message = row.integer("id")
        db.execute("UPDATE messages SET provider_id = 'SM' || id WHERE id = :id", {"id": message})
        rows.insert(db, "attempts", message_id=message, number=1, started_at=NOW)
        rows.insert(db, "receipts", provider_id=f"SM{message}", message_id=message, status="delivered", received_at=NOW)
    return broadcast


def the_first_of(db: Connection, broadcast: int) -> str:
    """The number hash of one person of a broadcast with one text."""
    [text] = db.execute("SELECT id FROM texts WHERE broadcast_id = :id", {"id": broadcast})
    return rows.number_hash(broadcast, text.integer("id"), 1)


def all_steps(db: Database, after: timedelta = timedelta()) -> None:
    while db.write_sync(forgetting.step, NOW + after, KEEP).messages:
        pass


def totals(connection: Connection, broadcast: int) -> dict[str, int]:
    found = connection.execute(
        "SELECT state, sum(n) AS n FROM ("
        "SELECT state, count(*) AS n FROM messages WHERE broadcast_id = :id GROUP BY state"
        " UNION ALL SELECT state, messages FROM broadcast_totals WHERE broadcast_id = :id) AS counted GROUP BY state",
        {"id": broadcast},
    )
    return {row.text("state"): int(row.number("n")) for row in found}


def test_what_is_too_old_is_gone_and_its_totals_stay(db: Database) -> None:
    broadcast = db.write_sync(lambda connection: a_night(connection, created_at=NOW - KEEP - timedelta(days=1)))
    before = db.read_sync(totals, broadcast)
    assert db.read_sync(forgetting.due, NOW, KEEP)
    all_steps(db)
    for table in ("messages", "attempts", "receipts"):
        assert db.read_sync(count, table) == 0, table
    assert db.read_sync(count, "texts") == 1  # the words of a warning speak to everybody
    assert db.read_sync(totals, broadcast) == before
    assert not db.read_sync(forgetting.due, NOW, KEEP)
    assert db.read_sync(audit.latest)[0].details == {"of erased people": 0, "too old": 3}


def test_who_was_told_of_what_is_in_force_is_known_until_it_ends(db: Database) -> None:
    def told(connection: Connection) -> None:
        a_night(connection, created_at=NOW - KEEP - timedelta(days=1))
        rows.in_force(connection)

    db.write_sync(told)
    assert not db.read_sync(forgetting.due, NOW, KEEP)
    db.write_sync(lambda connection: connection.execute("UPDATE in_force SET grade = 'none'"))
    assert db.read_sync(forgetting.due, NOW, KEEP)


def test_of_an_erased_person_nothing_is_left_after_a_day(db: Database) -> None:
    broadcast = db.write_sync(lambda connection: a_night(connection))
    assert db.write_sync(lambda c: store.erase(c, the_first_of(c, broadcast)))
    db.write_sync(lambda c: c.execute("UPDATE messages SET state = 'accepted' WHERE state = 'delivered'"))
    all_steps(db)
    assert db.read_sync(count, "messages") == 3  # it may still be on its way
    all_steps(db, timedelta(hours=21))
    assert db.read_sync(count, "messages") == 2
    assert db.read_sync(count, "receipts") == db.read_sync(count, "attempts") == 2


def test_a_text_written_for_one_person_goes_with_its_message(db: Database) -> None:
    def welcomed(connection: Connection) -> None:
        broadcast = rows.a_broadcast(connection, origin="reply")
        rows.messages(connection, broadcast, rows.a_text(connection, broadcast, text="Kanazawa"), {"delivered": 1})
        assert store.erase(connection, the_first_of(connection, broadcast))

    db.write_sync(welcomed)
    all_steps(db)
    assert db.read_sync(count, "texts") == 0
