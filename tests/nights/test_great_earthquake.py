"""The day of a great earthquake from several seeds: everybody hears of each shock once, and of mistakes."""

import random
from datetime import timedelta

import pytest

from alerts.vocabulary import InfoType, Status
from feeds.jma import reading
from service.nights import great_earthquake
from tests.nights import played


@pytest.mark.parametrize(("seed", "outage"), [(1, 0), (2, 30), (3, 400), (4, 0)])
async def test_every_grade_and_every_text_is_as_the_slow_way_has_it(tmp_path, seed: int, outage: int) -> None:
    chance = random.Random(seed)
    day = great_earthquake.day(seed)
    people = played.somebody(chance, day, 60)
    await played.play(tmp_path, day, people, chance, timedelta(minutes=outage))
    assert sum(len(person.texts) for person in people) > 60
    tsunami = [places for person in people for hazard, places in person.shown.items() if hazard == "tsunami"]
    assert not any(tsunami), "somebody never heard the end"


def test_a_day_has_what_such_days_have() -> None:
    day = great_earthquake.day(7)
    assert len(day) == 150
    assert day == great_earthquake.day(7)
    assert {one.code for one in day} >= {"VXSE51", "VXSE52", "VXSE53", "VXSE61", "VXSE62", "VTSE41", "VTSE51", "VTSE52"}
    assert {one.info_type for one in day} == set(InfoType)
    assert Status.EXERCISE in {one.status for one in day}
    for one in day:
        found = reading.read(one.raw, f"{one.code}.xml")
        assert isinstance(found, reading.Read) and not found.notices, found
        assert found.sent == one.sent <= one.published
