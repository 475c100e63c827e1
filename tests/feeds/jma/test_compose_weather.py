"""Whatever is built of wind, water and heat is read back as it was meant; what was said in any order is one state."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import folding, places
from alerts.places import Level, load_rivers, packaged
from alerts.vocabulary import NONE, InfoType, Status
from feeds.jma import compose
from feeds.jma.compose import Item
from tests.feeds.jma import telegrams
from tests.feeds.jma.telegrams import AT
from tests.service.second_weather import CODES, HAZARDS

TABLE = places.load()
OFFICES = sorted(region.code for region in TABLE.regions(Level.OFFICE))
RIVERS = {
    area: [row[1] for row in packaged.read("rivers.tsv").rows if row[0] == area and row[1]]
    for area in sorted({row[0] for row in packaged.read("rivers.tsv").rows})[::15]
}


def times() -> st.SearchStrategy[datetime]:
    return st.datetimes(datetime(2026, 6, 1), datetime(2035, 1, 1)).map(lambda t: t.replace(microsecond=0, tzinfo=UTC))


COMMON = st.fixed_dictionaries(
    {
        "at": times(),
        "info_type": st.sampled_from([InfoType.ISSUE, InfoType.CORRECTION]),
        "status": st.sampled_from(Status),
    }
)


@given(common=COMMON, data=st.data(), type=st.sampled_from(sorted(HAZARDS)))
def test_any_weather_warning_is_read_back_hazard_by_hazard(
    common: dict[str, object], data: st.DataObject, type: str
) -> None:
    region = data.draw(st.sampled_from(OFFICES))
    codes = sorted({code for p in TABLE.all() if p.office == region and not p.parent for code in p.class20})
    known = sorted(code for code, (hazard, _) in CODES.items() if hazard in HAZARDS[type])
    item = st.builds(Item, code=st.sampled_from(known), status=st.sampled_from(["発表", "継続", "解除"]))
    unique = st.lists(item, min_size=1, max_size=3, unique_by=lambda one: CODES[one.code][0])
    kinds = data.draw(st.dictionaries(st.sampled_from(codes), unique, max_size=5))
    found = telegrams.read(compose.warning_report(type, region=region, kinds=kinds, **common), f"{type}.xml")
    assert found.notices == ()
    for report in found.reports:
        said = {
            (code, CODES[one.code][1] if one.status != "解除" else NONE)
            for code, items in kinds.items()
            for one in items
            if CODES[one.code][0] == report.hazard
        }
        named = {code for code, _ in said}
        assert {(area.code, area.grade) for area in report.areas} == said | {(c, NONE) for c in codes if c not in named}
        assert (report.status, report.info_type) == (common["status"], common["info_type"])


@given(common=COMMON, data=st.data(), river=st.sampled_from(sorted(RIVERS)), listed=st.booleans())
def test_any_flood_is_read_back_municipality_by_municipality(
    common: dict[str, object], data: st.DataObject, river: str, listed: bool
) -> None:
    stations = data.draw(st.dictionaries(st.sampled_from(RIVERS[river]), st.sampled_from(["", *"2345"]), min_size=1))
    highest = max(stations.values())
    code = {"": "10", "2": "20", "3": "31", "4": "41", "5": "51"}[highest]
    raw = compose.flood_report(river, code=code, stations=stations, listed=listed, **common)
    expected: dict[str, str] = {}
    for station, level in stations.items():
        for place in TABLE.cover(load_rivers().station_places(river, station)) if level else ():
            expected[place] = max(f"L{level}", expected.get(place, ""))
    assert dict(folding.fold([telegrams.report(raw)], TABLE).grades) == expected


@given(region=st.sampled_from(OFFICES), data=st.data(), common=COMMON, sighted=st.booleans())
def test_any_tornado_is_read_back(region: str, data: st.DataObject, common: dict[str, object], sighted: bool) -> None:
    here = [place for place in TABLE.all() if place.office == region]  # wards too: half a city is those of that half
    areas = data.draw(st.sets(st.sampled_from(sorted({code for place in here for code in place.class10}))))
    end = common["at"] + timedelta(hours=1)  # type: ignore[operator]  # a time
    raw = compose.tornado_report(region=region, areas=areas, valid_until=end, sighted=sighted, **common)
    found = folding.fold([telegrams.report(raw)], TABLE).grades
    assert set(found) == set(TABLE.cover(p.code for p in here if areas & set(p.class10)))


@given(
    region=st.sampled_from(OFFICES),
    day=st.dates(date(2026, 6, 1), date(2034, 12, 30)),
    evening=st.booleans(),
)
def test_any_heat_alert_is_of_its_day(region: str, day: date, evening: bool) -> None:
    hour = datetime(day.year, day.month, day.day, 8, tzinfo=UTC) - timedelta(days=1) if evening else None
    at = hour or datetime(day.year, day.month, day.day, 20, tzinfo=UTC) - timedelta(days=1)
    report = telegrams.report(compose.heat_report(region=region, day=day, at=at))
    assert report.areas[0].facts.day == day
    assert report.valid_until == datetime(day.year, day.month, day.day, 15, tzinfo=UTC)


@given(order=st.permutations(range(6)))
def test_parts_corrections_and_withdrawals_of_rain_bands_are_one_state_in_any_order(order: list[int]) -> None:
    def part(number: int, area: str, minutes: float, **more: object) -> bytes:
        at = AT + timedelta(minutes=minutes)
        return compose.flash_report(
            "線状降水帯発生", region="170000", areas=[area], at=at, event_id=f"JP_{number}", **more
        )

    raws = [
        part(1, "170020", 0),
        part(2, "170010", 10),
        part(1, "170010", 20, info_type=InfoType.CORRECTION),
        part(3, "170020", 30),
        compose.withdrawal("VPBS50", "JP_2", at=AT + timedelta(minutes=40)),
        part(1, "170020", 0, status=Status.EXERCISE),
    ]
    reports = [
        report
        for index in order
        for report in telegrams.read(raws[index]).reports
        if report.hazard == "linear_rainband" and report.status is Status.ACTUAL
    ]
    states = [folding.fold(lineage, TABLE) for lineage in folding.lineages(reports)]
    assert folding.merge(reports[0].hazard, states).grades.keys() >= {"17204", "17201"}
    assert sum("17201" in state.grades for state in states) == 1


@pytest.mark.parametrize(
    "build",
    [
        lambda: compose.warning_report("VPWW58", region="170000", kinds={"1720400": Item(code="43")}, at=AT),
        lambda: compose.warning_report("VPWW57", region="999999", kinds={}, at=AT),
        lambda: compose.flood_report("999999999999", code="40", stations={}, at=AT),
        lambda: compose.flood_report("820209000400", code="99", stations={}, at=AT),
        lambda: compose.flash_report("記録雨", region="170000", areas=["999999"], at=AT, event_id="X"),
        lambda: compose.tornado_report(region="170000", areas=["130010"], at=AT, valid_until=AT),
        lambda: compose.heat_report(region="999999", day=date(2026, 9, 1), at=AT),
        lambda: compose.overview_report({"9999999": []}, at=AT),
        lambda: compose.overview_report({"1720400": [("99", AT)]}, at=AT),
        lambda: compose.withdrawal("VPHW50", "", at=AT),
    ],
)
def test_what_stands_in_no_table_is_refused(build: object) -> None:
    assert callable(build)
    with pytest.raises(ValueError, match="."):
        build()
