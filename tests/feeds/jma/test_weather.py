"""VPWW55 and VPWW56: every trap of the weather warnings with levels."""

import pytest

from alerts.report import UNKNOWN, AreaScheme
from alerts.vocabulary import Hazard, InfoType, Status
from feeds.jma import compose
from feeds.jma.compose import Item
from tests.feeds.jma import telegrams
from tests.feeds.jma.telegrams import AT, grades, later, swap

WAJIMA, SUZU, NANAO = "1720400", "1720500", "1720200"
NOTHING = "発表警報・注意報はなし"


def rain(kinds: dict[str, Item] | None = None, **more: object) -> bytes:
    given: dict[str, object] = {"region": "170000", "at": AT}
    return compose.rain_report(**(given | {"kinds": {WAJIMA: Item(code="43")} if kinds is None else kinds} | more))


def in_force(raw: bytes) -> dict[str, str]:
    return {code: grade for code, grade in grades(raw).items() if grade != "none"}


@pytest.mark.parametrize(("code", "grade"), [("33", "L5"), ("43", "L4"), ("03", "L3"), ("10", "L2")])
def test_rain_codes_are_levels_by_the_table_not_by_their_order(code: str, grade: str) -> None:
    raw = rain({WAJIMA: Item(code=code)})
    assert telegrams.report(raw).hazard is Hazard.HEAVY_RAIN
    assert in_force(raw) == {WAJIMA: grade}


@pytest.mark.parametrize(("code", "grade"), [("39", "L5"), ("49", "L4"), ("09", "L3"), ("29", "L2")])
def test_landslide_codes_are_levels_by_the_table(code: str, grade: str) -> None:
    raw = compose.landslide_report(region="170000", kinds={WAJIMA: Item(code=code)}, at=AT)
    assert telegrams.report(raw).hazard is Hazard.LANDSLIDE
    assert in_force(raw) == {WAJIMA: grade}


def test_the_body_code_with_status_lifted_is_no_warning() -> None:
    raw = rain({WAJIMA: Item(code="43", status="解除", last="43")})
    area = telegrams.areas(raw)[WAJIMA]
    assert (area.grade, area.lifted) == ("none", True)


def test_the_headline_code_00_is_not_what_is_read() -> None:
    raw = rain({WAJIMA: Item(code="43", status="解除", last="43"), SUZU: Item(code="03")})
    assert b"<Code>00</Code>" in raw[: raw.index(b"<Body")]
    assert in_force(raw) == {SUZU: "L3"}


def test_only_municipalities_count_the_levels_above_show_the_maximum() -> None:
    raw = rain({WAJIMA: Item(code="33"), SUZU: Item(code="10")})
    report = telegrams.report(raw)
    assert {area.scheme for area in report.areas} == {AreaScheme.CLASS20}
    assert not {area.code for area in report.areas} & {"170000", "170020", "170021"}
    assert grades(raw)[NANAO] == "none"


@pytest.mark.parametrize(
    ("status", "code", "grade"),
    [
        ("発表", "43", "L4"),
        ("継続", "43", "L4"),
        ("特別警報から危険警報", "43", "L4"),
        ("特別警報から警報", "03", "L3"),
        ("特別警報から注意報", "10", "L2"),
        ("危険警報から警報", "03", "L3"),
        ("危険警報から注意報", "10", "L2"),
        ("警報から注意報", "10", "L2"),
    ],
)
def test_the_code_says_the_grade_the_status_only_how_it_came_about(status: str, code: str, grade: str) -> None:
    assert in_force(rain({WAJIMA: Item(code=code, status=status, last="33")})) == {WAJIMA: grade}


def test_a_lowered_special_warning_is_still_level_four() -> None:
    assert in_force(rain({WAJIMA: Item(code="43", status="特別警報から危険警報", last="33")})) == {WAJIMA: "L4"}


def test_calm_municipalities_have_neither_name_nor_code_and_are_none() -> None:
    raw = rain()
    area = telegrams.areas(raw)[NANAO]
    assert (area.grade, area.lifted) == ("none", False)
    assert telegrams.read(raw).notices == ()


def test_every_municipality_of_the_region_is_spoken_of() -> None:
    assert len(telegrams.report(rain()).areas) == 19


def test_a_telegram_without_any_warning_is_the_full_state_of_a_calm_region() -> None:
    report = telegrams.report(rain({}))
    assert {area.grade for area in report.areas} == {"none"}


def test_municipalities_in_several_blocks_all_count() -> None:
    raw = rain({"1720400": Item(code="43"), "1720500": Item(code="03")})
    block = '<Warning type="気象警報・注意報（市町村等）">'.encode()
    at = raw.index(b"<Item>", raw.index(block) + 1)
    apart = raw.index(b"<Item>", at + 1)
    assert in_force(raw[:apart] + b"</Warning>" + block + raw[apart:]) == in_force(raw)


def test_the_unit_is_type_and_region_not_the_office() -> None:
    ours, substitute = rain(office="金沢地方気象台"), rain(office="新潟地方気象台")
    assert telegrams.report(ours).lineage == telegrams.report(substitute).lineage == ("VPWW55:170000",)


def test_a_region_may_be_part_of_a_prefecture() -> None:
    raw = rain({"0154300": Item(code="10")}, region="013000")
    assert telegrams.report(raw).lineage == ("VPWW55:013000",)
    assert in_force(raw) == {"0154300": "L2"}


def test_the_code_of_a_region_that_is_also_one_of_a_lower_level_stays_the_region() -> None:
    raw = rain({"3720100": Item(code="03")}, region="370000")
    assert telegrams.report(raw).lineage == ("VPWW55:370000",)
    assert in_force(raw) == {"3720100": "L3"}


def test_parts_of_a_municipality_stay_apart_until_they_are_folded() -> None:
    raw = rain({"0120801": Item(code="43"), "0120802": Item(code="10")}, region="013000")
    assert in_force(raw) == {"0120801": "L4", "0120802": "L2"}


def test_an_unknown_code_is_kept_apart_and_told() -> None:
    raw = rain({WAJIMA: Item(code="43"), SUZU: Item(code="10")})
    at = raw.index("（市町村等）".encode(), raw.index(b"<Body"))
    raw = raw[:at] + raw[at:].replace(b"<Code>43<", b"<Code>46<")
    assert in_force(raw) == {WAJIMA: UNKNOWN, SUZU: "L2"}
    (notice,) = telegrams.read(raw).notices
    assert "46" in notice.text and WAJIMA in notice.text and notice.urgent


def test_an_unknown_status_is_kept_apart_and_told() -> None:
    raw = rain({WAJIMA: Item(code="43", status="格上げ")})
    assert in_force(raw) == {WAJIMA: UNKNOWN}
    assert any("格上げ" in notice.text for notice in telegrams.read(raw).notices)


def test_a_kind_without_status_is_unknown_not_in_force() -> None:
    raw = rain()
    assert in_force(swap(raw, "<Status>発表</Status>", "")) == {WAJIMA: UNKNOWN}


def test_an_unknown_kind_beside_a_known_one_hides_neither() -> None:
    raw = rain({WAJIMA: Item(code="10")})
    other = "<Kind><Name>？</Name><Code>46</Code><Status>発表</Status></Kind>"
    area = f"<Area>\n<Name>輪島市</Name>\n<Code>{WAJIMA}</Code>\n</Area>\n<ChangeStatus>"
    report = telegrams.report(swap(raw, area, other + area))
    assert {a.grade for a in report.areas if a.code == WAJIMA} == {"L2", UNKNOWN}


def test_of_two_kinds_one_lifted_the_other_counts() -> None:
    raw = rain({WAJIMA: Item(code="03")})
    other = "<Kind><Name>レベル４大雨危険警報</Name><Code>43</Code><Status>解除</Status></Kind>"
    area = f"<Area>\n<Name>輪島市</Name>\n<Code>{WAJIMA}</Code>\n</Area>\n<ChangeStatus>"
    found = telegrams.areas(swap(raw, area, other + area))[WAJIMA]
    assert (found.grade, found.lifted) == ("L3", False)


def test_full_width_and_spaces_in_types_and_status_do_not_matter() -> None:
    raw = swap(rain(), "<Status>発表<", "<Status>　発表 <")
    raw = swap(raw, 'type="気象警報・注意報（市町村等）"', 'type="気象警報・注意報(市町村等) "')
    assert in_force(raw) == {WAJIMA: "L4"}


def test_a_correction_replaces_and_says_so() -> None:
    assert telegrams.report(rain(info_type=InfoType.CORRECTION)).info_type is InfoType.CORRECTION


def test_the_time_of_issue_may_be_shared_the_order_is_that_of_the_telegrams() -> None:
    one, other = rain(issued=AT), rain(at=later(0.5), issued=AT)
    assert telegrams.report(one).issued == telegrams.report(other).issued
    assert telegrams.report(one).order() < telegrams.report(other).order()


def test_a_telegram_without_municipalities_is_unreadable_and_lifts_nothing() -> None:
    raw = rain()
    start = raw.index('<Warning type="気象警報・注意報（市町村等）">'.encode())
    end = raw.index(b"</Warning>", start)
    assert "municipalities" in telegrams.unreadable(raw[:start] + raw[end + len(b"</Warning>") :])
    opening = '<Warning type="気象警報・注意報（市町村等）">'.encode()
    assert "municipalities" in telegrams.unreadable(raw[:start] + opening + raw[end:])


def test_a_telegram_without_its_region_is_unreadable() -> None:
    raw = swap(rain(), "（府県予報区等）", "（府県）")
    assert "region" in telegrams.unreadable(raw)


def test_a_withdrawal_which_jma_never_sends_is_unreadable_and_lifts_nothing() -> None:
    raw = rain()
    cut = raw[: raw.index(b"<Warning")] + b"<Text>x</Text></Body></Report>"
    for whole in (raw, cut):  # what its body says is in force is no withdrawal either
        assert telegrams.unreadable(swap(whole, "<InfoType>発表<", "<InfoType>取消<"))


@pytest.mark.parametrize("piece", ["<Code>1720400</Code>", "<Kind>"])
def test_a_municipality_without_code_or_kind_is_unreadable(piece: str) -> None:
    raw = rain()
    start = raw.index('<Warning type="気象警報・注意報（市町村等）">'.encode())
    spoiled = raw[start:].replace(b"Kind>", b"Sort>") if piece == "<Kind>" else raw[start:].replace(piece.encode(), b"")
    assert telegrams.unreadable(raw[:start] + spoiled)


@pytest.mark.parametrize("status", list(Status))
def test_the_status_is_kept(status: Status) -> None:
    assert telegrams.report(rain(status=status)).status is status
