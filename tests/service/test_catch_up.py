"""Stopped in the middle of a night, for minutes, hours, days: what is in force is told once, what is over is not."""

from datetime import timedelta

import pytest

from feeds.jma import compose
from feeds.jma.compose import Item
from tests.feeds.fake_jma import FakeJma
from tests.service import story as stories
from tests.service.story import ISHIKAWA, SUZU, WAJIMA, Story

PLACES = {"17204": "1720400", "17205": "1720500"}


def warn(story: Story, code: str, **kinds: str) -> None:
    """A warning of a type, issued now: `warn(story, "VPWW58", p17204="05")`; "-05" lifts it."""
    items = {
        PLACES[place[1:]]: Item(code=kind.lstrip("-"), status="解除" if kind.startswith("-") else "発表")
        for place, kind in kinds.items()
    }
    now = story.clock()
    story.publish(code, compose.warning_report(code, region=ISHIKAWA, kinds=items, at=now), now)
    story.pass_time(seconds=30)


def tornado(story: Story) -> None:
    now = story.clock()
    until = now + timedelta(minutes=65)
    raw = compose.tornado_report(region=ISHIKAWA, areas=["170020"], at=now, valid_until=until)
    story.publish("VPHW50", raw, now)
    story.pass_time(seconds=30)


async def before_the_stop(story: Story) -> None:
    await story.start()
    await story.people((1, "en", ""))
    await story.people((2, "en", ""), municipality=SUZU)
    warn(story, "VPWW58", p17204="05")
    warn(story, "VPWW59", p17205="07")
    tornado(story)
    await story.settled()
    await story.stop()


def in_the_dark(story: Story) -> None:
    """Storm up and down again, a surge that stays, rain that comes and goes, waves that end, a tornado once more."""
    warn(story, "VPWW58", p17204="35")
    warn(story, "VPWW57", p17204="08")
    warn(story, "VPWW55", p17204="33")
    warn(story, "VPWW59", p17205="-07")
    tornado(story)
    warn(story, "VPWW58", p17204="05")
    warn(story, "VPWW57", p17204="48")
    warn(story, "VPWW55", p17204="-33")


SPANS = [timedelta(minutes=5), timedelta(hours=5), timedelta(days=5)]


@pytest.mark.parametrize("span", SPANS, ids=["5 minutes", "5 hours", "5 days"])
async def test_however_long_we_were_away_the_same_is_told(tmp_path, span: timedelta) -> None:
    async with stories.told(tmp_path) as story:
        await before_the_stop(story)
        in_the_dark(story)
        story.clock.jump(story.clock() + span)
        long_form = FakeJma.feed_path("extra", long=True)
        reads = story.jma.hits[long_form]
        await story.start()
        await story.settled()
        assert story.heard(1) == [
            f"new storm warning {WAJIMA}",
            f"new tornado warning {WAJIMA}",
            f"new storm_surge L4 {WAJIMA}",
        ]
        assert story.heard(2) == [
            f"new wave warning {SUZU}",
            f"new tornado warning {SUZU}",
            f"lifted wave warning {SUZU}",
        ]
        lasting = {f"storm {WAJIMA}": "warning", f"storm_surge {WAJIMA}": "L4"}
        assert {key: grade for key, grade in story.grades().items() if "tornado" not in key} == lasting
        assert any("tornado" in key for key in story.grades()) == (span < timedelta(hours=1))
        assert story.network.totals().told_twice == 0
        assert story.jma.hits[long_form] - reads <= 1


async def test_without_any_stop_people_hear_the_steps_and_know_the_same_at_the_end(tmp_path) -> None:
    """Who was told step by step and who was told after the outage know the same."""
    async with stories.told(tmp_path) as story:
        await before_the_stop(story)
        await story.start()
        in_the_dark(story)
        await story.settled()
        assert story.heard(1)[-1] in (f"new storm_surge L4 {WAJIMA}", f"raised storm_surge L4 {WAJIMA}")
        assert story.grades()[f"storm {WAJIMA}"] == "warning"
        assert story.network.totals().told_twice == 0


async def test_a_second_stop_and_start_tells_nothing_more(tmp_path) -> None:
    async with stories.told(tmp_path) as story:
        await before_the_stop(story)
        in_the_dark(story)
        story.pass_time(hours=5)
        for _ in range(2):
            await story.start()
            await story.settled()
            heard = (story.heard(1), story.heard(2))
            await story.stop()
            story.pass_time(days=1)
        await story.start()
        await story.settled()
        assert (story.heard(1), story.heard(2)) == heard


async def test_who_registers_after_the_outage_hears_of_what_is_in_force_and_of_nothing_else(tmp_path) -> None:
    async with stories.told(tmp_path) as story:
        await before_the_stop(story)
        in_the_dark(story)
        story.pass_time(hours=5)
        await story.start()
        await story.settled()
        await story.people((3, "vi", ""))
        await story.settled()
        assert sorted(story.heard(3)) == [f"new storm warning {WAJIMA}", f"new storm_surge L4 {WAJIMA}"]
