"""The planning agent: takes broadcasts, newcomers and urgent notices, and plans chunk by chunk.

Wakes the sender after every chunk, so that the first texts leave while the rest is still being planned.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from delivery import broadcasts, newcomers, operators, planning, welcomes
from delivery.broadcasts import Advance
from delivery.forms import Rates
from delivery.operators import Operator
from delivery.writing import Writer
from storage.connection import Connection
from storage.database import Database

_log = logging.getLogger(__name__)
_AGAIN = timedelta(seconds=30)


@dataclass(slots=True, kw_only=True)
class Planner:
    """One per process that plans; several on one database repeat each other's work, but never a text."""

    db: Database
    writer: Writer
    rates: Rates
    clock: Callable[[], datetime]
    #: called after rows were queued
    wake_sender: Callable[[], None]
    operators: Sequence[Operator] = ()
    #: seconds between looks where nobody wakes
    poll: float = 1.0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False
    #: broadcasts that could not be planned -> when to try again
    _aside: dict[int, datetime] = field(default_factory=dict)
    _plan: tuple[int, planning.Plan] | None = None

    def wake(self) -> None:
        """There may be something to plan."""
        self._wake.set()

    def stop(self) -> None:
        """End after the chunk in hand."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Plan until `stop`."""
        while not self._stopping:
            self._wake.clear()
            try:
                busy = await self.step()
            except Exception as error:  # noqa: BLE001 -- the database may be away for a moment; warnings wait in it
                _log.exception("planning_failed", extra={"error": type(error).__name__})
                busy = False
            if not busy:
                await self._rest()

    async def step(self) -> bool:
        """Plan one chunk of the most urgent thing; whether there was any.

        What cannot be planned is put aside for a while, so that it does not silence all others.
        """
        now = self.clock()
        waiting = [i for i in await self.db.read(broadcasts.to_plan) if self._aside.get(i, now) <= now]
        try:
            if waiting:
                await self._chunk(waiting[0])
                return True
            return await self._others(now)
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with one thing, the next one is planned
            _log.exception("planning_failed", extra={"broadcast": waiting[:1], "error": type(error).__name__})
            await self._put_aside(waiting[:1], error, now)
            return bool(waiting)

    async def _others(self, now: datetime) -> bool:
        """Newcomers and urgent notices."""
        busy = bool(await self.db.read(newcomers.waiting)) and await self.db.write(plan_newcomers, self.writer, now)
        told = await self.db.write(operators.tell, self.operators, now) if self.operators else 0
        if busy or told:
            self.wake_sender()
        return busy

    async def _put_aside(self, ids: Sequence[int], error: Exception, now: datetime) -> None:
        self._plan = None
        for broadcast_id in ids:
            self._aside[broadcast_id] = now + _AGAIN
            notice = Notice(
                kind=NoticeKind.TEXT,
                subject=f"broadcast {broadcast_id}",
                text=f"Broadcast {broadcast_id} cannot be planned ({type(error).__name__}); it is tried again.",
                urgent=True,
            )
            await self.db.write(noticeboard.add, notice, now)

    async def _chunk(self, broadcast_id: int) -> Advance:
        now = self.clock()
        if self._plan is None or self._plan[0] != broadcast_id:
            begun = await self.db.write(planning.begin, broadcast_id, self.writer, self.rates, now)
            self._plan = (broadcast_id, planning.Plan(begun, self.writer))
        step = await self.db.write(self._plan[1].chunk, now)
        if step.finished:
            self._plan = None
        self.wake_sender()
        return step

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self.poll):
                await self._wake.wait()
        except TimeoutError:
            return


def plan_newcomers(db: Connection, writer: Writer, now: datetime) -> bool:
    """Bring one chunk of newcomers up to date and welcome them; whether there were any."""
    people = newcomers.waiting(db)
    if not people:
        return False
    newcomers.bring_up_to_date(db, people, writer, now)
    welcomes.queue(db, [one.subscriber_id for one in people if one.welcome], writer, now)
    newcomers.done(db, people)
    return True


def plan_all(db: Database, writer: Writer, rates: Rates, now: datetime) -> int:
    """Plan everything that waits, blocking: for the command line and tests; how many chunks."""
    steps = 0
    while waiting := db.read_sync(broadcasts.to_plan):
        plan = planning.Plan(db.write_sync(planning.begin, waiting[0], writer, rates, now), writer)
        finished = False
        while not finished:
            finished = db.write_sync(plan.chunk, now).finished
            steps += 1
    while db.write_sync(plan_newcomers, writer, now):
        steps += 1
    return steps
