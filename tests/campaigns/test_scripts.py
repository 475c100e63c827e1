"""Scripts of drills: what a written file may say, and what the bundled days bring to a municipality."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import hazards, places
from alerts.report import Facts
from alerts.vocabulary import NONE, Hazard, Kind
from campaigns.drills import script
from campaigns.drills.script import ScriptError, Step
from service import drill_scripts

PLACES = places.load()
WAJIMA = "17204"


def written(text: str, municipality: str = WAJIMA) -> script.Script:
    return script.read(text, "night.toml", municipality, PLACES)


def a_step(minute: int, grade: str, hazard: str = "heavy_rain") -> str:
    return f'[[step]]\nminute = {minute}\nhazard = "{hazard}"\ngrade = "{grade}"\n'


def test_grades_become_what_people_are_told() -> None:
    made = written(
        'name = "Night"\n' + "".join(a_step(10 * n, g) for n, g in enumerate(("L2", "L3", "L4", "L3", "none")))
    )
    assert [(one.minute, one.kind, one.grade) for one in made.moments] == [
        (10, Kind.NEW, "L3"),
        (20, Kind.RAISED, "L4"),
        (30, Kind.LOWERED, "L3"),
        (40, Kind.LIFTED, "L3"),
    ]
    assert made.question_minute == 45
    assert script.from_json(made.to_json()) == made


def test_what_was_wrong_is_put_right_or_withdrawn() -> None:
    wrong = "wrong = true\n"
    steps = (a_step(0, "L4"), a_step(5, "L3") + wrong, a_step(9, "none") + wrong)
    steps += (a_step(20, "alert", "heat"), a_step(25, "none", "heat") + wrong)
    made = written('name = "Night"\n' + "".join(steps))
    assert [(one.kind, one.grade) for one in made.moments] == [
        (Kind.NEW, "L4"),
        (Kind.CORRECTED, "L3"),
        (Kind.CANCELLED, "L3"),
        (Kind.NEW, "alert"),
        (Kind.CANCELLED, "alert"),
    ]


def test_a_tsunami_says_how_high_and_when_from_the_time_it_is_told() -> None:
    said = "height = 3\narrives = 25\n"
    made = written('name = "Sea"\n' + a_step(0, "warning", "tsunami") + said + a_step(30, "none", "tsunami"))
    assert script.from_json(made.to_json()) == made
    now = datetime(2026, 11, 26, 3, tzinfo=UTC)
    for one in made.moments:
        told = one.said.told_at(now)
        assert (told.height, told.arrival) == (3, now + timedelta(minutes=25))
    before = {"name": "x", "moments": [[0, "tsunami", "warning", "new", [WAJIMA]]]}
    assert script.from_json(before).moments[0].said.facts == Facts()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "night.toml: not readable as TOML"),
        ('name = "x"\n', "expected 1 to 60 tables [[step]]"),
        (a_step(0, "L3"), "name: expected a text"),
        ('name = "x"\nwhen = 1\n' + a_step(0, "L3"), "'when': expected only name, step"),
        ('name = "x"\n' + a_step(0, "L3").replace("minute", "hour"), "'hour': expected only"),
        ('name = "x"\n' + a_step(-1, "L3"), "step 1: minute: expected a whole number from 0"),
        ('name = "x"\n' + a_step(0, "L9"), "step 1: grade: 'L9': expected one of L2, L3, L4, L5, none"),
        ('name = "x"\n' + a_step(0, "L3", "rain"), "step 1: hazard: 'rain': expected one of heavy_rain"),
        ('name = "x"\n' + a_step(9, "L3") + a_step(3, "L4"), "in the order of their minutes"),
        ('name = "x"\n' + a_step(0, "L3") + 'areas = ["13104"]\n', "areas: expected codes of 17204"),
        ('name = "x"\n' + a_step(0, "L2"), "nobody would be told anything"),
        ('name = "x"\n' + a_step(0, "L3") + "wrong = 1\n", "step 1: wrong: expected true or false"),
        ('name = "x"\n' + a_step(0, "L3") + "wrong = true\n", "step 1: wrong: nothing was told before of heavy_rain"),
        ('name = "x"\n' + a_step(0, "L3") + "height = 3\n", "step 1: height, arrives: only a tsunami has them"),
        ('name = "x"\n' + a_step(0, "warning", "tsunami") + "height = 4\n", "height: expected one of 0.2, 1, 3, 5, 10"),
        ('name = "x"\n' + a_step(0, "warning", "tsunami") + "arrives = 0\n", "arrives: expected minutes after"),
        ('name = "x"\nstep = 3\n', "tables [[step]]"),
        ('name = "x"\nstep = [1]\n', "step 1: expected a table"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(ScriptError) as refused:
        written(text)
    assert said in str(refused.value)


def test_a_bundled_day_brings_what_its_telegrams_say() -> None:
    told = [(one.hazard, one.grade, one.kind) for one in drill_scripts.bundled("noto", WAJIMA, PLACES).moments]
    assert told[:3] == [
        (Hazard.EARTHQUAKE, "6-", Kind.NEW),
        (Hazard.TSUNAMI, "major_warning", Kind.NEW),
        (Hazard.EARTHQUAKE, "7", Kind.RAISED),
    ]
    assert told[-1] == (Hazard.LANDSLIDE, "L4", Kind.LIFTED)
    fukui = drill_scripts.bundled("noto", "18204", PLACES).moments
    assert [one.kind for one in fukui if one.hazard is Hazard.EARTHQUAKE] == [Kind.NEW, Kind.CANCELLED]
    tsunami = drill_scripts.bundled("noto", WAJIMA, PLACES).moments[1].said
    assert tsunami.facts.height == 5
    assert tsunami.facts.arrival is not None


def test_an_inland_city_practises_without_the_sea() -> None:
    inland = drill_scripts.bundled("noto", "20201", PLACES)
    assert inland.moments
    assert all(one.hazard is not Hazard.TSUNAMI and one.areas == ("20201",) for one in inland.moments)


def test_pauses_are_short() -> None:
    minutes = [one.minute for one in drill_scripts.bundled("noto", WAJIMA, PLACES).moments]
    assert all(0 <= later - before <= 10 for before, later in zip(minutes, minutes[1:], strict=False))


_GRADES = st.sampled_from([*hazards.rule(Hazard.HEAVY_RAIN).grades, NONE])


@given(st.lists(_GRADES, min_size=1, max_size=30))
def test_nobody_is_told_the_same_state_twice(grades: list[str]) -> None:
    steps = [Step(minute=n, hazard=Hazard.HEAVY_RAIN, grade=g, areas=(WAJIMA,)) for n, g in enumerate(grades)]
    try:
        moments = script.made("x", steps, "x").moments
    except ScriptError:
        moments = ()
    state = NONE
    rule = hazards.rule(Hazard.HEAVY_RAIN)
    for one in moments:
        after = NONE if one.kind is Kind.LIFTED else one.grade
        assert rule.is_told(one.grade)
        assert after != state
        assert (rule.rank(after) > rule.rank(state)) == (one.kind in (Kind.NEW, Kind.RAISED))
        state = after
