"""Polls JMA's feeds side by side and records what they list. Keeps no clock: the caller calls `poll_feed` and `watch`.

Refuses to change anything but health when a poll fails; one feed's trouble is nothing to the others.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias, TypeVar, assert_never

import aiohttp

from feeds import entries, fetch, health, listing, store
from feeds.collector import Collector
from feeds.fetch import Failed, Fetched, Unchanged
from feeds.health import FeedState, Judgement
from feeds.jma import types
from feeds.listing import NewEntry, Wanted
from feeds.settings import FEEDS as FEEDS
from feeds.settings import FeedSettings as FeedSettings
from feeds.slicer import Slicer
from feeds.slicing import Refused
from storage.database import Database

_ROWS_AT_ONCE = 500
_MOST_KNOWN = 60_000
#: the one-minute form waits this long for the long form at most
_LONG_FORM_FIRST = 5.0
_LONG_FORM_PAUSE = timedelta(seconds=60)
_LONG_FORM_LONGEST_PAUSE = 10 * _LONG_FORM_PAUSE
_XML = frozenset({"application/xml", "text/xml", "application/atom+xml", ""})
_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A poll that was answered with content."""

    feed: str
    listed: int
    #: entries that had not been seen before
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A poll that was answered: there is nothing new."""

    feed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PollFailed:
    """A poll that told us nothing."""

    feed: str
    reason: str


Outcome: TypeAlias = Fresh | NotModified | PollFailed


@dataclass(slots=True)
class _Loop:
    """What one feed's loop remembers between polls; everything that must survive is in the database."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    #: ids that are in the database for sure
    known: set[str] = field(default_factory=set)
    not_before: datetime | None = None
    long_form: asyncio.Task["_Taken | None"] | None = None
    long_failures: int = 0
    long_not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """What a body gave; all of it is in the database."""

    listed: int
    #: entries that no poll had recorded
    new: int
    #: those of them whose telegram is to be fetched
    wanted: tuple[Wanted, ...]
    #: times the content speaks of
    times: tuple[datetime, ...]


class Poller:
    """Polling of all feeds. Make it inside the event loop; `close` it before its session and database."""

    def __init__(
        self,
        db: Database,
        session: aiohttp.ClientSession,
        settings: FeedSettings,
        clock: Callable[[], datetime],
        *,
        on_stored: Callable[[], None],
        type_of: Callable[[str], str] = types.code_in,
        is_read: Callable[[str], bool] = types.is_read,
        chance: random.Random | None = None,
    ) -> None:
        """`on_stored` wakes whoever decides; `type_of` tells the type by file name, `is_read` types with a reader."""
        self._db = db
        self._session = session
        self._settings = settings
        self._clock = clock
        self._chance = chance or random.Random()
        self._began = clock()
        self._slicer = Slicer()
        self._loops = {feed: _Loop() for feed in FEEDS}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closing = False
        self._collector = Collector(
            session=session,
            clock=clock,
            db=db,
            settings=settings,
            on_stored=on_stored,
            type_of=type_of,
            is_read=is_read,
            chance=self._chance,
        )

    @property
    def catching_up(self) -> bool:
        """Whether the telegrams of a long gap are still coming in; they are to be decided as a whole."""
        return self._collector.catching_up

    async def poll_feed(self, feed: str) -> Outcome | None:
        """For the clock, every `poll_seconds`: poll one feed unless it is being polled or pauses after failures."""
        loop = self._loops[feed]
        if self._closing or loop.lock.locked():
            return None
        if _waits(loop.not_before, self._clock(), timedelta(seconds=health.LONGEST_PAUSE)):
            return None
        return await self.poll_once(feed)

    async def poll_all(self) -> Mapping[str, Outcome]:
        """Poll every feed now, side by side; telegrams are fetched in the background (`settled`)."""
        outcomes = await asyncio.gather(*(self.poll_once(feed) for feed in self._loops))
        return {outcome.feed: outcome for outcome in outcomes}

    async def poll_once(self, feed: str) -> Outcome:
        """Poll one feed now and record it. Raises for nothing that the feed does."""
        poll = self._start(self._poll_guarded(feed))
        try:
            await asyncio.wait({poll})
        finally:
            poll.cancel()
        return PollFailed(feed=feed, reason="polling was stopped") if poll.cancelled() else poll.result()

    async def watch(self) -> list[Judgement]:
        """For the clock, every few seconds: raise and resolve alarms as time passes, and fetch again what is due."""
        judgements = await self._db.write(store.watch, self._clock(), self._settings, self._began)
        if not self._closing:
            await self._collector.retry_due()
        return judgements

    async def settled(self) -> None:
        """Wait until no poll and no fetch is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._collector.settled()

    async def close(self) -> None:
        """End polling: what is under way is given up, telegrams that have come are committed."""
        self._closing = True
        for task in self._tasks:
            task.cancel()
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._collector.close()
        await self._slicer.close()

    def _start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _poll_guarded(self, feed: str) -> Outcome:
        loop = self._loops[feed]
        async with loop.lock:
            try:
                outcome = await self._poll(feed, loop)
            except Exception as fault:  # noqa: BLE001 -- the next poll goes on whatever happened in this one
                _log.exception("poll_crashed", extra={"feed": feed})
                return await self._own_fault(feed, f"our own fault: {type(fault).__name__}: {fault}")
        if isinstance(outcome, PollFailed):
            _log.warning("poll_failed", extra={"feed": feed, "reason": outcome.reason})
        return outcome

    async def _own_fault(self, feed: str, reason: str) -> PollFailed:
        """A poll that broke off in our own code is a failed poll: the feed's health must say so."""
        try:
            state = await self._db.read(store.feed_state, feed)
            now = self._clock()
            await self._db.write(
                store.save_poll, health.after_failure(state, now, reason), now, self._settings, self._began
            )
        except Exception:  # noqa: BLE001 -- perhaps the database is the fault; time makes it blindness
            _log.exception("poll_not_recorded", extra={"feed": feed})
        return PollFailed(feed=feed, reason=reason)

    async def _poll(self, feed: str, loop: _Loop) -> Outcome:
        began = self._clock()
        state = await self._db.read(store.feed_state, feed)
        wanted: list[Wanted] = []
        spoken_of: list[datetime] = []
        if (taken := await self._long_form_first(feed, loop, state)) is not None:
            wanted.extend(taken.wanted)
            spoken_of.extend(taken.times)
        try:
            read = await self._read_form(feed, loop, state)
            if isinstance(read, tuple):
                state, taken = read
                wanted.extend(taken.wanted)
                spoken_of.extend(taken.times)
        finally:
            self._collector.take(wanted)  # what the long form gave counts, whatever the short one does
        return await self._record(feed, loop, state, read, spoken_of, began)

    async def _read_form(
        self, feed: str, loop: _Loop, state: FeedState
    ) -> tuple[FeedState, _Taken] | Unchanged | PollFailed:
        """GET the one-minute form; with the state that remembers it, if it was new."""
        pairs = (("If-None-Match", state.etag), ("If-Modified-Since", state.last_modified))
        conditions = {name: value for name, value in pairs if value}
        answer = await self._get(self._settings.feed_url(feed), conditions)
        match answer:
            case Failed(reason=reason):
                return PollFailed(feed=feed, reason=reason)
            case Unchanged():
                return answer
            case Fetched() if answer.digest == state.body_hash:
                return Unchanged()
            case Fetched():
                taken = await self._take_in(feed, loop, answer.body)
            case _:
                assert_never(answer)
        if isinstance(taken, Refused):
            return PollFailed(feed=feed, reason=taken.reason)
        # Only a body that was wholly taken in may be left out next time.
        remembered = replace(state, etag=answer.etag, last_modified=answer.last_modified, body_hash=answer.digest)
        return remembered, taken

    async def _record(
        self,
        feed: str,
        loop: _Loop,
        state: FeedState,
        read: tuple[FeedState, _Taken] | Unchanged | PollFailed,
        spoken_of: Sequence[datetime],
        began: datetime,
    ) -> Outcome:
        """Write the feed's health; when its next poll may be."""
        now = self._clock()
        outcome: Outcome
        match read:
            case PollFailed(reason=reason):
                state, outcome = health.after_failure(state, now, reason, began), read
            case Unchanged():
                state, outcome = health.after_success(state, now, spoken_of), NotModified(feed=feed)
            case (_, taken):
                state = health.after_success(state, now, spoken_of)
                outcome = Fresh(feed=feed, listed=taken.listed, new=taken.new)
        pause = health.pause(state.failures, self._settings.poll_seconds, self._chance)
        loop.not_before = now + timedelta(seconds=pause) if pause else None
        await self._db.write(store.save_poll, state, now, self._settings, self._began)
        return outcome

    async def _long_form_first(self, feed: str, loop: _Loop, state: FeedState) -> _Taken | None:
        """Begin to read the long form if it is owed, and wait for it a little; what it gave, if it came in time."""
        now = self._clock()
        if not health.needs_long_form(state, now) or loop.long_form is not None:
            return None
        if _waits(loop.long_not_before, now, _LONG_FORM_LONGEST_PAUSE):
            return None
        if state.long_read_at is not None:  # so that it stays owed over a restart
            await self._db.write(store.set_long_read, feed, None)
        task = loop.long_form = self._start(self._read_long_form(feed, loop))
        await asyncio.wait({task}, timeout=0 if loop.long_failures else _LONG_FORM_FIRST)
        if task.done():
            return None if task.cancelled() else task.result()
        task.add_done_callback(self._take_late)
        return None

    def _take_late(self, task: "asyncio.Task[_Taken | None]") -> None:
        if not task.cancelled() and (taken := task.result()) is not None:
            self._collector.take(taken.wanted)

    async def _read_long_form(self, feed: str, loop: _Loop) -> _Taken | None:
        """GET the long form; None if it failed, then it is tried again after a growing pause."""
        try:
            answer = await self._get(self._settings.feed_url(feed, long=True), {})
            taken = await self._take_in(feed, loop, answer.body) if isinstance(answer, Fetched) else answer
            if isinstance(taken, _Taken):
                await self._db.write(store.set_long_read, feed, self._clock())
                loop.long_failures, loop.long_not_before = 0, None
                return taken
            _log.warning("long_form_failed", extra={"feed": feed, "reason": getattr(taken, "reason", "304")})
        except Exception:  # noqa: BLE001 -- the one-minute form goes on
            _log.exception("long_form_crashed", extra={"feed": feed})
        finally:
            loop.long_form = None
        loop.long_failures += 1
        loop.long_not_before = self._clock() + min(_LONG_FORM_PAUSE * loop.long_failures, _LONG_FORM_LONGEST_PAUSE)
        return None

    async def _get(self, url: str, conditions: Mapping[str, str]) -> fetch.Answer:
        answer = await fetch.get(self._session, url, self._settings, may_follow=self._may_follow, headers=conditions)
        if isinstance(answer, Fetched) and answer.content_type not in _XML:
            reason = f"the content type is {answer.content_type[:80]!r}; expected XML"
            return Failed(fault=fetch.Fault.CONTENT_TYPE, reason=reason, status=200)
        return answer

    def _may_follow(self, url: str) -> bool:
        return entries.is_below(self._settings.base, url, entries.FEED)

    async def _take_in(self, feed: str, loop: _Loop, body: bytes) -> _Taken | Refused:
        """Record what a body lists and is not known."""
        slices = await self._slicer.cut(body, loop.known)
        if isinstance(slices, Refused):
            return slices
        ids = [*(entry.entry_id for entry in slices.entries), *slices.too_big]
        unseen = await self._db.read(store.unseen, ids) if ids else set()
        now = self._clock()
        big, nameless = listing.misfits(slices, feed)
        recorded = [listing.record(entry, feed, now, self._settings) for entry in big if entry.entry_id in unseen]
        new = [entry for entry in slices.entries if entry.entry_id in unseen]
        for batch in entries.batches(new):  # a catch-up brings thousands
            readings = entries.read(slices, batch, feed)
            recorded.extend(listing.record(reading, feed, now, self._settings) for reading in readings)
            await asyncio.sleep(0)
        new_count, wanted = await self._add([one.row for one in recorded])
        await self._db.write(store.set_entry_notices, feed, listing.told(recorded, feed), nameless, now)
        if len(loop.known) > _MOST_KNOWN:
            loop.known.clear()
        loop.known.update(ids)
        dated = [entries.moment(slices.updated), *(one.dated for one in recorded)]
        times = tuple(moment for moment in dated if moment is not None)
        return _Taken(listed=slices.listed, new=new_count, wanted=tuple(wanted), times=times)

    async def _add(self, rows: Sequence[NewEntry]) -> tuple[int, list[Wanted]]:
        """Write new entries; how many another feed has not brought meanwhile, and which of these to fetch."""
        count = 0
        wanted: list[Wanted] = []
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            portion = rows[start : start + _ROWS_AT_ONCE]
            added = await self._db.write(store.add_entries, portion)
            count += len(added)
            wanted.extend(listing.wanted([row for row in portion if row.entry_id in added]))
        return count, wanted


def _waits(not_before: datetime | None, now: datetime, longest: timedelta) -> bool:
    """Whether a pause is on; one that seems longer than any was begun before our clock was set back, and is over."""
    return not_before is not None and now < not_before <= now + longest
