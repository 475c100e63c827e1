"""The way to one provider: texts whose turn has come are handed over side by side, each once, and answers are kept.

It takes what the sender has claimed, at the pace of this provider, and says when the provider takes nothing for now.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from delivery.heart import Heart
from delivery.joining import gap
from delivery.outbox import Claimed
from delivery.outcomes import Answered, NotOpened
from delivery.rate import HOLD, Pace, Paused
from delivery.transport import BadNumber, OurFault, Outcome, OutgoingText, Retryable, Throttled, Transport, Unknown
from subscribers import msisdn

_log = logging.getLogger(__name__)
#: seconds until the next try where the provider cannot be reached: all wait, and none for long when it is back
_GONE = 1.0
#: seconds in which others take the texts of a provider that cannot be reached, or refuses because of our side
_SHUT = 10.0
#: seconds to wait for a free connection where another provider could take the text, and how long that then takes all
_FULL, _HANGS = 0.5, 5.0
#: texts that stand ready behind those in flight, as a part of the connections: they go out before whatever comes next
_BEHIND = 0.125
#: seconds that a text waits behind those that hang; then it is looked at anew, for it may be withdrawn by now
_STALE = 10.0
#: seconds between two looks for texts that hang
LOOK = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A text whose turn has come."""

    text: Claimed
    taken_at: datetime
    #: whom it goes by
    sender: str
    #: since when it waits for a connection, by `watch`
    ready_at: float


@dataclass(slots=True, kw_only=True)
class Lane:
    """One per provider and process."""

    transport: Transport
    pace: Pace
    unseal: Callable[[bytes], str]
    make_code: gap.MakeCode
    clock: Callable[[], datetime]
    #: seconds, never going back
    watch: Callable[[], float]
    #: open requests
    connections: int
    #: seconds until an answer is given up
    timeout: float
    #: None where this is the only process that sends
    heart: Heart | None
    #: takes an answer
    record: Callable[[Answered], None]
    #: takes what was surely not handed over
    give_back: Callable[[Claimed], None]
    _stopping: bool = False
    #: what is being handed over, and since when by the loop's clock
    _in_flight: dict[asyncio.Task[None], float] = field(default_factory=dict)
    _cut_off: set[asyncio.Task[None]] = field(default_factory=set)
    #: what the next connections that come free take up, so that they need not wait to be told
    _ready: deque[Turn] = field(default_factory=deque)
    _room: asyncio.Event = field(default_factory=asyncio.Event)
    _shut_until: float = float("-inf")

    @property
    def is_shut(self) -> bool:
        """Whether the provider takes nothing now, as far as this process knows."""
        return self.watch() < self._shut_until

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping = True
        self._room.set()

    async def make_ready(self, text: Claimed, taken_at: datetime, *, patient: bool) -> bool:
        """Wait for its turn, and for a connection that will take it up; False where others, or later, should take it.

        `patient` where nobody else could.
        """
        try:
            sender = await self.pace.take(text.segments)
        except Paused:
            return False
        since = self.watch()
        if not await self._has_room(patient=patient):
            self._shut_for(_HANGS)
            return False
        if self.watch() - since > _STALE:
            return False
        self._ready.append(Turn(text=text, taken_at=taken_at, sender=sender, ready_at=since))
        if len(self._in_flight) < self.connections:
            task = asyncio.create_task(self._take_turns())
            self._in_flight[task] = task.get_loop().time()
            task.add_done_callback(self._ended)
        return True

    async def land(self) -> None:
        """Until nothing is in flight."""
        while self._in_flight:
            await asyncio.wait(self._in_flight, timeout=LOOK)
            self.cut_off_late_ones()

    def leave(self) -> None:
        """Give back what stands ready."""
        while self._ready:
            self.give_back(self._ready.popleft().text)

    def cut_off_late_ones(self) -> None:
        """One look at all of them: a timer for each would cost more than it guards. Transports have their own."""
        oldest = asyncio.get_running_loop().time() - self.timeout
        for task, since in list(self._in_flight.items()):
            if since > oldest:
                break  # they stand in the order in which they began
            if task not in self._cut_off:
                self._cut_off.add(task)
                task.cancel()

    async def _has_room(self, *, patient: bool) -> bool:
        if not self._is_full():
            return True
        try:
            async with asyncio.timeout(None if patient else _FULL):
                while self._is_full():
                    self._room.clear()
                    await self._room.wait()
        except TimeoutError:
            return False
        return True

    def _is_full(self) -> bool:
        return len(self._in_flight) + len(self._ready) >= self.connections * (1 + _BEHIND)

    async def _take_turns(self) -> None:
        """Hand over one text after another as long as some are ready: one of as many as there are connections."""
        task = asyncio.current_task()
        assert task is not None
        while self._ready and not self._stopping:
            if self.pace.paused() > HOLD:
                self.leave()
                return
            turn = self._ready.popleft()
            if not self._ready:
                self._room.set()
            if self.watch() - turn.ready_at > _STALE:
                self.give_back(turn.text)
                continue
            self._in_flight.pop(task, None)  # it stands last again
            self._in_flight[task] = task.get_loop().time()
            await self._hand_over(turn)

    async def _hand_over(self, turn: Turn) -> None:
        text = turn.text
        if not await self._is_ours(text):
            return
        left = text.validity_seconds - int((self.clock() - turn.taken_at).total_seconds())
        if left <= 0:  # its turn came too late: the next look into the outbox settles it as expired
            self.give_back(text)
            return
        number = self._open(text)
        outcome = NotOpened() if number is None else await self._send(text, number, left, turn.sender)
        self._hear(outcome)
        self.record(
            Answered(
                message_id=text.message_id,
                broadcast_id=text.broadcast_id,
                outcome=outcome,
                at=self.clock(),
                attempt=text.attempt,
                masked=msisdn.mask(number) if number is not None and isinstance(outcome, BadNumber) else "",
                provider=text.provider,
            )
        )

    def _hear(self, outcome: Outcome | NotOpened) -> None:
        """What an answer means for the texts behind it."""
        match outcome:
            case Throttled(after=after, sender=only):
                self.pace.pause(after, only)
                self._shut_for(after if only is None else 0.0)
            case Retryable(unreachable=True):
                self.pace.stall(_GONE)
                self._shut_for(_SHUT)
            case OurFault():
                self._shut_for(_SHUT)

    def _shut_for(self, seconds: float) -> None:
        self._shut_until = max(self._shut_until, self.watch() + seconds)

    async def _is_ours(self, text: Claimed) -> bool:
        """Wait until it is surely ours still. Not where we are taken for dead: somebody else settles it."""
        if self.heart is None:
            return True
        try:
            return await self.heart.settled(text.worker_id)
        except asyncio.CancelledError:
            self.give_back(text)  # nothing has left
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

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._in_flight.pop(task, None)
        self._cut_off.discard(task)
        self._room.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("sending_failed", extra={"error": type(error).__name__})
