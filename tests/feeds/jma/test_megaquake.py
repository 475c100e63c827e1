"""VYSE50, VYSE51, VYSE52 and VYSE60: information on a great earthquake that names no area."""

from datetime import timedelta

import pytest

from alerts import designated
from alerts.vocabulary import Hazard, InfoType, Status
from feeds.jma import compose, reading
from tests.feeds.jma import telegrams
from tests.feeds.jma.telegrams import AT, swap

LIST = """
[nankai_trough]
confirmed = true
source = "a list of this test"
prefectures = ["39", "14"]
municipalities = ["39201", "14101"]
[hokkaido_sanriku]
confirmed = false
source = "a list of this test"
prefectures = ["01"]
municipalities = ["01206"]
"""


@pytest.fixture
def confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if somebody had confirmed a list of 高知市 and a ward of Yokohama."""
    lists = designated.parse(LIST)
    monkeypatch.setattr(designated, "load", lambda: lists)


@pytest.mark.parametrize(
    ("code", "grade"),
    [
        *[("111", "investigating"), ("112", "investigating"), ("113", "investigating")],
        *[("120", "warning"), ("130", "caution"), ("190", "ended")],
    ],
)
def test_the_code_says_the_grade_and_no_area_is_named(code: str, grade: str) -> None:
    report = telegrams.report(compose.trough_information(code, at=AT))
    assert (report.hazard, report.at_large, report.areas) == (Hazard.NANKAI_TROUGH, grade, ())


def test_every_information_has_an_id_of_its_own_and_replaces_the_one_before() -> None:
    report = telegrams.report(compose.trough_information("120", at=AT))
    assert (report.lineage, report.unit) == (("nankai_trough",), "20260901120000")


@pytest.mark.parametrize(("code", "days"), [("120", 14), ("130", 7)])
def test_no_telegram_lifts_it_so_it_ends_by_time(code: str, days: int) -> None:
    assert telegrams.report(compose.trough_information(code, at=AT)).valid_until == AT + timedelta(days=days)


@pytest.mark.usefixtures("confirmed")
def test_a_confirmed_list_gives_it_its_places() -> None:
    report = telegrams.report(compose.trough_information("130", at=AT))
    assert {area.code for area in report.areas} == {"3920100", "1410011", "1410012"}
    assert {(area.grade, area.lifted) for area in report.areas} == {("caution", False)}


@pytest.mark.usefixtures("confirmed")
def test_the_end_of_the_investigation_lifts() -> None:
    report = telegrams.report(compose.trough_information("190", at=AT))
    assert {(area.grade, area.lifted) for area in report.areas} == {("none", True)}


@pytest.mark.usefixtures("confirmed")
def test_a_list_that_is_not_confirmed_counts_for_nothing() -> None:
    assert telegrams.report(compose.sanriku_information(at=AT)).areas == ()


def test_the_sanriku_information_is_a_caution() -> None:
    report = telegrams.report(compose.sanriku_information(at=AT))
    assert (report.hazard, report.at_large, report.areas) == (Hazard.HOKKAIDO_SANRIKU, "caution", ())


def test_an_unknown_code_is_unreadable_not_calm() -> None:
    raw = swap(compose.trough_information("120", at=AT), "<Code>120<", "<Code>140<")
    assert "140" in telegrams.unreadable(raw)


def test_a_telegram_without_information_is_unreadable() -> None:
    raw = swap(swap(compose.trough_information("120", at=AT), "<EarthquakeInfo", "<X"), "</EarthquakeInfo", "</X")
    assert "EarthquakeInfo" in telegrams.unreadable(raw)


def test_a_telegram_without_event_is_unreadable() -> None:
    raw = swap(compose.trough_information("120", at=AT), "<EventID>20260901120000<", "<EventID><")
    assert "EventID" in telegrams.unreadable(raw)


@pytest.mark.parametrize(("code", "hazard"), [("VYSE50", "nankai_trough"), ("VYSE60", "hokkaido_sanriku")])
def test_a_withdrawal_has_a_text_and_no_information(code: str, hazard: str) -> None:
    report = telegrams.report(compose.withdrawal(code, "20260901120000", at=AT))
    assert (report.info_type, report.at_large, report.areas) == (InfoType.CANCEL, "none", ())
    assert (report.lineage, report.unit) == ((hazard,), "20260901120000")


@pytest.mark.parametrize(("code", "kind"), [("210", "VYSE51"), ("219", "VYSE51"), ("200", "VYSE52")])
def test_comments_are_kept_and_no_alert_though_both_types_bear_one_title(code: str, kind: str) -> None:
    raw = compose.trough_information(code, at=AT)
    for name in (f"{kind}.xml", "telegram.xml"):
        found = telegrams.read(raw, name)
        assert (found.type, found.reports, found.notices) == (kind, (), ())
        assert "comment" in found.reason


@pytest.mark.parametrize("status", list(Status))
def test_the_status_is_kept(status: Status) -> None:
    assert telegrams.report(compose.trough_information("130", at=AT, status=status)).status is status


def test_the_type_is_told_by_its_code_where_name_and_title_are_missing() -> None:
    raw = swap(compose.trough_information("130", at=AT), "<Title>南海トラフ地震臨時情報</Title>", "<Title></Title>")
    found = reading.read(raw, "telegram.xml")
    assert isinstance(found, reading.Read)
    assert found.type == "VYSE50"
