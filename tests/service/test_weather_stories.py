"""Whole-service stories of wind, water and heat: who hears what, once, and of its end only those who were told."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime, timedelta

import pytest

from alerts.places import packaged
from alerts.vocabulary import InfoType, Status
from feeds.jma import compose
from feeds.jma.compose import Item
from tests.service import story as stories
from tests.service.story import ISHIKAWA, KANAZAWA, WAJIMA, Story

NOTO, KAGA = "170020", "170010"
#: 手取川 and 梯川 both touch Komatsu and Nomi
KOMATSU = "17203"


@pytest.fixture
async def story(tmp_path) -> AsyncIterator[Story]:
    """A service that polls; Aoi (1) lives in Wajima, Bao (2) in Kanazawa."""
    async with stories.told(tmp_path) as told:
        await told.start()
        await told.people((1, "en", ""))
        await told.people((2, "en", ""), municipality=KANAZAWA)
        await told.settled()
        yield told


def warn(story: Story, code: str, kinds: Mapping[str, Item | Sequence[Item]], **more: object) -> None:
    """A weather telegram of Ishikawa, issued now."""
    now = story.clock()
    story.publish(code, compose.warning_report(code, region=ISHIKAWA, kinds=kinds, at=now, **more), now)


def tornado(story: Story, *areas: str, minutes: float = 60) -> None:
    now = story.clock()
    raw = compose.tornado_report(region=ISHIKAWA, areas=areas, at=now, valid_until=now + timedelta(minutes=minutes))
    story.publish("VPHW50", raw, now)


async def test_a_typhoon_day(story):
    """Wind, surge, a tornado and heavy rain in turn; each told once at its grade, the end to those who were told."""
    warn(story, "VPWW58", {"1720400": Item(code="15"), "1720100": Item(code="15")})
    await story.settled()
    assert (story.heard(1), story.heard(2)) == ([], [])
    story.pass_time(hours=1)
    warn(story, "VPWW58", {"1720400": Item(code="05", last="15"), "1720100": Item(code="15", status="継続", last="15")})
    warn(story, "VPWW57", {"1720400": Item(code="08")})
    await story.settled()
    story.pass_time(hours=1)
    tornado(story, NOTO)
    warn(story, "VPWW58", {"1720400": Item(code="35", last="05"), "1720100": Item(code="05", last="15")})
    await story.settled()
    story.pass_time(minutes=30)
    tornado(story, NOTO)
    warn(story, "VPWW57", {"1720400": Item(code="48", last="08")})
    await story.settled()
    story.pass_time(hours=5)
    warn(
        story,
        "VPWW58",
        {
            "1720400": Item(code="35", status="解除", last="35"),
            "1720100": Item(code="15", status="警報から注意報", last="05"),
        },
    )
    warn(story, "VPWW57", {"1720400": Item(code="48", status="解除", last="48")})
    await story.settled()
    assert sorted(story.heard(1)) == sorted(
        [
            f"new storm warning {WAJIMA}",
            f"new storm_surge L3 {WAJIMA}",
            f"new tornado warning {WAJIMA}",
            f"raised storm emergency {WAJIMA}",
            f"raised storm_surge L4 {WAJIMA}",
            f"lifted storm emergency {WAJIMA}",
            f"lifted storm_surge L4 {WAJIMA}",
        ]
    )
    assert story.heard(2) == [f"new storm warning {KANAZAWA}", f"lifted storm warning {KANAZAWA}"]
    assert story.network.totals().told_twice == 0


async def test_wind_turns_to_snow_wind(story):
    warn(story, "VPWW58", {"1720400": Item(code="05")})
    await story.settled()
    story.pass_time(hours=2)
    warn(story, "VPWW58", {"1720400": [Item(code="05", status="解除", last="05"), Item(code="02")]})
    await story.settled()
    heard = story.heard(1)
    assert heard[0] == f"new storm warning {WAJIMA}"
    assert sorted(heard[1:]) == [f"lifted storm warning {WAJIMA}", f"new snow_storm warning {WAJIMA}"]


async def test_advisories_of_vpww61_are_recorded_and_nobody_is_told(story):
    warn(story, "VPWW61", {"1720400": [Item(code="14"), Item(code="20")]})
    await story.settled()
    assert story.heard(1) == []
    assert story.count("in_force", "grade = 'advisory' AND place = '17204'") == 2


async def test_a_tornado_is_told_once_extended_silently_and_its_end_by_nobody(story):
    tornado(story, NOTO)
    await story.settled()
    for _ in range(3):
        story.pass_time(minutes=40)
        tornado(story, NOTO)
        await story.settled()
    story.pass_time(minutes=10)
    tornado(story, KAGA)
    await story.settled()
    assert story.heard(1) == [f"new tornado warning {WAJIMA}"]
    assert story.heard(2) == [f"new tornado warning {KANAZAWA}"]
    story.pass_time(hours=2)
    tornado(story, NOTO)
    await story.settled()
    assert story.heard(1) == [f"new tornado warning {WAJIMA}"] * 2
    assert story.network.totals().told_twice == 0


async def test_a_rain_band_foreseen_then_there_then_wider_is_told_once_per_place(story):
    now = story.clock()
    for minutes, tag, areas in (
        (0, "線状降水帯直前", [NOTO]),
        (20, "線状降水帯発生", [NOTO]),
        (40, "線状降水帯発生", [NOTO, KAGA]),
    ):
        at = now + timedelta(minutes=minutes)
        story.clock.jump(at)
        raw = compose.flash_report(tag, region=ISHIKAWA, areas=areas, at=at, event_id=f"JPKZ_{minutes}")
        story.publish("VPBS50", raw, at)
        await story.settled()
    assert story.heard(1) == [f"new linear_rainband warning {WAJIMA}"]
    assert story.heard(2) == [f"new linear_rainband warning {KANAZAWA}"]


async def test_heat_is_told_once_per_day_although_today_is_not_over(story):
    day = date(2026, 11, 23)
    story.clock.jump(datetime.fromisoformat("2026-11-23T17:00:00+09:00"))
    for _ in range(3):
        day += timedelta(days=1)
        for serial in (1, 2):
            at = story.clock()
            raw = compose.heat_report(region=ISHIKAWA, day=day, at=at, event_id=f"JPTC{day:%d}", serial=serial)
            story.publish("VPFT50", raw, at)
            await story.settled()
            story.pass_time(hours=12)
    assert story.heard(1) == [f"new heat alert {WAJIMA}"] * 3
    assert story.network.totals().told_twice == 0


async def test_two_rivers_of_one_municipality_are_the_higher_of_both(story):
    await story.people((3, "en", ""), municipality=KOMATSU)
    rivers = _rivers_of(KOMATSU)
    for river, code in ((rivers[0], "30"), (rivers[1], "40"), (rivers[1], "10"), (rivers[0], "10")):
        at = story.clock()
        story.publish("VXKO55", compose.flood_report(river, code=code, stations={}, at=at), at)
        await story.settled()
        story.pass_time(hours=1)
    assert story.heard(3) == [
        f"new flood L3 {KOMATSU}",
        f"raised flood L4 {KOMATSU}",
        f"lowered flood L3 {KOMATSU}",
        f"lifted flood L3 {KOMATSU}",
    ]


async def test_a_flood_withdrawn_is_told_to_those_who_were_told(story):
    await story.people((3, "en", ""), municipality=KOMATSU)
    river, at = _rivers_of(KOMATSU)[1], story.clock()
    story.publish("VXKO55", compose.flood_report(river, code="40", stations={}, at=at), at)
    await story.settled()
    story.pass_time(minutes=3)
    at = story.clock()
    story.publish("VXKO55", compose.withdrawal("VXKOii", river, at=at), at)
    await story.settled()
    assert story.heard(3) == [f"new flood L4 {KOMATSU}", f"cancelled flood L4 {KOMATSU}"]
    assert story.heard(1) == []


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
async def test_training_of_the_rainy_season_reaches_nobody_and_touches_nothing(story, status):
    at = story.clock()
    for river in _rivers_of(KOMATSU):
        story.publish("VXKO55", compose.flood_report(river, code="51", stations={}, at=at, status=status), at)
    warn(story, "VPWW58", {"1720400": Item(code="35")}, status=status)
    await story.settled()
    assert story.heard(1) == []
    assert story.grades() == {}


async def test_a_correction_of_a_warning_tells_those_who_were_told(story):
    warn(story, "VPWW59", {"1720400": Item(code="07"), "1720500": Item(code="07")})
    await story.settled()
    story.pass_time(minutes=4)
    warn(story, "VPWW59", {"1720500": Item(code="07")}, info_type=InfoType.CORRECTION)
    await story.settled()
    assert story.heard(1) == [f"new wave warning {WAJIMA}", f"cancelled wave warning {WAJIMA}"]


async def test_the_state_of_all_japan_is_compared_and_changes_nothing(story):
    warn(story, "VPWW58", {"1720400": Item(code="05")})
    await story.settled()
    story.pass_time(hours=1)
    _overview(story, {"1720400": [("05", story.clock() - timedelta(hours=1))]})
    await story.settled()
    assert _notices(story) == []
    story.pass_time(minutes=10)
    _overview(story, {"1720500": [("33", story.clock() - timedelta(hours=1))]})
    await story.settled()
    (text,) = _notices(story)
    assert "2 cases" in text
    assert story.heard(1) == [f"new storm warning {WAJIMA}"]
    story.pass_time(minutes=10)
    _overview(story, {})
    await story.settled()
    assert len(_notices(story)) == 1
    story.pass_time(minutes=10)
    _overview(story, {"1720400": [("05", story.clock() - timedelta(hours=1))]})
    await story.settled()
    assert _notices(story) == []


async def test_a_typhoon_is_recorded_for_lessons_and_told_to_nobody(story):
    for remark in ("台風発生", "", "台風消滅（温帯低気圧化）"):
        at = story.clock()
        raw = compose.typhoon_report(event_id="TC2615", number="2613", name="TALIM", at=at, remark=remark)
        story.publish("VPTW60", raw, at)
        await story.settled()
        story.pass_time(hours=3)
    assert story.heard(1) == []
    assert story.rows("SELECT hazard, decision, places FROM alerts ORDER BY id") == [("typhoon", "record", "{}")] * 2
    await story.until(lambda: story.open_notices() == [], "every feed is seen again after the jump")


def _overview(story: Story, kinds: Mapping[str, Sequence[tuple[str, datetime]]]) -> None:
    now = story.clock()
    story.publish("VPWS50", compose.overview_report(kinds, at=now), now)


def _notices(story: Story) -> list[str]:
    rows = story.rows("SELECT text FROM notices WHERE kind = 'overview' AND resolved_at IS NULL")
    return [str(text) for (text,) in rows]


def _rivers_of(municipality: str) -> list[str]:
    rows = packaged.read("rivers.tsv").of("area", "station", "ja", "en", "places")
    return [area for area, station, _, _, places in rows if not station and municipality in places.split(",")]
