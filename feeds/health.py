"""How well each feed can be seen, as values: what a poll changes, and when it is an alarm. Pure.

Refuses to take a failed or empty poll for anything but a fact about the feed (design, rules 3 and 14).
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.japan import JST
from alerts.notices import Notice, NoticeKind
from feeds.settings import LONGEST_GAP, FeedSettings

#: a time further ahead than this is a wrong clock somewhere, and would hide a silence
_AHEAD = timedelta(minutes=5)
LONGEST_PAUSE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """All that is known of one feed; times are UTC, None = never."""

    name: str
    etag: str | None = None
    last_modified: str | None = None
    #: SHA-256 of the body that was last taken in
    body_hash: str | None = None
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    #: the newest time the content itself speaks of
    content_at: datetime | None = None
    #: None = the long form is still to be read
    long_read_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    last_error: str | None = None
    #: blind or silent since; people in charge have been told
    blind_since: datetime | None = None


class Sight(StrEnum):
    """Whether we can see what a feed says."""

    FRESH = "fresh"
    FAILING = "failing"  #: the last poll failed, or none has been made
    BLIND = "blind"  #: polls fail, or are not made, for too long
    SILENT = "silent"  #: it answers, but its content has stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What to say about one feed."""

    feed: str
    sight: Sight
    #: since when we do not see it; None while fresh or never polled
    since: datetime | None
    text: str


def judge(state: FeedState, now: datetime, settings: FeedSettings, watched_since: datetime | None = None) -> Judgement:
    """The worst that is true of a feed now; polls that are not made count from `watched_since` on, if given."""
    name, since = state.name, state.last_success_at or state.failing_since or watched_since
    if since is None:
        text = f"The JMA feed {name} has not answered yet: no poll has ended."
        return Judgement(feed=name, sight=Sight.FAILING, since=None, text=text)
    if _is_blind(state, now, settings, watched_since):
        return Judgement(feed=name, sight=Sight.BLIND, since=since, text=_unseen(name, since, _why(state)))
    allowed = settings.silence.get(name)
    if allowed is not None and state.content_at is not None and now - state.content_at > allowed:
        why = "it answers, but its content has not changed since"
        return Judgement(
            feed=name, sight=Sight.SILENT, since=state.content_at, text=_unseen(name, state.content_at, why)
        )
    if state.last_success_at is None:
        text = f"The JMA feed {name} has not answered yet, asked since {_local(since)}: {_why(state)}."
        return Judgement(feed=name, sight=Sight.FAILING, since=since, text=text)
    if state.failing_since:
        text = f"The JMA feed {name} fails since {_local(state.failing_since)}: {state.last_error}."
        return Judgement(feed=name, sight=Sight.FAILING, since=state.failing_since, text=text)
    return Judgement(feed=name, sight=Sight.FRESH, since=None, text=f"The JMA feed {name} is up to date.")


def _why(state: FeedState) -> str:
    if state.failing_since:
        return f"{state.last_error} ({state.failures} polls in a row)"
    return "no poll has been made" if state.last_success_at else "no poll has ended"


def _is_blind(state: FeedState, now: datetime, settings: FeedSettings, watched_since: datetime | None) -> bool:
    if state.failing_since is not None:
        return now - state.failing_since > settings.blind_after
    begun = [moment for moment in (state.last_success_at, watched_since) if moment is not None]
    return bool(begun) and now - max(begun) > settings.blind_after + timedelta(seconds=3 * settings.poll_seconds)


def _unseen(name: str, since: datetime, why: str) -> str:
    return (
        f"We cannot see the JMA feed {name} since {_local(since)}: {why}. Warnings may be missing: watch JMA yourself."
    )


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(JST):%Y-%m-%d %H:%M} Japan time"


def alarm(judgement: Judgement) -> Notice | None:
    """What the people in charge are told by SMS, if anything."""
    kinds = {Sight.BLIND: NoticeKind.BLIND, Sight.SILENT: NoticeKind.SILENT}
    kind = kinds.get(judgement.sight)
    if kind is None:
        return None
    return Notice(kind=kind, subject=judgement.feed, text=judgement.text, urgent=True, since=judgement.since)


def needs_long_form(state: FeedState, now: datetime) -> bool:
    """Whether entries may have passed unseen: first ever, after a gap, or while the long form is still owed."""
    if state.long_read_at is None:
        return True
    return now - max(state.long_read_at, state.last_success_at or state.long_read_at) > LONGEST_GAP


def after_success(state: FeedState, now: datetime, spoken_of: Iterable[datetime] = ()) -> FeedState:
    """The state after a poll that was answered; `spoken_of` are the times in its content."""
    seen = [moment for moment in spoken_of if moment <= now + _AHEAD]
    before = [state.content_at] if state.content_at else []
    return replace(
        state,
        last_poll_at=now,
        last_success_at=now,
        # Content without any time counts from its first sight, so that it can fall silent too.
        content_at=max(seen + before, default=now),
        failing_since=None,
        failures=0,
        last_error=None,
    )


def after_failure(state: FeedState, now: datetime, reason: str, began: datetime | None = None) -> FeedState:
    """The state after a poll that failed, which may have hung since it `began`: only its health changes."""
    return replace(
        state,
        last_poll_at=now,
        failing_since=state.failing_since or began or now,
        failures=state.failures + 1,
        last_error=reason,
    )


def pause(failures: int, poll_seconds: float, chance: random.Random) -> float:
    """Seconds to wait after so many failures in a row, with jitter; the poll after it comes within 60 s."""
    if failures == 0:
        return 0.0
    wished = min(poll_seconds * 2.0 ** min(failures - 1, 16), LONGEST_PAUSE - poll_seconds)
    return max(0.0, wished) * chance.uniform(0.5, 1.0)
