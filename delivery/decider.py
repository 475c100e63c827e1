"""The deciding agent: takes what was stored, reads it beside the loop, and decides it in one transaction.

One at a time per database decides. A batch that cannot be decided is split, so that one telegram that breaks
our own code is put into quarantine and stops nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from alerts import noticeboard
from alerts import store as state
from alerts.notices import Notice, NoticeKind
from alerts.places import PlaceTable
from delivery import deciding
from delivery.byhand import applying, submissions
from delivery.byhand.submissions import Submission
from delivery.deciding import Decided, PendingTelegram
from feeds import store as telegrams
from feeds.jma import reading
from feeds.telegrams import RawTelegram
from storage.connection import Connection
from storage.database import Database, StorageUnavailable

_log = logging.getLogger(__name__)
#: telegrams decided together at most
_BATCH = 500


@dataclass(slots=True, kw_only=True)
class Decider:
    """Reads and decides until stopped."""

    db: Database
    places: PlaceTable
    clock: Callable[[], datetime]
    #: called after a batch: the planner may have work
    wake_planner: Callable[[], None]
    #: called with what a batch led to, for those who watch
    on_decided: Callable[[Decided], None] = lambda decided: None
    #: whether a catch-up is still coming in, which is to be decided as a whole
    catching_up: Callable[[], bool] = lambda: False
    #: seconds between looks where nobody wakes
    poll: float = 1.0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False

    def wake(self) -> None:
        """There may be telegrams."""
        self._wake.set()

    def stop(self) -> None:
        """End after the batch in hand."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Decide until `stop`."""
        while not self._stopping:
            self._wake.clear()
            try:
                busy = await self.step()
            except Exception as error:  # noqa: BLE001 -- the database may be away for a moment; warnings wait in it
                _log.exception("deciding_failed", extra={"error": type(error).__name__})
                busy = False
            if not busy:
                await self._rest()

    async def step(self) -> bool:
        """Decide one batch; whether there was any."""
        signed = await self._signed()
        if self.catching_up():
            return signed
        raw = await self.db.read(telegrams.pending, _BATCH, self.clock())
        if not raw:
            return signed
        batch = await asyncio.to_thread(read_all, raw, self.places)
        for decided in await self._decide(batch):
            self.on_decided(decided)
        self.wake_planner()
        return True

    async def _signed(self) -> bool:
        """Tell what two people have signed; whether there was any. It waits for no telegram."""
        found = await self.db.read(submissions.approved)
        for one in found:
            try:
                await self.db.write(applying.apply, one, self.places, self.clock())
            except StorageUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 -- a fault of ours in one must not keep the others waiting
                _log.exception("submission_cannot_be_told", extra={"submission": one.id})
                await self.db.write(_not_told, one, error, self.clock())
        if found:
            self.wake_planner()
        return bool(found)

    async def _decide(self, batch: Sequence[PendingTelegram]) -> list[Decided]:
        """Decide a batch; where that fails, its halves, down to the one telegram that is at fault."""
        try:
            return [await self.db.write(commit, batch, self.places, self.clock())]
        except Exception as error:  # noqa: BLE001 -- whatever it is, it must cost one telegram at most
            if len(batch) == 1:
                _log.exception("telegram_cannot_be_decided", extra={"digest": batch[0].digest})
                at_fault = _at_fault(batch[0], error)
                return [await self.db.write(commit, [at_fault], self.places, self.clock())]
            middle = len(batch) // 2
            return [*await self._decide(batch[:middle]), *await self._decide(batch[middle:])]

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self.poll):
                await self._wake.wait()
        except TimeoutError:
            return


def _not_told(db: Connection, one: Submission, error: Exception, now: datetime) -> None:
    """People in charge hear at once that what they signed does not go out."""
    applying.fail(db, one, f"our fault: {type(error).__name__}", now)
    notice = Notice(
        kind=NoticeKind.TEXT,
        subject=f"submission {one.name}",
        text=f"What {one.signers} signed ({one.about}) could not be told:"
        f" {type(error).__name__}. Nobody was told. Look for `submission_cannot_be_told` in the log.",
        urgent=True,
        places=tuple(one.areas),
    )
    noticeboard.add(db, notice, now)


def read_all(raw: Sequence[RawTelegram], places: PlaceTable) -> list[PendingTelegram]:
    """Read stored telegrams; pure work for a thread."""
    return [
        PendingTelegram(
            id=one.id,
            digest=one.digest,
            seen_at=one.received_at,
            reading=reading.placed(reading.read(one.body, one.file_name), places),
        )
        for one in raw
    ]


def commit(db: Connection, batch: Sequence[PendingTelegram], places: PlaceTable, now: datetime) -> Decided:
    """Decide a batch and write down what became of each telegram, all in the open transaction."""
    state.end_by_time(db, now)
    timely = [replace(one, reading=reading.in_time(one.reading, now)) for one in batch]
    decided = deciding.decide(db, timely, places, now)
    for verdict in decided.verdicts:
        telegrams.mark(db, verdict.id, verdict.state, verdict.reason, verdict.type, now, verdict.again_at)
    noticeboard.add_all(db, decided.notices, now)
    _resolve_read(db, timely, now)
    return decided


def _resolve_read(db: Connection, batch: Sequence[PendingTelegram], now: datetime) -> None:
    """What could not be read before and can be read now is no trouble any more."""
    read = {deciding.mark_of(one) for one in batch if not isinstance(one.reading, reading.Unreadable)}
    for subject in noticeboard.open_subjects(db, NoticeKind.UNREADABLE):
        if subject.rpartition(" ")[2] in read:
            noticeboard.resolve(db, NoticeKind.UNREADABLE, subject, now)


def _at_fault(telegram: PendingTelegram, error: Exception) -> PendingTelegram:
    """The same telegram, unreadable because our own code fails on it."""
    return PendingTelegram(
        id=telegram.id,
        digest=telegram.digest,
        seen_at=telegram.seen_at,
        reading=reading.Unreadable(
            type=telegram.reading.type, reason=f"deciding it failed: {type(error).__name__}: {error}"
        ),
    )
