"""The sending agent: claims texts in order, keeps to the rate, hands over side by side, records in batches.

It never records one text by itself, never hands over what it has not claimed, and on `stop` finishes what is
in flight and gives the rest back.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from delivery import chunks, outbox, outcomes, reconciling
from delivery.outbox import Claimed
from delivery.outcomes import Answered
from delivery.rate import Bucket
from delivery.transport import OurFault, Outcome, OutgoingText, Throttled, Transport, Unknown
from storage.database import Conflict, Database, StorageError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderSettings:
    """What the sender may do."""

    #: open requests
    connections: int = 200
    #: seconds until an answer is given up
    timeout: float = 35.0
    #: seconds between looks into the outbox where nobody wakes
    poll: float = 1.0
    #: seconds that answers may wait to be recorded together
    gather: float = 0.05
    #: how long a provider's list may lag behind
    lookup_delay: timedelta = timedelta(0)


@dataclass(slots=True, kw_only=True)
class Sender:
    """One per process; the bucket holds the rate of its number."""

    db: Database
    transport: Transport
    unseal: Callable[[bytes], str]
    bucket: Bucket
    clock: Callable[[], datetime]
    settings: SenderSettings = field(default_factory=SenderSettings)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False
    _answers: list[Answered] = field(default_factory=list)
    _in_flight: set[asyncio.Task[None]] = field(default_factory=set)
    _free: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        """As many connections as the settings allow."""
        self._free = asyncio.Semaphore(self.settings.connections)

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    def stop(self) -> None:
        """End once what is in flight is answered and recorded."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Send until `stop`."""
        await self.db.write(outbox.start_up, self.clock())
        recorder = asyncio.create_task(self._record_all())
        try:
            while not self._stopping:
                self._wake.clear()
                if not await self._step():
                    await self._rest()
            await self._land()
        finally:
            recorder.cancel()
            await asyncio.gather(recorder, return_exceptions=True)
            await self._flush()

    async def drain(self) -> int:
        """Send until nothing is due; how many texts were handed over. For simulations and tests."""
        count = 0
        while claimed := await self._claim():
            count += await self._hand_over_all(claimed.texts)
            await self._land()
            await self._flush()
        return count

    async def reconcile(self) -> int:
        """Look up texts of unknown outcome; how many."""
        return await reconciling.reconcile(
            self.db, self.transport, self.unseal, self.clock(), self.settings.lookup_delay
        )

    async def _step(self) -> bool:
        """Claim and hand over; whether there was anything."""
        try:
            claimed = await self._claim()
            if claimed is None:
                await self.reconcile()
                return False
            await self._hand_over_all(claimed.texts)
        except Exception as error:  # noqa: BLE001 -- a database that is away for a moment must not end the sending
            _log.exception("sending_failed", extra={"error": type(error).__name__})
            return False
        return True

    async def _claim(self) -> outbox.Claim | None:
        """The next texts; not more than about a second's worth, so that what is urgent can overtake."""
        rate = self.bucket.rate
        limit = chunks.SIZE if rate is None else max(1, min(chunks.SIZE, int(rate)))
        claimed = await self.db.write(outbox.claim, self.clock(), limit)
        return claimed if claimed.seen else None

    async def _hand_over_all(self, texts: tuple[Claimed, ...]) -> int:
        """Hand over one by one as the rate allows, side by side as connections allow; never after its time."""
        taken_at = self.clock()
        for number, text in enumerate(texts):
            if self._stopping:
                await self.db.write(outbox.give_back, [one.message_id for one in texts[number:]], self.clock())
                return number
            await self.bucket.take(text.segments)
            await self._free.acquire()
            left = text.validity_seconds - int((self.clock() - taken_at).total_seconds())
            if left <= 0:  # its turn came too late: the next look into the outbox settles it as expired
                self._free.release()
                await self.db.write(outbox.give_back, [text.message_id], self.clock())
                continue
            task = asyncio.create_task(self._hand_over(replace(text, validity_seconds=left)))
            self._in_flight.add(task)
            task.add_done_callback(self._in_flight.discard)
        return len(texts)

    async def _hand_over(self, text: Claimed) -> None:
        try:
            outcome = await self._send(text)
        finally:
            self._free.release()
        if isinstance(outcome, Throttled):
            self.bucket.pause(outcome.after)
        self._answers.append(
            Answered(message_id=text.message_id, broadcast_id=text.broadcast_id, outcome=outcome, at=self.clock())
        )

    async def _send(self, text: Claimed) -> Outcome:
        """Exactly one POST. Whatever goes wrong after it began leaves the outcome unknown."""
        try:
            number = self.unseal(text.number_sealed)
        except Exception as error:  # noqa: BLE001 -- nothing has left: another key, or damaged bytes
            return OurFault(code=f"a number does not open: {type(error).__name__}")
        outgoing = OutgoingText(
            number=number,
            text=text.text,
            segments=text.segments,
            validity_seconds=text.validity_seconds,
            message_id=text.message_id,
            news=text.news,
        )
        try:
            async with asyncio.timeout(self.settings.timeout):
                return await self.transport.send(outgoing)
        except TimeoutError:
            return Unknown(code="timeout")
        except Exception as error:  # noqa: BLE001 -- a transport's surprise is an unknown outcome, not our end
            _log.warning("transport_raised", extra={"error": type(error).__name__, "message_id": text.message_id})
            return Unknown(code=type(error).__name__)

    async def _land(self) -> None:
        while self._in_flight:
            await asyncio.wait(self._in_flight)

    async def _record_all(self) -> None:
        while True:
            await asyncio.sleep(self.settings.gather)
            try:
                await self._flush()
            except Exception as error:  # noqa: BLE001 -- what was answered is kept and recorded the next time
                _log.exception("recording_failed", extra={"error": type(error).__name__})

    async def _flush(self) -> None:
        """Record what has been answered, a chunk per transaction. What cannot be recorded now is kept."""
        while self._answers:
            batch = self._answers[: chunks.SIZE]
            try:
                await self._record(batch)
            except StorageError as error:
                _log.error("recording_failed", extra={"error": type(error).__name__, "answers": len(batch)})
                return
            del self._answers[: len(batch)]

    async def _record(self, batch: Sequence[Answered]) -> None:
        try:
            await self.db.write(outcomes.record, batch)
        except Conflict:
            for answer in batch:
                await self._record_one(answer)

    async def _record_one(self, answer: Answered) -> None:
        """After a conflict, such as an id the provider gave twice: only the odd one becomes uncertain."""
        try:
            await self.db.write(outcomes.record, [answer])
        except Conflict:
            await self.db.write(outcomes.record, [replace(answer, outcome=Unknown(code="conflict"))])

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self.settings.poll):
                await self._wake.wait()
        except TimeoutError:
            return
