"""VPTW60 and VPAW51: records that warn nobody."""

from pathlib import Path

import pytest

from alerts.vocabulary import Hazard, InfoType, Status
from feeds.jma import compose
from tests.feeds.jma import telegrams
from tests.feeds.jma.telegrams import AT, swap
from tests.service import samples


def typhoon(**more: object) -> bytes:
    return compose.typhoon_report(**({"event_id": "TC2615", "number": "2613", "name": "TALIM", "at": AT} | more))


def test_a_typhoon_is_information_for_no_municipality() -> None:
    report = telegrams.report(typhoon())
    assert (report.hazard, report.at_large, report.areas) == (Hazard.TYPHOON, "information", ())


def test_the_storm_is_told_by_its_tc_number_which_is_not_the_typhoons() -> None:
    assert telegrams.report(typhoon()).lineage == telegrams.report(typhoon(number="2614")).lineage == ("storm:TC2615",)


@pytest.mark.parametrize("remark", ["台風消滅（温帯低気圧化）", "台風消滅（熱帯低気圧化）"])
def test_a_typhoon_that_is_none_any_more_is_nothing_left_to_record(remark: str) -> None:
    found = telegrams.read(typhoon(remark=remark))
    assert found.reports == ()


def test_a_typhoon_that_begins_is_one() -> None:
    assert telegrams.report(typhoon(remark="台風発生")).at_large == "information"


def test_a_typhoon_without_event_is_unreadable() -> None:
    assert "EventID" in telegrams.unreadable(swap(typhoon(), "<EventID>TC2615<", "<EventID><"))


@pytest.mark.parametrize("status", list(Status))
def test_its_status_and_corrections_are_kept(status: Status) -> None:
    report = telegrams.report(typhoon(status=status, info_type=InfoType.CORRECTION))
    assert (report.status, report.info_type) == (status, InfoType.CORRECTION)


def test_early_weather_information_warns_nobody_and_says_why() -> None:
    for path in samples.of(["VPAW51"]):
        found = telegrams.read(path.read_bytes(), Path(path).name)
        assert (found.reports, found.notices) == ((), ())
        assert "早期天候情報" in found.reason
