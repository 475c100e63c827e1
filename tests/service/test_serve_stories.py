"""Stories of a whole service: outages, restarts, newcomers, broken feeds, broken telegrams."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from alerts.vocabulary import Status
from feeds.jma import compose
from feeds.jma.compose import Item, Sea
from storage import database
from storage.errors import StorageUnavailable
from tests.feeds.fake_jma import FakeJma, Fault
from tests.service import story as stories
from tests.service.story import ISHIKAWA, KANAZAWA, NANAO, START, SUZU, WAJIMA, Story, number, rain


@pytest.fixture
async def story(tmp_path) -> AsyncIterator[Story]:
    """A service that polls; Aoi (1) lives in Wajima."""
    async with stories.told(tmp_path) as told:
        await told.start()
        await told.people((1, "en", ""))
        await told.settled()
        yield told


def quake(event: str, at, cities: dict[str, str], **options: object) -> bytes:
    """A full report."""
    return compose.full_earthquake_report(event_id=event, at=at, origin=at, cities=cities, **options)


# restarts and outages ----------------------------------------------------------------------------


async def test_a_stop_in_the_middle_of_sending_loses_and_doubles_nothing(tmp_path):
    async with stories.told(tmp_path, send_rate=40) as story:
        await story.start()
        await story.people(*((index, "en", "") for index in range(40)))
        story.rain(p17204="L4")
        await story.until(lambda: story.network.totals().accepted >= 5, "the first texts")
        await story.stop()
        assert story.count("messages", "state = 'queued'") > 0
        assert story.count("messages", "state = 'handing'") == 0
        assert story.count("attempts", "finished_at IS NULL") == 0
        story.settings = story.settings.model_copy(update={"send_rate": 1000.0})
        await story.start()
        await story.settled()
        for index in range(40):
            assert story.heard(index) == [f"new heavy_rain L4 {WAJIMA}"]
            assert len(story.network.texts_of(number(index))) == 2
        assert story.network.totals().told_twice == 0


async def test_what_came_and_went_while_we_were_away_is_told_to_nobody(story):
    await story.stop()
    for level in ("L3", "L4", None):
        story.rain(p17204=level)
        story.pass_time(hours=1)
    await story.start()
    await story.settled()
    assert story.heard(1) == []
    assert story.grades() == {}
    assert story.count("broadcasts", "origin = 'alert'") == 0


async def test_what_is_in_force_after_an_outage_is_told_once(story):
    await story.stop()
    story.rain(p17204="L3")
    story.pass_time(hours=1)
    story.rain(p17204="L4")
    story.pass_time(hours=4)
    await story.start()
    await story.settled()
    assert story.heard(1) == [f"new heavy_rain L4 {WAJIMA}"]


async def test_who_was_told_before_an_outage_hears_after_it_that_it_is_over(story):
    story.rain(p17204="L3")
    await story.settled()
    await story.stop()
    story.pass_time(hours=2)
    story.rain(p17204="L5")
    story.pass_time(hours=2)
    story.rain(p17204=None)
    story.pass_time(hours=1)
    await story.start()
    await story.settled()
    assert story.heard(1) == [f"new heavy_rain L3 {WAJIMA}", f"lifted heavy_rain L3 {WAJIMA}"]


async def test_an_earthquake_of_five_hours_ago_is_no_news(story):
    await story.stop()
    at = story.clock()
    story.publish("VXSE53", quake("20261123000100", at, {"1720400": "6+"}), at)
    story.pass_time(hours=5)
    await story.start()
    await story.settled()
    assert story.heard(1) == []
    assert story.count("telegrams", "state = 'read'") == 1


async def test_a_long_gap_is_decided_as_a_whole_however_slowly_it_comes_in(story):
    """More than a handful of telegrams, the newest one answered last of all."""
    await story.stop()
    for hour in range(30):
        story.rain(p17204="L3" if hour % 2 else "L4")
        story.pass_time(minutes=10)
    story.rain(p17204=None)
    newest = next(iter(story.jma._listed["extra"])).split('href="')[1].split('"')[0].removeprefix(story.jma.base_url)
    story.jma.faults[newest] = Fault.HANG
    await story.start()
    await story.until(lambda: story.count("telegrams") >= 30, "the others")
    eqvol = FakeJma.feed_path("eqvol")
    polls = story.jma.hits[eqvol]
    await story.until(lambda: story.jma.hits[eqvol] >= polls + 5, "time in which it could be decided")
    assert story.count("telegrams", "state <> 'pending'") == 0
    story.jma.release()
    await story.settled()
    assert story.heard(1) == []


async def test_two_services_on_one_file_are_refused(story):
    with pytest.raises(StorageUnavailable):
        database.open(story.settings.database, role="serve")


# people who come, go and move --------------------------------------------------------------------


async def test_who_registers_while_a_warning_is_in_force_is_told_at_once(story):
    story.rain(p17204="L4", p17205="L2")
    await story.settled()
    await story.people((2, "vi", ""))
    await story.people((3, "en", ""), municipality=SUZU)
    await story.settled()
    assert story.heard(2) == [f"new heavy_rain L4 {WAJIMA}"]
    assert story.heard(3) == []
    assert story.heard(1) == [f"new heavy_rain L4 {WAJIMA}"]


async def test_who_has_said_stop_hears_no_all_clear(story):
    await story.people((2, "en", ""))
    story.rain(p17204="L3")
    await story.settled()
    await story.say_stop(2)
    story.pass_time(minutes=30)
    story.rain(p17204=None)
    await story.settled()
    assert story.heard(1) == [f"new heavy_rain L3 {WAJIMA}", f"lifted heavy_rain L3 {WAJIMA}"]
    assert story.heard(2) == [f"new heavy_rain L3 {WAJIMA}"]


async def test_no_import_revives_who_has_said_stop(story):
    await story.say_stop(1)
    await story.people((1, "en", NANAO))
    story.rain(p17204="L4", p17202="L4")
    await story.settled()
    assert story.heard(1) == []


async def test_who_gets_a_further_place_hears_what_is_in_force_there(story):
    story.rain(p17204="L3", p17205="L4")
    await story.settled()
    assert story.heard(1) == [f"new heavy_rain L3 {WAJIMA}"]
    await story.people((1, "en", ""), municipality=SUZU)
    await story.settled()
    assert story.heard(1)[1:] == [f"raised heavy_rain L4 {SUZU}"] or story.heard(1)[1:] == [f"new heavy_rain L4 {SUZU}"]
    story.pass_time(minutes=30)
    story.rain(p17204=None, p17205=None)
    await story.settled()
    (last,) = story.heard(1)[2:]
    assert last == f"lifted heavy_rain L4 {SUZU}"
    assert story.network.totals().told_twice == 0


# feeds that fail ---------------------------------------------------------------------------------

BROKEN = [
    Fault.HTML_404,
    Fault.HTML_200,
    Fault.GARBAGE,
    Fault.TRUNCATED,
    Fault.WRONG_TYPE,
    Fault.ERROR_500,
    Fault.REFUSE,
]


@pytest.mark.parametrize("fault", BROKEN)
async def test_a_broken_feed_changes_nothing_but_its_health(story, fault):
    story.rain(p17204="L3")
    await story.settled()
    before = story.grades()
    story.jma.faults[FakeJma.feed_path("extra")] = fault
    await story.until(lambda: story.failures("extra") >= 2, "failed polls")
    assert story.grades() == before == {f"heavy_rain {WAJIMA}": "L3"}
    assert story.heard(1) == [f"new heavy_rain L3 {WAJIMA}"]
    assert story.failures("eqvol") == 0
    ready = await _get(story, "/readyz")
    assert "extra" in ready
    story.jma.faults.clear()
    story.pass_time(minutes=1)
    story.rain(p17204=None)
    await story.settled()
    assert story.heard(1) == [f"new heavy_rain L3 {WAJIMA}", f"lifted heavy_rain L3 {WAJIMA}"]
    await story.until(lambda: story.failures("extra") == 0, "a good poll")


async def test_a_feed_that_hangs_holds_up_no_other(story):
    story.jma.faults[FakeJma.feed_path("extra")] = Fault.HANG
    story.rain(p17204="L4")
    await story.until(lambda: story.jma.open or story.jma.hits[FakeJma.feed_path("extra")], "a poll that hangs")
    at = story.clock()
    story.publish("VXSE53", quake("20261123000100", at, {"1720400": "6+"}), at)
    await story.until(lambda: len(story.heard(1)) == 1, "the earthquake")
    assert story.heard(1) == [f"new earthquake 6+ {WAJIMA}"]
    story.jma.release()
    await story.settled()
    assert story.heard(1)[1:] == [f"new heavy_rain L4 {WAJIMA}"]


async def test_operators_hear_once_that_we_cannot_see_and_the_notice_ends_by_itself(tmp_path, caplog):
    operator = number(99)
    async with stories.told(tmp_path, operator_numbers=[operator], blind_seconds=180) as story:
        await story.start()
        await story.until(lambda: story.count("feeds", "last_success_at IS NOT NULL") == 4, "first polls")
        story.jma.faults[FakeJma.feed_path("extra")] = Fault.HTML_404
        await story.until(lambda: story.failures("extra") >= 1, "a failed poll")
        assert story.network.texts_of(operator) == []
        story.pass_time(seconds=181)
        await story.until(lambda: story.network.texts_of(operator), "a text to the operator")
        (text,) = story.network.texts_of(operator)
        assert "extra" in text
        assert ("blind", "extra") in story.open_notices()
        failed = story.failures("extra")
        await story.until(lambda: story.failures("extra") > failed, "another failed poll")
        story.jma.faults.clear()
        story.pass_time(minutes=1)
        await story.until(lambda: ("blind", "extra") not in story.open_notices(), "the notice to end")
        await story.settled()
        assert story.network.texts_of(operator) == [text]
        story.pass_time(minutes=3)
        await story.until(lambda: len(story.network.texts_of(operator)) == 2, "the text that we see again")
        again = story.network.texts_of(operator)[1]
        assert "can see the JMA feed" in again and "extra" in again and "again since Nov 23 09:0" in again
        assert story.count("broadcasts", "origin = 'operator' AND planned = 1 AND planned_segments = 2") == 2
        said = [record.message for record in caplog.records if getattr(record, "feed", "") == "extra"]
        assert (said.count("feed_lost"), said.count("feed_seen_again")) == (1, 1)


async def _get(story: Story, path: str) -> str:
    import aiohttp

    assert story.service is not None
    async with aiohttp.ClientSession() as session, session.get(story.service.address + path) as answer:
        return await answer.text()


# telegrams that are odd --------------------------------------------------------------------------


async def test_bad_telegrams_stop_no_good_one_and_can_be_read_again(story):
    at = story.clock()
    story.publish("VPWW56", b"<Report>half a telegr", at)
    story.publish("VZZZ99", rain(at, p17205="L3").replace("大雨".encode(), "謎".encode()), at)
    story.publish("VPWW55", rain(at, p17204="L4"), at)
    await story.settled()
    assert story.heard(1) == [f"new heavy_rain L4 {WAJIMA}"]
    assert story.rows("SELECT type, state FROM telegrams WHERE state = 'quarantined'") == [("VPWW56", "quarantined")]
    assert story.rows("SELECT state FROM telegrams WHERE type = 'VZZZ99'") in ([("ignored",)], [("quarantined",)])
    kinds = {kind for kind, _ in story.open_notices()}
    assert {"unreadable"} <= kinds
    from feeds import store

    assert story.tool.write_sync(store.reread) >= 1
    await story.until(lambda: not story.count("telegrams", "state = 'pending'"), "reading again")
    assert story.count("telegrams", "state = 'quarantined'") >= 1
    assert story.heard(1) == [f"new heavy_rain L4 {WAJIMA}"]


async def test_a_telegram_that_a_fix_makes_readable_is_told_after_reading_it_again(story):
    """It was put into quarantine by a fault of ours; the person is told what is in force now."""
    from feeds import store

    await story.stop()
    story.rain(p17204="L4")
    await story.start()
    await story.settled()
    first = story.heard(1)
    story.tool.write_sync(
        lambda db: db.execute("UPDATE telegrams SET state = 'quarantined', reason = 'our fault' WHERE type = 'VPWW55'")
    )
    assert story.tool.write_sync(store.reread) == 1
    await story.until(lambda: not story.count("telegrams", "state = 'pending'"), "reading again")
    await story.settled()
    assert story.heard(1) == first == [f"new heavy_rain L4 {WAJIMA}"]


async def test_a_telegram_dated_ahead_of_our_clock_silences_nothing_and_is_read_in_its_time(story):
    at = story.clock()
    story.publish("VPWW55", rain(at + timedelta(hours=2), p17204="L3"), at)
    await story.settled()
    assert story.heard(1) == []
    ((kind, subject),) = story.open_notices()
    assert (kind, subject.partition(" ")[0]) == ("unreadable", "VPWW55")
    assert story.rows("SELECT urgent FROM notices") == [(1,)]
    story.rain(p17204="L4")
    await story.settled()
    assert story.heard(1) == [f"new heavy_rain L4 {WAJIMA}"]
    story.pass_time(hours=1, minutes=55)
    await story.until(lambda: not story.count("telegrams", "state = 'quarantined'"), "its time")
    await story.settled()
    assert story.heard(1) == [f"new heavy_rain L4 {WAJIMA}", f"lowered heavy_rain L3 {WAJIMA}"]
    await story.until(lambda: story.open_notices() == [], "every feed is seen again after the jump")


async def test_a_clock_of_ours_that_was_wrong_loses_no_telegram(story):
    """It stood three hours behind; once it is right all is read and told."""
    at = story.clock() + timedelta(hours=3)
    story.publish("VPWW55", rain(at, p17204="L4"), at)
    await story.settled()
    assert story.heard(1) == []
    story.pass_time(hours=3)
    await story.until(lambda: not story.count("telegrams", "state = 'quarantined'"), "reading it again")
    await story.settled()
    assert story.heard(1) == [f"new heavy_rain L4 {WAJIMA}"]


async def test_a_telegram_a_few_minutes_ahead_is_read_at_once(story):
    at = story.clock() + timedelta(minutes=9)
    story.publish("VPWW55", rain(at, p17204="L4"), at)
    await story.settled()
    assert story.heard(1) == [f"new heavy_rain L4 {WAJIMA}"]


async def test_a_warning_that_is_listed_before_it_is_there_is_told_once_it_is(story):
    at = story.clock()
    path = FakeJma.data_path(f"{at:%Y%m%d%H%M%S}_{story._published + 1}_VPWW55_010000.xml")
    story.jma.faults[path] = Fault.HTML_404
    story.publish("VPWW55", rain(at, p17204="L4"), at)
    await story.until(lambda: story.jma.hits[path] >= 1, "the first attempt")
    story.pass_time(minutes=5)
    await story.until(lambda: "gone" in {kind for kind, _ in story.open_notices()}, "the urgent notice")
    await story.stop()
    await story.start()
    del story.jma.faults[path]
    story.pass_time(minutes=2)
    await story.settled()
    assert story.heard(1) == [f"new heavy_rain L4 {WAJIMA}"]
    assert story.open_notices() == []


async def test_an_unknown_place_code_costs_the_known_ones_nothing(story):
    at = story.clock()
    strange = rain(at, p17204="L3", p17205="L3").replace(b"1720500", b"1788800")
    story.publish("VPWW55", strange, at)
    await story.settled()
    assert story.heard(1) == [f"new heavy_rain L3 {WAJIMA}"]
    assert "unknown_place" in {kind for kind, _ in story.open_notices()}
    assert story.grades() == {f"heavy_rain {WAJIMA}": "L3"}


async def test_an_unknown_warning_code_is_a_notice_and_no_guess(story):
    at = story.clock()
    strange = rain(at, p17204="L3", p17205="L4").replace(b"<Code>43</Code>", b"<Code>77</Code>")
    story.publish("VPWW55", strange, at)
    await story.settled()
    assert story.heard(1) == [f"new heavy_rain L3 {WAJIMA}"]
    assert f"heavy_rain {SUZU}" not in story.grades()
    assert "unknown_code" in {kind for kind, _ in story.open_notices()}


async def test_doubled_telegrams_and_late_ones_are_told_to_nobody(story):
    first = story.clock()
    old, new = rain(first, p17204="L3"), rain(first + timedelta(minutes=20), p17204="L4")
    story.pass_time(minutes=30)
    story.publish("VPWW55", new, first + timedelta(minutes=20))
    await story.settled()
    story.publish("VPWW55", old, first)
    story.publish("VPWW55", new, first + timedelta(minutes=20))
    await story.settled()
    assert story.heard(1) == [f"new heavy_rain L4 {WAJIMA}"]
    assert story.grades() == {f"heavy_rain {WAJIMA}": "L4"}
    assert story.count("telegrams") == 2


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
async def test_drills_of_jma_change_nothing_that_is_live(story, status):
    story.rain(p17204="L3")
    await story.settled()
    story.pass_time(minutes=5)
    at = story.clock()
    sea = {"360": Sea(grade="53", height="10", description="１０ｍ")}
    items = {"1720400": Item(code="33")}
    lifted = {"1720400": Item(code="03", status="解除", last="03")}
    story.publish("VTSE41", compose.tsunami_report(event_ids=["20261123000400"], at=at, areas=sea, status=status), at)
    story.publish("VPWW55", compose.rain_report(region=ISHIKAWA, kinds=items, at=at, status=status), at)
    later = at + timedelta(seconds=5)
    story.publish("VPWW55", compose.rain_report(region=ISHIKAWA, kinds=lifted, at=later, status=status), later)
    story.publish("VXSE53", quake("20261123000400", at, {"1720400": "7"}, status=status), at)
    await story.settled()
    assert story.heard(1) == [f"new heavy_rain L3 {WAJIMA}"]
    assert story.grades() == {f"heavy_rain {WAJIMA}": "L3"}
    assert story.count("alerts", "decision = 'record' AND status <> 'Actual'") == 4
    assert story.count("broadcasts", "origin = 'alert'") == 1


async def test_an_agent_that_falls_is_started_again(story):
    """Whatever happens to the database for a moment, warnings go on."""
    assert story.service is not None
    story.service.planner.db = None  # type: ignore[assignment]  # what no code may survive by itself
    story.rain(p17204="L4")
    await story.until(lambda: story.count("broadcasts", "origin = 'alert'"), "a decision")
    story.service.planner.db = story.service.parts.db
    await story.settled()
    assert story.heard(1) == [f"new heavy_rain L4 {WAJIMA}"]


async def test_people_elsewhere_are_left_in_peace(story):
    await story.people((5, "en", ""), municipality=KANAZAWA)
    await story.settled()
    assert story.clock() - START < timedelta(minutes=10)
    story.rain(p17204="L5")
    await story.settled()
    assert story.heard(5) == []
    assert story.heard(1) == [f"new heavy_rain L5 {WAJIMA}"]
