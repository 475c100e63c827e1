"""Japan's public holidays (国民の祝日に関する法律): the one door to jpholiday. Pure."""

import functools
from datetime import date

import jpholiday


def is_holiday(day: date) -> bool:
    """Whether a day of Japan is a public holiday, substitute and citizens' holidays among them."""
    return day in _of_year(day.year)


def name(day: date) -> str:
    """What the holiday is called in Japanese; '' for any other day."""
    return _of_year(day.year).get(day, "")


@functools.lru_cache(maxsize=64)
def _of_year(year: int) -> dict[date, str]:
    """Counted once per year: the library looks at every day of it."""
    return dict(jpholiday.year_holidays(year))
