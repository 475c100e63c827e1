"""What becomes of a feed entry, step by step: wanted, fetched, gone or refused. Pure decisions with their reasons."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias, assert_never

from alerts.notices import Notice, NoticeKind
from feeds import entries
from feeds.entries import FeedEntry, Unusable
from feeds.fetch import Failed, Fault
from feeds.jma import types
from feeds.settings import FeedSettings
from feeds.slicing import Slices
from feeds.telegrams import Packed

#: how long a telegram that cannot be fetched is tried again: JMA keeps it for days, a warning matters for hours
GIVE_UP_AFTER = timedelta(hours=12)
#: but never before so many attempts, however long we ourselves were away
_TRIES = 20
#: what was issued longer than this before we first saw its entry is history, read in a catch-up
OLD = timedelta(days=2)
#: old telegrams that the server does not have are asked for so often
_OLD_TRIES = 3
#: a telegram that we cannot see for so long is told to the people in charge, while it is tried further
TELL_AFTER = timedelta(minutes=3)
_FIRST_PAUSE = 5.0
#: the longest pause in the first hour, and after it
_SOON, _LATER = 60.0, 600.0
#: no attempt is ever planned further ahead; what seems to be was planned before our clock was set back
FURTHEST = timedelta(seconds=_LATER)
_FIRST_HOUR = timedelta(hours=1)
#: what came is no whole telegram: it is kept, and asked for again so often, in case it was cut off on the way
_BROKEN_TRIES = 5
_NO_LONGER_THERE = frozenset({404, 410})


class EntryState(StrEnum):
    """How far the telegram of an entry has come."""

    WANTED = "wanted"
    FETCHED = "fetched"
    GONE = "gone"  #: it cannot be had any more
    REFUSED = "refused"  #: it is not fetched: its link leads elsewhere, or its type is of no use


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry as it is first recorded."""

    entry_id: str
    feed: str
    url: str
    title: str
    updated: datetime
    seen_at: datetime
    state: EntryState
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A new entry's row, and what is the matter with it."""

    row: NewEntry
    #: the time it gives itself
    dated: datetime | None = None
    trouble: NoticeKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An entry whose telegram is still to be fetched."""

    entry_id: str
    url: str
    updated: datetime
    seen_at: datetime
    #: fetches that have failed
    attempts: int

    @property
    def file_name(self) -> str:
        """The telegram's name, which holds its type."""
        return entries.file_name(self.url)

    @property
    def is_old(self) -> bool:
        """Whether it was history when we first saw it."""
        return self.seen_at - self.updated > OLD

    @property
    def may_warn(self) -> bool:
        """Whether it may hold a warning of today: a type that is read, or one that nobody knows."""
        code = types.code_in(self.file_name)
        return not self.is_old and (types.is_read(code) or types.of(code) is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """The telegram came."""

    wanted: Wanted
    telegram: Packed
    #: whether it ends as a telegram does; if not, it was cut off, or is something else
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """The telegram did not come."""

    wanted: Wanted
    failed: Failed


Outcome: TypeAlias = Got | Missed


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a fetch makes of its entry."""

    entry_id: str
    state: EntryState
    next_at: datetime | None = None
    error: str | None = None
    telegram: Packed | None = None
    notice: Notice | None = None
    #: the notice that it is missing, to be resolved: its subject
    found: str | None = None


def record(reading: entries.Reading, feed: str, now: datetime, settings: FeedSettings) -> Recorded:
    """How a new entry is recorded."""
    match reading:
        case FeedEntry() if not entries.is_below(settings.base, reading.url):
            reason = f"the link {reading.url[:200]!r} does not lead below {settings.base}{entries.DATA}"
            return Recorded(row=_row(reading, now, reason), dated=reading.updated, trouble=NoticeKind.REFUSED_LINK)
        case FeedEntry():
            return Recorded(row=_row(reading, now, _of_no_use(reading)), dated=reading.updated)
        case Unusable(entry_id=entry_id, reason=reason):
            bare = FeedEntry(entry_id=entry_id, url="", title="", updated=None, feed=feed, author="")
            return Recorded(row=_row(bare, now, reason), trouble=NoticeKind.FEED_ENTRY)
        case _:
            assert_never(reading)


def told(recorded: Sequence[Recorded], feed: str) -> list[Notice]:
    """What the operator should see of new entries: one notice per kind, however many they are."""
    found: list[Notice] = []
    for kind in (NoticeKind.REFUSED_LINK, NoticeKind.FEED_ENTRY):
        rows = [one.row for one in recorded if one.trouble is kind]
        if rows:
            first = f"{rows[0].error} ({rows[0].entry_id[:200]})"
            text = (
                f"The feed {feed} lists {len(rows)} entries that are not followed, such as: {first}. Look at the feed."
            )
            # The feed itself is the subject of the notice about entries without id.
            found.append(Notice(kind=kind, subject=f"{feed} entries", text=text))
    return found


def _of_no_use(entry: FeedEntry) -> str | None:
    reason = entries.unfetched_types().get(types.code_in(entries.file_name(entry.url)))
    return f"never fetched: {reason}" if reason else None


def _row(entry: FeedEntry, now: datetime, refusal: str | None) -> NewEntry:
    return NewEntry(
        entry_id=entry.entry_id,
        feed=entry.feed,
        url=entry.url,
        title=entry.title,
        updated=entry.updated or now,
        seen_at=now,
        state=EntryState.REFUSED if refusal else EntryState.WANTED,
        error=refusal,
    )


def wanted(rows: Sequence[NewEntry]) -> list[Wanted]:
    """Those of newly recorded entries that are to be fetched."""
    return [
        Wanted(entry_id=row.entry_id, url=row.url, updated=row.updated, seen_at=row.seen_at, attempts=0)
        for row in rows
        if row.state is EntryState.WANTED
    ]


def misfits(slices: Slices, feed: str) -> tuple[list[Unusable], Notice | None]:
    """Entries that are too big, to be recorded; and a notice if some have no id and cannot be."""
    big = [Unusable(entry_id=entry_id, reason="the entry is too big to be read") for entry_id in slices.too_big]
    if not slices.without_id:
        return big, None
    text = f"The feed {feed} lists {slices.without_id} entries without a usable id: they are skipped. Look at the feed."
    return big, Notice(kind=NoticeKind.FEED_ENTRY, subject=feed, text=text)


def settle(outcome: Outcome, now: datetime, chance: random.Random) -> Settled:
    """What a fetch makes of its entry: fetched, tried again later, or gone for good."""
    match outcome:
        case Got(wanted=entry, telegram=telegram, whole=False) if entry.attempts + 1 < _BROKEN_TRIES:
            error = "what came is no whole telegram: kept, and asked for again"
            return Settled(
                entry_id=entry.entry_id,
                state=EntryState.WANTED,
                next_at=_next_at(entry, now, chance),
                error=error,
                telegram=telegram,
            )
        case Got(wanted=entry, telegram=telegram):
            return Settled(entry_id=entry.entry_id, state=EntryState.FETCHED, telegram=telegram, found=entry.file_name)
        case Missed(wanted=entry, failed=failed):
            return _missed(entry, failed, now, chance)
        case _:
            assert_never(outcome)


def _missed(entry: Wanted, failed: Failed, now: datetime, chance: random.Random) -> Settled:
    """Tried again, also where the server says it is not there: a feed may list what its host has not yet."""
    not_there = failed.status in _NO_LONGER_THERE or failed.fault is Fault.CONTENT_TYPE
    if not_there and entry.is_old and entry.attempts + 1 >= _OLD_TRIES:
        return _gone(entry, failed.reason)
    next_at = _next_at(entry, now, chance)
    if next_at - entry.seen_at > GIVE_UP_AFTER and entry.attempts + 1 >= _TRIES:
        hours = f"{(now - entry.seen_at) / timedelta(hours=1):.0f} hours"
        return _gone(entry, f"given up after {hours} and {entry.attempts + 1} attempts: {failed.reason}")
    return Settled(
        entry_id=entry.entry_id,
        state=EntryState.WANTED,
        next_at=next_at,
        error=failed.reason,
        notice=_missing(entry, failed.reason, now),
    )


def _next_at(entry: Wanted, now: datetime, chance: random.Random) -> datetime:
    """Fast at first, then slower; a telegram that holds no warning of today may wait longer from the start."""
    longest = _SOON if entry.may_warn and now - entry.seen_at < _FIRST_HOUR else _LATER
    pause = min(_FIRST_PAUSE * 2.0 ** min(entry.attempts, 16), longest) * chance.uniform(0.5, 1.0)
    return now + timedelta(seconds=pause)


def _missing(entry: Wanted, reason: str, now: datetime) -> Notice | None:
    """While it is still tried: people in charge must not wait for hours to hear that a warning may be missing."""
    if not entry.may_warn or now - entry.seen_at < TELL_AFTER:
        return None
    return _notice(entry, f"{reason}. It is tried further.")


def _gone(entry: Wanted, reason: str) -> Settled:
    return Settled(entry_id=entry.entry_id, state=EntryState.GONE, error=reason, notice=_notice(entry, f"{reason}."))


def _notice(entry: Wanted, reason: str) -> Notice:
    seen = f"{entry.seen_at:%Y-%m-%d %H:%M} UTC"
    text = f"The telegram {entry.file_name} is listed since {seen} but cannot be had: {reason}"
    return Notice(
        kind=NoticeKind.GONE,
        subject=entry.file_name,
        text=f"{text} A warning, or its end, may be missing: see JMA's pages for what it says.",
        urgent=entry.may_warn,
        since=entry.seen_at,
    )
