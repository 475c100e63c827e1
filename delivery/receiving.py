"""Takes receipts as they come, one by one, and records many in one transaction; who brings one waits for that."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from delivery import chunks, receipts
from delivery.transport import Receipt
from delivery.undelivered import Mask
from storage.database import Database, StorageError


@dataclass(slots=True, kw_only=True)
class Receiver:
    """One per process; `take` is a `ReceiptSink`."""

    db: Database
    #: called after some were recorded
    on_recorded: Callable[[], None] = lambda: None
    #: how a notice may show a number that cannot be reached
    mask: Mask | None = None
    #: seconds that receipts may wait to be recorded together
    gather: float = 0.02
    _waiting: list[tuple[Sequence[Receipt], asyncio.Future[None]]] = field(default_factory=list)
    _recording: asyncio.Task[None] | None = None

    async def take(self, arrived: Sequence[Receipt]) -> None:
        """Returns once they are durable. StorageError if they could not be kept."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrived, answer))
        if self._recording is None or self._recording.done():
            self._recording = asyncio.get_running_loop().create_task(self._record())
        await answer

    async def _record(self) -> None:
        await asyncio.sleep(self.gather)
        while self._waiting:
            batch, self._waiting = self._waiting[: chunks.SIZE], self._waiting[chunks.SIZE :]
            wrong: StorageError | None = None
            try:
                await self.db.write(receipts.record, [receipt for some, _ in batch for receipt in some], self.mask)
            except StorageError as error:
                wrong = error
            for _, answer in batch:
                if answer.done():  # nobody waits any more
                    continue
                if wrong is None:
                    answer.set_result(None)
                else:
                    answer.set_exception(wrong)
            self.on_recorded()
