"""What became of messages is counted by place, language and state, again whenever it has moved; on both engines."""

from datetime import timedelta

from delivery import counting
from storage.connection import Connection
from storage.database import Database
from tests.web import rows


def _fill(db: Connection) -> int:
    number = rows.a_broadcast(db)
    text = rows.a_text(db, number)
    rows.messages(db, number, text, {"delivered": 3, "queued": 2})
    return number


def _cells(db: Database, broadcast: int) -> dict[tuple[str, str, str], int]:
    found = db.read_sync(
        lambda c: c.execute("SELECT place, language, state, messages FROM broadcast_counts WHERE broadcast_id = :id",
                            {"id": broadcast})
    )  # fmt: skip
    return {(row.text("place"), row.text("language"), row.text("state")): row.integer("messages") for row in found}


async def test_counts_follow_the_messages(db: Database) -> None:
    tally = counting.Tally(db=db, clock=lambda: rows.NOW, watch=lambda: 0.0, meter=lambda: 0.0)
    assert not await tally.step()
    number = db.write_sync(_fill)
    assert await tally.step()
    assert _cells(db, number) == {("17204", "en", "delivered"): 3, ("17204", "en", "queued"): 2}
    db.write_sync(lambda c: c.execute("UPDATE messages SET state = 'delivered' WHERE state = 'queued'"))
    assert await tally.step()
    assert _cells(db, number) == {("17204", "en", "delivered"): 5}
    assert not await tally.step()


async def test_counts_stay_when_the_messages_are_gone(db: Database) -> None:
    number = db.write_sync(_fill)
    db.write_sync(rows.counted)
    db.write_sync(lambda c: c.execute("DELETE FROM messages"))
    assert db.read_sync(counting.moved, None) == []
    assert sum(_cells(db, number).values()) == 5


async def test_what_is_old_is_not_looked_at_again(db: Database) -> None:
    db.write_sync(_fill)
    assert len(db.read_sync(counting.moved, rows.NOW)) == 1  # it was never counted
    db.write_sync(rows.counted)
    db.write_sync(lambda c: c.execute("DELETE FROM messages WHERE state = 'queued'"))  # forgotten by and by
    assert db.read_sync(counting.moved, rows.NOW) == []
    assert len(db.read_sync(counting.moved, rows.NOW - timedelta(days=1))) == 1


async def test_a_dear_count_rests(db: Database) -> None:
    db.write_sync(_fill)
    seconds, busy = [0.0], iter(range(1000))  # every reading keeps a processor busy for a second
    tally = counting.Tally(db=db, clock=lambda: rows.NOW, watch=lambda: seconds[0], meter=lambda: next(busy))
    assert await tally.step()
    db.write_sync(lambda c: c.execute("UPDATE messages SET state = 'delivered' WHERE state = 'queued'"))
    assert not await tally.step()
    seconds[0] += 100
    assert await tally.step()


def test_the_version_of_a_count_tells_its_states() -> None:
    assert counting.parse("delivered=30,queued=75") == {"delivered": 30, "queued": 75}
    assert counting.parse("") == {}
