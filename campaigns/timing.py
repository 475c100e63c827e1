"""When a lesson may go out: pure. Daylight in Japan only, and never into a warning (design §6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts import hazards
from alerts.store import InForce
from alerts.vocabulary import Action

_JST = ZoneInfo("Asia/Tokyo")
#: lessons are sent between these hours of Japan
WINDOW = (time(9), time(20))
#: after a warning has ended people are left in peace for so long
REST = timedelta(hours=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """The lesson can be sent now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """The lesson waits: until when it is looked at again, and why."""

    until: datetime
    reason: str
    #: a warning holds it, not the clock
    held: bool


def judge(now: datetime, in_force: Iterable[InForce], last_warning: datetime | None) -> Go | Wait:
    """Whether a due lesson goes out now. `last_warning`: when the place's people were last sent a warning."""
    warnings = sorted(row.hazard for row in in_force if _is_warning(row))
    if warnings:
        return Wait(until=now + timedelta(minutes=10), reason=f"{warnings[0]} warning in force", held=True)
    if last_warning is not None and now < last_warning + REST:
        return Wait(until=last_warning + REST, reason="resting after a warning", held=True)
    opens = next_opening(now)
    return Go() if opens <= now else Wait(until=opens, reason="outside the hours for lessons", held=False)


def _is_warning(row: InForce) -> bool:
    return hazards.rule(row.hazard).action(row.grade) is not Action.RECORD


def next_opening(now: datetime) -> datetime:
    """`now` within the hours for lessons, else the time at which they begin next."""
    local = now.astimezone(_JST)
    start, end = (datetime.combine(local.date(), hour, _JST) for hour in WINDOW)
    if local < start:
        return start.astimezone(now.tzinfo)
    return now if local < end else (start + timedelta(days=1)).astimezone(now.tzinfo)
