"""The probe in a whole service: a text to the test number, nobody else hears of it, and its silence is told."""

from tests.service import story as stories
from tests.service.story import number

TEST_PHONE, PERSON_IN_CHARGE = 90, 91
OPTIONS = {"probe_minutes": 10, "probe_number": number(TEST_PHONE), "operator_numbers": [number(PERSON_IN_CHARGE)]}


def heard(story, index):
    return story.network.texts_of(number(index))


def alarms(story):
    """Of the probe alone: the jump of the clock also makes the feeds look old."""
    return [text for text in heard(story, PERSON_IN_CHARGE) if "test SMS lost" in text]


async def test_the_test_number_gets_a_drill_and_nobody_else_anything(tmp_path):
    async with stories.told(tmp_path, **OPTIONS) as story:
        await story.people((1, "en", ""))
        await story.start()
        await story.until(lambda: story.count("probes", "state = 'arrived'"), "the probe")
        await story.settled()
        (text,) = heard(story, TEST_PHONE)
        assert text.startswith("DRILL KUNREN") and text.endswith("DRILL KUNREN")
        assert len(heard(story, 1)) == 1  # the welcome
        assert story.grades() == {} and story.heard(1) == []
        story.pass_time(minutes=11)
        await story.until(lambda: story.count("probes", "state = 'arrived'") == 2, "the next probe")
        assert alarms(story) == []


async def test_a_probe_that_is_stuck_is_told_to_the_people_in_charge(tmp_path):
    async with stories.told(tmp_path, **OPTIONS) as story:
        await story.start()
        await story.until(lambda: story.count("probes", "state = 'arrived'"), "the probe")
        story.service.decider.catching_up = lambda: True  # nothing is decided any more
        story.pass_time(minutes=11)
        await story.until(lambda: story.count("probes", "state = 'reading'"), "the next probe")
        story.pass_time(minutes=6)
        await story.until(lambda: alarms(story), "the alarm")
