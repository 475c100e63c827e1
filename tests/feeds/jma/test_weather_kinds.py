"""VPWW57 to VPWW61: storm surge, storm and snow storm, waves, heavy snow, and the other advisories."""

from collections.abc import Mapping, Sequence

import pytest

from alerts.report import UNKNOWN, AreaReport
from alerts.vocabulary import Hazard, InfoType, Status
from feeds.jma import compose
from feeds.jma.compose import Item
from tests.feeds.jma import telegrams
from tests.feeds.jma.telegrams import AT, swap

WAJIMA, SUZU = "1720400", "1720500"


def warning(code: str, kinds: Mapping[str, Item | Sequence[Item]], **more: object) -> bytes:
    given: dict[str, object] = {"region": "170000", "at": AT, "kinds": kinds}
    return compose.warning_report(code, **(given | more))


def by_hazard(raw: bytes) -> dict[Hazard, dict[str, AreaReport]]:
    """Hazard -> area code -> what is said of it."""
    return {r.hazard: {area.code: area for area in r.areas} for r in telegrams.read(raw).reports}


def in_force(raw: bytes) -> dict[Hazard, dict[str, str]]:
    """Hazard -> area code -> grade, without what is calm."""
    found = {h: {c: a.grade for c, a in areas.items() if a.grade != "none"} for h, areas in by_hazard(raw).items()}
    return {hazard: grades for hazard, grades in found.items() if grades}


@pytest.mark.parametrize(
    ("type", "code", "hazard", "grade"),
    [
        ("VPWW57", "38", Hazard.STORM_SURGE, "L5"),
        ("VPWW57", "48", Hazard.STORM_SURGE, "L4"),
        ("VPWW57", "08", Hazard.STORM_SURGE, "L3"),
        ("VPWW57", "19", Hazard.STORM_SURGE, "L2"),
        ("VPWW58", "35", Hazard.STORM, "emergency"),
        ("VPWW58", "05", Hazard.STORM, "warning"),
        ("VPWW58", "15", Hazard.STORM, "advisory"),
        ("VPWW58", "32", Hazard.SNOW_STORM, "emergency"),
        ("VPWW58", "02", Hazard.SNOW_STORM, "warning"),
        ("VPWW58", "13", Hazard.SNOW_STORM, "advisory"),
        ("VPWW59", "37", Hazard.WAVE, "emergency"),
        ("VPWW59", "07", Hazard.WAVE, "warning"),
        ("VPWW59", "16", Hazard.WAVE, "advisory"),
        ("VPWW60", "36", Hazard.HEAVY_SNOW, "emergency"),
        ("VPWW60", "06", Hazard.HEAVY_SNOW, "warning"),
        ("VPWW60", "12", Hazard.HEAVY_SNOW, "advisory"),
        ("VPWW61", "14", Hazard.THUNDER, "advisory"),
        ("VPWW61", "17", Hazard.SNOW_MELT, "advisory"),
        ("VPWW61", "20", Hazard.FOG, "advisory"),
        ("VPWW61", "21", Hazard.DRY, "advisory"),
        ("VPWW61", "22", Hazard.AVALANCHE, "advisory"),
        ("VPWW61", "23", Hazard.LOW_TEMPERATURE, "advisory"),
        ("VPWW61", "24", Hazard.FROST, "advisory"),
        ("VPWW61", "25", Hazard.ICING, "advisory"),
        ("VPWW61", "26", Hazard.SNOW_ACCRETION, "advisory"),
        ("VPWW61", "27", Hazard.OTHER, "advisory"),
    ],
)
def test_every_code_means_its_hazard_and_grade_by_the_table(type: str, code: str, hazard: Hazard, grade: str) -> None:
    raw = warning(type, {WAJIMA: Item(code=code)})
    assert in_force(raw) == {hazard: {WAJIMA: grade}}
    assert telegrams.read(raw, f"{type}.xml").type == type


def test_a_wind_telegram_speaks_of_two_hazards_and_both_are_the_full_state() -> None:
    found = by_hazard(warning("VPWW58", {WAJIMA: Item(code="05")}))
    assert {hazard: len(areas) for hazard, areas in found.items()} == {Hazard.STORM: 19, Hazard.SNOW_STORM: 19}
    assert found[Hazard.SNOW_STORM][WAJIMA].grade == "none"


def test_wind_that_turns_to_snow_wind_shows_two_kinds_one_of_them_lifted() -> None:
    switch = [Item(code="05", status="解除", last="05"), Item(code="02", status="発表")]
    found = by_hazard(warning("VPWW58", {WAJIMA: switch}))
    assert (found[Hazard.STORM][WAJIMA].grade, found[Hazard.STORM][WAJIMA].lifted) == ("none", True)
    assert (found[Hazard.SNOW_STORM][WAJIMA].grade, found[Hazard.SNOW_STORM][WAJIMA].lifted) == ("warning", False)


def test_snow_wind_that_turns_to_wind_likewise() -> None:
    switch = [Item(code="35", status="発表"), Item(code="32", status="解除", last="32")]
    assert in_force(warning("VPWW58", {WAJIMA: switch})) == {Hazard.STORM: {WAJIMA: "emergency"}}


def test_wind_and_snow_wind_are_not_flood_or_rain() -> None:
    assert set(by_hazard(warning("VPWW58", {}))) == {Hazard.STORM, Hazard.SNOW_STORM}


def test_many_kinds_of_one_municipality_are_each_a_hazard_of_their_own() -> None:
    raw = warning("VPWW61", {WAJIMA: [Item(code="14"), Item(code="20"), Item(code="24", status="解除", last="24")]})
    found = by_hazard(raw)
    assert len(found) == 10
    assert in_force(raw) == {Hazard.THUNDER: {WAJIMA: "advisory"}, Hazard.FOG: {WAJIMA: "advisory"}}
    assert found[Hazard.FROST][WAJIMA].lifted
    assert found[Hazard.DRY][WAJIMA] == AreaReport(scheme=found[Hazard.DRY][WAJIMA].scheme, code=WAJIMA, grade="none")


def test_a_hazard_the_telegram_does_not_name_is_not_in_force_in_its_region() -> None:
    found = by_hazard(warning("VPWW61", {WAJIMA: Item(code="14")}))
    assert {
        area.grade for hazard, areas in found.items() if hazard is not Hazard.THUNDER for area in areas.values()
    } == {"none"}


def test_storm_surge_with_flooding_is_level_five_and_sea_sections_are_no_places() -> None:
    raw = warning("VPWW57", {WAJIMA: Item(code="38", condition="氾濫発生")})
    section = (
        '<Warning type="気象警報・注意報（高潮予報区間）"><Item><Kind><Code>38</Code><Status>発表</Status></Kind>'
        "<Area><Name>能登</Name><Code>170101</Code></Area></Item></Warning></Body>"
    )
    assert in_force(swap(raw, "</Body>", section)) == {Hazard.STORM_SURGE: {WAJIMA: "L5"}}


@pytest.mark.parametrize("code", ["42", "45", "46", "47", "04", "18", "99"])
@pytest.mark.parametrize(("type", "known"), [("VPWW58", "05"), ("VPWW57", "48"), ("VPWW61", "14")])
def test_reserved_and_unknown_codes_leave_every_hazard_they_may_mean_as_it_was(
    type: str, known: str, code: str
) -> None:
    raw = warning(type, {WAJIMA: Item(code=known), SUZU: Item(code=known)})
    at = raw.rindex("（市町村等）".encode())
    at = raw.index(f"<Code>{known}</Code>\n<Status>".encode(), at)
    raw = raw[:at] + raw[at:].replace(f"<Code>{known}<".encode(), f"<Code>{code}<".encode(), 1)
    grades = {hazard: areas[WAJIMA].grade for hazard, areas in by_hazard(raw).items()}
    assert set(grades.values()) == {UNKNOWN}
    (notice,) = telegrams.read(raw).notices
    assert code in notice.text and notice.urgent


def test_an_unknown_status_concerns_only_the_hazard_of_its_code() -> None:
    found = by_hazard(warning("VPWW58", {WAJIMA: Item(code="05", status="格上げ")}))
    assert (found[Hazard.STORM][WAJIMA].grade, found[Hazard.SNOW_STORM][WAJIMA].grade) == (UNKNOWN, "none")


@pytest.mark.parametrize("type", ["VPWW57", "VPWW58", "VPWW59", "VPWW60", "VPWW61"])
@pytest.mark.parametrize("status", list(Status))
def test_training_and_corrections_of_warnings_are_read_like_others(type: str, status: Status) -> None:
    reports = telegrams.read(warning(type, {}, status=status, info_type=InfoType.CORRECTION)).reports
    assert {(report.status, report.info_type) for report in reports} == {(status, InfoType.CORRECTION)}


def test_the_region_may_stand_as_its_parts_as_in_hokkaido() -> None:
    raw = warning("VPWW58", {"0121200": Item(code="15")}, region="012000")
    start = raw.index('<Warning type="気象警報・注意報（府県予報区等）">'.encode())
    end = raw.index(b"</Warning>", start)
    parts = "".join(
        f"<Item><Kind><Status>発表警報・注意報はなし</Status></Kind><Area><Name>？</Name><Code>{code}</Code></Area></Item>"
        for code in ("012020", "012010")
    )
    raw = raw[:start] + '<Warning type="気象警報・注意報（府県予報区等）">'.encode() + parts.encode() + raw[end:]
    assert {report.lineage for report in telegrams.read(raw).reports} == {("VPWW58:012000",)}
    assert in_force(raw) == {Hazard.STORM: {"0121200": "advisory"}}
