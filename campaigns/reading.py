"""A plan as somebody wrote it, in a form, on the command line or through the API: read, or what is wrong. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time

from campaigns.calendar import Every, OnHoliday, Rhythm, Timing
from campaigns.daylight import Window
from campaigns.plan import Audience, Plan
from delivery.byhand.drafts import Wrong

_LONGEST_NUMBER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """All fields as text; '' for what is left out."""

    name: str = ""
    lessons: Sequence[str] = ()
    places: Sequence[str] = ()
    languages: Sequence[str] = ()
    groups: Sequence[str] = ()
    tags: Sequence[str] = ()
    start: str = ""
    every: str = Every.ONCE
    step: str = "1"
    #: of `days`: "1, 3, 7, 30"
    after: str = ""
    opens: str = "10:00"
    closes: str = "17:00"
    on_holiday: str = OnHoliday.MOVE
    times: str = ""
    end: str = ""


def read(wish: Wish) -> Plan | tuple[Wrong, ...]:
    """The plan, or every field that has another form than expected. What it says is checked by `checking`."""
    wrong = tuple(_wrong(wish))
    if wrong:
        return wrong
    every = Every(wish.every)
    after = tuple(int(part) for part in _parts(wish.after)) if every is Every.DAYS else ()
    timing = Timing(
        start=date.fromisoformat(wish.start),
        rhythm=Rhythm(every=every, step=int(wish.step or "1"), after=after),
        window=Window(opens=time.fromisoformat(wish.opens), closes=time.fromisoformat(wish.closes)),
        on_holiday=OnHoliday(wish.on_holiday),
        times=int(wish.times) if wish.times else None,
        end=date.fromisoformat(wish.end) if wish.end else None,
    )
    audience = Audience(
        places=_each(wish.places), languages=_each(wish.languages), groups=_each(wish.groups), tags=_each(wish.tags)
    )
    name = wish.name.strip() or ", ".join(_each(wish.lessons))[:60]
    return Plan(name=name, lessons=tuple(one for one in wish.lessons if one), audience=audience, timing=timing)


def write(plan: Plan) -> Wish:
    """The opposite of `read`, for a form that changes a plan."""
    timing = plan.timing
    return Wish(
        name=plan.name,
        lessons=plan.lessons,
        places=plan.audience.places,
        languages=plan.audience.languages,
        groups=plan.audience.groups,
        tags=plan.audience.tags,
        start=timing.start.isoformat(),
        every=timing.rhythm.every,
        step=str(timing.rhythm.step),
        after=", ".join(map(str, timing.rhythm.after)),
        opens=f"{timing.window.opens:%H:%M}",
        closes=f"{timing.window.closes:%H:%M}",
        on_holiday=timing.on_holiday,
        times=str(timing.times or ""),
        end=timing.end.isoformat() if timing.end else "",
    )


def _wrong(wish: Wish) -> Iterator[Wrong]:
    for field, form, text in (
        ("start", _DAY, wish.start),
        ("end", _DAY, wish.end or wish.start),
        ("opens", _HOUR, wish.opens),
        ("closes", _HOUR, wish.closes),
        ("step", _NUMBER, wish.step or "1"),
        ("times", _NUMBER, wish.times or "1"),
    ):
        if not form.fits(text):
            yield Wrong(field=field, key=form.key, text=form.expected)
    for field, choice, choices in (
        ("every", wish.every, tuple(Every)),
        ("on_holiday", wish.on_holiday, tuple(OnHoliday)),
    ):
        if choice not in choices:
            yield Wrong(field=field, key="unknown_choice", text=f"expected one of {', '.join(choices)}")
    if wish.every == Every.DAYS and not all(map(_is_number, _parts(wish.after))):
        yield Wrong(field="after", key="bad_after", text="expected rising days after the start, such as 1, 3, 7, 30")


def _is_day(text: str) -> bool:
    try:
        return len(text) == len("2026-12-01") and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_hour(text: str) -> bool:
    try:
        return len(text) == len("10:00") and time.fromisoformat(text) is not None
    except ValueError:
        return False


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """What a field looks like."""

    fits: Callable[[str], bool]
    key: str
    expected: str


_DAY = _Form(fits=_is_day, key="no_day", expected="expected a day such as 2026-12-01")
_HOUR = _Form(fits=_is_hour, key="no_hour", expected="expected an hour of Japan such as 10:00")
_NUMBER = _Form(fits=_is_number, key="no_number", expected="expected a whole number")


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def _each(values: Sequence[str]) -> tuple[str, ...]:
    """Once each, in their order, without blanks."""
    return tuple(dict.fromkeys(value.strip() for value in values if value.strip()))
