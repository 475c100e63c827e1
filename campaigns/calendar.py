"""From a rhythm to days of Japan and times in UTC. Pure: the clock and the database are elsewhere.

Every day is counted from the start, never from the day before it, so that a series does not drift: on the 31st it comes
at the end of shorter months, and on the 29th of February on the 28th of common years.
"""

import calendar
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import count, takewhile

from campaigns import holidays
from campaigns.daylight import Window

#: a series has at most so many lessons
MOST = 400
#: and reaches so far: holidays further on are not made yet
FURTHEST = timedelta(days=10 * 366)
_SUNDAY = 6


class Every(StrEnum):
    """How a series goes on."""

    ONCE = "once"
    DAYS = "days"  #: on set days after the start: 1, 3, 7, 30
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


class OnHoliday(StrEnum):
    """What becomes of a lesson on a public holiday."""

    SEND = "send"
    MOVE = "move"  #: to the next day that is neither a holiday nor a Sunday
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Every second week is (weeks, 2)."""

    every: Every = Every.ONCE
    step: int = 1
    #: of DAYS: how many days after the start, rising
    after: tuple[int, ...] = ()

    def days(self, start: date) -> Iterator[date]:
        """The days of the rhythm from the start on."""
        match self.every:
            case Every.ONCE:
                return iter((start,))
            case Every.DAYS:
                return (start + timedelta(days=days) for days in self.after)
            case Every.WEEKS:
                return (start + timedelta(weeks=number * self.step) for number in count())
            case Every.MONTHS:
                return (_month(start, number * self.step) for number in count())
            case Every.YEARS:
                return (_month(start, 12 * number * self.step) for number in count())


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When the lessons of a campaign are due. `times` or `end` bound a series."""

    start: date
    rhythm: Rhythm = field(default_factory=Rhythm)
    window: Window = field(default_factory=Window)
    on_holiday: OnHoliday = OnHoliday.MOVE
    #: how many lessons at most
    times: int | None = None
    #: the last day, in Japan
    end: date | None = None

    def rests(self, day: date) -> bool:
        """Whether nothing of it is sent on that day."""
        return self.on_holiday is not OnHoliday.SEND and holidays.is_holiday(day)


def days(timing: Timing) -> Iterator[date]:
    """The days on which something is due, each later than the one before; `MOST` at most."""
    most = min(timing.times or MOST, MOST)
    for number, day in enumerate(_rising(timing)):
        if number == most:
            return
        yield day


def due(timing: Timing) -> Iterator[datetime]:
    """The same as times in UTC: when the window opens."""
    return (timing.window.opening(day) for day in days(timing))


def between(timing: Timing, first: date, last: date) -> Iterator[date]:
    """The days from `first` to `last`."""
    return (day for day in takewhile(lambda day: day <= last, days(timing)) if day >= first)


def _rising(timing: Timing) -> Iterator[date]:
    """Without those that were moved onto or behind the next one, and without those after the end."""
    before = date.min
    last = min(timing.end or date.max, timing.start + FURTHEST)
    for nominal in takewhile(lambda day: day <= last, timing.rhythm.days(timing.start)):
        day = _moved(timing, nominal)
        if day is not None and before < day <= last:
            before = day
            yield day


def _moved(timing: Timing, day: date) -> date | None:
    if not holidays.is_holiday(day):
        return day
    match timing.on_holiday:
        case OnHoliday.SEND:
            return day
        case OnHoliday.SKIP:
            return None
        case OnHoliday.MOVE:
            return _next(day, lambda one: not holidays.is_holiday(one) and one.weekday() != _SUNDAY)


def _next(day: date, fits: Callable[[date], bool]) -> date:
    while not fits(day):
        day += timedelta(days=1)
    return day


def _month(start: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
