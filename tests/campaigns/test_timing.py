"""Whether a due lesson goes out now: warnings, rest, windows, its turn after a hold."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import hazards
from alerts.report import Facts
from alerts.store import InForce
from alerts.vocabulary import Hazard
from campaigns import timing
from campaigns.daylight import Window
from campaigns.timing import Go, Question, Wait

NOON = datetime(2026, 11, 24, 3, tzinfo=UTC)  # a Tuesday, 12:00 in Japan


def in_force(hazard, grade):
    return InForce(
        hazard=hazard,
        event="",
        place="17204",
        grade=grade,
        since=NOON,
        revision=1,
        ends_at=None,
        facts=Facts(),
        broadcast_id=None,
        digest="d",
    )


def asked(now=NOON, **known):
    given = {"window": Window(), "rests": lambda day: False, "in_force": (), "told": None, "due_at": now}
    return Question(**(given | known | {"now": now}))


def test_nothing_stands_in_the_way():
    assert timing.judge(asked()) == Go()


@pytest.mark.parametrize(
    ("hazard", "grade", "holds"),
    [
        (Hazard.HEAVY_RAIN, "L2", False),
        (Hazard.HEAVY_RAIN, "L3", True),
        (Hazard.LANDSLIDE, "L5", True),
        (Hazard.STORM, "advisory", False),
        (Hazard.STORM, "warning", True),
        (Hazard.TSUNAMI, "forecast", False),
        (Hazard.TSUNAMI, "advisory", True),
        (Hazard.EARTHQUAKE, "3", False),
        (Hazard.EARTHQUAKE, "5-", True),
        (Hazard.VOLCANO, "V3", False),
        (Hazard.VOLCANO, "V4", True),
        (Hazard.EVACUATION, "elderly", True),
        (Hazard.NOTICE, "information", False),
        (Hazard.HEAT, "alert", False),
        (Hazard.THUNDER, "advisory", False),
        (Hazard.TYPHOON, "information", False),
    ],
)
def test_what_holds_a_lesson(hazard, grade, holds):
    answer = timing.judge(asked(in_force=[in_force(hazard, grade)]))
    assert answer == (
        Wait(until=NOON + timing.AGAIN, reason=f"{hazard} warning in force", held=True) if holds else Go()
    )


def test_every_level_of_three_or_more_holds():
    for hazard in (Hazard.HEAVY_RAIN, Hazard.LANDSLIDE, Hazard.FLOOD, Hazard.STORM_SURGE):
        grades = hazards.rule(hazard).grades
        assert [grade for grade in grades if timing.holds(hazard, grade)] == ["L3", "L4", "L5"]


def test_people_rest_after_a_warning():
    told = NOON - timedelta(hours=3)
    answer = timing.judge(asked(told=told))
    assert answer == Wait(until=told + timing.REST, reason="resting after a warning", held=True)
    assert timing.judge(asked(told=NOON - timing.REST)) == Go()


def test_a_clock_that_went_back_is_no_rest():
    assert timing.judge(asked(told=NOON + timedelta(days=300))) == Go()


def test_one_lesson_a_day_for_a_place():
    answer = timing.judge(asked(had_today=True))
    assert isinstance(answer, Wait) and not answer.held
    assert answer.until == Window().opening(date(2026, 11, 25))


def test_the_last_minutes_of_a_window_are_for_the_provider():
    closes = timing.closing(Window(), NOON)
    assert timing.judge(asked(closes - timedelta(minutes=6))) == Go()
    late = timing.judge(asked(closes - timedelta(minutes=4)))
    assert isinstance(late, Wait) and late.until == Window().opening(date(2026, 11, 25))


def test_after_a_hold_places_come_one_after_the_other():
    opening = Window().opening(date(2026, 11, 24))
    turns = []
    for place in range(200):
        answer = timing.judge(asked(opening, due_at=opening, was_held=True, seed=f"1:{place}"))
        turns.append(opening if isinstance(answer, Go) else answer.until)
    assert len(set(turns)) > 100
    assert opening <= min(turns) < opening + timedelta(minutes=10)
    assert opening + timedelta(minutes=100) < max(turns) <= opening + timing.SPREAD


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.timedeltas(timedelta(), timedelta(days=3)),
    st.text(max_size=8),
)
def test_its_turn_comes_and_is_always_in_the_window(now, since, seed):
    """Asked again when it said so, a lesson that nothing holds any more goes out within a few looks."""
    question = asked(now, due_at=now - since, was_held=True, seed=seed)
    for _ in range(4):
        match timing.judge(question):
            case Go():
                assert Window().is_open(question.now)
                return
            case Wait(until=until, held=held):
                assert until > question.now
                question = asked(until, due_at=until, was_held=held, seed=seed)
    raise AssertionError("it never goes out")
