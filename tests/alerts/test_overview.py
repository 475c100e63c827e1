"""JMA's state of all Japan against ours: what differs, and what timing explains."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts import overview, places
from alerts.overview import Difference, Held, Overview, Said
from alerts.vocabulary import Hazard, Status

AT = datetime(2026, 9, 1, 3, tzinfo=UTC)
LONG_AGO, JUST_NOW = AT - timedelta(hours=3), AT - timedelta(minutes=5)
RAIN, WAJIMA, KANAZAWA = Hazard.HEAVY_RAIN, "17204", "17201"


def word(grade: str, issued: datetime | None = LONG_AGO, code: str = "1720400", hazard: Hazard = RAIN) -> Said:
    return Said(hazard=hazard, code=code, grade=grade, issued=issued)


def differing(*said: Said, **ours: Held) -> list[tuple[str, str, str]]:
    theirs = Overview(sent=AT, status=Status.ACTUAL, named=frozenset({"1720400", "1720100"}), said=said)
    held = {(RAIN, place.removeprefix("p")): one for place, one in ours.items()}
    return [(d.place, d.theirs, d.ours) for d in overview.differences(theirs, held, places.load())]


def held(grade: str, since: datetime = LONG_AGO) -> Held:
    return Held(grade=grade, since=since)


def test_the_same_on_both_sides_is_no_difference() -> None:
    assert differing(word("L4"), p17204=held("L4")) == []
    assert differing() == []


@pytest.mark.parametrize(
    ("said", "ours", "found"),
    [
        ([word("L4")], {}, (WAJIMA, "L4", "none")),
        ([word("L4")], {"p17204": held("L3")}, (WAJIMA, "L4", "L3")),
        ([], {"p17204": held("L3")}, (WAJIMA, "none", "L3")),
        ([word("none")], {"p17204": held("L3")}, (WAJIMA, "none", "L3")),
        ([word("L4", issued=None)], {}, (WAJIMA, "L4", "none")),
    ],
)
def test_missing_on_either_side_or_of_another_grade_is_one(said: list, ours: dict, found: tuple) -> None:
    assert differing(*said, **ours) == [found]


def test_what_was_issued_just_now_may_not_have_reached_the_other_yet() -> None:
    assert differing(word("L4", issued=JUST_NOW)) == []
    assert differing(p17204=held("L4", since=JUST_NOW)) == []
    assert differing(word("L4"), p17204=held("none", since=JUST_NOW)) == []


def test_what_we_hold_since_after_the_overview_is_newer_than_it() -> None:
    assert differing(word("L3"), p17204=held("L4", since=AT + timedelta(minutes=30))) == []


def test_places_it_does_not_name_and_hazards_it_does_not_sum_up_are_not_compared() -> None:
    assert differing(p13101=held("L4")) == []
    theirs = Overview(sent=AT, status=Status.ACTUAL, named=frozenset({"1720400"}), said=())
    ours = {(Hazard.FLOOD, WAJIMA): held("L4"), (Hazard.TSUNAMI, WAJIMA): held("warning")}
    assert overview.differences(theirs, ours, places.load()) == []


def test_parts_of_a_municipality_combine_to_the_highest() -> None:
    theirs = Overview(
        sent=AT,
        status=Status.ACTUAL,
        named=frozenset({"0120801", "0120802"}),
        said=(word("L4", code="0120801"), word("L2", code="0120802")),
    )
    assert overview.differences(theirs, {(RAIN, "01208"): held("L4")}, places.load()) == []


def test_however_much_differs_it_is_one_notice_that_is_no_alarm() -> None:
    found = [Difference(hazard=RAIN, place=f"{n:05d}", theirs="L4", ours="none") for n in range(900)]
    notice = overview.notice(found, Overview(sent=AT, status=Status.ACTUAL, named=frozenset(), said=()))
    assert "900 cases" in notice.text and not notice.urgent
    assert len(notice.text) < 500
