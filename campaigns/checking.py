"""What is wrong with a plan: every field with what was expected. Pure."""

import unicodedata
from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta

from alerts.japan import JST
from alerts.places import PlaceTable
from campaigns import calendar, fitting
from campaigns.calendar import Every, Timing
from campaigns.daylight import EARLIEST, LATEST_CLOSING, LATEST_OPENING, day_of
from campaigns.plan import Audience, Plan
from delivery.byhand.drafts import Wrong
from subscribers.languages import TAGS
from subscribers.tags import Tag

#: letters of a name or a group
LONGEST = 60
MOST_LESSONS = 60
#: every 52 weeks is enough; of months and years twelve
_MOST_STEP = {Every.WEEKS: 52, Every.MONTHS: 12, Every.YEARS: 10}
_MOST_AFTER = 20
_FURTHEST = timedelta(days=3 * 366)
#: light enough on the shortest day, and long enough to hand over
_LEAST_OPEN = 30


def check(plan: Plan, lessons: Collection[str], places: PlaceTable, now: datetime) -> list[Wrong]:
    """Everything that is wrong with a plan; `lessons` are those that there are."""
    found = [*_words(plan, lessons), *_audience(plan, places), *_timing(plan.timing, day_of(now))]
    if not found and not _lies_ahead(plan.timing, now):
        found.append(
            Wrong(field="start", key="nothing_due", text="nothing of it lies ahead: give a later start or end")
        )
    return found


def _lies_ahead(timing: Timing, now: datetime) -> bool:
    local = now.astimezone(JST)
    last = timing.window.closing(local.date())
    return any(day > local.date() or (day == local.date() and local.time() < last) for day in calendar.days(timing))


def _words(plan: Plan, lessons: Collection[str]) -> Iterator[Wrong]:
    if not _is_plain(plan.name):
        yield Wrong(field="name", key="bad_name", text=f"expected 1 to {LONGEST} plain letters")
    if not 1 <= len(plan.lessons) <= MOST_LESSONS:
        yield Wrong(field="lessons", key="no_lessons", text=f"expected 1 to {MOST_LESSONS} lessons")
    for lesson in dict.fromkeys(plan.lessons):
        if lesson not in lessons and lesson != fitting.FITTING:
            known = ", ".join([fitting.FITTING, *sorted(lessons)])
            yield Wrong(
                field="lessons",
                key="unknown_lesson",
                text=f"{lesson}: expected one of {known}, or a signed one of your own (own:…)",
            )


def _audience(plan: Plan, places: PlaceTable) -> Iterator[Wrong]:
    audience = plan.audience
    if not audience.places:
        yield Wrong(field="places", key="no_places", text="no place means nobody: expected municipality codes")
    for code in audience.places:
        if places.place(code) is None:
            yield Wrong(field="places", key="unknown_place", text=f"{code}: no municipality has this code")
    yield from _readers(audience)


def _readers(audience: Audience) -> Iterator[Wrong]:
    for field, given, known in (("languages", audience.languages, TAGS), ("tags", audience.tags, tuple(Tag))):
        for one in given:
            if one not in known:
                text = f"{one}: expected one of {', '.join(known)}"
                yield Wrong(field=field, key=f"unknown_{field}", text=text)
    for group in audience.groups:
        if not _is_plain(group) or "," in group:
            yield Wrong(field="groups", key="bad_group", text=f"expected 1 to {LONGEST} letters without a comma")


def _timing(timing: Timing, today: date) -> Iterator[Wrong]:
    if not today - timedelta(days=1) <= timing.start <= today + _FURTHEST:
        yield Wrong(field="start", key="bad_start", text="expected a day from today on, within three years")
    if timing.end is not None and not timing.start <= timing.end <= timing.start + _FURTHEST:
        yield Wrong(field="end", key="bad_end", text="expected a day after the start, within three years")
    if timing.times is not None and not 1 <= timing.times <= calendar.MOST:
        yield Wrong(field="times", key="bad_times", text=f"expected 1 to {calendar.MOST} times")
    yield from _rhythm(timing)
    yield from _window(timing)


def _rhythm(timing: Timing) -> Iterator[Wrong]:
    rhythm = timing.rhythm
    if rhythm.every in _MOST_STEP:
        if not 1 <= rhythm.step <= _MOST_STEP[rhythm.every]:
            most = _MOST_STEP[rhythm.every]
            yield Wrong(field="step", key="bad_step", text=f"expected every 1 to {most} {rhythm.every}")
        if timing.times is None and timing.end is None:
            yield Wrong(field="end", key="endless", text="expected how many times, or the last day")
    rising = all(first < second for first, second in zip((-1, *rhythm.after), rhythm.after, strict=False))
    most = _FURTHEST.days
    if rhythm.every is Every.DAYS and not (
        1 <= len(rhythm.after) <= _MOST_AFTER and rising and rhythm.after[-1] <= most
    ):
        yield Wrong(field="after", key="bad_after", text="expected rising days after the start, such as 1, 3, 7, 30")


def _window(timing: Timing) -> Iterator[Wrong]:
    opens, closes = timing.window.opens, timing.window.closes
    if not EARLIEST <= opens <= LATEST_OPENING:
        hours = f"{EARLIEST:%H:%M} to {LATEST_OPENING:%H:%M}"
        yield Wrong(field="opens", key="bad_opens", text=f"expected an hour of Japan from {hours}: daylight only")
    elif _minutes(closes) - _minutes(opens) < _LEAST_OPEN or closes > LATEST_CLOSING:
        yield Wrong(
            field="closes",
            key="bad_closes",
            text=f"expected {_LEAST_OPEN} minutes after it opens or later, until {LATEST_CLOSING:%H:%M}: daylight only",
        )


def _minutes(hour: time) -> int:
    return 60 * hour.hour + hour.minute


def _is_plain(text: str) -> bool:
    """A name that hides nothing and fits a page."""
    plain = not any(unicodedata.category(char).startswith("C") or char in "{}<>" for char in text)
    return 0 < len(text.strip()) <= LONGEST and plain
