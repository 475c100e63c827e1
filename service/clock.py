"""The clock of the service: APScheduler calls what is due. What must survive is a row, never a job."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from storage import server_clock
from storage.database import Database

_log = logging.getLogger(__name__)
#: seconds between two looks whether the machine's clock was set back, and what is taken for that
_LOOK, _STEP = 1.0, timedelta(seconds=0.5)
#: clocks that differ by less are taken to agree
_AGREE = timedelta(seconds=0.5)


def system_time() -> datetime:
    """Now, aware, UTC."""
    return datetime.now(UTC)


class ServerTime:
    """This machine's time, set right by the database's clock: processes on many machines go by one clock.

    A machine whose clock is off would send what is over, or leave out what is not.
    """

    def __init__(self, here: Callable[[], datetime] = system_time) -> None:
        self._here = here
        self._off = timedelta(0)

    def __call__(self) -> datetime:
        """Now, aware, UTC."""
        return self._here() + self._off

    async def set(self, db: Database) -> None:
        """Look at the database's clock."""
        before = self._here()
        there = await db.read(server_clock.now)
        half = (self._here() - before) / 2
        off = there - (before + half)
        if abs(off - self._off) < _AGREE + half:  # after a slow answer nobody knows better
            return
        _log.warning("clock_set", extra={"machine_is_behind_by_seconds": round(off.total_seconds(), 3)})
        self._off = off


class Clock:
    """Calls coroutines at an interval on the running loop; a call that is still going on is not doubled."""

    def __init__(
        self, here: Callable[[], datetime] = system_time, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._here, self._steady = here, steady
        self._seen = here(), steady()
        self._looking: asyncio.Task[None] | None = None
        from apscheduler.schedulers.asyncio import AsyncIOScheduler  # what only tells the time does not wait for it

        # a call that finds the one before it still going on is left out on purpose, and is not worth a line
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._running: set[asyncio.Task[None]] = set()

    def every(self, interval: timedelta, name: str, work: Callable[[], Awaitable[object]], *, at_once: bool) -> None:
        """Call `work` every so often, first now or after one interval. What it raises is logged, and it goes on."""

        async def call() -> None:
            task = asyncio.create_task(_guarded(name, work))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            await asyncio.shield(task)

        first = {"next_run_time": system_time()} if at_once else {}
        self._scheduler.add_job(call, "interval", seconds=interval.total_seconds(), id=name, name=name, **first)

    def start(self) -> None:
        """Begin to tick. Must be called on the running loop."""
        self._scheduler.start()
        self._looking = asyncio.create_task(self._look_for_steps())

    async def _look_for_steps(self) -> None:
        while True:
            await asyncio.sleep(_LOOK)
            self.catch_up()

    def catch_up(self) -> None:
        """What is due by the time of day would stand still until a clock that was set back has come there again."""
        (was_here, was_steady), self._seen = self._seen, (self._here(), self._steady())
        if self._seen[0] - was_here > timedelta(seconds=self._seen[1] - was_steady) - _STEP:
            return
        _log.warning("clock_set_back", extra={"by_seconds": (was_here - self._seen[0]).total_seconds()})
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=system_time())

    async def stop(self) -> None:
        """Start nothing more, and wait for what is going on."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        if self._scheduler.running:
            self._scheduler.pause()
            await asyncio.gather(*self._running, return_exceptions=True)
            self._scheduler.shutdown(wait=False)


async def _guarded(name: str, work: Callable[[], Awaitable[object]]) -> None:
    try:
        await work()
    except Exception:  # noqa: BLE001 -- the clock must go on whatever one call meets
        _log.exception("clock_call_failed", extra={"job": name})
