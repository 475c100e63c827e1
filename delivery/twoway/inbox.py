"""Takes inbound texts as they come, one by one, and many in one transaction; whoever brings one waits for that.

A flood waits here, not in the outbox: warnings are planned and sent between its transactions.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from delivery.inbound import Inbound
from delivery.twoway import replies
from delivery.twoway.received import Entry, add
from delivery.twoway.replies import Desk
from storage.connection import Connection
from storage.database import Database, StorageError, StorageUnavailable

_log = logging.getLogger(__name__)
#: texts in one transaction: the sender waits for it
_BATCH = 25
#: texts that may wait; the provider brings the others again
_MOST_WAITING = 5_000


class Busy(Exception):
    """More texts wait than we can take; the provider may bring this one again."""


@dataclass(slots=True, kw_only=True)
class Inbox:
    """One per process."""

    db: Database
    desk: Desk
    #: called after some were taken
    on_taken: Callable[[], None] = lambda: None
    #: seconds that texts may wait to be taken together, and that others may write between two transactions
    gather: float = 0.02
    _waiting: list[tuple[Inbound, asyncio.Future[str]]] = field(default_factory=list)
    _taking: asyncio.Task[None] | None = None

    async def take(self, text: Inbound) -> str:
        """Returns once it is durable: the farewell that the provider has to hand over, or ''. StorageError, Busy."""
        if len(self._waiting) >= _MOST_WAITING:
            raise Busy
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((text, answer))
        if self._taking is None or self._taking.done():
            self._taking = asyncio.get_running_loop().create_task(self._take_all())
        return await answer

    async def _take_all(self) -> None:
        while self._waiting:
            await asyncio.sleep(self.gather)
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            await self._take(batch)
            self.on_taken()

    async def _take(self, batch: Sequence[tuple[Inbound, asyncio.Future[str]]]) -> None:
        """A batch; where it fails, its halves, down to the text that is at fault."""
        try:
            said = await self.db.write(_take_in, [text for text, _ in batch], self.desk)
        except StorageUnavailable as away:
            for _, answer in batch:
                _settle(answer, away)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it must cost one text at most
            if len(batch) > 1:
                middle = len(batch) // 2
                await self._take(batch[:middle])
                await self._take(batch[middle:])
                return
            _log.exception("inbound_not_understood", extra={"provider_id": batch[0][0].provider_id})
            await self._put_aside(*batch[0], error)
        else:
            for (_, answer), words in zip(batch, said, strict=True):
                _settle(answer, words)

    async def _put_aside(self, text: Inbound, answer: asyncio.Future[str], error: Exception) -> None:
        """A text on which our own code fails is noted as taken: bringing it again would not help."""
        entry = Entry(provider_id=text.provider_id, number_hash="", command=type(error).__name__, answered=False)
        try:
            await self.db.write(add, entry, text.received_at)
        except StorageError as away:
            _settle(answer, away)
        else:
            _settle(answer, "")


def _settle(answer: asyncio.Future[str], result: str | StorageError) -> None:
    if answer.done():  # nobody waits any more
        return
    if isinstance(result, str):
        answer.set_result(result)
    else:
        answer.set_exception(result)


def _take_in(db: Connection, batch: Sequence[Inbound], desk: Desk) -> list[str]:
    return [replies.take(db, text, desk, text.received_at) for text in batch]
