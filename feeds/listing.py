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

#: how long a telegram that cannot be fetched is tried again
GIVE_UP_AFTER = timedelta(hours=12)
_FIRST_PAUSE = 5.0
_LONGEST_PAUSE = 600.0
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """The telegram came."""

    wanted: Wanted
    telegram: Packed


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
        case Got(wanted=entry, telegram=telegram):
            return Settled(entry_id=entry.entry_id, state=EntryState.FETCHED, telegram=telegram)
        case Missed(wanted=entry, failed=failed):
            return _missed(entry, failed, now, chance)
        case _:
            assert_never(outcome)


def _missed(entry: Wanted, failed: Failed, now: datetime, chance: random.Random) -> Settled:
    if failed.status in _NO_LONGER_THERE:
        return _gone(entry, failed.reason)
    if failed.fault is Fault.CONTENT_TYPE:
        return _gone(entry, failed.reason)
    pause = min(_FIRST_PAUSE * 2.0 ** min(entry.attempts, 16), _LONGEST_PAUSE) * chance.uniform(0.5, 1.0)
    next_at = now + timedelta(seconds=pause)
    if next_at - entry.seen_at > GIVE_UP_AFTER:
        hours = f"{GIVE_UP_AFTER / timedelta(hours=1):g} hours"
        return _gone(entry, f"given up after {hours} and {entry.attempts + 1} attempts: {failed.reason}")
    return Settled(entry_id=entry.entry_id, state=EntryState.WANTED, next_at=next_at, error=failed.reason)


def _gone(entry: Wanted, reason: str) -> Settled:
    notice = Notice(
        kind=NoticeKind.GONE,
        subject=entry.file_name,
        text=f"The telegram {entry.file_name} is listed but cannot be had: {reason}. See JMA's pages for what it said.",
    )
    return Settled(entry_id=entry.entry_id, state=EntryState.GONE, error=reason, notice=notice)
