"""Whole-service stories of where to go: a list comes in, a warning comes, the text and the page say where to."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from alerts import places
from shelters import importing, store
from shelters.importing import Task
from shelters.site import Danger, State
from tests.service import story as stories
from tests.service.story import WAJIMA, Story, number
from tests.shelters.builders import GSI, STANDARD, a_csv, a_row

SCHOOL = a_row(STANDARD, Danger.FLOOD, Danger.INLAND_FLOOD, stays="1", capacity="300")
PARK = a_row(
    STANDARD,
    *(Danger.FLOOD, Danger.INLAND_FLOOD),
    name="河井公園",
    kana="カワイコウエン",
    address="輪島市2",
    latitude="37.399",
)
#: near, but not safe from floods
SHORE = a_row(STANDARD, Danger.EARTHQUAKE, name="河井浜", kana="カワイハマ", address="輪島市3", latitude="37.3906")


@pytest.fixture
async def story(tmp_path) -> AsyncIterator[Story]:
    """A service that polls; three people of Wajima who read English, Vietnamese and Burmese."""
    async with stories.told(tmp_path) as told:
        await told.start()
        await told.people((1, "en", ""), (2, "vi", ""), (3, "my", ""), (4, "ja-Hira", ""))
        await told.settled()
        yield told


async def given(story: Story, data: bytes) -> None:
    """The municipality's list, by another process."""
    place = places.load().place(WAJIMA)
    assert place is not None
    task = Task(places=places.load(), municipality=place)
    result = await asyncio.to_thread(importing.import_list, story.tool, data, task, story.clock)
    assert result.clean, result


async def mark(story: Story, site_id: int, state: State) -> None:
    """By another process."""
    now = story.clock()
    await asyncio.to_thread(story.tool.write_sync, lambda db: store.mark(db, site_id, state, actor="test", now=now))


def newest(story: Story, index: int) -> str:
    return story.network.texts_of(number(index))[-1]


async def test_the_text_says_where_to_go_and_when_it_is_full_another(story):
    await given(story, a_csv(SHORE, SCHOOL, PARK))
    story.rain(p17204="L3")
    await story.settled()
    assert "Shelter: Wajima Elementary School" in newest(story, 1)
    assert "Free, for everyone, no papers needed." in newest(story, 1)
    assert "輪島小学校" in newest(story, 2)
    assert "Wajima Elementary School" in newest(story, 3)
    assert "わじましょうがっこう" in newest(story, 4)
    await mark(story, 2, State.FULL)
    story.pass_time(hours=1)
    story.rain(p17204="L4")
    await story.settled()
    assert "Evacuation site for this danger: Kawai Park" in newest(story, 1)
    assert "輪島小学校" not in newest(story, 2)
    # it is too late to go out: whoever is open
    story.pass_time(hours=1)
    story.rain(p17204="L5")
    await story.settled()
    for index in (1, 2, 3, 4):
        assert not any(
            name in newest(story, index) for name in ("Kawai", "Wajima Elementary", "河井公園", "輪島小学校")
        )


async def test_without_a_reading_the_name_stands_only_where_japanese_can(story):
    await given(story, a_csv(a_row(GSI, Danger.FLOOD), layout=GSI))
    story.rain(p17204="L3")
    await story.settled()
    assert "輪島小学校" in newest(story, 2)
    assert "輪島小学校" in newest(story, 3)
    assert "輪島小学校" not in newest(story, 4)
