"""One report as an alert: what it changes, what it is called, what is decided."""

import pytest

from alerts import history, places
from alerts.changes import Cause
from alerts.history import Alert
from alerts.report import Report
from alerts.vocabulary import Action, InfoType, MsgType, Status
from tests.alerts.reports import KANAZAWA, SUZU, WAJIMA, cancel, report
from tests.feeds.jma.telegrams import AT, later

TABLE = places.load()


def apply(newest: Report, *known: Report) -> Alert:
    return history.apply(newest, known, TABLE)


def test_the_first_word_is_an_alert_the_next_an_update_the_last_a_cancel() -> None:
    first, second = report("VTSE41", {"360": "warning"}), report("VTSE41", {"360": "advisory"}, later(1))
    assert apply(first).msg_type is MsgType.ALERT
    assert apply(second, first).msg_type is MsgType.UPDATE
    assert apply(cancel("VTSE41", later(2)), first, second).msg_type is MsgType.CANCEL


def test_a_correction_is_an_update_even_of_nothing() -> None:
    alert = apply(report("VTSE41", {"360": "warning"}, info_type=InfoType.CORRECTION))
    assert (alert.msg_type, alert.cause) == (MsgType.UPDATE, Cause.CORRECTED)


def test_places_hold_what_is_in_force_and_what_this_report_ended() -> None:
    first = report("VPWW55", {"1720400": "L4", "1720500": "L3"})
    alert = apply(report("VPWW55", {"1720400": "L2", "1720500": "none", "1720100": "none"}, later(1)), first)
    assert alert.places == {WAJIMA: "L2", SUZU: "none"}


def test_a_place_ended_before_is_not_ended_again() -> None:
    first, second = report("VPWW55", {"1720400": "L4"}), report("VPWW55", {"1720400": "none"}, later(1))
    assert apply(report("VPWW55", {"1720400": "none"}, later(2)), first, second).places == {}


def test_a_place_lifted_in_words_is_none_even_where_nothing_was_known() -> None:
    alert = apply(report("VPWW55", {"1720400": "none"}, lifted=frozenset({"1720400"})))
    assert alert.places == {WAJIMA: "none"}


def test_a_withdrawal_of_something_unknown_is_empty() -> None:
    alert = apply(cancel("VTSE41", AT))
    assert (alert.places, alert.msg_type, alert.action, alert.cause) == (
        {},
        MsgType.CANCEL,
        Action.RECORD,
        Cause.WITHDRAWN,
    )


def test_a_withdrawal_ends_what_was_said() -> None:
    alert = apply(cancel("VXSE53", later(1)), report("VXSE53", {"1720400": "6+"}))
    assert (alert.places, alert.action) == ({WAJIMA: "none"}, Action.SEND)


def test_places_hold_what_another_lineage_says_of_them() -> None:
    other = report("VTSE41", {"360": "warning"}, about=("2",))
    mine = report("VTSE41", {"360": "advisory"})
    assert apply(mine, other).places[WAJIMA] == "warning"
    assert apply(cancel("VTSE41", later(1)), mine, other).places[WAJIMA] == "warning"


def test_places_hold_the_highest_of_all_earthquakes_still_in_force_there() -> None:
    other = report("VXSE53", {"1720400": "6+", "1720500": "5-"}, about=("2",))
    mine = report("VXSE53", {"1720400": "3"}, later(10))
    assert apply(mine, other).places == {WAJIMA: "6+"}
    assert apply(cancel("VXSE53", later(20)), mine, other).places == {WAJIMA: "6+"}
    assert apply(report("VXSE53", {"1720400": "3"}, later(181)), other).places == {WAJIMA: "3"}


def test_each_earthquake_is_decided_for_itself() -> None:
    other = report("VXSE53", {"1720400": "6+"}, about=("2",))
    alert = apply(report("VXSE53", {"1720400": "3"}), other)
    assert (alert.action, alert.msg_type, alert.after.grades) == (Action.RECORD, MsgType.ALERT, {WAJIMA: "3"})


def test_a_report_that_links_two_events_ends_what_either_held() -> None:
    one = report("VTSE41", {"360": "warning"})
    other = report("VTSE41", {"361": "warning"}, later(1), about=("2",))
    alert = apply(report("VTSE41", {"361": "advisory"}, later(2), about=("1", "2")), one, other)
    assert (alert.places[WAJIMA], alert.places[KANAZAWA]) == ("none", "advisory")
    assert alert.before.grades[WAJIMA] == "warning"


def test_a_forecast_that_has_ended_by_itself_is_not_ended_again() -> None:
    forecast = report("VTSE41", {"360": "forecast"}, valid_until=later(60))
    alert = apply(report("VTSE41", {"361": "advisory"}, later(61)), forecast)
    assert WAJIMA not in alert.places
    assert alert.msg_type is MsgType.ALERT


def test_an_alert_expires_where_all_of_it_ends_by_itself() -> None:
    assert apply(report("VXSE53", {"1720400": "4"})).expires == later(180)
    assert apply(report("VTSE41", {"360": "forecast"}, valid_until=later(60))).expires == later(60)
    mixed = report("VTSE41", {"360": "forecast", "361": "advisory"}, valid_until=later(60))
    assert apply(mixed).expires is None
    assert apply(report("VPWW55", {"1720400": "L5"})).expires is None


@pytest.mark.parametrize(
    ("kind", "grades", "action"),
    [
        ("VPWW55", {"1720400": "L2"}, Action.RECORD),
        ("VPWW55", {"1720400": "L3"}, Action.SEND),
        ("VPWW55", {"1720400": "L2", "1720500": "L5"}, Action.SEND),
        ("VXSE53", {"1720400": "3"}, Action.RECORD),
        ("VXSE53", {"1720400": "4"}, Action.SEND),
        ("VTSE41", {"360": "forecast"}, Action.RECORD),
        ("VTSE41", {"360": "advisory"}, Action.SEND),
    ],
)
def test_the_decision_is_the_strongest_over_all_places(kind: str, grades: dict[str, str], action: Action) -> None:
    assert apply(report(kind, grades)).action is action


def test_the_end_of_what_was_sent_is_sent_and_of_what_was_recorded_is_recorded() -> None:
    for before, action in (("L4", Action.SEND), ("L2", Action.RECORD)):
        ending = report("VPWW55", {"1720400": "none"}, later(1))
        alert = apply(ending, report("VPWW55", {"1720400": before}))
        assert alert.action is action
        assert alert.reason


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
def test_what_is_not_real_is_recorded_whatever_it_says(status: Status) -> None:
    alert = apply(report("VTSE41", {"360": "major_warning"}, status=status))
    assert (alert.status, alert.action) == (status, Action.RECORD)
    assert alert.places[WAJIMA] == "major_warning"


def test_a_drill_before_a_real_telegram_leaves_no_trace() -> None:
    drill = report("VTSE41", {"361": "major_warning"}, status=Status.EXERCISE)
    real = report("VTSE41", {"360": "advisory"}, later(1))
    assert apply(real, drill) == apply(real)


def test_a_report_applied_again_says_the_same() -> None:
    first, second = report("VPWW55", {"1720400": "L4"}), report("VPWW55", {"1720400": "L2"}, later(1))
    assert apply(second, first, second) == apply(second, first)


def test_an_identifier_has_no_character_cap_forbids_and_is_of_one_report() -> None:
    one, other = report("VPWW55", {"1720400": "L4"}, digest="a" * 64), report("VPWW55", {}, digest="b" * 64)
    names = {history.identifier(one), history.identifier(other)}
    assert len(names) == 2
    assert not set("".join(names)) & set(" ,<&")


def test_notices_of_unknown_places_reach_the_alert() -> None:
    assert apply(report("VPWW55", {"1720499": "L4"})).notices
