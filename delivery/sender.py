"""The sending agent: claims texts in order, keeps to the rate, hands over side by side, records in batches.

It never records one text by itself, never hands over what it has not claimed, and on `stop` finishes what is
in flight and gives the rest back.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from delivery import chunks, outbox, reconciling
from delivery.heart import Heart
from delivery.joining import gap
from delivery.outbox import Claimed
from delivery.outcomes import Answered, NotOpened
from delivery.rate import Pace
from delivery.recording import Recorder
from delivery.transport import BadNumber, Outcome, OutgoingText, Retryable, Throttled, Transport, Unknown
from storage.database import Database, StorageError
from subscribers import msisdn

_log = logging.getLogger(__name__)
#: seconds' worth of texts that are claimed at once
_AHEAD = 0.25
#: seconds until the next try where the provider cannot be reached: all wait, and none for long when it is back
_GONE = 1.0
#: texts that stand ready behind those in flight, as a part of the connections: they go out before whatever comes next
_BEHIND = 0.125
#: seconds between two looks for texts that hang
_LOOK = 1.0


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """A text whose turn has come."""

    text: Claimed
    taken_at: datetime
    #: whom it goes by
    sender: str


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
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False
    _recorder: Recorder = field(init=False)
    #: what is being handed over, and since when by the loop's clock
    _in_flight: dict[asyncio.Task[None], float] = field(default_factory=dict)
    _cut_off: set[asyncio.Task[None]] = field(default_factory=set)
    #: what the next connections that come free take up, so that they need not wait to be told
    _ready: deque[_Turn] = field(default_factory=deque)
    _room: asyncio.Event = field(default_factory=asyncio.Event)
    #: taken and surely not handed over; given back as soon as the database takes them
    _unsent: list[Claimed] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Answers are kept from the first one on."""
        self._recorder = Recorder(db=self.db, clock=self.clock)

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()
        if self.beside is not None:
            self.beside.tickets.offer()

    def stop(self) -> None:
        """End once what is in flight is answered and recorded."""
        self._stopping = True
        self._wake.set()
        self._room.set()

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
            await self._give_back([self._ready.popleft().text for _ in range(len(self._ready))])
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
        """Send until nothing is due; how many texts were handed over. For simulations and tests."""
        count = 0
        while claimed := await self._claim():
            count += await self._hand_over_all(claimed.texts)
            await self._land()
            await self._recorder.flush()
        return count

    async def reconcile(self) -> int:
        """Look up texts of unknown outcome; how many."""
        return await reconciling.reconcile(
            self.db, self.transport, self.unseal, self.clock, self.settings.lookups, self.make_code
        )

    async def _look_up_all(self) -> None:
        if self.beside is not None and not await self.beside.looks_up():
            return
        while await self.reconcile() == reconciling.BATCH:
            pass

    async def _step(self) -> int:
        """Claim and hand over; how many rows there were."""
        try:
            await self._give_back()
            claimed = await self._claim()
            if claimed is None:
                return 0
            await self._hand_over_all(claimed.texts)
        except Exception as error:  # noqa: BLE001 -- a database that is away for a moment must not end the sending
            _log.exception("sending_failed", extra={"error": type(error).__name__})
            return 0
        return claimed.seen

    async def _claim(self) -> outbox.Claim | None:
        """The next texts; only what is handed over in a moment, so that what is urgent can overtake."""
        rate = self.bucket.rate
        worker_id, workers = None, 1
        if self.beside is not None:
            worker_id, workers = await self.beside.heart.ready(), max(1, self.beside.heart.workers)
        limit = chunks.SIZE if rate is None else max(1, min(chunks.SIZE, int(rate * _AHEAD / workers)))
        claimed = await self.db.write(outbox.claim, self.clock(), limit, worker_id)
        if claimed.seen >= limit and self.beside is not None:
            self.beside.tickets.offer()  # more for others
        return claimed if claimed.seen else None

    async def _hand_over_all(self, texts: Sequence[Claimed]) -> int:
        """Hand over in order as the rate allows, side by side as connections allow."""
        taken_at, rest = self.clock(), deque(texts)
        try:
            await self.bucket.ahead(sum(text.segments for text in texts))
            while rest and not self._stopping:
                await self._make_ready(rest[0], taken_at)
                rest.popleft()
        except BaseException:
            self._unsent.extend(rest)
            raise
        await self._give_back(rest)
        return len(texts) - len(rest)

    async def _make_ready(self, text: Claimed, taken_at: datetime) -> None:
        """Wait for its turn, and for a connection that will take it up."""
        sender = await self.bucket.take(text.segments)
        while len(self._in_flight) + len(self._ready) >= self.settings.connections * (1 + _BEHIND):
            self._room.clear()
            await self._room.wait()
        self._ready.append(_Turn(text=text, taken_at=taken_at, sender=sender))
        if len(self._in_flight) < self.settings.connections:
            task = asyncio.create_task(self._take_turns())
            self._in_flight[task] = task.get_loop().time()
            task.add_done_callback(self._ended)

    async def _give_back(self, texts: Iterable[Claimed] = ()) -> None:
        """Queue them again, and those that the database did not take before."""
        waiting, self._unsent = [*self._unsent, *texts], []
        if not waiting:
            return
        try:
            await self.db.write(outbox.give_back, waiting, self.clock())
        except BaseException:
            self._unsent.extend(waiting)
            raise

    async def _take_turns(self) -> None:
        """Hand over one text after another as long as some are ready: one of as many as there are connections."""
        task = asyncio.current_task()
        assert task is not None
        while self._ready and not self._stopping:
            turn = self._ready.popleft()
            if not self._ready:
                self._room.set()
            self._in_flight.pop(task, None)  # it stands last again
            self._in_flight[task] = task.get_loop().time()
            await self._hand_over(turn)

    async def _hand_over(self, turn: _Turn) -> None:
        text = turn.text
        if not await self._is_ours(text):
            return
        left = text.validity_seconds - int((self.clock() - turn.taken_at).total_seconds())
        if left <= 0:  # its turn came too late: the next look into the outbox settles it as expired
            await self._give_back([text])
            return
        number = self._open(text)
        outcome = NotOpened() if number is None else await self._send(text, number, left, turn.sender)
        match outcome:
            case Throttled(after=after, sender=only):
                self.bucket.pause(after, only)
            case Retryable(unreachable=True):
                self.bucket.stall(_GONE)
        self._recorder.add(
            Answered(
                message_id=text.message_id,
                broadcast_id=text.broadcast_id,
                outcome=outcome,
                at=self.clock(),
                attempt=text.attempt,
                masked=msisdn.mask(number) if number is not None and isinstance(outcome, BadNumber) else "",
            )
        )

    async def _is_ours(self, text: Claimed) -> bool:
        """Wait until it is surely ours still. Not where we are taken for dead: somebody else settles it."""
        if self.beside is None:
            return True
        try:
            return await self.beside.heart.settled(text.worker_id)
        except asyncio.CancelledError:
            self._unsent.append(text)  # nothing has left
            if not self._was_cut_off():
                raise
            return False

    def _open(self, text: Claimed) -> str | None:
        try:
            return self.unseal(text.number_sealed)
        except Exception as error:  # noqa: BLE001 -- nothing has left: another key, or damaged bytes
            _log.error("number_not_opened", extra={"error": type(error).__name__, "message_id": text.message_id})
            return None

    async def _send(self, text: Claimed, number: str, left: int, sender: str) -> Outcome:
        """Exactly one POST. Whatever goes wrong after it began leaves the outcome unknown."""
        outgoing = OutgoingText(
            number=number,
            text=gap.fill(text.text, text.change_key, number, self.make_code),
            segments=text.segments,
            validity_seconds=left,
            message_id=text.message_id,
            attempt=text.attempt,
            sender=sender,
            news=text.news,
        )
        try:
            return await self.transport.send(outgoing)
        except asyncio.CancelledError:
            if not self._was_cut_off():
                raise
            return Unknown(code="timeout")
        except Exception as error:  # noqa: BLE001 -- a transport's surprise is an unknown outcome, not our end
            _log.warning("transport_raised", extra={"error": type(error).__name__, "message_id": text.message_id})
            return Unknown(code=type(error).__name__)

    def _was_cut_off(self) -> bool:
        """Whether this task was cancelled because it took too long: then it goes on."""
        task = asyncio.current_task()
        if task is None or task not in self._cut_off:
            return False
        self._cut_off.discard(task)
        task.uncancel()
        return True

    async def _land(self) -> None:
        while self._in_flight:
            await asyncio.wait(self._in_flight, timeout=_LOOK)
            self._cut_off_late_ones()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._in_flight.pop(task, None)
        self._cut_off.discard(task)
        self._room.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("sending_failed", extra={"error": type(error).__name__})

    def _cut_off_late_ones(self) -> None:
        """One look at all of them: a timer for each would cost more than it guards. Transports have their own."""
        oldest = asyncio.get_running_loop().time() - self.settings.timeout
        for task, since in list(self._in_flight.items()):
            if since > oldest:
                break  # they stand in the order in which they began
            if task not in self._cut_off:
                self._cut_off.add(task)
                task.cancel()

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
            await asyncio.sleep(_LOOK)
            self._cut_off_late_ones()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self.settings.poll):
                await self._wake.wait()
        except TimeoutError:
            return
