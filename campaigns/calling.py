"""Calls the people on duty for campaigns that wait for a second person, as for everything that waits for two people.

The deadline is the first time of its days: when that passes nothing was sent, it is called out, and it still waits.
Lessons are no reason to wake anybody: calls go out by day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alerts import noticeboard
from alerts.japan import JST
from alerts.notices import NoticeKind
from campaigns import calendar, store
from campaigns.store import Campaign
from delivery.byhand import calling
from delivery.byhand.calling import Call, Step
from storage.connection import Connection

#: hours of Japan in which somebody is called
_DAY: Final = range(8, 20)
_ORDER: Final = ("", Step.CALL, Step.REMIND, Step.OVERDUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A campaign that nobody has decided on."""

    campaign: Campaign
    #: when its first lesson would go out; when it was planned where that is over
    deadline: datetime
    #: the last call that was made
    called: str


def open_ones(db: Connection) -> list[Waiting]:
    """Those that wait, the nearest deadline first."""
    found = [Waiting(campaign=one, deadline=deadline(one), called=called) for one, called in store.waiting(db)]
    return sorted(found, key=lambda one: (one.deadline, one.campaign.id))


def deadline(campaign: Campaign) -> datetime:
    """Until when somebody has to decide so that nothing of it is late."""
    since = campaign.planned_at
    return next((at for at in calendar.due(campaign.plan.timing) if at > since), since)


def is_due(db: Connection, now: datetime) -> bool:
    """Whether `watch` has anything to do; cheap where nothing waits."""
    waiting = open_ones(db)
    return any(_step(one, now) for one in waiting) or any(True for _ in _stale(db, waiting))


def watch(db: Connection, now: datetime) -> int:
    """Make every call that is due; how many texts to people on duty were queued."""
    queued, waiting = 0, open_ones(db)
    for one in waiting:
        step = _step(one, now)
        if step is not None:
            store.note_call(db, one.campaign.id, step)
            call = Call(
                step=step,
                what=f"lessons for {_places(one.campaign)} {_name(one.campaign.id)}",
                deadline=one.deadline,
                areas=one.campaign.plan.audience.places,
                how="`campaigns approve`",
            )
            queued += calling.tell(db, call, now)
    for kind, subject in _stale(db, waiting):
        noticeboard.resolve(db, kind, subject, now)
    return queued


def _step(one: Waiting, now: datetime) -> Step | None:
    due = Step.OVERDUE if one.deadline <= now else Step.CALL
    if due is Step.CALL and one.called and calling.is_late(one.campaign.planned_at, one.deadline, now):
        due = Step.REMIND
    by_day = now.astimezone(JST).hour in _DAY
    return due if by_day and _ORDER.index(due) > _ORDER.index(one.called) else None


def _places(campaign: Campaign) -> str:
    first, *others = campaign.plan.audience.places
    return f"{first} and {len(others)} more" if others else first


def _name(identity: int) -> str:
    """What its notices end with."""
    return f"{calling.CAMPAIGN}{identity})"


def _stale(db: Connection, waiting: Sequence[Waiting]) -> Iterator[tuple[NoticeKind, str]]:
    """Calls about what waits no more."""
    calls = [
        one.notice
        for one in noticeboard.open_notices(db)
        if one.notice.kind in calling.CALLS and calling.CAMPAIGN in one.notice.subject
    ]
    names = {_name(one.campaign.id) for one in waiting}
    for notice in calls:
        if not any(notice.subject.endswith(name) for name in names):
            yield notice.kind, notice.subject
