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
from alerts.places import PlaceTable
from delivery import broadcasts, newcomers, operators, planning, welcomes, withdrawing
from delivery.broadcasts import Advance, Broadcast
from delivery.byhand.previews import Desk
from delivery.forms import Rates
from delivery.newcomers import Newcomer
from delivery.operators import Operator
from delivery.writing import Writer
from storage.connection import Connection
from storage.database import Database, StorageUnavailable

_log = logging.getLogger(__name__)
#: until a broadcast, or a person, that could not be planned is tried again
_AGAIN = timedelta(seconds=30)
_NEWCOMERS = "newcomers"
_PERSON_AGAIN = timedelta(minutes=5)


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
    #: people who could not be brought up to date -> when to try again
    _people_aside: dict[int, datetime] = field(default_factory=dict)
    #: broadcasts that are being planned; those of one priority take turns, a chunk each
    _plans: dict[int, planning.Plan] = field(default_factory=dict)
    _last: int = -1

    def desk(self, places: PlaceTable) -> Desk:
        """What texts are previewed with before anybody signs: the words and rates they will be sent with."""
        return Desk(writer=lambda: self.writer, rates=self.rates, places=places)

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
        """Tell the people in charge, then plan one chunk of the most urgent thing; whether there was any.

        What cannot be planned is put aside for a while, so that it does not silence all others.
        """
        now = self.clock()
        await self._tell_operators(now)
        chosen = self._choose(await self.db.read(broadcasts.unplanned), now)
        if chosen is None:
            return await self._newcomers(now)
        try:
            await self._chunk(chosen)
        except StorageUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with one thing, the next one is planned
            _log.exception("planning_failed", extra={"broadcast": chosen, "error": type(error).__name__})
            await self._put_aside(chosen, error, now)
        return True

    def _choose(self, unplanned: Sequence[tuple[int, int]], now: datetime) -> int | None:
        """The next broadcast of the most urgent priority, one after the other."""
        waiting = [(priority, i) for priority, i in unplanned if self._aside.get(i, now) <= now]
        equals = [i for priority, i in waiting if priority == waiting[0][0]]
        self._last = next((i for i in equals if i > self._last), equals[0]) if equals else -1
        self._plans = {i: plan for i, plan in self._plans.items() if any(i == one for _, one in unplanned)}
        return self._last if equals else None

    async def _tell_operators(self, now: datetime) -> None:
        """Before everything else, for it is little; a fault here must not keep the warnings from going out."""
        if not self.operators:
            return
        try:
            if await self.db.read(operators.is_due, now):
                await self.db.write(operators.tell, self.operators, now)
                self.wake_sender()
        except Exception as error:  # noqa: BLE001 -- see above
            _log.exception("telling_operators_failed", extra={"error": type(error).__name__})

    async def _newcomers(self, now: datetime) -> bool:
        """Bring the next people up to date; whether there were any."""
        aside = {person: due for person, due in self._people_aside.items() if due > now}
        tried_again = len(aside) < len(self._people_aside)
        self._people_aside = aside
        people = await self.db.read(newcomers.waiting, now, aside)
        if people:
            await self._bring_up_to_date(people, now)
        if tried_again and not self._people_aside:
            await self.db.write(noticeboard.resolve, NoticeKind.PERSON, _NEWCOMERS, now)
        if not people:
            return False
        self.wake_sender()
        return True

    async def _bring_up_to_date(self, people: Sequence[Newcomer], now: datetime) -> None:
        """A chunk of people; where that fails, its halves, down to the one who is put aside."""
        try:
            await self.db.write(plan_newcomers, people, self.writer, now)
        except StorageUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever it is, it must cost one person at most
            if len(people) == 1:
                await self._put_person_aside(people[0], error, now)
                return
            middle = len(people) // 2
            await self._bring_up_to_date(people[:middle], now)
            await self._bring_up_to_date(people[middle:], now)

    async def _put_person_aside(self, person: Newcomer, error: Exception, now: datetime) -> None:
        identity = person.subscriber_id
        _log.error("newcomer_put_aside", exc_info=error, extra={"person": identity, "error": type(error).__name__})
        self._people_aside[identity] = now + _PERSON_AGAIN
        notice = Notice(
            kind=NoticeKind.PERSON,
            subject=_NEWCOMERS,
            text=f"Somebody (person {identity}) cannot be told what is in force ({type(error).__name__}); it is tried "
            "again. Look for `newcomer_put_aside` in the log.",
            urgent=True,
        )
        await self.db.write(noticeboard.add, notice, now)

    async def _put_aside(self, broadcast_id: int, error: Exception, now: datetime) -> None:
        self._plans.pop(broadcast_id, None)
        self._aside[broadcast_id] = now + _AGAIN
        notice = Notice(
            kind=NoticeKind.TEXT,
            subject=_name(broadcast_id),
            text=f"Broadcast {broadcast_id} cannot be planned ({type(error).__name__}); it is tried again.",
            urgent=True,
        )
        await self.db.write(noticeboard.add, notice, now)

    async def _chunk(self, broadcast_id: int) -> Advance:
        now = self.clock()
        plan = self._plans.get(broadcast_id)
        if plan is None:
            begun = await self.db.write(planning.begin, broadcast_id, self.writer, self.rates, now)
            plan = self._plans[broadcast_id] = planning.Plan(begun, self.writer)
            step = await self.db.write(plan.chunk, now)
            self.wake_sender()
            await self._withdraw(begun, now)
        else:
            step = await self.db.write(plan.chunk, now)
        if step.finished:
            self._plans.pop(broadcast_id, None)
        if self._aside.pop(broadcast_id, None) is not None:
            await self.db.write(noticeboard.resolve, NoticeKind.TEXT, _name(broadcast_id), now)
        self.wake_sender()
        return step

    async def _withdraw(self, newer: Broadcast, now: datetime) -> None:
        """What this broadcast has overtaken need not wait for its turn to be settled."""
        for older in await self.db.read(withdrawing.overtaken, newer.hazard, newer.event, newer.id):
            while await self.db.write(withdrawing.withdraw, older, now) == withdrawing.SIZE:
                pass

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self.poll):
                await self._wake.wait()
        except TimeoutError:
            return


def _name(broadcast_id: int) -> str:
    return f"broadcast {broadcast_id}"


def plan_newcomers(db: Connection, people: Sequence[Newcomer], writer: Writer, now: datetime) -> None:
    """Bring one chunk of newcomers up to date and welcome them."""
    newcomers.bring_up_to_date(db, people, writer, now)
    welcomes.queue(db, [one.subscriber_id for one in people if one.welcome], writer, now)
    newcomers.done(db, people)


def plan_all(db: Database, writer: Writer, rates: Rates, now: datetime) -> int:
    """Plan everything that waits, blocking: for the command line and tests; how many chunks."""
    steps = 0
    while waiting := db.read_sync(broadcasts.to_plan):
        plan = planning.Plan(db.write_sync(planning.begin, waiting[0], writer, rates, now), writer)
        finished = False
        while not finished:
            finished = db.write_sync(plan.chunk, now).finished
            steps += 1
    while people := db.read_sync(newcomers.waiting, now):
        db.write_sync(plan_newcomers, people, writer, now)
        steps += 1
    return steps
