"""The builders: what they write is read back as it was meant, and has the structure of the real ones."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import places
from alerts.places import Level
from alerts.vocabulary import InfoType, Status
from feeds.jma import compose
from feeds.jma.compose import Danger, Epicentre, Item, Sea
from tests.feeds.jma import telegrams
from tests.feeds.jma.telegrams import AT, EVENT, grades, later
from tests.service import samples

TABLE = places.load()
INTENSITIES = ["1", "2", "3", "4", "5-", "5-?", "5+", "6-", "6+", "7"]
SEISMIC_AREAS = sorted(region.code for region in TABLE.regions(Level.SEISMIC_AREA))
TSUNAMI_AREAS = sorted(r.code for r in TABLE.regions(Level.TSUNAMI_AREA) if TABLE.by_tsunami_area(r.code).places)
SEISMIC_CITIES = sorted({code for place in TABLE.all() for code in place.seismic_cities})
RAIN = {"33": "L5", "43": "L4", "03": "L3", "10": "L2"}
LANDSLIDE = {"39": "L5", "49": "L4", "09": "L3", "29": "L2"}
TSUNAMI = {"53": "major_warning", "52": "major_warning", "51": "warning", "62": "advisory", "71": "forecast"}

#: what the builders leave out of telegrams on purpose
LEFT_OUT = re.compile(
    r"Hypocenter/Area/(NameFromMark|MarkCode|Direction|Distance)(@|$)|/(OfficeInfo|Comment|CriteriaPeriod)\b"
    r"|/AshInfo/Item/Kind/Property\b|/Crater(Name|Coordinate)(@|$)|/VolcanoObservation/(ColorPlume|OtherObservation)"
    r"|/IntensityStation/(LgIntPerPeriod|Sva|SvaPerPeriod)\b"
)

EXAMPLES = {
    "VXSE51": [compose.first_intensity_report(event_id=EVENT, at=AT, areas={"390": "6+", "391": "4"})],
    "VXSE52": [compose.epicentre_report(event_id=EVENT, at=AT)],
    "VXSE53": [
        compose.full_earthquake_report(event_id=EVENT, at=AT, cities={"1720400": "6+", "1720200": "5-?"}),
        compose.foreign_earthquake_report(event_id=EVENT, at=AT, epicentre=Epicentre(code="946", name="南米西部")),
    ],
    "VTSE41": [
        compose.tsunami_report(
            event_ids=[EVENT],
            at=AT,
            valid_until=later(300),
            areas={
                "360": Sea(grade="53", last="51", height="5", arrival=AT),
                "361": Sea(grade="62", height="1", condition="津波到達中と推測"),
                "350": Sea(grade="71", height="0.2"),
            },
        )
    ],
    "VPWW55": [
        compose.rain_report(
            region="170000",
            at=AT,
            kinds={"1720400": Item(code="43", last="03"), "1720500": Item(code="10", status="解除", last="10")},
        )
    ],
    "VPWW56": [
        compose.landslide_report(region="170000", at=AT, kinds={"1720400": Item(code="49", last="29")}),
    ],
    "VXSE61": [compose.epicentre_update(event_id=EVENT, at=AT)],
    "VXSE62": [compose.long_period_report(event_id=EVENT, at=AT, areas={"390": ("4", "7"), "391": ("3", "5+")})],
    "VTSE51": [
        compose.tsunami_observation(
            event_ids=[EVENT],
            at=AT,
            areas={"360": Sea(grade="51", last="53", height="3", arrival=AT), "361": Sea(grade="62", height="1")},
            arrived={"360": "2.4"},
        )
    ],
    "VTSE52": [compose.offshore_observation(event_ids=[EVENT], at=AT, metres="4.1", coasts={"360": "5"})],
    "VFVO50": [
        compose.volcanic_warning(
            volcano="350",
            level="13",
            at=AT,
            municipalities={"1042500": Danger(action="43"), "1042100": Danger(action="45")},
        ),
    ],
    "VFVO52": [compose.eruption_observation(volcano="506", at=AT)],
    "VFVO53": [compose.ashfall_forecast("VFVO53", volcano_code="506", at=AT, municipalities={"4620100": ["70", "75"]})],
    "VFVO54": [
        compose.ashfall_forecast("VFVO54", volcano_code="506", at=AT, municipalities={"4620100": ["73", "72", "75"]})
    ],
    "VFVO55": [compose.ashfall_forecast("VFVO55", volcano_code="506", at=AT, municipalities={"4620100": ["73", "71"]})],
    "VFVO56": [compose.eruption_notice(volcano="312", at=AT, municipalities=["2042900", "2120300"])],
    "VYSE50": [compose.trough_information("120", at=AT)],
    "VYSE51": [compose.trough_information("210", at=AT, serial=1)],
    "VYSE52": [compose.trough_information("200", at=AT)],
    "VYSE60": [compose.sanriku_information(at=AT)],
}


def paths(raw: bytes) -> set[str]:
    """Every path of element names in a telegram, without namespaces, with the names of attributes."""

    def walk(element: ET.Element, above: str) -> Iterable[str]:
        path = f"{above}/{element.tag.rpartition('}')[2]}"
        yield path
        yield from (f"{path}@{name}" for name in element.attrib)
        for child in element:
            yield from walk(child, path)

    return set(walk(ET.fromstring(raw), ""))


def order(raw: bytes) -> list[str]:
    """The names of the children of Control, Head and Body, one after the other."""
    root = ET.fromstring(raw)
    return [child.tag.rpartition("}")[2] for part in root for child in part]


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_structure_is_that_of_real_telegrams(code: str) -> None:
    real = [paths(p.read_bytes()) for p in samples.of([code]) if "取消" not in p.read_text(encoding="utf-8")]
    if not real:
        return
    built = set[str]().union(*(paths(raw) for raw in EXAMPLES[code]))
    invented = built - set[str]().union(*real)
    missing = {path for path in set.intersection(*real) - built if not LEFT_OUT.search(path)}
    assert (invented, missing) == (set(), set())


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_order_of_elements_is_that_of_real_telegrams(code: str) -> None:
    after: set[tuple[str, str]] = set()
    for path in samples.of([code]):
        names = list(dict.fromkeys(order(path.read_bytes())))
        after |= {(names[i], later) for i in range(len(names)) for later in names[i + 1 :]}
    for raw in EXAMPLES[code]:
        names = list(dict.fromkeys(order(raw)))
        wrong = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if (b, a) in after and (a, b) not in after]
        assert wrong == []


@pytest.mark.parametrize("code", ["VXSE51", "VXSE52", "VXSE53", "VTSE41", "VTSE51", "VFVO56"])
def test_a_withdrawal_has_the_structure_of_real_ones(code: str) -> None:
    built = paths(compose.withdrawal(code, EVENT, at=AT))
    assert not [path for path in built if "Information" in path]
    for path in samples.of([code]):
        if "<InfoType>取消" in path.read_text(encoding="utf-8"):
            assert paths(path.read_bytes()) == built, path


@pytest.mark.parametrize("code", EXAMPLES)
def test_namespaces_are_jmas(code: str) -> None:
    for raw in EXAMPLES[code]:
        spaces = {element.tag.partition("}")[0][1:] for element in ET.fromstring(raw).iter()}
        body = {"VPWW": "meteorology1", "VFVO": "volcanology1"}.get(code[:4], "seismology1")
        root = "http://xml.kishou.go.jp/jmaxml1/"
        allowed = {root, f"{root}informationBasis1/", f"{root}body/{body}/", f"{root}elementBasis1/"}
        assert {root, f"{root}informationBasis1/", f"{root}body/{body}/"} <= spaces <= allowed


def test_control_is_utc_and_head_is_japanese_time_without_seconds() -> None:
    raw = EXAMPLES["VXSE53"][0].decode()
    assert "<DateTime>2026-09-01T03:00:20Z</DateTime>" in raw
    assert "<ReportDateTime>2026-09-01T12:00:00+09:00</ReportDateTime>" in raw


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        compose.epicentre_report(event_id=EVENT, at=datetime(2026, 9, 1))


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
def test_the_headline_of_a_telegram_that_is_not_real_says_so_first(status: Status) -> None:
    raw = compose.epicentre_report(event_id=EVENT, at=AT, status=status).decode()
    assert re.search("<Headline>\n<Text>これは(訓練|試験)です。", raw)


def test_places_bear_the_names_of_the_place_table() -> None:
    raw = EXAMPLES["VPWW55"][0].decode()
    for name in ("石川県", "能登", "能登北部", "輪島市", "珠洲市"):
        assert f"<Name>{name}</Name>" in raw


@pytest.mark.parametrize(
    "build",
    [
        lambda: compose.first_intensity_report(event_id=EVENT, at=AT, areas={"999": "4"}),
        lambda: compose.first_intensity_report(event_id=EVENT, at=AT, areas={}),
        lambda: compose.first_intensity_report(event_id=EVENT, at=AT, areas={"390": "8"}),
        lambda: compose.full_earthquake_report(event_id=EVENT, at=AT, cities={"9999900": "4"}),
        lambda: compose.full_earthquake_report(event_id=EVENT, at=AT, cities={}),
        lambda: compose.tsunami_report(event_ids=[EVENT], at=AT, areas={"999": Sea(grade="51")}),
        lambda: compose.tsunami_report(event_ids=[EVENT], at=AT, areas={"360": Sea(grade="99")}),
        lambda: compose.rain_report(region="999999", at=AT, kinds={}),
        lambda: compose.rain_report(region="170000", at=AT, kinds={"1310100": Item(code="43")}),
        lambda: compose.rain_report(region="170000", at=AT, kinds={"1720400": Item(code="49")}),
        lambda: compose.rain_report(region="170000", at=AT, kinds={}, info_type=InfoType.CANCEL),
        lambda: compose.volcanic_warning(
            volcano="999", level="13", at=AT, municipalities={"1042500": Danger(action="43")}
        ),
        lambda: compose.volcanic_warning(
            volcano="306", level="16", at=AT, municipalities={"1042500": Danger(action="43")}
        ),
        lambda: compose.volcanic_warning(
            volcano="306", level="13", at=AT, municipalities={"1042500": Danger(action="40")}
        ),
        lambda: compose.volcanic_warning(
            volcano="306", level="13", at=AT, municipalities={"9999900": Danger(action="43")}
        ),
        lambda: compose.eruption_notice(volcano="306", municipalities=["1042500"], at=AT, code="99"),
        lambda: compose.ashfall_forecast("VFVO53", volcano_code="506", at=AT, municipalities={"4620100": ["73"]}),
        lambda: compose.trough_information("140", at=AT),
        lambda: compose.withdrawal("VPWW55", "", at=AT),
        lambda: compose.withdrawal("VXSE56", EVENT, at=AT),
    ],
)
def test_what_stands_in_no_table_is_refused(build: object) -> None:
    assert callable(build)
    with pytest.raises(ValueError, match="."):
        build()


def test_the_upper_levels_show_the_maximum_of_theirs() -> None:
    raw = compose.rain_report(
        region="170000",
        at=AT,
        kinds={"1720400": Item(code="10"), "1720500": Item(code="43"), "1720100": Item(code="03")},
    ).decode()
    body = raw[raw.index("<Body") :]
    top = body[: body.index("</Warning>")]
    assert "<Code>43</Code>" in top
    assert "<Code>10</Code>" not in top


def test_a_lifted_municipality_does_not_hide_one_in_force_above_it() -> None:
    kinds = {"1720400": Item(code="33", status="解除", last="33"), "1720500": Item(code="10", status="継続", last="10")}
    raw = compose.rain_report(region="170000", at=AT, kinds=kinds).decode()
    body = raw[raw.index("<Body") :]
    assert "<Status>継続</Status>" in body[: body.index("</Warning>")]


def times() -> st.SearchStrategy[datetime]:
    return st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda t: t.replace(microsecond=0, tzinfo=UTC))


COMMON = {
    "at": times(),
    "info_type": st.sampled_from([InfoType.ISSUE, InfoType.CORRECTION]),
    "status": st.sampled_from(Status),
}


@given(
    common=st.fixed_dictionaries(COMMON),
    areas=st.dictionaries(st.sampled_from(SEISMIC_AREAS), st.sampled_from("34567"), min_size=1, max_size=8),
)
def test_any_first_report_is_read_back(common: dict[str, object], areas: dict[str, str]) -> None:
    steps = {code: {"5": "5-", "6": "6+"}.get(grade, grade) for code, grade in areas.items()}
    raw = compose.first_intensity_report(event_id=EVENT, areas=steps, **common)
    assert grades(raw) == steps
    assert_common(raw, common)


@given(
    common=st.fixed_dictionaries(COMMON),
    cities=st.dictionaries(st.sampled_from(SEISMIC_CITIES), st.sampled_from(INTENSITIES), min_size=1, max_size=8),
)
def test_any_full_report_is_read_back(common: dict[str, object], cities: dict[str, str]) -> None:
    raw = compose.full_earthquake_report(event_id=EVENT, cities=cities, **common)
    assert grades(raw) == cities
    assert_common(raw, common)


@given(
    common=st.fixed_dictionaries(COMMON),
    areas=st.dictionaries(st.sampled_from(TSUNAMI_AREAS), st.sampled_from(sorted(TSUNAMI)), min_size=1, max_size=8),
)
def test_any_tsunami_report_is_read_back(common: dict[str, object], areas: dict[str, str]) -> None:
    raw = compose.tsunami_report(
        event_ids=[EVENT], areas={code: Sea(grade=kind) for code, kind in areas.items()}, **common
    )
    assert grades(raw) == {code: TSUNAMI[kind] for code, kind in areas.items()}
    assert_common(raw, common)


@given(common=st.fixed_dictionaries(COMMON), data=st.data(), landslide=st.booleans())
def test_any_weather_report_is_read_back(common: dict[str, object], data: st.DataObject, landslide: bool) -> None:
    table, build = (LANDSLIDE, compose.landslide_report) if landslide else (RAIN, compose.rain_report)
    region = data.draw(st.sampled_from(sorted(r.code for r in TABLE.regions(Level.OFFICE))))
    codes = sorted({code for p in TABLE.all() if p.office == region and not p.parent for code in p.class20})
    kinds = data.draw(st.dictionaries(st.sampled_from(codes), st.sampled_from(sorted(table)), max_size=6))
    raw = build(region=region, kinds={code: Item(code=kind) for code, kind in kinds.items()}, **common)
    assert grades(raw) == {code: table[kinds[code]] if code in kinds else "none" for code in codes}
    assert_common(raw, common)


def assert_common(raw: bytes, common: dict[str, object]) -> None:
    report = telegrams.report(raw)
    assert report.sent == common["at"]
    assert report.sent - timedelta(minutes=1) < report.issued <= report.sent
    assert (report.info_type, report.status) == (common["info_type"], common["status"])
    assert telegrams.read(raw).notices == ()
