"""VPWS50 (only compared) and VPAW51 (only kept): read, and nothing follows by itself. No real VPWS50 has been seen."""

from alerts.overview import Said
from alerts.vocabulary import Hazard, Status
from feeds.jma import compose
from tests.feeds.jma import telegrams
from tests.feeds.jma.telegrams import AT, later, swap

WAJIMA = "1720400"


def test_the_state_of_all_japan_makes_no_report_and_so_lowers_and_lifts_nothing() -> None:
    found = telegrams.read(compose.overview_report({WAJIMA: [("43", AT)]}, at=later(10)), "VPWS50.xml")
    assert (found.type, found.reports, found.notices) == ("VPWS50", (), ())
    assert "compared" in found.reason


def test_it_says_hazard_grade_and_time_of_issue_of_each_municipality() -> None:
    raw = compose.overview_report({WAJIMA: [("43", AT), ("05", later(5)), ("14", AT)]}, at=later(10))
    overview = telegrams.read(raw).overview
    assert overview is not None
    issued = AT.replace(second=0)
    assert set(overview.said) == {
        Said(hazard=Hazard.HEAVY_RAIN, code=WAJIMA, grade="L4", issued=issued),
        Said(hazard=Hazard.STORM, code=WAJIMA, grade="warning", issued=later(5).replace(second=0)),
        Said(hazard=Hazard.THUNDER, code=WAJIMA, grade="advisory", issued=issued),
    }
    assert (overview.sent, len(overview.named) > 1700) == (later(10), True)


def test_a_kind_that_is_lifted_or_of_no_known_code_is_not_in_force() -> None:
    raw = compose.overview_report({WAJIMA: [("43", AT)]}, at=AT)
    lifted = telegrams.read(swap(raw, "<Status>継続<", "<Status>解除<")).overview
    assert lifted is not None and [one.grade for one in lifted.said] == ["none"]
    unknown = telegrams.read(swap(raw, "<Code>43<", "<Code>46<")).overview
    assert unknown is not None and unknown.said == ()


def test_a_form_nobody_has_seen_is_one_quiet_notice_not_an_alarm_every_ten_minutes() -> None:
    raw = swap(compose.overview_report({}, at=AT), "（市町村等）", "（二次細分区域等）")
    (notice,) = telegrams.read(raw).notices
    assert (notice.subject, notice.urgent) == ("VPWS50 form", False)


def test_its_status_is_kept() -> None:
    overview = telegrams.read(compose.overview_report({}, at=AT, status=Status.EXERCISE)).overview
    assert overview is not None and overview.status is Status.EXERCISE
