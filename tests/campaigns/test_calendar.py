"""When lessons are due: pure. Rhythm, window, light, holidays, leap days; every property for any timing at all."""

import math
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.japan import JST
from campaigns import calendar, checking, daylight, holidays
from campaigns.calendar import Every, OnHoliday, Rhythm, Timing
from campaigns.daylight import Window

DAYS = st.dates(date(2024, 1, 1), date(2031, 12, 31))
WINDOWS = st.builds(
    Window,
    opens=st.times(daylight.EARLIEST, daylight.LATEST_OPENING),
    closes=st.times(time(15, 30), daylight.LATEST_CLOSING),
)
RHYTHMS = st.one_of(
    st.just(Rhythm()),
    st.builds(Rhythm, every=st.just(Every.WEEKS), step=st.integers(1, 52)),
    st.builds(Rhythm, every=st.just(Every.MONTHS), step=st.integers(1, 12)),
    st.builds(Rhythm, every=st.just(Every.YEARS), step=st.integers(1, 3)),
    st.builds(
        Rhythm,
        every=st.just(Every.DAYS),
        after=st.sets(st.integers(0, 400), min_size=1, max_size=8).map(sorted).map(tuple),
    ),
)
TIMINGS = st.builds(
    Timing,
    start=DAYS,
    rhythm=RHYTHMS,
    window=WINDOWS,
    on_holiday=st.sampled_from(OnHoliday),
    times=st.integers(1, 30),
)


@given(TIMINGS)
def test_days_rise_and_keep_their_number_end_and_holidays(timing):
    days = list(calendar.days(timing))
    assert days == sorted(set(days))
    assert len(days) <= timing.times
    assert all(day >= timing.start for day in days)
    if timing.on_holiday is not OnHoliday.SEND:
        assert not any(map(holidays.is_holiday, days))
    if days:
        ended = Timing(
            start=timing.start,
            rhythm=timing.rhythm,
            window=timing.window,
            on_holiday=timing.on_holiday,
            times=timing.times,
            end=days[-1] - timedelta(days=1),
        )
        assert list(calendar.days(ended)) == days[:-1]


@given(TIMINGS)
def test_what_is_due_is_in_the_window_of_a_day_of_japan(timing):
    for day, at in zip(calendar.days(timing), calendar.due(timing), strict=True):
        local = at.astimezone(JST)
        assert at.tzinfo is UTC
        assert local.date() == day
        assert local.time() == timing.window.opens
        assert timing.window.is_open(at)


@given(WINDOWS, st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC)), st.booleans())
def test_a_window_opens_soon_and_only_in_the_light(window, moment, rest):
    rests = holidays.is_holiday if rest else lambda day: False
    opens = window.next_open(moment, rests)
    assert moment <= opens < moment + timedelta(days=12)
    assert window.is_open(opens)
    assert not rests(daylight.day_of(opens))
    local = opens.astimezone(JST).time()
    assert time(9) <= local < time(18, 30)
    assert window.next_open(opens, rests) == opens
    if window.is_open(moment) and not rests(daylight.day_of(moment)):
        assert opens == moment


@given(TIMINGS, DAYS, st.integers(0, 400))
def test_a_part_of_the_calendar_is_that_part_of_the_whole(timing, first, length):
    last = first + timedelta(days=length)
    whole = [day for day in calendar.days(timing) if first <= day <= last]
    assert list(calendar.between(timing, first, last)) == whole


@given(DAYS, st.integers(1, 24))
def test_months_never_drift(start, step):
    timing = Timing(start=start, rhythm=Rhythm(every=Every.MONTHS, step=step), on_holiday=OnHoliday.SEND, times=20)
    for number, day in enumerate(calendar.days(timing)):
        months = (day.year - start.year) * 12 + day.month - start.month
        assert months == number * step
        assert day.day == start.day or (day.day < start.day and (day + timedelta(days=1)).day == 1)


def days(start, rhythm, count, on_holiday=OnHoliday.SEND):
    return [
        day.isoformat() for day in calendar.days(Timing(start=start, rhythm=rhythm, on_holiday=on_holiday, times=count))
    ]


def test_the_31st_is_the_end_of_shorter_months():
    assert days(date(2028, 1, 31), Rhythm(every=Every.MONTHS), 5) == [
        "2028-01-31",
        "2028-02-29",
        "2028-03-31",
        "2028-04-30",
        "2028-05-31",
    ]


def test_the_leap_day_is_the_28th_in_common_years():
    assert days(date(2028, 2, 29), Rhythm(every=Every.YEARS), 5) == [
        "2028-02-29",
        "2029-02-28",
        "2030-02-28",
        "2031-02-28",
        "2032-02-29",
    ]


def test_days_after_an_event():
    after = Rhythm(every=Every.DAYS, after=(1, 3, 7, 30))
    assert days(date(2027, 2, 28), after, 9) == ["2027-03-01", "2027-03-03", "2027-03-07", "2027-03-30"]


# Golden Week of 2026: 29 April, then 3 to 6 May (6 May for 3 May, a Sunday); 5 May is the children's day.
@pytest.mark.parametrize(
    ("on_holiday", "expected"),
    [
        (OnHoliday.SEND, ["2026-04-22", "2026-04-29", "2026-05-06", "2026-05-13"]),
        (OnHoliday.MOVE, ["2026-04-22", "2026-04-30", "2026-05-07", "2026-05-13"]),
        (OnHoliday.SKIP, ["2026-04-22", "2026-05-13", "2026-05-20", "2026-05-27"]),
    ],
)
def test_public_holidays(on_holiday, expected):
    assert days(date(2026, 4, 22), Rhythm(every=Every.WEEKS), 4, on_holiday) == expected


# From the official table of the Cabinet Office (syukujitsu.csv), the odd ones: substitute and citizens' holidays.
@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 5, 6), "振替休日"),
        (date(2026, 9, 22), "国民の休日"),
        (date(2027, 3, 22), "振替休日"),
        (date(2026, 11, 23), "勤労感謝の日"),
        (date(2021, 7, 23), "スポーツの日"),
    ],
)
def test_the_library_knows_the_odd_holidays(day, name):
    assert holidays.is_holiday(day)
    assert name in holidays.name(day)


def test_a_day_moved_onto_the_next_one_is_not_told_twice():
    after = Rhythm(every=Every.DAYS, after=(0, 1, 2, 3))
    # 2 May 2026 is a Saturday before five days off: three of these days become the 7th
    assert days(date(2026, 5, 2), after, 9, OnHoliday.MOVE) == ["2026-05-02", "2026-05-07"]


def _sun(latitude, longitude, day):
    """Sunrise and sunset in minutes of Japan's day (NOAA's short equations, good to two minutes)."""
    turn = 2 * math.pi / 365 * (day.timetuple().tm_yday - 1)
    equation = 229.18 * (
        0.000075
        + 0.001868 * math.cos(turn)
        - 0.032077 * math.sin(turn)
        - 0.014615 * math.cos(2 * turn)
        - 0.040849 * math.sin(2 * turn)
    )
    tilt = (
        0.006918
        - 0.399912 * math.cos(turn)
        + 0.070257 * math.sin(turn)
        - 0.006758 * math.cos(2 * turn)
        + 0.000907 * math.sin(2 * turn)
        - 0.002697 * math.cos(3 * turn)
        + 0.00148 * math.sin(3 * turn)
    )
    at = math.radians(latitude)
    cosine = math.cos(math.radians(90.833)) / (math.cos(at) * math.cos(tilt)) - math.tan(at) * math.tan(tilt)
    half, noon = 4 * math.degrees(math.acos(cosine)), 720 - 4 * longitude - equation + 9 * 60
    return noon - half, noon + half


NEMURO, YONAGUNI = (43.33, 145.58), (24.45, 122.95)


def test_it_is_light_in_all_of_japan_while_a_window_is_open():
    for day in (date(2028, 1, 1) + timedelta(days=number) for number in range(366)):
        closes = Window(closes=daylight.LATEST_CLOSING).closing(day)
        assert closes.hour * 60 + closes.minute < _sun(*NEMURO, day)[1] - 2, day
        assert daylight.EARLIEST.hour * 60 > _sun(*YONAGUNI, day)[0] + 2, day


def test_every_window_that_is_taken_is_open_on_the_shortest_day():
    latest = Window(opens=daylight.LATEST_OPENING, closes=daylight.LATEST_CLOSING)
    assert latest.closing(date(2026, 12, 21)) > latest.opens
    assert checking._LEAST_OPEN == 30
