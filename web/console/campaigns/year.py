"""A year of campaigns as a picture: which day has how many, and which days are holidays. Pure."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from campaigns import calendar, holidays
from campaigns.store import Campaign


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of Japan."""

    day: date
    #: in Japanese; '' for any other day
    holiday: str
    #: ids of the campaigns with a lesson on it
    campaigns: tuple[int, ...]

    @property
    def is_rest(self) -> bool:
        """A holiday or a Sunday."""
        return bool(self.holiday) or self.day.weekday() == 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One row of the picture."""

    first: date
    days: tuple[Day, ...]


def year(campaigns: Iterable[Campaign], today: date) -> tuple[Month, ...]:
    """Twelve months from this one on, of campaigns that are open."""
    first = today.replace(day=1)
    months = [_later(first, number) for number in range(12)]
    last = _later(first, 12) - timedelta(days=1)
    found: dict[date, list[int]] = {}
    for one in campaigns:
        if one.is_open:
            for day in calendar.between(one.plan.timing, first, last):
                found.setdefault(day, []).append(one.id)
    return tuple(Month(first=month, days=_days(month, found)) for month in months)


def _later(first: date, months: int) -> date:
    whole = first.year * 12 + first.month - 1 + months
    return date(whole // 12, whole % 12 + 1, 1)


def _days(first: date, found: dict[date, list[int]]) -> tuple[Day, ...]:
    days = [first.replace(day=number + 1) for number in range(monthrange(first.year, first.month)[1])]
    return tuple(Day(day=day, holiday=holidays.name(day), campaigns=tuple(found.get(day, ()))) for day in days)
