"""How a page speaks of each feed: the judgement of `feeds.health` over the rows, without deciding anything anew."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from feeds import health
from feeds.health import FeedState
from feeds.settings import FEEDS, FeedSettings

#: beside the sights of `feeds.health`: no poll has ended yet, and polls fail without any answer so far
UNREAD, UNANSWERED = "unread", "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What a page says of a feed."""

    name: str
    #: fresh, failing, blind, silent, unread, unanswered
    sight: str
    #: since when we cannot see it; None while we can, and where we never could
    since: datetime | None
    content_at: datetime | None
    last_success_at: datetime | None
    failures: int
    #: the last poll's failure, in English; '' for none
    error: str

    @property
    def blind(self) -> bool:
        """Whether people in charge must know."""
        return self.sight in (health.Sight.BLIND, health.Sight.SILENT)

    @property
    def ready(self) -> bool:
        """Whether the service does its work as far as this feed goes."""
        return self.sight in (health.Sight.FRESH, health.Sight.FAILING)


def judge(rows: Iterable[FeedState], settings: FeedSettings, now: datetime) -> tuple[Freshness, ...]:
    """One judgement for each feed we read; a feed without a row has never been read."""
    known = {row.name: row for row in rows}
    return tuple(_judge(known.get(name, FeedState(name=name)), settings, now) for name in FEEDS)


def _judge(row: FeedState, settings: FeedSettings, now: datetime) -> Freshness:
    judgement = health.judge(row, now, settings)
    sight = judgement.sight.value
    if row.last_success_at is None and judgement.sight is health.Sight.FAILING:
        sight = UNREAD if row.failing_since is None else UNANSWERED
    return Freshness(
        name=row.name,
        sight=sight,
        since=judgement.since,
        content_at=row.content_at,
        last_success_at=row.last_success_at,
        failures=row.failures,
        error=row.last_error or "",
    )
