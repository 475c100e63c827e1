"""Keeps the transport's answers until they are recorded, many in one transaction.

No answer is lost while the database is away. One that cannot be recorded is put aside and tried again later,
so that it holds up no other.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from delivery import chunks, outcomes
from delivery.outcomes import Answered
from delivery.transport import Unknown
from storage.database import Database, StorageUnavailable

_log = logging.getLogger(__name__)
#: until an answer that could not be recorded is tried again
_AGAIN = timedelta(seconds=30)


@dataclass(slots=True, kw_only=True)
class Recorder:
    """One per sender."""

    db: Database
    clock: Callable[[], datetime]
    _answers: list[Answered] = field(default_factory=list)
    #: answers that could not be recorded, and when to try again
    _aside: list[tuple[datetime, Answered]] = field(default_factory=list)
    _many: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, answer: Answered) -> None:
        """Keep an answer until the next `flush`."""
        self._answers.append(answer)
        if len(self._answers) % chunks.SIZE == 0:
            self._many.set()

    async def gather(self, seconds: float) -> None:
        """Wait until there are answers for a whole chunk, or so long: a chunk costs hardly more than a few do."""
        try:
            async with asyncio.timeout(seconds):
                await self._many.wait()
        except TimeoutError:
            return
        finally:
            self._many.clear()

    async def flush(self) -> None:
        """Record what has been answered, a chunk per transaction. What cannot be recorded now is kept."""
        self._take_up_again()
        while self._answers:
            batch = self._answers[: chunks.SIZE]
            try:
                await self._record(batch)
            except StorageUnavailable as error:
                _log.error("recording_failed", extra={"error": type(error).__name__, "answers": len(batch)})
                return
            del self._answers[: len(batch)]

    def _take_up_again(self) -> None:
        now = self.clock()
        self._answers += [answer for due, answer in self._aside if due <= now]
        self._aside = [(due, answer) for due, answer in self._aside if due > now]

    async def _record(self, batch: Sequence[Answered]) -> None:
        """A batch; where it fails, its halves, down to the answer that is at fault."""
        try:
            await self.db.write(outcomes.record, batch)
        except StorageUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever it is, it must cost one answer at most
            if len(batch) == 1:
                await self._record_odd(batch[0], error)
                return
            middle = len(batch) // 2
            await self._record(batch[:middle])
            await self._record(batch[middle:])

    async def _record_odd(self, answer: Answered, error: Exception) -> None:
        """An answer that cannot be true, such as an id the provider gave twice: the text becomes uncertain."""
        _log.error("answer_not_recorded", extra={"error": type(error).__name__, "message_id": answer.message_id})
        unknown = replace(answer, outcome=Unknown(code=type(error).__name__))
        try:
            await self.db.write(outcomes.record, [unknown])
        except StorageUnavailable:
            raise
        except Exception as again:  # noqa: BLE001 -- the others go on; this one is tried again later
            _log.error("answer_put_aside", extra={"error": type(again).__name__, "message_id": answer.message_id})
            self._aside.append((self.clock() + _AGAIN, answer))
