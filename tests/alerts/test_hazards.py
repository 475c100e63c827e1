"""The table of hazards against the outer contract, and the order of its grades."""

import itertools

import pytest

from alerts import decision, hazards
from alerts.folding import State
from alerts.vocabulary import NONE, Action, Hazard
from tests.alerts.reports import report

LEVELS = [Hazard.HEAVY_RAIN, Hazard.LANDSLIDE, Hazard.FLOOD, Hazard.STORM_SURGE]


def actions(hazard: Hazard) -> dict[str, str]:
    rule = hazards.rule(hazard)
    return {grade: rule.action(grade).value for grade in rule.grades}


@pytest.mark.parametrize("hazard", LEVELS)
def test_levels(hazard: Hazard) -> None:
    assert actions(hazard) == {"L2": "record", "L3": "send", "L4": "send", "L5": "send"}
    assert hazards.rule(hazard).always == {"L4", "L5"}


def test_earthquakes() -> None:
    expected = dict.fromkeys(["1", "2", "3"], "record") | dict.fromkeys(
        ["4", "5-", "5-?", "5+", "6-", "6+", "7"], "send"
    )
    assert actions(Hazard.EARTHQUAKE) == expected
    assert list(actions(Hazard.EARTHQUAKE)) == list(expected)
    assert hazards.rule(Hazard.EARTHQUAKE).always == {"5-", "5-?", "5+", "6-", "6+", "7"}


def test_tsunami() -> None:
    expected = {"forecast": "record", "advisory": "send", "warning": "send", "major_warning": "send"}
    assert list(actions(Hazard.TSUNAMI).items()) == list(expected.items())
    assert hazards.rule(Hazard.TSUNAMI).always == {"warning", "major_warning"}
    assert hazards.rule(Hazard.TSUNAMI).ends is hazards.Ends.LIFTED


@pytest.mark.parametrize("hazard", Hazard)
def test_every_hazard_has_a_scale_and_no_grade_below_none(hazard: Hazard) -> None:
    rule = hazards.rule(hazard)
    assert rule.rank(NONE) == 0
    assert [rule.rank(grade) for grade in rule.grades] == list(range(1, len(rule.grades) + 1))
    assert rule.always <= set(rule.grades)
    assert all(rule.action(grade) is not Action.RECORD for grade in rule.always)


@pytest.mark.parametrize("hazard", Hazard)
def test_what_is_told_has_time_to_be_told_and_a_greater_grade_is_never_told_less(hazard: Hazard) -> None:
    rule = hazards.rule(hazard)
    told = [rule.is_told(grade) for grade in rule.grades]
    if any(told):
        assert rule.keep.total_seconds() > 0
    if hazard is not Hazard.NANKAI_TROUGH:
        assert all(not (one and not other) for one, other in itertools.pairwise(told))


def test_no_data_is_no_step_of_its_own() -> None:
    rule = hazards.rule(Hazard.EARTHQUAKE)
    assert rule.step("5-?") == rule.step("5-") < rule.step("5+")
    assert rule.rank("5-") < rule.rank("5-?") < rule.rank("5+")


def test_the_highest_of_nothing_is_none() -> None:
    assert hazards.rule(Hazard.TSUNAMI).highest([]) == NONE
    assert hazards.rule(Hazard.TSUNAMI).highest(["warning", NONE, "advisory"]) == "warning"


def test_a_grade_of_another_scale_is_a_fault() -> None:
    with pytest.raises(ValueError, match="L4"):
        hazards.rule(Hazard.TSUNAMI).rank("L4")


def test_what_is_held_stays_held_when_it_ends() -> None:
    one = report("VTSE41", {})
    held = State(grades={"17204": "advisory"})
    made = decision.decide(one, held, State())
    assert made.action is Action.SEND
    assert "advisory is now none" in made.reason
