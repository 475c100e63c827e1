"""What is in force after which reports: one test per rule."""

from datetime import datetime, timedelta

import pytest

from alerts import folding, history, places
from alerts.folding import State
from alerts.notices import NoticeKind
from alerts.report import UNKNOWN, AreaReport, AreaScheme, Facts, HeightWord, Report, SeaState
from alerts.vocabulary import Hazard, InfoType, Status
from tests.alerts.reports import KANAZAWA, SUZU, WAJIMA, cancel, report
from tests.feeds.jma.telegrams import AT, later

TABLE = places.load()


def fold(*reports: Report) -> State:
    """The state of one lineage."""
    return folding.fold(sorted(reports, key=Report.order), TABLE)


def whole(*reports: Report, now: datetime = AT) -> State:
    """The state of several lineages together."""
    return folding.merge(reports[0].hazard, history.states_of(reports, TABLE, now))


# Weather: each telegram is the full state of its region


def test_a_newer_telegram_replaces_it_does_not_add() -> None:
    state = fold(report("VPWW55", {"1720400": "L4", "1720500": "L3"}), report("VPWW55", {"1720400": "L2"}, later(1)))
    assert state.grades == {WAJIMA: "L2"}


def test_an_older_telegram_that_comes_late_changes_nothing() -> None:
    newest, older = report("VPWW55", {"1720400": "L2"}, later(1)), report("VPWW55", {"1720400": "L4"})
    assert fold(newest, older) == fold(older, newest)
    assert fold(older, newest).grades == {WAJIMA: "L2"}


def test_a_lifted_place_is_not_in_force_and_is_named() -> None:
    state = fold(report("VPWW55", {"1720400": "none"}, lifted=frozenset({"1720400"})))
    assert (state.grades, state.lifted) == ({}, {WAJIMA})


def test_a_calm_place_is_not_named_as_lifted() -> None:
    assert fold(report("VPWW55", {"1720400": "none"})).lifted == frozenset()


def test_parts_of_one_municipality_combine_to_the_highest_grade() -> None:
    for one, other in (("L4", "L2"), ("L2", "L4"), ("none", "L4")):
        assert fold(report("VPWW55", {"0120801": one, "0120802": other})).grades == {"01208": "L4"}


def test_a_lifted_part_does_not_lift_its_municipality() -> None:
    state = fold(report("VPWW55", {"0120801": "none", "0120802": "L3"}, lifted=frozenset({"0120801"})))
    assert (state.grades, state.lifted) == ({"01208": "L3"}, frozenset())


def test_a_ward_hears_its_citys_weather() -> None:
    grades = fold(report("VPWW55", {"1413000": "L4"})).grades
    assert grades == dict.fromkeys(["14130", *TABLE.wards_of("14130")], "L4")


def test_a_city_hears_its_wards_weather_and_other_wards_do_not() -> None:
    grades = fold(report("VPWW55", {"3410100": "L4", "3410000": "L2"})).grades
    assert (grades["34101"], grades["34100"], grades["34102"]) == ("L4", "L4", "L2")


def test_at_the_same_time_issue_then_correction_then_withdrawal() -> None:
    issue = report("VTSE41", {"360": "warning"}, digest="c")
    correction = report("VTSE41", {"360": "advisory"}, info_type=InfoType.CORRECTION, digest="b")
    assert fold(issue, correction).grades[WAJIMA] == "advisory"
    withdrawal = cancel("VTSE41", AT)
    assert fold(withdrawal, issue, correction).grades == {}


def test_at_the_same_time_and_way_of_issue_the_digest_decides() -> None:
    one, other = report("VPWW55", {"1720400": "L4"}, digest="a"), report("VPWW55", {"1720400": "L2"}, digest="b")
    assert fold(one, other).grades == fold(other, one).grades == {WAJIMA: "L2"}


# Earthquakes: areas first, municipalities later


def test_the_intensity_of_an_area_counts_for_its_municipalities() -> None:
    grades = fold(report("VXSE51", {"390": "6+"})).grades
    assert grades == dict.fromkeys(TABLE.by_seismic_area("390").places, "6+")


def test_a_later_full_report_replaces_areas_and_leaves_the_unnamed_with_none() -> None:
    state = fold(report("VXSE51", {"390": "6+"}), report("VXSE53", {"1720400": "7"}, later(5)))
    assert state.grades == {WAJIMA: "7"}


def test_areas_newer_than_the_full_report_count_beside_it() -> None:
    full = report("VXSE53", {"1720400": "7", "1720100": "3"})
    grades = fold(full, report("VXSE51", {"390": "5+"}, later(1))).grades
    assert (grades[WAJIMA], grades[SUZU], grades[KANAZAWA]) == ("7", "5+", "3")


def test_a_newer_first_report_replaces_an_older_one() -> None:
    grades = fold(report("VXSE51", {"390": "6+"}), report("VXSE51", {"390": "5+"}, later(1))).grades
    assert grades[WAJIMA] == "5+"


def test_the_grade_of_a_city_is_that_of_its_highest_ward() -> None:
    for order in (["1410100", "1410200"], ["1410200", "1410100"]):
        given = {"1410100": "5-", "1410200": "3"}
        grades = fold(report("VXSE53", {code: given[code] for code in order})).grades
        assert grades == {"14101": "5-", "14102": "3", "14100": "5-"}


def test_no_data_is_stronger_than_five_lower_and_weaker_than_five_upper() -> None:
    for other, highest in (("5-", "5-?"), ("5+", "5+")):
        assert fold(report("VXSE53", {"1410100": "5-?", "1410200": other})).grades["14100"] == highest


def test_withdrawing_the_full_report_brings_back_what_the_areas_said() -> None:
    first, full = report("VXSE51", {"390": "6+"}), report("VXSE53", {"1720400": "7", "1720100": "4"}, later(5))
    state = fold(first, full, cancel("VXSE53", later(6)))
    assert (state.grades[WAJIMA], state.grades.get(KANAZAWA)) == ("6+", None)
    assert state.withdrawn == {KANAZAWA}


def test_withdrawing_the_first_report_does_not_withdraw_the_full_one() -> None:
    first, full = report("VXSE51", {"390": "6+"}), report("VXSE53", {"1720400": "7"}, later(5))
    assert fold(first, full, cancel("VXSE51", later(6))).grades == {WAJIMA: "7"}


def test_another_earthquake_is_another_lineage() -> None:
    one = report("VXSE53", {"1720400": "4"})
    assert folding.lineage_of(one, [report("VXSE53", {"1720400": "7"}, about=("2",))]) == [one]


def test_the_sea_is_told_as_the_report_that_counts_tells_it() -> None:
    first = report("VXSE51", {"390": "6+"})
    full = report("VXSE53", {"1720400": "6+"}, later(5), facts={"1720400": Facts(sea=SeaState.NONE)})
    assert fold(first).facts[WAJIMA].sea is SeaState.UNSAID
    assert fold(first, full).facts[WAJIMA].sea is SeaState.NONE


# Withdrawals


def test_a_withdrawal_takes_back_all_of_its_unit_up_to_its_time() -> None:
    state = fold(
        report("VTSE41", {"360": "warning"}), report("VTSE41", {"361": "warning"}, later(1)), cancel("VTSE41", later(2))
    )
    assert state.grades == {}
    assert {WAJIMA, KANAZAWA} <= state.withdrawn


def test_what_is_issued_after_a_withdrawal_counts() -> None:
    state = fold(
        report("VTSE41", {"360": "warning"}),
        cancel("VTSE41", later(1)),
        report("VTSE41", {"361": "advisory"}, later(2)),
    )
    assert WAJIMA not in state.grades
    assert state.grades[KANAZAWA] == "advisory"


def test_a_withdrawal_that_comes_before_what_it_withdraws_withdraws_it() -> None:
    state = whole(cancel("VTSE41", later(1)), report("VTSE41", {"360": "warning"}))
    assert state.grades == {}


def test_withdrawing_something_unknown_is_nothing() -> None:
    state = fold(cancel("VTSE41", AT))
    assert (state.grades, state.withdrawn, state.lifted) == ({}, frozenset(), frozenset())


def test_withdrawing_one_event_leaves_what_speaks_of_two() -> None:
    both = report("VTSE41", {"360": "warning"}, about=("1", "2"))
    assert fold(both, cancel("VTSE41", later(1), about=("1",))).grades[WAJIMA] == "warning"
    assert fold(both, cancel("VTSE41", later(1), about=("1", "2"))).grades == {}


def test_withdrawing_a_correction_withdraws_the_whole_unit() -> None:
    issue = report("VTSE41", {"360": "warning"})
    correction = report("VTSE41", {"360": "advisory"}, later(1), info_type=InfoType.CORRECTION)
    assert fold(issue, correction, cancel("VTSE41", later(2))).grades == {}


# Tsunami: linked events, heights, ends


def test_an_area_missing_from_a_newer_telegram_is_not_in_force() -> None:
    state = fold(
        report("VTSE41", {"360": "warning", "361": "advisory"}), report("VTSE41", {"360": "advisory"}, later(9))
    )
    assert set(state.grades) == set(TABLE.by_tsunami_area("360").places)


def test_ids_link_events_through_any_number_of_reports() -> None:
    chain = [report("VTSE41", {"360": "warning"}, later(n), about=(str(n), str(n + 1))) for n in range(4)]
    assert folding.lineage_of(chain[0], chain[1:]) == chain
    assert folding.lineage_of(chain[3], chain[:3]) == chain


def test_a_report_of_two_linked_events_replaces_what_was_said_of_each() -> None:
    one, other = report("VTSE41", {"360": "warning"}), report("VTSE41", {"361": "warning"}, later(1), about=("2",))
    assert {WAJIMA, KANAZAWA} <= whole(one, other).grades.keys()
    both = report("VTSE41", {"361": "advisory"}, later(2), about=("1", "2"))
    state = whole(one, other, both)
    assert WAJIMA not in state.grades
    assert state.grades[KANAZAWA] == "advisory"


def test_a_place_of_two_areas_has_the_higher_grade_and_its_height() -> None:
    place = next(p for p in TABLE.all() if len(p.tsunami_areas) > 1)
    one, other = place.tsunami_areas[:2]
    facts = {one: Facts(height=1.0), other: Facts(height=3.0)}
    state = fold(report("VTSE41", {one: "advisory", other: "warning"}, facts=facts))
    assert (state.grades[place.code], state.facts[place.code].height) == ("warning", 3.0)


@pytest.mark.parametrize("greater", [0, 1])
def test_of_one_grade_the_greater_height_is_told(greater: int) -> None:
    place = next(p for p in TABLE.all() if len(p.tsunami_areas) > 1)
    codes = place.tsunami_areas[:2]
    facts = {code: Facts(height=10.0, over=index == greater) for index, code in enumerate(codes)}
    assert fold(report("VTSE41", dict.fromkeys(codes, "major_warning"), facts=facts)).facts[place.code].over


def test_a_word_for_the_height_is_kept() -> None:
    facts = {"360": Facts(height_word=HeightWord.HUGE)}
    assert fold(report("VTSE41", {"360": "major_warning"}, facts=facts)).facts[WAJIMA].height_word is HeightWord.HUGE


def test_only_the_forecast_ends_by_time() -> None:
    end = later(300)
    state = fold(report("VTSE41", {"360": "warning", "361": "forecast"}, valid_until=end))
    assert KANAZAWA in state.ends and WAJIMA not in state.ends
    after = folding.in_force_at(state, end)
    assert (after.grades.get(WAJIMA), after.grades.get(KANAZAWA)) == ("warning", None)
    assert folding.in_force_at(state, end - timedelta(seconds=1)) == state


def test_a_forecast_without_an_end_does_not_end() -> None:
    assert fold(report("VTSE41", {"360": "forecast"})).ends == {}


def test_an_earthquake_ends_three_hours_after_its_newest_report() -> None:
    state = fold(report("VXSE51", {"390": "6+"}), report("VXSE53", {"1720400": "7"}, later(5)))
    assert state.ends == {WAJIMA: later(185)}


def test_weather_does_not_end_by_time() -> None:
    assert fold(report("VPWW55", {"1720400": "L5"}, valid_until=later(1))).ends == {}


# Unknown codes


def test_an_unknown_grade_keeps_what_was_in_force() -> None:
    state = fold(
        report("VPWW55", {"1720400": "L4", "1720500": "L3"}),
        report("VPWW55", {"1720400": UNKNOWN, "1720500": "L2"}, later(1)),
    )
    assert state.grades == {WAJIMA: "L4", SUZU: "L2"}


def test_an_unknown_grade_goes_back_to_the_newest_known_word() -> None:
    words = ["L4", "L3", UNKNOWN, UNKNOWN]
    assert fold(*(report("VPWW55", {"1720400": w}, later(n)) for n, w in enumerate(words))).grades == {WAJIMA: "L3"}


def test_an_unknown_grade_where_calm_was_last_said_is_calm() -> None:
    words = ["L4", "none", UNKNOWN]
    assert fold(*(report("VPWW55", {"1720400": w}, later(n)) for n, w in enumerate(words))).grades == {}


def test_an_unknown_grade_of_something_never_named_is_nothing() -> None:
    assert fold(report("VPWW55", {"1720400": UNKNOWN})).grades == {}


def test_an_unknown_grade_beside_a_known_one_keeps_the_higher() -> None:
    before = report("VPWW55", {"1720400": "L4"})
    mixed = report("VPWW55", {"1720400": UNKNOWN}, later(1))
    low = AreaReport(scheme=AreaScheme.CLASS20, code="1720400", grade="L2")
    both = Report(**{name: getattr(mixed, name) for name in Report.__slots__} | {"areas": (*mixed.areas, low)})
    assert fold(before, both).grades == {WAJIMA: "L4"}
    assert fold(both).grades == {WAJIMA: "L2"}


def test_an_unknown_intensity_keeps_that_of_the_area() -> None:
    first = report("VXSE51", {"390": "6+"})
    full = report("VXSE53", {"1720400": UNKNOWN, "1720500": "5-"}, later(5))
    assert fold(first, full).grades == {WAJIMA: "6+", SUZU: "5-"}


def test_an_unknown_intensity_prefers_an_older_full_report_to_the_area() -> None:
    state = fold(
        report("VXSE51", {"390": "6+"}),
        report("VXSE53", {"1720400": "7"}, later(5)),
        report("VXSE53", {"1720400": UNKNOWN}, later(6)),
    )
    assert state.grades == {WAJIMA: "7"}


def test_an_unknown_place_code_falls_back_to_its_first_five_digits_and_is_told() -> None:
    state = fold(report("VPWW55", {"1720499": "L4"}))
    assert state.grades == {WAJIMA: "L4"}
    (notice,) = state.notices
    assert notice.kind is NoticeKind.UNKNOWN_PLACE
    assert "1720499" in notice.text and WAJIMA in notice.text and notice.urgent


def test_a_code_of_no_place_reaches_nobody_and_is_told() -> None:
    state = fold(report("VPWW55", {"9999999": "L5"}))
    assert state.grades == {}
    assert ["no place" in notice.text for notice in state.notices] == [True]


def test_an_unknown_place_code_is_told_even_while_it_is_calm() -> None:
    assert fold(report("VPWW55", {"1720499": "none"})).notices


@pytest.mark.parametrize("grade", ["L4", "none"])
def test_a_code_of_no_place_lifts_nothing_of_what_the_report_does_not_name(grade: str) -> None:
    """It may stand for any place that is missing in the report."""
    before = report("VPWW55", {"1720400": "L4", "1720500": "L3"})
    garbled = report("VPWW55", {"9999999": grade, "1720500": "L2"}, later(1))
    assert fold(before, garbled).grades == {WAJIMA: "L4", SUZU: "L2"}
    whole_again = report("VPWW55", {"1720400": "L3", "1720500": "none"}, later(2))
    assert fold(before, garbled, whole_again).grades == {WAJIMA: "L3"}


def test_a_report_is_placeless_where_none_of_its_areas_is_known() -> None:
    assert folding.placeless(report("VPWW55", {"9999999": "L5", "x": "none"}), TABLE)
    assert not folding.placeless(report("VPWW55", {"9999999": "L5", "1720400": "none"}), TABLE)
    assert not folding.placeless(cancel("VPWW55", later(1)), TABLE)


def test_a_superseded_code_is_no_reason_to_call_anybody() -> None:
    state = fold(report("VPWW55", {"1410000": "L4"}))
    assert state.grades["14101"] == "L4"
    assert state.notices == ()


# Several lineages


def test_an_exercise_is_no_part_of_a_real_lineage() -> None:
    real, drill = report("VTSE41", {"360": "advisory"}), report("VTSE41", {"360": "warning"}, status=Status.EXERCISE)
    assert folding.lineage_of(real, [drill]) == [real]


def test_the_same_report_twice_is_there_once() -> None:
    one = report("VTSE41", {"360": "advisory"})
    assert folding.lineage_of(one, [one, one]) == [one]


def test_several_lineages_together_give_the_highest_grade_with_its_facts() -> None:
    low = report("VTSE41", {"360": "advisory"}, facts={"360": Facts(height=1.0)})
    high = report("VTSE41", {"360": "warning"}, about=("2",), facts={"360": Facts(height=3.0)})
    state = whole(low, high)
    assert (state.grades[WAJIMA], state.facts[WAJIMA].height) == ("warning", 3.0)


def test_what_one_lineage_lifts_another_may_hold() -> None:
    lifting = report("VTSE41", {"360": "none"}, lifted=frozenset({"360"}))
    holding = report("VTSE41", {"360": "warning"}, about=("2",))
    state = whole(lifting, holding)
    assert (state.grades[WAJIMA], WAJIMA in state.lifted) == ("warning", False)


def test_several_lineages_end_with_the_last_and_not_at_all_where_one_has_no_end() -> None:
    soon = report("VTSE41", {"360": "forecast"}, valid_until=later(60))
    late = report("VTSE41", {"360": "forecast"}, about=("2",), valid_until=later(90))
    endless = report("VTSE41", {"360": "forecast"}, about=("3",))
    assert whole(soon, late).ends[WAJIMA] == later(90)
    assert WAJIMA not in whole(soon, late, endless).ends


def test_nothing_said_is_nothing_in_force() -> None:
    assert folding.fold([], TABLE) == State() == folding.merge(Hazard.TSUNAMI, [])
