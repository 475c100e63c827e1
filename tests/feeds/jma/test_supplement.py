"""VXSE61, VXSE62, VTSE51, VTSE52: what adds to an earthquake or a tsunami is read, and tells nobody anything twice."""

import pytest

from alerts.vocabulary import Status
from feeds.jma import compose
from feeds.jma.compose import Sea
from tests.feeds.jma import telegrams
from tests.feeds.jma.telegrams import AT, EVENT, swap

TELEGRAMS = {
    "VXSE61": compose.epicentre_update(event_id=EVENT, at=AT),
    "VXSE62": compose.long_period_report(event_id=EVENT, at=AT, areas={"390": ("4", "7"), "391": ("3", "5+")}),
    "VTSE51": compose.tsunami_observation(
        event_ids=[EVENT], at=AT, areas={"360": Sea(grade="52"), "361": Sea(grade="60")}, arrived={"360": "2.4"}
    ),
    "VTSE52": compose.offshore_observation(event_ids=[EVENT], at=AT, metres="4.1", coasts={"360": "5"}),
}
PARTS = {"VXSE61": "Earthquake", "VXSE62": "Intensity", "VTSE51": "Tsunami", "VTSE52": "Tsunami"}


@pytest.mark.parametrize("code", TELEGRAMS)
def test_it_is_read_and_no_alert_of_its_own(code: str) -> None:
    found = telegrams.read(TELEGRAMS[code], f"{code}.xml")
    assert (found.type, found.reports, found.notices) == (code, (), ())
    assert found.reason


def test_a_better_epicentre_says_why_it_is_no_new_alert() -> None:
    assert "no new alert" in telegrams.read(TELEGRAMS["VXSE61"]).reason


@pytest.mark.parametrize("code", ["VTSE51", "VTSE52"])
def test_the_authority_on_tsunami_is_named(code: str) -> None:
    assert "VTSE41 alone" in telegrams.read(TELEGRAMS[code]).reason


@pytest.mark.parametrize("code", TELEGRAMS)
def test_a_withdrawal_with_only_a_text_is_no_alert_either(code: str) -> None:
    found = telegrams.read(compose.withdrawal(code, EVENT, at=AT), f"{code}.xml")
    assert (found.type, found.reports) == (code, ())


@pytest.mark.parametrize("code", TELEGRAMS)
def test_what_is_not_what_its_type_says_is_unreadable(code: str) -> None:
    part = PARTS[code]
    raw = swap(swap(TELEGRAMS[code], f"<{part}>", "<Other>"), f"</{part}>", "</Other>")
    assert f"Body/{part}" in telegrams.unreadable(raw, f"{code}.xml")


@pytest.mark.parametrize("code", TELEGRAMS)
def test_a_drill_keeps_its_status(code: str) -> None:
    found = telegrams.read(swap(TELEGRAMS[code], "<Status>通常<", "<Status>訓練<"), f"{code}.xml")
    assert found.status is Status.EXERCISE
