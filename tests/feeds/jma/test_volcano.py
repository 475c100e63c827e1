"""VFVO50 and VFVO56: every trap of volcano telegrams."""

import re

import pytest

from alerts.report import UNKNOWN
from alerts.vocabulary import Hazard, InfoType, Status
from feeds.jma import compose, reading
from feeds.jma.compose import Danger
from tests.feeds.jma import telegrams
from tests.feeds.jma.telegrams import AT, grades, later, swap

#: the example of the manual: 有珠山 with 伊達市, 洞爺湖町 and 壮瞥町
USU, DATE, TOYA, SOBETSU = "112", "0123301", "0158400", "0157500"
USU_AT_5 = {
    DATE: Danger(action="41", last="43"),
    TOYA: Danger(action="42", last="43"),
    SOBETSU: Danger(action="45", last="43"),
}


def warning(level: str, municipalities: dict[str, Danger] | None = None, **more: object) -> bytes:
    given: dict[str, object] = {
        "volcano": USU,
        "level": level,
        "municipalities": municipalities or {DATE: Danger(action="41")},
        "at": AT,
    }
    return compose.volcanic_warning(**(given | more))  # type: ignore[arg-type]  # options of one call


def notice(**more: object) -> bytes:
    given: dict[str, object] = {"volcano": USU, "municipalities": [DATE, TOYA], "at": AT}
    return compose.eruption_notice(**(given | more))  # type: ignore[arg-type]  # as above


def without_block(raw: bytes, element: str, kind: str) -> bytes:
    """The telegram without one block of municipalities, in the headline (Information) or the body (VolcanoInfo)."""
    found = re.sub(f'<{element} type="[^"]*（{kind}）">.*?</{element}>\n'.encode(), b"", raw, flags=re.DOTALL)
    assert found != raw
    return found


@pytest.mark.parametrize(
    ("level", "grade"),
    [
        *[("11", "V1"), ("12", "V2"), ("13", "V3"), ("14", "V4"), ("15", "V5")],
        *[("21", "V1"), ("22", "V2"), ("23", "V3"), ("24", "V4"), ("25", "V5"), ("35", "V1"), ("36", "V3")],
    ],
)
def test_every_level_with_and_without_numbers_stands_on_one_scale(level: str, grade: str) -> None:
    assert grades(warning(level)) == {DATE: grade}


def test_a_municipality_has_what_it_is_told_to_do_never_the_volcanos_level() -> None:
    assert grades(warning("15", USU_AT_5, last="13")) == {DATE: "V5", TOYA: "V3", SOBETSU: "V1"}


@pytest.mark.parametrize(
    ("action", "grade"),
    [
        *[("41", "V4"), ("46", "V4"), ("47", "V4"), ("45", "V1")],
        *[("42", "V3"), ("43", "V3"), ("44", "V3"), ("48", "V3"), ("49", "V3")],
    ],
)
def test_every_kind_of_action(action: str, grade: str) -> None:
    assert grades(warning("14", {DATE: Danger(action=action)})) == {DATE: grade}


def test_closed_paths_are_no_more_than_the_volcano_itself() -> None:
    assert grades(warning("12", {DATE: Danger(action="43")})) == {DATE: "V2"}


def test_municipalities_of_the_headline_count_where_the_body_has_none() -> None:
    raw = warning("15", USU_AT_5)
    for kind in ("対象市町村等", "対象市町村の防災対応等"):
        raw = without_block(raw, "VolcanoInfo", kind)
    assert grades(raw) == {DATE: "V5", TOYA: "V3", SOBETSU: "V1"}


def test_without_actions_the_kind_of_warning_says_what_holds() -> None:
    raw = warning("15", USU_AT_5)
    for element in ("VolcanoInfo", "Information"):
        raw = without_block(raw, element, "対象市町村の防災対応等")
    # 噴火警報 does not tell who leaves from who only closes paths: the higher one
    assert grades(raw) == {DATE: "V5", TOYA: "V5", SOBETSU: "V1"}


def test_a_warning_of_the_crater_is_never_level_5_of_a_town() -> None:
    raw = warning("15", {DATE: Danger(action="43")})
    for element in ("VolcanoInfo", "Information"):
        raw = without_block(raw, element, "対象市町村の防災対応等")
    assert grades(raw) == {DATE: "V3"}


@pytest.mark.parametrize(
    ("level", "last", "eased"), [("13", "11", False), ("13", "13", False), ("13", "15", True), ("11", "13", True)]
)
def test_the_condition_says_whether_it_has_become_less(level: str, last: str, eased: bool) -> None:
    areas = telegrams.areas(warning(level, {DATE: Danger(action="41", last="41")}, last=last))
    assert areas[DATE].facts.eased is eased


def test_a_town_may_ease_while_the_volcano_rises() -> None:
    areas = telegrams.areas(warning("15", USU_AT_5, last="13"))
    assert {code: area.facts.eased for code, area in areas.items()} == {DATE: False, TOYA: False, SOBETSU: True}


def test_the_lifting_names_the_level_that_is_left() -> None:
    raw = warning("11", {DATE: Danger(action="45", last="43")}, last="13")
    assert "噴火予報：警報解除".encode() in raw
    assert grades(raw) == {DATE: "V1"}


def test_the_volcano_is_told_by_its_number() -> None:
    report = telegrams.report(warning("15"))
    assert (report.hazard, report.lineage) == (Hazard.VOLCANO, ("volcano:112",))
    assert {area.facts.volcano for area in report.areas} == {USU}


def test_a_volcano_we_do_not_know_is_told_of_without_its_name() -> None:
    raw = swap(warning("15"), "<EventID>112<", "<EventID>999<")
    found = telegrams.read(raw)
    assert found.reports[0].areas[0].facts.volcano is None
    assert [notice.urgent for notice in found.notices] == [True]


def test_full_width_digits_are_the_same_code() -> None:
    raw = swap(swap(warning("15"), "<Code>15<", "<Code>１５<"), "<EventID>112<", "<EventID>１１２<")
    assert grades(raw) == {DATE: "V5"}
    assert telegrams.report(raw).lineage == ("volcano:112",)


def test_an_unknown_action_keeps_its_town_apart_and_is_told() -> None:
    raw = swap(warning("15", {DATE: Danger(action="41"), TOYA: Danger(action="45")}), "<Code>45<", "<Code>50<")
    assert grades(raw) == {DATE: "V5", TOYA: UNKNOWN}
    assert all(notice.urgent and "50" in notice.text for notice in telegrams.read(raw).notices)


def test_an_unknown_action_does_not_hide_a_warning_of_the_town() -> None:
    raw = swap(warning("15"), "<Code>41<", "<Code>50<")
    assert grades(raw) == {DATE: "V5"}
    assert telegrams.read(raw).notices


def test_an_unknown_level_is_unreadable_not_calm() -> None:
    assert "16" in telegrams.unreadable(swap(warning("15"), "<Code>15<", "<Code>16<"))


def test_a_warning_without_municipalities_is_unreadable() -> None:
    raw = warning("15")
    for element in ("VolcanoInfo", "Information"):
        for kind in ("対象市町村等", "対象市町村の防災対応等"):
            raw = without_block(raw, element, kind)
    assert "expected municipalities" in telegrams.unreadable(raw)


def test_a_volcano_under_the_sea_may_concern_no_town() -> None:
    raw = warning("36")
    for element in ("VolcanoInfo", "Information"):
        for kind in ("対象市町村等", "対象市町村の防災対応等"):
            raw = without_block(raw, element, kind)
    assert telegrams.report(raw).areas == ()


def test_a_warning_without_its_volcano_is_unreadable() -> None:
    raw = without_block(without_block(warning("15"), "VolcanoInfo", "対象火山"), "Information", "対象火山")
    assert "the volcano and its level" in telegrams.unreadable(raw)


@pytest.mark.parametrize("event", ["", "11", "1120", "abc", "20260901120000_"])
def test_an_event_that_is_no_volcano_is_unreadable(event: str) -> None:
    assert "three digits" in telegrams.unreadable(swap(warning("15"), "<EventID>112<", f"<EventID>{event}<"))


def test_an_area_without_code_is_unreadable() -> None:
    assert "without Code" in telegrams.unreadable(swap(warning("15"), f"<Code>{DATE}</Code>\n", ""))


@pytest.mark.parametrize("code", ["52", "62"])
def test_an_eruption_notice_names_its_towns_in_the_body_alone(code: str) -> None:
    raw = notice(code=code)
    assert DATE.encode() not in raw[: raw.index(b"<Body")]
    assert grades(raw) == {DATE: "eruption", TOYA: "eruption"}


def test_an_eruption_notice_belongs_to_its_volcano_and_is_withdrawn_by_its_own_id() -> None:
    report = telegrams.report(notice(erupted=later(-7)))
    assert (report.lineage, report.unit) == (("volcano:112",), "20260901120000_112")
    assert report.origin == later(-7).replace(second=0)


def test_the_end_of_an_eruption_is_no_eruption() -> None:
    assert "65" in telegrams.unreadable(swap(notice(code="62"), "<Code>62<", "<Code>65<"))


def test_an_eruption_notice_without_towns_is_unreadable() -> None:
    raw = without_block(notice(), "VolcanoInfo", "対象市町村等")
    assert "expected municipalities" in telegrams.unreadable(raw)


@pytest.mark.parametrize(("code", "event"), [("VFVO50", USU), ("VFVO56", "20260901120000_112")])
def test_a_withdrawal_has_a_text_and_no_towns(code: str, event: str) -> None:
    report = telegrams.report(compose.withdrawal(code, event, at=AT))
    assert (report.info_type, report.areas, report.lineage, report.unit) == (
        InfoType.CANCEL,
        (),
        ("volcano:112",),
        event,
    )


@pytest.mark.parametrize("status", list(Status))
def test_the_status_is_kept(status: Status) -> None:
    assert telegrams.report(warning("15", status=status)).status is status
    assert telegrams.report(notice(status=status)).status is status


def test_an_observation_of_an_eruption_is_no_alert_sakurajima_sends_many_a_week() -> None:
    found = telegrams.read(compose.eruption_observation(volcano="506", at=AT))
    assert (found.type, found.reports, found.notices) == ("VFVO52", (), ())
    assert "VFVO56" in found.reason


def test_volcanic_titles_come_with_the_volcanos_name_and_are_not_what_tells_the_type() -> None:
    assert isinstance(reading.read(swap(notice(), "火山名　有珠山　噴火速報", "？"), ""), reading.Read)
