"""A volcano's telegrams, from the decision to the phones: what is sent, what is held, who hears of the end."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from alerts import designated, places, store
from alerts.notices import NoticeKind
from alerts.vocabulary import InfoType, Status
from delivery import broadcasts, deciding
from delivery.deciding import Decided, PendingTelegram
from feeds.jma import compose, reading
from feeds.jma.compose import Danger, Sea
from storage.database import Database
from tests.delivery.builders import Service, a_person, a_service

TABLE = places.load()
#: 浅間山 and 草津白根山; 嬬恋村 belongs to both
ASAMA, KUSATSU, SAKURAJIMA = "306", "350", "506"
TSUMAGOI, KOMORO, KUSATSU_TOWN, KAGOSHIMA = "10425", "20208", "10426", "46201"


class Volcano:
    """Telegrams decided one after the other, and told."""

    def __init__(self, db: Database, clock, service: Service) -> None:
        self.db, self.clock, self.service = db, clock, service
        self.decided: list[Decided] = []

    async def says(self, *telegrams: bytes) -> None:
        """Decide telegrams together, and tell people."""
        pending = [
            PendingTelegram(
                id=number,
                digest=reading.digest_of(raw),
                seen_at=self.clock(),
                reading=reading.read(raw, "telegram.xml"),
            )
            for number, raw in enumerate(telegrams)
        ]
        self.decided.append(self.db.write_sync(deciding.decide, pending, TABLE, self.clock()))
        await self.service.run()

    async def release(self) -> None:
        """Two people release what is held."""
        self.db.write_sync(lambda c: c.execute("UPDATE broadcasts SET state = 'planning' WHERE state = 'held'"))
        await self.service.run()

    def broadcasts(self) -> list[str]:
        """Decision and places of each, oldest first."""
        rows = self.db.read_sync(lambda c: c.execute("SELECT id, decision FROM broadcasts ORDER BY id"))
        found = [self.db.read_sync(broadcasts.load, row.integer("id")) for row in rows]
        return [f"{row.text('decision')} {' '.join(sorted(one.changes))}" for row, one in zip(rows, found, strict=True)]

    def grades(self) -> dict[str, str]:
        """What is in force now."""
        return {row.place: row.grade for row in self.db.read_sync(store.everything_in_force, self.clock())}

    def standing(self, place: str) -> dict[str, str]:
        """volcano -> what it holds in force in one place."""
        rows = self.db.read_sync(store.everything_in_force, self.clock())
        return {row.event.removeprefix("volcano:"): row.grade for row in rows if row.place == place}

    def heard(self, index: int) -> list[str]:
        """Kind and places of each text on a phone."""
        return self.service.texts(index)

    def warning(self, level: str, towns: Mapping[str, str], last: str = "11", before: str = "45", **more) -> bytes:
        """VFVO50 of 浅間山, issued now: town -> action."""
        return compose.volcanic_warning(
            **(
                {
                    "volcano": ASAMA,
                    "level": level,
                    "last": last,
                    "municipalities": {
                        f"{town}00": Danger(action=action, last=before) for town, action in towns.items()
                    },
                    "at": self.clock(),
                }
                | more
            )
        )

    def eruption(self, *towns: str, volcano: str = ASAMA, **more) -> bytes:
        """VFVO56, issued now."""
        cities = [f"{town}00" for town in towns]
        return compose.eruption_notice(**({"volcano": volcano, "municipalities": cities, "at": self.clock()} | more))


@pytest.fixture
def volcano(db, clock) -> Volcano:
    """Aoi (1) lives in 小諸, Bruno (2) in 嬬恋."""
    a_person(db, 1, KOMORO)
    a_person(db, 2, TSUMAGOI)
    return Volcano(db, clock, a_service(db, clock))


async def test_one_telegram_sends_to_those_who_leave_and_holds_for_the_others(volcano):
    await volcano.says(volcano.warning("15", {KOMORO: "41", TSUMAGOI: "42"}))
    assert volcano.broadcasts() == [f"hold {TSUMAGOI}", f"send {KOMORO}"]
    assert (volcano.heard(1), volcano.heard(2)) == ([f"new {KOMORO}=V5"], [])
    await volcano.release()
    assert (volcano.heard(1), volcano.heard(2)) == ([f"new {KOMORO}=V5"], [f"new {TSUMAGOI}=V3"])


async def test_whoever_was_told_of_level_5_hears_that_it_fell_to_3_and_nobody_else_does(volcano, db, clock):
    await volcano.says(volcano.warning("15", {KOMORO: "41", TSUMAGOI: "41"}))
    a_person(db, 3, KOMORO)
    a_person(db, 4, KOMORO, newcomer=True)
    clock.advance(3600)
    await volcano.says(volcano.warning("13", {KOMORO: "43", TSUMAGOI: "43"}, last="15", before="41"))
    a_person(db, 5, KOMORO, newcomer=True, now=clock())
    await volcano.service.run()
    assert volcano.heard(1) == [f"new {KOMORO}=V5", f"lowered {KOMORO}=V3"]
    assert (volcano.heard(3), volcano.heard(4), volcano.heard(5)) == ([], [], [])
    clock.advance(3600)
    await volcano.says(volcano.warning("11", {KOMORO: "45", TSUMAGOI: "45"}, last="13", before="43"))
    assert volcano.heard(1)[2:] == [f"lifted {KOMORO}=V3"]
    assert (volcano.heard(3), volcano.heard(5)) == ([], [])


async def test_the_end_of_what_two_people_released_waits_for_nobody(volcano, clock):
    await volcano.says(volcano.warning("13", {KOMORO: "43"}))
    assert volcano.heard(1) == []
    await volcano.release()
    clock.advance(3600)
    await volcano.says(volcano.warning("12", {KOMORO: "43"}, last="13", before="43"))
    assert volcano.heard(1) == [f"new {KOMORO}=V3", f"lifted {KOMORO}=V3"]


async def test_what_was_held_and_never_released_ends_without_a_text(volcano, clock):
    await volcano.says(volcano.warning("13", {KOMORO: "43"}))
    clock.advance(3600)
    await volcano.says(volcano.warning("12", {KOMORO: "43"}, last="13", before="43"))
    await volcano.release()
    assert volcano.heard(1) == []


async def test_the_level_that_rises_after_an_eruption_is_no_good_news(volcano, clock):
    await volcano.says(volcano.eruption(KOMORO, TSUMAGOI))
    clock.advance(300)
    await volcano.says(volcano.warning("13", {KOMORO: "43", TSUMAGOI: "43"}))
    assert volcano.grades() == {KOMORO: "V3", TSUMAGOI: "V3"}
    assert volcano.heard(1) == [f"new {KOMORO}=eruption"]
    assert volcano.broadcasts()[1:] == [f"hold {TSUMAGOI} {KOMORO}"]
    await volcano.release()
    assert volcano.heard(1) == [f"new {KOMORO}=eruption", f"raised {KOMORO}=V3"]


async def test_level_5_after_an_eruption_is_told_as_the_rise_that_it_is(volcano, clock):
    await volcano.says(volcano.eruption(KOMORO, TSUMAGOI))
    clock.advance(300)
    await volcano.says(volcano.warning("15", {KOMORO: "41", TSUMAGOI: "42"}))
    assert volcano.heard(1) == [f"new {KOMORO}=eruption", f"raised {KOMORO}=V5"]
    assert volcano.heard(2) == [f"new {TSUMAGOI}=eruption"]


async def test_an_eruption_is_over_for_people_only_when_jma_lowers(volcano, clock):
    await volcano.says(volcano.eruption(KOMORO))
    clock.advance(300)
    await volcano.says(volcano.warning("12", {KOMORO: "43"}))
    assert (volcano.grades(), volcano.heard(1)) == ({KOMORO: "V2"}, [f"new {KOMORO}=eruption"])
    clock.advance(86400 * 20)
    await volcano.says(volcano.warning("11", {KOMORO: "45"}, last="12", before="43"))
    assert volcano.heard(1)[1:] == [f"lifted {KOMORO}=eruption"]


async def test_an_eruption_stays_where_the_warning_after_it_is_silent(volcano, clock):
    await volcano.says(volcano.eruption(KOMORO, TSUMAGOI))
    clock.advance(300)
    await volcano.says(volcano.warning("13", {KOMORO: "43"}))
    assert volcano.grades() == {KOMORO: "V3", TSUMAGOI: "eruption"}
    clock.advance(300)
    await volcano.says(volcano.warning("12", {KOMORO: "43"}, last="13", before="43"))
    assert volcano.grades() == {KOMORO: "V2"}
    assert volcano.heard(2) == [f"new {TSUMAGOI}=eruption", f"lifted {TSUMAGOI}=eruption"]


async def test_a_notice_is_not_forgotten_behind_many_levels_that_are_silent_there(volcano, clock):
    await volcano.says(volcano.eruption(KOMORO, TSUMAGOI))
    for _ in range(25):
        clock.advance(3600)
        await volcano.says(volcano.warning("13", {KOMORO: "43"}, last="13", before="43"))
    assert volcano.grades() == {KOMORO: "V3", TSUMAGOI: "eruption"}
    assert volcano.heard(2) == [f"new {TSUMAGOI}=eruption"]


async def test_the_correction_of_a_notice_does_not_bring_it_back(volcano, clock):
    first = clock()
    await volcano.says(volcano.eruption(KOMORO))
    clock.advance(300)
    await volcano.says(volcano.warning("15", {KOMORO: "41"}))
    clock.advance(300)
    await volcano.says(volcano.eruption(KOMORO, first=first, info_type=InfoType.CORRECTION))
    assert volcano.grades() == {KOMORO: "V5"}
    assert volcano.heard(1) == [f"new {KOMORO}=eruption", f"raised {KOMORO}=V5"]


async def test_a_correction_without_a_town_ends_it_there(volcano, clock):
    first = clock()
    await volcano.says(volcano.eruption(KOMORO, TSUMAGOI))
    clock.advance(300)
    await volcano.says(volcano.eruption(KOMORO, first=first, info_type=InfoType.CORRECTION))
    assert volcano.heard(1) == [f"new {KOMORO}=eruption"]
    assert volcano.heard(2) == [f"new {TSUMAGOI}=eruption", f"cancelled {TSUMAGOI}=eruption"]


async def test_a_withdrawal_takes_back_its_own_notice_and_the_level_stays(volcano, clock):
    await volcano.says(volcano.warning("12", {KOMORO: "43"}))
    clock.advance(60)
    first = clock()
    await volcano.says(volcano.eruption(KOMORO))
    clock.advance(3600)
    await volcano.says(volcano.eruption(KOMORO))
    clock.advance(60)
    stamp = (first + timedelta(hours=9)).strftime("%Y%m%d%H%M00")
    await volcano.says(compose.withdrawal("VFVO56", f"{stamp}_{ASAMA}", at=clock()))
    assert volcano.grades() == {KOMORO: "eruption"}
    second = (first + timedelta(hours=10)).strftime("%Y%m%d%H%M00")
    await volcano.says(compose.withdrawal("VFVO56", f"{second}_{ASAMA}", at=clock.advance(60)))
    assert volcano.grades() == {KOMORO: "V2"}
    assert volcano.heard(1) == [f"new {KOMORO}=eruption", f"cancelled {KOMORO}=eruption"]


async def test_the_withdrawal_of_a_level_goes_to_those_told_of_it_and_makes_no_new_eruption(volcano, db, clock):
    await volcano.says(volcano.eruption(KOMORO))
    clock.advance(600)
    await volcano.says(volcano.warning("15", {KOMORO: "41"}))
    a_person(db, 3, KOMORO)
    clock.advance(600)
    await volcano.says(compose.withdrawal("VFVO50", ASAMA, at=clock()))
    assert volcano.grades() == {KOMORO: "eruption"}
    assert volcano.heard(1) == [f"new {KOMORO}=eruption", f"raised {KOMORO}=V5", f"cancelled {KOMORO}=V5"]
    assert volcano.heard(3) == []


async def test_an_eruption_that_came_with_its_level_after_an_outage_is_not_held(volcano, clock):
    notice = volcano.eruption(KOMORO)
    clock.advance(300)
    await volcano.says(notice, volcano.warning("13", {KOMORO: "43"}))
    assert volcano.heard(1) == [f"new {KOMORO}=V3"]


# two volcanoes over one town ------------------------------------------------------------------------


async def test_each_of_two_volcanoes_is_told_for_itself(volcano, clock):
    kusatsu = {"volcano": KUSATSU}
    await volcano.says(volcano.warning("14", {TSUMAGOI: "41"}))
    clock.advance(60)
    await volcano.says(volcano.warning("15", {TSUMAGOI: "41", KUSATSU_TOWN: "41"}, **kusatsu))
    clock.advance(60)
    await volcano.says(volcano.warning("11", {TSUMAGOI: "45", KUSATSU_TOWN: "45"}, last="15", before="41", **kusatsu))
    assert volcano.standing(TSUMAGOI) == {ASAMA: "V4", KUSATSU: "V1"}
    assert volcano.heard(2) == [f"new {TSUMAGOI}=V4", f"new {TSUMAGOI}=V5", f"lifted {TSUMAGOI}=V5"]
    clock.advance(60)
    await volcano.says(volcano.warning("11", {TSUMAGOI: "45"}, last="14", before="41"))
    assert volcano.heard(2)[3:] == [f"lifted {TSUMAGOI}=V4"]


async def test_level_5_of_one_volcano_is_told_while_another_one_erupts(volcano, clock):
    await volcano.says(volcano.eruption(TSUMAGOI))
    clock.advance(60)
    level_5 = volcano.warning("15", {TSUMAGOI: "41"}, volcano=KUSATSU)
    await volcano.says(level_5, level_5)
    assert volcano.heard(2) == [f"new {TSUMAGOI}=eruption", f"new {TSUMAGOI}=V5"]
    (alert, _) = volcano.decided[-1].alerts
    assert alert.places == {TSUMAGOI: "eruption"}  # what is in force there, of any volcano
    clock.advance(60)
    await volcano.says(volcano.warning("15", {TSUMAGOI: "41"}, last="15", before="41", volcano=KUSATSU))
    assert len(volcano.heard(2)) == 2
    clock.advance(3600)
    await volcano.says(volcano.warning("11", {TSUMAGOI: "45"}, last="12", before="43"))
    assert volcano.heard(2)[2:] == [f"lifted {TSUMAGOI}=eruption"]
    assert volcano.standing(TSUMAGOI) == {ASAMA: "V1", KUSATSU: "V5"}


async def test_an_eruption_is_told_while_another_volcano_erupts(volcano, clock):
    await volcano.says(volcano.eruption(TSUMAGOI))
    clock.advance(60)
    await volcano.says(volcano.eruption(TSUMAGOI, volcano=KUSATSU))
    assert volcano.heard(2) == [f"new {TSUMAGOI}=eruption"] * 2


async def test_both_of_two_volcanoes_reach_whoever_moves_there(volcano, db, clock):
    await volcano.says(volcano.eruption(TSUMAGOI), volcano.warning("15", {TSUMAGOI: "41"}, volcano=KUSATSU))
    clock.advance(3600)
    a_person(db, 7, TSUMAGOI, newcomer=True, now=clock())
    await volcano.service.run()
    assert sorted(volcano.heard(7)) == [f"new {TSUMAGOI}=V5", f"new {TSUMAGOI}=eruption"]


async def test_the_withdrawal_of_one_volcanos_level_leaves_the_other_one_and_says_which(volcano, db, clock):
    await volcano.says(volcano.warning("15", {TSUMAGOI: "41"}))
    clock.advance(60)
    await volcano.says(volcano.warning("15", {TSUMAGOI: "41"}, volcano=KUSATSU))
    clock.advance(60)
    await volcano.says(compose.withdrawal("VFVO50", KUSATSU, at=clock()))
    assert volcano.heard(2) == [f"new {TSUMAGOI}=V5", f"new {TSUMAGOI}=V5", f"cancelled {TSUMAGOI}=V5"]
    assert volcano.standing(TSUMAGOI) == {ASAMA: "V5"}
    last = db.read_sync(lambda c: broadcasts.load(c, 3))
    assert last.changes[TSUMAGOI].facts.volcano == KUSATSU
    # the alert's row holds what stands there, of the other volcano
    assert volcano.decided[-1].alerts[0].places == {TSUMAGOI: "V5"}


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
async def test_a_drill_touches_nothing(volcano, status):
    await volcano.says(volcano.warning("15", {KOMORO: "41"}, status=status), volcano.eruption(KOMORO, status=status))
    assert (volcano.grades(), volcano.broadcasts(), volcano.heard(1)) == ({}, [], [])


async def test_nobody_hears_the_same_level_twice(volcano, clock):
    for _ in range(3):
        await volcano.says(volcano.warning("15", {KOMORO: "41"}, last="15", before="41"))
        clock.advance(600)
    assert volcano.heard(1) == [f"new {KOMORO}=V5"]


# ashfall -------------------------------------------------------------------------------------------


def ash(code: str, kinds: list[str], at: datetime, erupted: datetime) -> bytes:
    return compose.ashfall_forecast(
        code, volcano_code=SAKURAJIMA, municipalities={f"{KAGOSHIMA}00": kinds}, at=at, erupted=erupted
    )


async def test_one_eruptions_ash_is_told_once_by_two_telegrams(volcano, db, clock):
    a_person(db, 3, KAGOSHIMA)
    erupted = clock()
    await volcano.says(ash("VFVO54", ["73", "71"], clock.advance(420), erupted))
    await volcano.says(ash("VFVO55", ["73", "72"], clock.advance(900), erupted))
    assert volcano.heard(3) == [f"new {KAGOSHIMA}=heavy"]
    # the detailed forecast is in force when the first one's hour is over
    clock.advance(7200)
    assert volcano.grades() == {KAGOSHIMA: "heavy"}


async def test_a_new_eruption_is_told_again_when_the_ash_of_the_last_one_is_over(volcano, db, clock):
    a_person(db, 3, KAGOSHIMA)
    for _ in range(2):
        await volcano.says(ash("VFVO54", ["73"], clock.advance(420), clock()))
        clock.advance(4 * 3600)
        db.write_sync(store.end_by_time, clock())
    assert volcano.heard(3) == [f"new {KAGOSHIMA}=heavy"] * 2


async def test_less_ash_than_thought_ends_the_warning_of_those_who_were_told(volcano, db, clock):
    a_person(db, 3, KAGOSHIMA)
    erupted = clock()
    await volcano.says(ash("VFVO54", ["73"], clock.advance(420), erupted))
    await volcano.says(ash("VFVO55", ["72"], clock.advance(900), erupted))
    assert volcano.heard(3) == [f"new {KAGOSHIMA}=heavy", f"lifted {KAGOSHIMA}=heavy"]
    assert volcano.grades() == {KAGOSHIMA: "moderate"}


async def test_ash_of_the_schedule_is_recorded_and_tells_nobody(volcano, db, clock):
    a_person(db, 3, KAGOSHIMA)
    await volcano.says(ash("VFVO53", ["70", "75"], clock(), clock()))
    assert (volcano.grades(), volcano.broadcasts(), volcano.heard(3)) == ({KAGOSHIMA: "light"}, [], [])


# what names no area --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        lambda at: compose.trough_information("130", at=at),
        lambda at: compose.trough_information("120", at=at),
        lambda at: compose.sanriku_information(at=at),
    ],
)
async def test_no_area_means_nobody_and_calls_operators(volcano, clock, raw):
    await volcano.says(raw(clock()))
    (decided,) = volcano.decided
    assert [(alert.action, dict(alert.places)) for alert in decided.alerts] == [("hold", {})]
    assert "not confirmed" in decided.alerts[0].reason
    assert [(notice.kind, notice.urgent) for notice in decided.notices] == [(NoticeKind.NO_AREA, True)]
    assert (volcano.broadcasts(), volcano.grades()) == ([], {})


@pytest.mark.parametrize("code", ["111", "190"])
async def test_an_investigation_is_recorded_without_calling_anybody(volcano, clock, code):
    await volcano.says(compose.trough_information(code, at=clock()))
    (decided,) = volcano.decided
    assert ([alert.action for alert in decided.alerts], decided.notices) == (["record"], ())


async def test_a_drill_of_the_trough_calls_nobody(volcano, clock):
    await volcano.says(compose.trough_information("130", at=clock(), status=Status.EXERCISE))
    (decided,) = volcano.decided
    assert ([alert.action for alert in decided.alerts], decided.notices) == (["record"], ())


async def test_a_confirmed_list_is_held_for_two_people_and_ends_for_those_who_were_told(
    volcano, db, clock, monkeypatch
):
    lists = designated.parse(
        '[nankai_trough]\nconfirmed = true\nsource = "test"\nprefectures = ["20"]\nmunicipalities = ["20208"]\n'
        '[hokkaido_sanriku]\nconfirmed = false\nsource = "test"\nprefectures = []\nmunicipalities = []\n'
    )
    monkeypatch.setattr(designated, "load", lambda: lists)
    await volcano.says(compose.trough_information("130", at=clock()))
    assert (volcano.broadcasts(), volcano.heard(1)) == ([f"hold {KOMORO}"], [])
    await volcano.release()
    assert volcano.heard(1) == [f"new {KOMORO}=caution"]
    await volcano.says(compose.trough_information("190", at=clock.advance(3600)))
    assert volcano.heard(1)[1:] == [f"lifted {KOMORO}=caution"]


# what adds to something told already ---------------------------------------------------------------


async def test_tsunami_observations_raise_and_lift_nothing(volcano, db, clock):
    a_person(db, 3, "17204")
    event = "20261123090000"
    await volcano.says(compose.tsunami_report(event_ids=[event], at=clock(), areas={"360": Sea(grade="51")}))
    told = volcano.heard(3)
    for grade in ("53", "60"):
        at = clock.advance(60)
        await volcano.says(
            compose.tsunami_observation(
                event_ids=[event], at=at, areas={"360": Sea(grade=grade)}, arrived={"360": "9"}
            ),
            compose.offshore_observation(event_ids=[event], at=at, metres="9", coasts={"360": "9"}),
        )
    await volcano.says(compose.withdrawal("VTSE51", event, at=clock.advance(60)))
    assert volcano.heard(3) == told
    assert volcano.grades()["17204"] == "warning"


async def test_one_earthquake_by_four_types_is_told_once(volcano, db, clock):
    a_person(db, 3, "17204")
    event, at = "20261123090000", clock()
    await volcano.says(compose.first_intensity_report(event_id=event, at=at, areas={"390": "6+"}))
    await volcano.says(
        compose.full_earthquake_report(event_id=event, at=clock.advance(180), origin=at, cities={"1720400": "6+"})
    )
    await volcano.says(compose.long_period_report(event_id=event, at=clock.advance(300), areas={"390": ("4", "7")}))
    await volcano.says(compose.epicentre_update(event_id=event, at=clock.advance(3600)))
    assert volcano.heard(3) == ["new 17204=6+"]
