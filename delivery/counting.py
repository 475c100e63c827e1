"""What became of each broadcast's messages, counted by place, language and state into rows of its own.

Pages read these few rows instead of hundreds of thousands of messages, and they stay when the messages are gone.
Counting reads beside the sender and writes little; it paces itself by what it costs. Holds no person.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from storage import times
from storage.connection import Connection
from storage.database import Database

P = TypeVar("P")
T = TypeVar("T")
#: receipts may come for so long after a broadcast began
_STILL_MOVING = timedelta(days=4)
#: counting rests so many times as long as it kept a processor busy, so that it takes a small part of one
_REST = 25.0
_AT_ONCE = 200

Cell = tuple[str, str, str]  #: place, language, state


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts again whatever has moved; one for each process that decides."""

    db: Database
    clock: Callable[[], datetime]
    #: seconds, monotonic
    watch: Callable[[], float]
    #: processor seconds of the thread that calls it
    meter: Callable[[], float] = time.thread_time
    #: called when counts have changed
    on_counted: Callable[[], None] = lambda: None
    _rest_until: float = 0.0

    async def step(self) -> bool:
        """Count what has moved since the last time, unless the last time was too dear; True if anything was."""
        if self.watch() < self._rest_until:
            return False
        found, spent = await self.db.read(self._measured, moved, self.clock() - _STILL_MOVING)
        for broadcast_id, version in found:
            cells, more = await self.db.read(self._measured, cells_of, broadcast_id)
            await self.db.write(put, broadcast_id, cells, version, self.clock())
            spent += more
        self._rest_until = self.watch() + spent * _REST
        if found:
            self.on_counted()
        return bool(found)

    def _measured(self, db: Connection, work: Callable[[Connection, P], T], asked: P) -> tuple[T, float]:
        """What a store function reads, and the processor seconds it took in its thread."""
        began = self.meter()
        found = work(db, asked)
        return found, self.meter() - began


def moved(db: Connection, since: datetime | None) -> list[tuple[int, str]]:
    """Broadcasts whose messages have changed since they were counted, with what stands for their present state.

    Of broadcasts made before `since` only those that were never counted: their messages may be forgotten by and by,
    their counts stay. None: nothing is that old.
    """
    states: dict[int, list[str]] = {}
    # Only columns of the index on (broadcast_id, state).
    for row in db.execute(
        "SELECT broadcast_id, state, count(*) AS n FROM messages WHERE broadcast_id >= :first OR broadcast_id IN"
        " (SELECT b.id FROM broadcasts b LEFT JOIN counted_broadcasts c ON c.broadcast_id = b.id"
        " WHERE c.broadcast_id IS NULL) GROUP BY broadcast_id, state ORDER BY broadcast_id, state",
        {"first": _first_since(db, since)},
    ):
        states.setdefault(row.integer("broadcast_id"), []).append(f"{row.text('state')}={row.integer('n')}")
    known = {
        row.integer("broadcast_id"): row.text("version")
        for row in db.execute("SELECT broadcast_id, version FROM counted_broadcasts")
    }
    now = {broadcast: ",".join(parts) for broadcast, parts in states.items()}
    return [(broadcast, version) for broadcast, version in now.items() if known.get(broadcast) != version][-_AT_ONCE:]


def parse(version: str) -> dict[str, int]:
    """Messages by state, out of what stands for a broadcast's state when it was counted."""
    return {state: int(number) for state, _, number in (part.partition("=") for part in version.split(",") if part)}


def _first_since(db: Connection, since: datetime | None) -> int:
    if since is None:
        return 0
    rows = db.execute(
        "SELECT min(id) AS first FROM broadcasts WHERE created_at >= :since", {"since": times.to_text(since)}
    )
    return rows[0].optional_integer("first") or 2**62


def cells_of(db: Connection, broadcast_id: int) -> dict[Cell, int]:
    """The counts of one broadcast, read from its messages."""
    rows = db.execute(
        "SELECT place, language, state, count(*) AS n FROM messages WHERE broadcast_id = :id"
        " GROUP BY place, language, state",
        {"id": broadcast_id},
    )
    return {(row.text("place"), row.text("language"), row.text("state")): row.integer("n") for row in rows}


def put(db: Connection, broadcast_id: int, cells: Mapping[Cell, int], version: str, now: datetime) -> None:
    """Replace the counts of one broadcast."""
    db.execute("DELETE FROM broadcast_counts WHERE broadcast_id = :id", {"id": broadcast_id})
    db.executemany(
        "INSERT INTO broadcast_counts (broadcast_id, place, language, state, messages)"
        " VALUES (:id, :place, :language, :state, :n)",
        [
            {"id": broadcast_id, "place": place, "language": language, "state": state, "n": number}
            for (place, language, state), number in sorted(cells.items())
        ],
    )
    db.execute(
        "INSERT INTO counted_broadcasts (broadcast_id, version, counted_at) VALUES (:id, :version, :now)"
        " ON CONFLICT (broadcast_id) DO UPDATE SET version = excluded.version, counted_at = excluded.counted_at",
        {"id": broadcast_id, "version": version, "now": times.to_text(now)},
    )
