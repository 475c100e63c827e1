"""Who does what, where several processes work on one database: things done by one at a time, and who is alive.

A lease ends by the database's clock, so that a process that hangs, or is cut off, loses it like one that died. Its
holder may not notice: what it writes names its epoch, and is refused once another holder has come (`check`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage import locking, server_clock, times
from storage.connection import Connection
from storage.errors import StorageError

_KEEP = "UPDATE leases SET until = :until WHERE name = :name AND holder = :holder RETURNING epoch"
_TAKE = """
INSERT INTO leases (name, epoch, holder, until) VALUES (:name, 1, :holder, :until)
ON CONFLICT (name) DO UPDATE SET epoch = leases.epoch + 1, holder = excluded.holder, until = excluded.until
WHERE leases.until <= :now
RETURNING epoch
"""
_LONG_AGO = "1970-01-01T00:00:00.000000Z"
#: after so much silence a worker is taken for dead
SILENCE = timedelta(seconds=10)


class Unlike(StorageError):
    """A worker that lives hands over to another transport; nothing was registered."""


class Overtaken(StorageError):
    """Another process has taken this over; nothing was written."""


def hold(db: Connection, name: str, holder: str, span: timedelta) -> int | None:
    """Take a lease or keep it for so long; its epoch, or None while somebody else has it.

    `holder` is a name no other process ever has.
    """
    now = server_clock.now(db)
    whose: dict[str, object] = {"name": name, "holder": holder, "until": times.to_text(now + span)}
    # Two statements: keeping it must not wait for what its holder is writing, taking it over must.
    rows = db.execute(_KEEP, whose) or db.execute(_TAKE, whose | {"now": times.to_text(now)})
    return rows[0].integer("epoch") if rows else None


def let_go(db: Connection, name: str, holder: str) -> None:
    """Give a lease up, so that another need not wait for its end."""
    db.execute(
        "UPDATE leases SET until = :past WHERE name = :name AND holder = :holder",
        {"name": name, "holder": holder, "past": _LONG_AGO},
    )


def check(db: Connection, name: str, epoch: int) -> None:
    """Make sure that nobody has taken over, until this transaction ends; Overtaken otherwise."""
    rows = db.execute(
        f"SELECT epoch FROM leases WHERE name = :name{locking.of_keys(db)}",  # noqa: S608 -- a constant
        {"name": name},
    )
    if not rows or rows[0].integer("epoch") != epoch:
        raise Overtaken(f"{name}: another process has taken over")


def hold_still(db: Connection, name: str) -> None:
    """What its holder was writing (`check`) is done, and nothing more of it begins until this transaction ends."""
    lock = locking.for_change(db)
    db.execute(f"SELECT epoch FROM leases WHERE name = :name{lock}", {"name": name})  # noqa: S608 -- a constant


def register(db: Connection, name: str, transport: str = "") -> int:
    """A process that sends begins; its id, which none has had before.

    Unlike where one that lives hands over to another transport. '' is not known, and like any.
    """
    counted = db.execute(
        "INSERT INTO counters (name, value) VALUES ('workers', 1)"
        " ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value"
    )
    worker_id = counted[0].integer("value")
    now = server_clock.now(db)
    _check_alike(db, transport, now)  # the count above lets one at a time come here
    db.execute(
        "INSERT INTO workers (id, name, started_at, seen_at, transport) VALUES (:id, :name, :at, :at, :transport)",
        {"id": worker_id, "name": name, "at": times.to_text(now), "transport": transport},
    )
    return worker_id


def _check_alike(db: Connection, transport: str, now: datetime) -> None:
    others = db.execute(
        "SELECT name, transport FROM workers WHERE seen_at >= :since AND transport NOT IN ('', :ours) AND :ours <> ''"
        " ORDER BY id LIMIT 1",
        {"since": times.to_text(now - SILENCE), "ours": transport},
    )
    for other in others:
        raise Unlike(
            f"worker {other.text('name')} on this database sends by {other.text('transport')}, this process would by"
            f" {transport}: give all the same TOMOSHIBI_TRANSPORT and TOMOSHIBI_TWILIO_…, or stop the others first"
        )


def seen(db: Connection, worker_id: int) -> bool:
    """It is alive; False where it has been taken for dead."""
    at = times.to_text(server_clock.now(db))
    return db.execute_count("UPDATE workers SET seen_at = :at WHERE id = :id", {"id": worker_id, "at": at}) > 0


def check_alive(db: Connection, worker_id: int) -> None:
    """Make sure that it is not taken for dead, until this transaction ends; Overtaken otherwise."""
    lock = locking.of_keys(db)
    if not db.execute(f"SELECT id FROM workers WHERE id = :id{lock}", {"id": worker_id}):  # noqa: S608 -- a constant
        raise Overtaken(f"worker {worker_id} has been taken for dead")


def count(db: Connection) -> int:
    """Processes that send, as far as we know."""
    return db.execute("SELECT count(*) AS n FROM workers")[0].integer("n")


def alive(db: Connection, silence: timedelta) -> list[str]:
    """Names of the workers that have been seen within this time."""
    since = times.to_text(server_clock.now(db) - silence)
    rows = db.execute("SELECT name FROM workers WHERE seen_at >= :since ORDER BY name", {"since": since})
    return [row.text("name") for row in rows]


def is_held(db: Connection, name: str) -> bool:
    """Whether anybody holds a lease."""
    now = times.to_text(server_clock.now(db))
    return bool(db.execute("SELECT name FROM leases WHERE name = :name AND until > :now", {"name": name, "now": now}))


def dead(db: Connection, silence: timedelta) -> Sequence[int]:
    """Workers that have not been seen for so long."""
    before = times.to_text(server_clock.now(db) - silence)
    rows = db.execute("SELECT id FROM workers WHERE seen_at < :before ORDER BY id", {"before": before})
    return [row.integer("id") for row in rows]


def bury(db: Connection, worker_id: int, silence: timedelta) -> bool:
    """Take it for dead, unless it has been seen meanwhile; its next `seen` tells it."""
    before = times.to_text(server_clock.now(db) - silence)
    return (
        db.execute_count(
            "DELETE FROM workers WHERE id = :id AND seen_at < :before", {"id": worker_id, "before": before}
        )
        > 0
    )


def unregister(db: Connection, worker_id: int) -> None:
    """It has ended, and has nothing in hand."""
    db.execute("DELETE FROM workers WHERE id = :id", {"id": worker_id})
