"""Stories of a whole service around a volcano: through feed, database, planner and phones, in the words people read."""

from collections.abc import AsyncIterator, Mapping

import pytest

from alerts.vocabulary import Status
from feeds.jma import compose
from feeds.jma.compose import Danger
from tests.service import story as stories
from tests.service.story import Story, number

#: 桜島
SAKURAJIMA, KAGOSHIMA, TARUMIZU = "506", "46201", "46214"


@pytest.fixture
async def story(tmp_path) -> AsyncIterator[Story]:
    """Aoi (1) reads English in Kagoshima, Bruno (2) Portuguese in Tarumizu."""
    async with stories.told(tmp_path) as told:
        await told.start()
        await told.people((1, "en", ""), municipality=KAGOSHIMA)
        await told.people((2, "pt", ""), municipality=TARUMIZU)
        await told.settled()
        yield told


def warn(story: Story, level: str, last: str, towns: Mapping[str, tuple[str, str]], **more: object) -> None:
    """VFVO50, issued now: town -> (action, action before)."""
    dangers = {f"{town}00": Danger(action=action, last=before) for town, (action, before) in towns.items()}
    given: dict[str, object] = {"volcano": SAKURAJIMA, "level": level, "last": last, "municipalities": dangers}
    story.publish("VFVO50", compose.volcanic_warning(**(given | {"at": story.clock()} | more)))  # type: ignore[arg-type]


def erupt(story: Story, *towns: str) -> None:
    """VFVO56, issued now."""
    cities = [f"{town}00" for town in towns]
    raw = compose.eruption_notice(volcano=SAKURAJIMA, municipalities=cities, at=story.clock())
    story.publish("VFVO56", raw)


def ash(story: Story, code: str, minutes: int, kinds: Mapping[str, list[str]]) -> None:
    """VFVO54 or VFVO55 of the eruption so many minutes ago."""
    now = story.clock()
    raw = compose.ashfall_forecast(
        code,
        volcano_code=SAKURAJIMA,
        municipalities={f"{town}00": amounts for town, amounts in kinds.items()},
        at=now,
        erupted=now.replace(minute=now.minute - minutes),
    )
    story.publish(code, raw)


async def test_a_volcanos_day(story):
    """As on 2022-07-24 at Sakurajima: it erupts, level 5, ash, and days later level 3."""
    story.publish("VFVO52", compose.eruption_observation(volcano=SAKURAJIMA, at=story.clock()))
    erupt(story, KAGOSHIMA, TARUMIZU)
    await story.settled()
    story.pass_time(minutes=20)
    warn(story, "15", "13", {KAGOSHIMA: ("41", "43"), TARUMIZU: ("42", "43")})
    await story.settled()
    story.pass_time(minutes=2)
    ash(story, "VFVO54", 8, {KAGOSHIMA: ["72"], TARUMIZU: ["73", "72"]})
    await story.settled()
    story.pass_time(minutes=15)
    ash(story, "VFVO55", 23, {KAGOSHIMA: ["72"], TARUMIZU: ["73", "72"]})
    await story.settled()
    assert story.grades()[f"volcano {KAGOSHIMA}"] == "V5"
    assert story.grades()[f"ashfall {TARUMIZU}"] == "heavy"
    story.pass_time(days=3)
    warn(story, "13", "15", {KAGOSHIMA: ("43", "41"), TARUMIZU: ("43", "42")})
    await story.settled()
    assert story.heard(1) == [
        f"new volcano eruption {KAGOSHIMA}",
        f"raised volcano V5 {KAGOSHIMA}",
        f"lowered volcano V3 {KAGOSHIMA}",
    ]
    # 入山規制等 is held for two people there: what they were told of the eruption still stands
    assert story.heard(2) == [f"new volcano eruption {TARUMIZU}", f"new ashfall heavy {TARUMIZU}"]
    assert story.network.totals().told_twice == 0


async def test_the_texts_say_which_volcano_and_what_to_do(story):
    erupt(story, KAGOSHIMA, TARUMIZU)
    await story.settled()
    story.pass_time(minutes=20)
    warn(story, "15", "13", {KAGOSHIMA: ("41", "43")})
    await story.settled()
    first, second = story.network.texts_of(number(1))[1:]
    assert "Sakurajima" in first and "JMA" in first
    assert "Sakurajima" in second and "5" in second
    (portuguese,) = story.network.texts_of(number(2))[1:]
    assert "Sakurajima" in portuguese


async def test_a_restart_between_warning_and_end_loses_nobody(story):
    warn(story, "15", "13", {KAGOSHIMA: ("41", "43")})
    await story.settled()
    await story.stop()
    story.pass_time(days=20)
    warn(story, "11", "15", {KAGOSHIMA: ("45", "41")})
    await story.start()
    await story.settled()
    assert story.heard(1) == [f"new volcano V5 {KAGOSHIMA}", f"lifted volcano V5 {KAGOSHIMA}"]


async def test_a_level_that_stands_for_years_is_told_to_who_moves_there(story):
    warn(story, "14", "11", {TARUMIZU: ("41", "45")})
    await story.settled()
    story.pass_time(days=700)
    await story.people((3, "vi", ""), municipality=TARUMIZU)
    await story.settled()
    assert story.heard(3) == [f"new volcano V4 {TARUMIZU}"]
    warn(story, "11", "14", {TARUMIZU: ("45", "41")})
    await story.settled()
    assert story.heard(3)[1:] == [f"lifted volcano V4 {TARUMIZU}"]
    assert story.heard(2)[1:] == [f"lifted volcano V4 {TARUMIZU}"]


async def test_level_3_is_held_and_a_drill_is_nothing(story):
    warn(story, "13", "11", {KAGOSHIMA: ("43", "45")})
    warn(story, "15", "11", {TARUMIZU: ("41", "45")}, status=Status.EXERCISE)
    await story.settled()
    assert (story.heard(1), story.heard(2)) == ([], [])
    assert story.grades() == {f"volcano {KAGOSHIMA}": "V3"}
    assert story.count("broadcasts", "state = 'held'") == 1


async def test_the_trough_is_held_and_operators_are_called(story):
    story.publish("VYSE50", compose.trough_information("120", at=story.clock()))
    await story.settled()
    assert (story.heard(1), story.grades()) == ([], {})
    assert [kind for kind, _ in story.open_notices()] == ["no_area"]
