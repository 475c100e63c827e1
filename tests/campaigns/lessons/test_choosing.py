"""Which lessons fit a place and a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import places
from alerts.places.rivers import load_rivers
from alerts.places.volcanoes import load_volcanoes
from alerts.vocabulary import Hazard
from campaigns.lessons import choosing, facts
from campaigns.lessons.choosing import Wanted
from campaigns.lessons.facts import Phase
from subscribers import tags
from subscribers.tags import Tag

AROUND = choosing.surroundings(places.load(), load_rivers(), load_volcanoes())
LESSONS = facts.load()


@pytest.mark.parametrize(
    ("code", "there", "not_there"),
    [
        ("17204", {Tag.NEAR_SEA, Tag.SNOW_COUNTRY}, {Tag.NEAR_VOLCANO, Tag.NEAR_SLOPE}),
        ("46201", {Tag.NEAR_SEA, Tag.NEAR_VOLCANO}, {Tag.SNOW_COUNTRY}),
        ("20202", set(), {Tag.NEAR_SEA}),
        ("14103", {Tag.NEAR_SEA}, {Tag.SNOW_COUNTRY}),
        ("13122", {Tag.NEAR_RIVER}, {Tag.SNOW_COUNTRY}),
        ("99999", set(), set(Tag)),
    ],
    ids=["Wajima", "Kagoshima", "Matsumoto", "a ward of Yokohama", "Katsushika", "nowhere"],
)
def test_a_place_has_the_tags_that_tables_know(code: str, there: set[Tag], not_there: set[Tag]) -> None:
    found = AROUND.of_place(code)
    assert there <= found
    assert not not_there & found


def test_who_is_not_near_is_not_told() -> None:
    inland = choosing.choose(LESSONS, Wanted(tags=frozenset(), month=7))
    coast = choosing.choose(LESSONS, Wanted(tags=frozenset({Tag.NEAR_SEA}), month=7))
    assert "tsunami_run" not in inland
    assert coast[0] == "tsunami_run"
    assert "baby_kit" not in coast
    assert "snow_car" not in coast


def test_after_a_quake_other_lessons_fit_in_any_month() -> None:
    wanted = Wanted(tags=frozenset(), month=2, phase=Phase.AFTER, hazards=frozenset({Hazard.EARTHQUAKE}))
    found = choosing.choose(LESSONS, wanted)
    assert {"aftershocks", "breaker", "gas_water", "damage_certificate", "swindlers", "hearts", "sleep_in_car"} == set(
        found
    )
    assert "heat" not in choosing.choose(LESSONS, Wanted(tags=frozenset(), month=2))


@given(
    have=st.frozensets(st.sampled_from(list(Tag))),
    more=st.sampled_from(list(Tag)),
    month=st.integers(1, 12),
    phase=st.sampled_from(list(Phase)),
)
def test_another_tag_never_takes_a_lesson_away(have: frozenset[Tag], more: Tag, month: int, phase: Phase) -> None:
    before = choosing.choose(LESSONS, Wanted(tags=have, month=month, phase=phase))
    after = choosing.choose(LESSONS, Wanted(tags=have | {more}, month=month, phase=phase))
    assert set(before) <= set(after)
    assert len(set(after)) == len(after)


def test_other_words_are_no_tags() -> None:
    assert tags.known(["visa", "student", "", "near_sea"]) == (Tag.STUDENT, Tag.NEAR_SEA)
