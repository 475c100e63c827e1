"""Fetches the telegrams that entries point to, and commits them in batches. Wakes whoever decides on them.

Refuses to let one slow fetch hold up others: what has come is committed 0.3 s after the first of it.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import aiohttp

from feeds import entries, fetch, listing, store, telegrams
from feeds.fetch import Failed, Fault, Fetched
from feeds.listing import Got, Missed, Outcome, Wanted
from feeds.settings import FeedSettings
from storage.database import Database

#: fetches at the same time; there is one host
CONCURRENCY = 8
#: more new entries than this are a catch-up, to be decided as a whole
CATCH_UP = 20
_GATHER_SECONDS = 0.3
_HOLD_SECONDS = 20.0
_COMMIT_TRIES = 3
_RETRIES_AT_ONCE = 500
_log = logging.getLogger(__name__)


class Collector:
    """Background fetching. One for all feeds, so that its limits hold for the host."""

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        clock: Callable[[], datetime],
        db: Database,
        settings: FeedSettings,
        on_stored: Callable[[], None],
        type_of: Callable[[str], str],
        is_read: Callable[[str], bool],
        chance: random.Random,
    ) -> None:
        self._session = session
        self._clock = clock
        self._db = db
        self._settings = settings
        self._on_stored = on_stored
        self._type_of = type_of
        self._is_read = is_read
        self._chance = chance
        self._slots = asyncio.Semaphore(CONCURRENCY)
        self._in_hand: set[str] = set()
        self._batches: set[asyncio.Task[None]] = set()
        self._workers: set[asyncio.Task[None]] = set()
        self._holds: set[object] = set()
        self._owed = False
        self._closing = False

    @property
    def catching_up(self) -> bool:
        """Whether more is coming in than usual, to be decided as a whole; ends by itself after 20 s."""
        return bool(self._holds)

    def take(self, wanted: Sequence[Wanted]) -> None:
        """Begin to fetch these in the background; those already in hand are left out."""
        new = [entry for entry in wanted if entry.entry_id not in self._in_hand]
        if not new or self._closing:
            return
        self._in_hand.update(entry.entry_id for entry in new)
        batch = asyncio.create_task(self._run(new))
        self._batches.add(batch)
        batch.add_done_callback(self._batches.discard)

    async def retry_due(self) -> int:
        """Take up entries whose time has come, those left over by an earlier run included; how many."""
        found = await self._db.read(store.due, self._clock(), _RETRIES_AT_ONCE + len(self._in_hand))
        self.take(found)
        return len(found)

    async def settled(self) -> None:
        """Wait until nothing is in hand."""
        while self._batches:
            await asyncio.wait(self._batches)

    async def close(self) -> None:
        """Give up what is being fetched, commit what has come; the rest stays wanted for the next start."""
        self._closing = True
        for worker in self._workers:
            worker.cancel()
        await self.settled()

    async def _run(self, wanted: Sequence[Wanted]) -> None:
        try:
            # What another batch has fetched since these were listed is never fetched again.
            still = await self._db.read(store.still_wanted, [entry.entry_id for entry in wanted])
            await self._fetch_all([entry for entry in wanted if entry.entry_id in still])
        except Exception:  # noqa: BLE001 -- they stay wanted in the database, and `retry_due` finds them
            _log.exception("batch_crashed", extra={"count": len(wanted)})
        finally:
            self._in_hand.difference_update(entry.entry_id for entry in wanted)

    async def _fetch_all(self, wanted: Sequence[Wanted]) -> None:
        hold = self._hold() if len(wanted) > CATCH_UP else None
        done: asyncio.Queue[Outcome | None] = asyncio.Queue()
        # thousands in a catch-up: sorted beside the loop
        jobs = iter(await asyncio.to_thread(sorted, wanted, key=self._rank))
        count = 0 if self._closing else min(CONCURRENCY, len(wanted))
        workers = [asyncio.create_task(self._work(jobs, done)) for _ in range(count)]
        for worker in workers:  # also one that is cancelled before it has begun
            worker.add_done_callback(lambda _: done.put_nowait(None))
        self._workers.update(workers)
        try:
            while count:
                came, ended = await _gather(done, count)
                count -= ended
                await self._commit(came, hold)
        finally:
            self._workers.difference_update(workers)
            self._release(hold)

    def _rank(self, entry: Wanted) -> tuple[bool, float]:
        """Types with a reader before all others, then the newest first."""
        return not self._is_read(self._type_of(entry.file_name)), -entry.updated.timestamp()

    async def _work(self, jobs: Iterator[Wanted], done: asyncio.Queue[Outcome | None]) -> None:
        for entry in jobs:
            async with self._slots:
                outcome = await self._fetch(entry)
            done.put_nowait(outcome)

    async def _fetch(self, entry: Wanted) -> Outcome:
        try:
            answer = await fetch.get(self._session, entry.url, self._settings, may_follow=self._may_follow)
            if isinstance(answer, Fetched) and not _is_html(answer):
                packed = await asyncio.to_thread(
                    telegrams.pack,
                    answer.body,
                    file_name=entry.file_name,
                    received_at=self._clock(),
                    entry_id=entry.entry_id,
                )
                return Got(wanted=entry, telegram=packed, whole=telegrams.is_whole(answer.body))
        except Exception as fault:  # noqa: BLE001 -- a fault of ours with one telegram must not stop the others
            _log.exception("telegram_fetch_crashed", extra={"file_name": entry.file_name})
            answer = Failed(fault=Fault.BROKEN, reason=f"our own fault: {type(fault).__name__}")
        if not isinstance(answer, Failed):
            answer = Failed(fault=Fault.CONTENT_TYPE, reason="a web page came instead of a telegram")
        _log.warning("telegram_missed", extra={"file_name": entry.file_name, "reason": answer.reason})
        return Missed(wanted=entry, failed=answer)

    def _may_follow(self, url: str) -> bool:
        return entries.is_below(self._settings.base, url)

    async def _commit(self, outcomes: Sequence[Outcome], hold: object | None) -> None:
        if not outcomes:
            return
        now = self._clock()
        settled = [listing.settle(outcome, now, self._chance) for outcome in outcomes]
        for attempt in range(1, _COMMIT_TRIES + 1):
            try:
                stored = await self._db.write(store.settle, settled, now)
            except Exception:  # noqa: BLE001 -- they stay wanted in the database and are fetched again
                _log.exception("telegrams_not_stored", extra={"count": len(settled), "attempt": attempt})
                await asyncio.sleep(0.2 * attempt)
            else:
                if stored:
                    self._wake(hold)
                return

    def _wake(self, hold: object | None) -> None:
        if hold in self._holds:
            self._owed = True
        else:
            self._on_stored()

    def _hold(self) -> object:
        hold = object()
        self._holds.add(hold)
        asyncio.get_running_loop().call_later(_HOLD_SECONDS, self._release, hold)
        return hold

    def _release(self, hold: object | None) -> None:
        """End a hold, by time or because all is there; the last one wakes."""
        self._holds.discard(hold)
        if self._owed and not self._holds:
            self._owed = False
            self._on_stored()


async def _gather(done: asyncio.Queue[Outcome | None], workers: int) -> tuple[list[Outcome], int]:
    """The first outcome and what else comes within 0.3 s, or until all workers have ended; how many have."""
    came = [await done.get()]
    ended = int(came[0] is None)
    try:
        async with asyncio.timeout(_GATHER_SECONDS):
            while ended < workers:
                came.append(await done.get())
                ended += came[-1] is None
    except TimeoutError:
        pass
    return [outcome for outcome in came if outcome is not None], ended


def _is_html(answer: Fetched) -> bool:
    if answer.content_type in ("text/html", "application/xhtml+xml"):
        return True
    return answer.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html"))
