"""A typhoon night from several seeds: nobody gets a wrong grade, an echo, or more texts than changes concern them."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from alerts.vocabulary import InfoType, Status
from feeds.jma import reading
from service.nights import typhoon
from tests.nights import played
from tests.nights.reference import RULES


@pytest.mark.parametrize(("seed", "outage"), [(1, 0), (2, 20), (3, 300)])
async def test_every_grade_and_every_text_is_as_the_slow_way_has_it(tmp_path, seed: int, outage: int) -> None:
    chance = random.Random(seed)
    night = typhoon.night(seed, 200)
    people = played.somebody(chance, night, 50)
    await played.play(tmp_path, night, people, chance, timedelta(minutes=outage))
    assert sum(len(person.texts) for person in people) > 100
    left = {hazard for person in people for hazard, places in person.shown.items() if places}
    assert {RULES[hazard]["ends"] for hazard in left} <= {"time"}, f"somebody never heard the end of {left}"


def test_the_same_seed_is_the_same_night_and_another_one_is_another() -> None:
    assert typhoon.night(5, 120) == typhoon.night(5, 120)
    assert typhoon.night(5, 120) != typhoon.night(6, 120)


def test_a_night_has_what_nights_have() -> None:
    night = typhoon.night(7, 600)
    assert len(night) == 600
    assert {one.code for one in night} >= {
        "VPWW55",
        "VPWW56",
        "VPWW57",
        "VPWW58",
        "VPWW59",
        "VPWW61",
        "VXKO50",
        "VPBS50",
        "VPHW50",
        "VPFT50",
        "VFVO50",
        "VFVO52",
        "VFVO54",
        "VFVO55",
        "VFVO56",
    }
    assert "fog" in {word.hazard.value for one in night for word in one.words}
    assert {one.info_type for one in night} == {InfoType.ISSUE, InfoType.CORRECTION}
    assert {one.status for one in night} >= {Status.ACTUAL, Status.EXERCISE}
    assert max(Counter(one.raw for one in night).values()) > 1
    assert any(one.published - one.sent > timedelta(minutes=5) for one in night)
    for one in night:
        found = reading.read(one.raw, f"{one.code}.xml")
        assert isinstance(found, reading.Read) and not found.notices, found
        assert found.sent == one.sent <= one.published


async def test_the_state_of_a_whole_night_is_as_the_slow_way_has_it(tmp_path) -> None:
    """All 2,000 telegrams, and a few people: after every third poll the state, at the end every text."""
    chance = random.Random(12)
    night = typhoon.night(12)
    assert len(night) == 2_000
    people = played.somebody(chance, night, 6)
    await played.play(tmp_path, night, people, chance, timedelta(minutes=20), every=3)
    assert {place for person in people for place in person.places}
