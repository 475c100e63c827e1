"""The sending agent: claims texts in order, keeps to the rate, hands over side by side, records in batches.

It never records one text by itself, never hands over what it has not claimed, and on `stop` finishes what is
in flight and gives the rest back.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

from delivery import chunks, outbox, reconciling
from delivery.heart import Heart
from delivery.joining import gap
from delivery.lane import LOOK, Lane
from delivery.outbox import Claimed
from delivery.providers.dealing import Deal
from delivery.providers.shares import FIRST, SECOND
from delivery.rate import HOLD, Pace
from delivery.recording import Recorder
from delivery.transport import Transport
from storage.database import Database, StorageError

_log = logging.getLogger(__name__)
#: seconds' worth of texts that are claimed at once
_AHEAD = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderSettings:
    """What the sender may do."""

    #: open requests
    connections: int = 200
    #: seconds until an answer is given up
    timeout: float = 35.0
    #: seconds between looks into the outbox where nobody wakes
    poll: float = 1.0
    #: seconds that answers may wait to be recorded together, unless they are many
    gather: float = 0.2
    #: how texts of unknown outcome are looked up
    lookups: reconciling.Limits = field(default_factory=reconciling.Limits)


class Tickets(Protocol):
    """Shares chunks among processes: a ticket says that one is ready, and the outbox which texts it holds."""

    def offer(self) -> None:
        """There may be a chunk for any process."""
        ...

    async def serve(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do `work` for every ticket, one at a time, until cancelled; what is being done then is finished."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a sender needs where others work beside it on the same outbox."""

    heart: Heart
    tickets: Tickets
    #: whether this process is the one that looks up texts of unknown outcome
    looks_up: Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """Another provider, and who takes which text."""

    transport: Transport
    pace: Pace
    deal: Deal


@dataclass(slots=True, kw_only=True)
class Sender:
    """One per process; its pace holds the rate of each number."""

    db: Database
    transport: Transport
    unseal: Callable[[bytes], str]
    bucket: Pace
    clock: Callable[[], datetime]
    settings: SenderSettings = field(default_factory=SenderSettings)
    #: makes the code that a text has a gap for
    make_code: gap.MakeCode = gap.none
    #: None where this is the only process that sends
    beside: Beside | None = None
    #: another provider beside the one above
    second: Second | None = None
    #: seconds, never going back
    watch: Callable[[], float] = time.monotonic
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False
    _recorder: Recorder = field(init=False)
    #: provider -> the way to it
    _lanes: dict[str, Lane] = field(init=False)
    #: taken and surely not handed over; given back as soon as the database takes them
    _unsent: list[Claimed] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Answers are kept from the first one on."""
        self._recorder = Recorder(db=self.db, clock=self.clock)
        self._lanes = {FIRST: self._lane(self.transport, self.bucket)}
        if self.second is not None:
            self._lanes[SECOND] = self._lane(self.second.transport, self.second.pace)

    def _lane(self, transport: Transport, pace: Pace) -> Lane:
        return Lane(
            transport=transport,
            pace=pace,
            unseal=self.unseal,
            make_code=self.make_code,
            clock=self.clock,
            watch=self.watch,
            connections=self.settings.connections,
            timeout=self.settings.timeout,
            heart=None if self.beside is None else self.beside.heart,
            record=self._recorder.add,
            give_back=self._unsent.append,
        )

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()
        if self.beside is not None:
            self.beside.tickets.offer()

    def stop(self) -> None:
        """End once what is in flight is answered and recorded."""
        self._stopping = True
        self._wake.set()
        for lane in self._lanes.values():
            lane.stop()

    async def run(self) -> None:
        """Send until `stop`."""
        if self.beside is None:
            await self.db.write(outbox.start_up, self.clock())
        aside = [
            asyncio.create_task(self._repeat(self._recorder.flush, self._gather)),
            asyncio.create_task(self._repeat(self._look_up_all, self._pause)),
            asyncio.create_task(self._watch()),
        ]
        try:
            await (self._by_itself() if self.beside is None else self._by_tickets(self.beside))
            await self._land()
            await self._give_back()
        finally:
            for task in aside:
                task.cancel()
            await asyncio.gather(*aside, return_exceptions=True)
            await self._recorder.flush()

    async def _by_itself(self) -> None:
        while not self._stopping:
            self._wake.clear()
            if not await self._step():
                await self._rest()

    async def _by_tickets(self, beside: Beside) -> None:
        """Chunk by chunk, as tickets come; whatever is due without one gets one."""
        serving = asyncio.create_task(beside.tickets.serve(self._chunk))
        try:
            while not self._stopping:
                self._wake.clear()
                await self._offer_what_is_due(beside)
                await self._rest()
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    async def _offer_what_is_due(self, beside: Beside) -> None:
        try:
            await self._give_back()
            if await self.db.read(outbox.is_due, self.clock()):
                beside.tickets.offer()
        except StorageError as error:
            _log.warning("outbox_not_seen", extra={"error": type(error).__name__})

    async def _chunk(self) -> None:
        """The most urgent texts, about as many as one ticket stands for, a slice at a time."""
        handed = 0
        while handed < chunks.SIZE and not self._stopping:
            found = await self._step()
            if not found:
                return
            handed += found

    async def drain(self) -> int:
        """Send until nothing is due or the providers pause; how many texts were handed over. For tests."""
        count = 0
        while not self._is_paused and (claimed := await self._claim()):
            count += await self._hand_over_all(claimed.texts)
            await self._land()
            await self._give_back()
            await self._recorder.flush()
        return count

    async def reconcile(self) -> int:
        """Look up texts of unknown outcome; how many."""
        return await reconciling.reconcile(
            self.db, self._transports(), self.unseal, self.clock, self.settings.lookups, self.make_code
        )

    def _transports(self) -> dict[str, Transport]:
        return {name: lane.transport for name, lane in self._lanes.items()}

    async def _look_up_all(self) -> None:
        if self.beside is not None and not await self.beside.looks_up():
            return
        while await self.reconcile() == reconciling.BATCH:
            pass

    async def _step(self) -> int:
        """Claim and hand over; how many rows there were."""
        try:
            await self._give_back()
            claimed = None if self._is_paused else await self._claim()
            if claimed is None:
                return 0
            await self._hand_over_all(claimed.texts)
        except Exception as error:  # noqa: BLE001 -- a database that is away for a moment must not end the sending
            _log.exception("sending_failed", extra={"error": type(error).__name__})
            return 0
        return claimed.seen

    async def _claim(self) -> outbox.Claim | None:
        """The next texts; only what is handed over in a moment, so that what is urgent can overtake."""
        rate = self._rate()
        worker_id, workers = None, 1
        if self.beside is not None:
            worker_id, workers = await self.beside.heart.ready(), max(1, self.beside.heart.workers)
        limit = chunks.SIZE if rate is None else max(1, min(chunks.SIZE, int(rate * _AHEAD / workers)))
        deal = None if self.second is None else partial(self.second.deal, shut=self._shut())
        claimed = await self.db.write(outbox.claim, self.clock(), limit, worker_id, deal)
        if claimed.seen >= limit and self.beside is not None:
            self.beside.tickets.offer()  # more for others
        return claimed if claimed.seen else None

    @property
    def _is_paused(self) -> bool:
        """Whether no provider takes anything for a while: nothing is held in hand then, so that it can be withdrawn."""
        return all(lane.pace.paused() > HOLD for lane in self._lanes.values())

    def _rate(self) -> float | None:
        rates = [lane.pace.rate for lane in self._lanes.values()]
        return None if None in rates else sum(rate for rate in rates if rate is not None)

    async def _hand_over_all(self, texts: Sequence[Claimed]) -> int:
        """Hand over in order as the rate allows, side by side as connections allow."""
        taken_at, rest = self.clock(), deque(texts)
        left_to_others: list[Claimed] = []
        try:
            for name, lane in self._lanes.items():
                await lane.pace.ahead(sum(text.segments for text in texts if text.provider == name))
            while rest and not self._stopping and not self._is_paused:
                if not await self._make_ready(rest[0], taken_at):
                    if not self._goes_elsewhere(rest[0].provider):
                        break  # all are looked at anew
                    left_to_others.append(rest[0])
                rest.popleft()
        except BaseException:
            self._unsent.extend([*left_to_others, *rest])
            raise
        await self._give_back([*left_to_others, *rest])
        return len(texts) - len(left_to_others) - len(rest)

    async def _make_ready(self, text: Claimed, taken_at: datetime) -> bool:
        """False where its provider takes nothing, and another one does."""
        lane, elsewhere = self._lanes[text.provider], self._goes_elsewhere(text.provider)
        if elsewhere and lane.is_shut:
            return False
        return await lane.make_ready(text, taken_at, patient=not elsewhere)

    def _goes_elsewhere(self, provider: str) -> bool:
        """Whether another provider would take a text that this one does not."""
        if self.second is None:
            return False
        return self.second.deal.is_open_beside(provider, self._shut())

    def _shut(self) -> frozenset[str]:
        return frozenset(name for name, lane in self._lanes.items() if lane.is_shut)

    async def _give_back(self, texts: Iterable[Claimed] = ()) -> None:
        """Queue them again, and those that the database did not take before."""
        waiting = [*self._unsent, *texts]
        self._unsent.clear()
        if not waiting:
            return
        try:
            await self.db.write(outbox.give_back, waiting, self.clock())
        except BaseException:
            self._unsent.extend(waiting)
            raise

    async def _land(self) -> None:
        for lane in self._lanes.values():
            await lane.land()
            lane.leave()

    async def _repeat(self, work: Callable[[], Awaitable[object]], pause: Callable[[], Awaitable[None]]) -> None:
        """Do something beside the sending, again and again, whatever comes of it."""
        while True:
            await pause()
            try:
                await work()
            except Exception as error:  # noqa: BLE001 -- the database may be away for a moment
                _log.exception("beside_sending_failed", extra={"error": type(error).__name__})

    async def _gather(self) -> None:
        await self._recorder.gather(self.settings.gather)

    async def _pause(self) -> None:
        await asyncio.sleep(self.settings.poll)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            for lane in self._lanes.values():
                lane.cut_off_late_ones()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self.settings.poll):
                await self._wake.wait()
        except TimeoutError:
            return
