"""VTSE41: every trap of tsunami telegrams."""

import pytest

from alerts.report import UNKNOWN, HeightWord
from alerts.vocabulary import InfoType, Status
from feeds.jma import compose
from feeds.jma.compose import Sea
from tests.feeds.jma import telegrams
from tests.feeds.jma.telegrams import AT, EVENT, grades, later, swap


def tsunami(areas: dict[str, Sea], **more: object) -> bytes:
    given: dict[str, object] = {"event_ids": [EVENT], "at": AT, "areas": areas}
    return compose.tsunami_report(**(given | more))


@pytest.mark.parametrize(
    ("code", "grade", "lifted"),
    [
        ("52", "major_warning", False),
        ("53", "major_warning", False),
        ("51", "warning", False),
        ("62", "advisory", False),
        ("71", "forecast", False),
        ("72", "forecast", False),
        ("73", "forecast", False),
        ("50", "none", True),
        ("60", "none", True),
        ("00", "none", False),
    ],
)
def test_every_kind_has_its_grade(code: str, grade: str, lifted: bool) -> None:
    area = telegrams.areas(tsunami({"360": Sea(grade=code)}))["360"]
    assert (area.grade, area.lifted) == (grade, lifted)


def test_the_body_counts_the_headline_leaves_out_advisories_beside_warnings() -> None:
    raw = tsunami({"360": Sea(grade="53"), "361": Sea(grade="62")})
    assert b"361" not in raw[: raw.index(b"<Body")]
    assert grades(raw) == {"360": "major_warning", "361": "advisory"}


def test_the_all_clear_is_an_issue_with_forecasts_where_advisories_were() -> None:
    raw = tsunami({"360": Sea(grade="71", last="62")}, valid_until=later(600))
    report = telegrams.report(raw)
    assert b"<Information" not in raw
    assert report.info_type is InfoType.ISSUE
    assert report.valid_until == later(600).replace(second=0)
    assert grades(raw) == {"360": "forecast"}


def test_several_earthquakes_ids_are_all_kept() -> None:
    raw = tsunami({"360": Sea(grade="51")}, event_ids=["20260901120500", EVENT, EVENT])
    assert telegrams.report(raw).lineage == (EVENT, "20260901120500")


def test_ids_may_be_parted_by_any_space() -> None:
    raw = swap(tsunami({"360": Sea(grade="51")}, event_ids=["1", "2"]), "<EventID>1 2<", "<EventID>1　2\n<")
    assert telegrams.report(raw).lineage == ("1", "2")


@pytest.mark.parametrize(
    ("height", "description", "metres", "over", "word"),
    [
        ("0.2", "０．２ｍ未満", 0.2, False, None),
        ("1", "１ｍ", 1.0, False, None),
        ("3", "３ｍ", 3.0, False, None),
        ("5", "５ｍ", 5.0, False, None),
        ("10", "１０ｍ", 10.0, False, None),
        ("10", "１０ｍ超", 10.0, True, None),
        ("NaN", "巨大", None, False, HeightWord.HUGE),
        ("NaN", "高い", None, False, HeightWord.HIGH),
        ("NaN", "", None, False, None),
        ("不明", "高い", None, False, HeightWord.HIGH),
    ],
)
def test_every_height(height: str, description: str, metres: float | None, over: bool, word: HeightWord | None) -> None:
    raw = tsunami({"360": Sea(grade="52", height=height, description=description)})
    facts = telegrams.areas(raw)["360"].facts
    assert (facts.height, facts.over, facts.height_word) == (metres, over, word)


def test_more_than_ten_metres_is_higher_than_ten() -> None:
    ten = telegrams.areas(tsunami({"360": Sea(grade="52", height="10", description="１０ｍ")}))["360"]
    more = telegrams.areas(tsunami({"360": Sea(grade="52", height="10", description="１０ｍ超")}))["360"]
    assert more.facts.height_rank() > ten.facts.height_rank()


@pytest.mark.parametrize(
    "condition",
    ["ただちに津波来襲と予測", "津波到達中と推測", "既に津波到達と推測", "第１波の到達を確認", "　津波到達中と推測　"],
)
def test_a_wave_that_is_there_is_told_without_a_time(condition: str) -> None:
    facts = telegrams.areas(tsunami({"360": Sea(grade="51", condition=condition)}))["360"].facts
    assert (facts.arriving, facts.arrival) == (True, None)


def test_an_arrival_is_utc() -> None:
    facts = telegrams.areas(tsunami({"360": Sea(grade="51", arrival=later(15))}))["360"].facts
    assert (facts.arriving, facts.arrival) == (False, later(15).replace(second=0))


def test_an_arrival_that_cannot_be_read_does_not_keep_the_warning_from_people() -> None:
    raw = tsunami({"360": Sea(grade="51", arrival=AT)})
    raw = swap(
        raw, "<ArrivalTime>2026-09-01T12:00:00+09:00</ArrivalTime>\n</First", "<ArrivalTime>?</ArrivalTime></First"
    )
    area = telegrams.areas(raw)["360"]
    assert (area.grade, area.facts.arrival) == ("warning", None)


def test_what_is_lifted_has_no_height() -> None:
    facts = telegrams.areas(tsunami({"360": Sea(grade="60", height="1")}))["360"].facts
    assert facts.height is None


def test_an_unknown_kind_is_kept_apart_and_told() -> None:
    raw = swap(tsunami({"360": Sea(grade="51"), "361": Sea(grade="62")}), "<Code>62<", "<Code>63<")
    assert grades(raw) == {"360": "warning", "361": UNKNOWN}
    (notice,) = telegrams.read(raw).notices
    assert "63" in notice.text and notice.urgent


def test_an_item_without_kind_is_unknown_not_calm() -> None:
    raw = swap(
        tsunami({"360": Sea(grade="51"), "361": Sea(grade="62")}),
        "<Name>津波警報</Name>\n<Code>51</Code>\n</Kind>\n<LastKind>",
        "</Kind>\n<LastKind>",
    )
    assert grades(raw) == {"360": UNKNOWN, "361": "advisory"}


def test_a_withdrawal_has_no_areas() -> None:
    report = telegrams.report(compose.withdrawal("VTSE41", EVENT, at=AT))
    assert (report.info_type, report.areas, report.lineage) == (InfoType.CANCEL, (), (EVENT,))


def test_a_telegram_without_forecast_is_unreadable() -> None:
    raw = tsunami({"360": Sea(grade="51")})
    start, end = raw.index(b"<Tsunami>"), raw.index(b"</Tsunami>") + len(b"</Tsunami>")
    assert "Forecast" in telegrams.unreadable(raw[:start] + raw[end:])


def test_an_empty_forecast_lifts_nothing() -> None:
    assert "expected areas" in telegrams.unreadable(tsunami({}))


def test_an_area_without_code_is_unreadable() -> None:
    raw = tsunami({"360": Sea(grade="71")})
    assert "without Code" in telegrams.unreadable(swap(raw, "<Code>360</Code>\n", ""))


def test_a_telegram_without_event_is_unreadable() -> None:
    assert "EventID" in telegrams.unreadable(tsunami({"360": Sea(grade="51")}, event_ids=[]))


@pytest.mark.parametrize("status", list(Status))
def test_the_status_is_kept(status: Status) -> None:
    assert telegrams.report(tsunami({"360": Sea(grade="51")}, status=status)).status is status
