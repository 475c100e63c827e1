"""Checks the chain of the log of changes beside the pages: from its beginning, piece by piece, with rests between.

Nothing is taken as checked because it was checked before: whoever can change the newest entry can change the oldest.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from storage import audit
from storage.audit import Broken, Walked, Whole
from storage.database import Database, StorageError

_log = logging.getLogger(__name__)
#: entries read at once: some 10 ms of a processor
PIECE: Final = 500
#: seconds between two pieces, so that the check takes a small part of a processor
_REST: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A check that came to its end. What was changed after it began may not be in it."""

    found: Whole | Broken
    began: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A check on its way."""

    #: entries that are as they were written
    checked: int
    #: entries there were when it began
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What this process knows of the chain."""

    #: the newest one that came to its end
    last: Checked | None = None
    running: Running | None = None
    #: the newest one could not be carried on
    broke_off: bool = False

    @property
    def whole(self) -> bool:
        """The last one found nothing wrong."""
        return self.last is not None and isinstance(self.last.found, Whole)


class ChainCheck:
    """One check at a time, for everybody who asks this process."""

    def __init__(
        self,
        db: Database,
        clock: Callable[[], datetime],
        on_end: Callable[[], None],
        *,
        piece: int = PIECE,
        rest: float = _REST,
    ) -> None:
        """`on_end` is called when a check that was left running has ended; `rest` is in seconds."""
        self._db = db
        self._clock = clock
        self._on_end = on_end
        self._piece = piece
        self._rest = rest
        self._task: asyncio.Task[None] | None = None
        self.standing = Standing()

    async def begin(self) -> None:
        """Begin one unless one is on its way; a short log is checked when this returns."""
        if self.standing.running is not None:
            return
        self._is(running=Running(checked=0, of=0), broke_off=False)
        began, since = self._clock(), Walked()
        try:
            newest = await self._db.read(audit.newest)
            self._is(running=Running(checked=0, of=newest[0] if newest else 0))
            reached = await self._step(began, since)
        except BaseException:
            self._is(running=None, broke_off=True)
            raise
        if reached is not None:
            self._task = asyncio.create_task(self._go_on(began, reached), name="check_chain")

    async def _go_on(self, began: datetime, reached: Walked | None) -> None:
        try:
            while reached is not None:
                await asyncio.sleep(self._rest)
                reached = await self._step(began, reached)
        except StorageError:
            _log.exception("chain_check_failed")
            self._is(broke_off=True)
        finally:
            self._is(running=None)
            self._on_end()

    async def _step(self, began: datetime, since: Walked) -> Walked | None:
        """Where to go on; None at the end."""
        match await self._db.read(audit.walk, since, self._piece):
            case Walked() as reached:
                of = self.standing.running.of if self.standing.running else 0
                # entries may be added meanwhile
                self._is(running=Running(checked=reached.number, of=max(of, reached.number)))
                return reached
            case (Whole() | Broken()) as found:
                self._is(last=Checked(found=found, began=began), running=None)
                return None

    def _is(self, **changed: Any) -> None:
        self.standing = replace(self.standing, **changed)

    async def ended(self) -> None:
        """Until none is on its way."""
        if self._task is not None:
            await self._task

    async def while_running(self, app: web.Application) -> AsyncIterator[None]:
        """Ends what is on its way when the application stops."""
        yield
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self.ended()
