"""Says that this process is alive, and takes others for dead that do not say so any more.

Everything a worker has in hand is its own only while others must believe that it lives. So it stops handing over
well before they may take it for dead, by a clock of its own that nobody sets; and whoever was taken for dead goes on
under a new id, without what it had in hand.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from delivery import orphans
from storage import leases
from storage.connection import Connection
from storage.database import Database
from storage.errors import StorageError

_log = logging.getLogger(__name__)
#: seconds between two beats
BEAT = 1.0
#: seconds after the beginning of its last beat that a worker may hand over
GOOD = 5.0


def since_boot() -> float:
    """Seconds that nobody sets, and that go on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(slots=True, kw_only=True)
class Heart:
    """One per process that sends; its database has connections of its own, so that no other work delays a beat."""

    db: Database
    #: machine and process, for people
    name: str
    clock: Callable[[], datetime]
    watch: Callable[[], float] = since_boot
    #: what this process hands over to, alike for all; '' where it does not matter
    transport: str = ""
    #: under which this process takes texts
    worker_id: int | None = None
    #: processes that send
    workers: int = 1
    _good_until: float = float("-inf")
    #: since when every beat has succeeded: after an outage of the database all are silent, and none is dead
    _steady_since: float = float("inf")
    _beaten: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            await self.beat()
            if self.watch() - self._steady_since > leases.SILENCE.total_seconds():
                await self._bury()
            await asyncio.sleep(BEAT)

    async def beat(self) -> None:
        """One beat; an unreachable database is only noted."""
        try:
            await self.begin()
        except StorageError as error:
            _log.warning("heart_missed_a_beat", extra={"error": type(error).__name__})
            self._steady_since = float("inf")

    async def begin(self) -> None:
        """One beat, the first of all; leases.Unlike where others hand over to another transport."""
        began = self.watch()
        worker_id, self.workers = await self.db.write(_beat, self.worker_id, self.name, self.transport)
        if self.worker_id not in (None, worker_id):
            _log.warning("taken_for_dead", extra={"worker": self.worker_id, "now": worker_id})
        self.worker_id, self._good_until = worker_id, began + GOOD
        self._steady_since = min(self._steady_since, began)
        beaten, self._beaten = self._beaten, asyncio.Event()
        beaten.set()

    async def ready(self) -> int:
        """The id to take texts under, as soon as others know that it lives."""
        while self.worker_id is None or not self.holds(self.worker_id):
            await self._beaten.wait()
        return self.worker_id

    def holds(self, worker_id: int | None) -> bool:
        """Whether what was taken under this id is surely ours still."""
        return worker_id == self.worker_id and self.watch() < self._good_until

    async def settled(self, worker_id: int | None) -> bool:
        """The same, but waits while nobody can know."""
        while worker_id == self.worker_id and not self.holds(worker_id):
            await self._beaten.wait()
        return worker_id == self.worker_id

    async def end(self) -> None:
        """This process has ended; whatever it has in hand still has an unknown outcome."""
        if self.worker_id is not None:
            texts = await self.db.write(orphans.end, self.worker_id, self.clock())
            if texts:
                _log.warning("ended_with_texts_in_hand", extra={"worker": self.worker_id, "texts": texts})
            self.worker_id = None

    async def _bury(self) -> None:
        try:
            for worker_id in await self.db.read(leases.dead, leases.SILENCE):
                texts = await self.db.write(orphans.bury, worker_id, leases.SILENCE, self.clock())
                if texts is not None:
                    _log.warning("worker_lost", extra={"worker": worker_id, "texts": texts})
        except StorageError as error:
            _log.warning("burying_failed", extra={"error": type(error).__name__})


def _beat(db: Connection, worker_id: int | None, name: str, transport: str) -> tuple[int, int]:
    if worker_id is None or not leases.seen(db, worker_id):
        worker_id = leases.register(db, name, transport)
    return worker_id, leases.count(db)
