"""What an alert's page says of now: pure, and never "over" without a reason."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import hazards
from alerts.changes import Cause, PlaceChange
from alerts.report import Facts
from alerts.vocabulary import NONE, Hazard, Kind
from tests.web.rows import NOW, ago
from web.residents import story
from web.residents.story import Standing, Story, Told

PLACE, OTHER = "17204", "17205"


def a_change(before: str, after: str, minutes: float = 10, cause: Cause = Cause.ISSUED) -> PlaceChange:
    return PlaceChange(
        place=PLACE, before=before, after=after, cause=cause, facts=Facts(), higher=False, issued=ago(minutes)
    )


def standing(grade: str, ends: float | None = None) -> Standing:
    return Standing(grade=grade, since=ago(1), ends_at=None if ends is None else ago(ends), facts=Facts())


def told(hazard: Hazard, first: PlaceChange, *later: PlaceChange, now: Standing | None = None) -> Story:
    alert = Told(alert_id=1, hazard=hazard, event="", changes={PLACE: first})
    return story.tell(alert, PLACE, later, {PLACE: now} if now else {}, NOW)


def kinds(shown: Story) -> list[Kind]:
    return [moment.kind for moment in shown.moments]


def test_what_still_stands_is_told_as_it_was() -> None:
    shown = told(Hazard.TSUNAMI, a_change(NONE, "warning"), now=standing("warning"))
    assert (shown.over, kinds(shown)) == (False, [Kind.NEW])


def test_later_changes_follow_in_order() -> None:
    later = (a_change("L3", "L4", 8), a_change("L4", "L3", 5))
    shown = told(Hazard.HEAVY_RAIN, a_change(NONE, "L3"), *later, now=standing("L3"))
    assert (shown.over, kinds(shown)) == (False, [Kind.NEW, Kind.RAISED, Kind.LOWERED])


def test_lifted_is_over_since_then() -> None:
    shown = told(Hazard.LANDSLIDE, a_change(NONE, "L4"), a_change("L4", "L2", 3), now=standing("L2"))
    assert (shown.over, shown.ended_at, kinds(shown)[-1]) == (True, ago(3), Kind.LIFTED)
    assert (shown.worst_told, shown.ended_by_time) == ("L2", False)


def test_withdrawn_is_over_and_called_wrong() -> None:
    shown = told(Hazard.EARTHQUAKE, a_change(NONE, "5+"), a_change("5+", NONE, 3, Cause.WITHDRAWN), now=standing(NONE))
    assert (shown.over, kinds(shown)[-1], shown.worst_told) == (True, Kind.CANCELLED, "5+")


@pytest.mark.parametrize(
    ("after", "cause", "kind"),
    [
        ("V5", Cause.ISSUED, Kind.RAISED),
        ("V3", Cause.ISSUED, Kind.RAISED),
        ("V3", Cause.CORRECTED, Kind.CORRECTED),
        ("V2", Cause.ISSUED, Kind.LIFTED),
    ],
)
def test_the_level_after_an_eruption_is_what_the_sms_calls_it(after: str, cause: Cause, kind: Kind) -> None:
    later = a_change("eruption", after, 3, cause)
    assert kinds(told(Hazard.VOLCANO, a_change(NONE, "eruption"), later)) == [Kind.NEW, kind]


def test_where_a_level_is_withdrawn_the_eruption_stands_and_nothing_has_risen() -> None:
    later = (a_change("eruption", "V5", 5), a_change("V5", "eruption", 3, Cause.WITHDRAWN))
    shown = told(Hazard.VOLCANO, a_change(NONE, "eruption"), *later, now=standing("eruption"))
    assert (shown.over, kinds(shown)) == (False, [Kind.NEW, Kind.RAISED, Kind.NEW])


def test_a_hazard_that_is_never_lifted_ends_by_time() -> None:
    shown = told(Hazard.EARTHQUAKE, a_change(NONE, "5+"), now=standing("5+", ends=1))
    assert (shown.over, shown.ended_at, shown.ended_by_time) == (True, ago(1), True)


def test_a_new_warning_after_the_end_is_another_alert() -> None:
    later = (a_change("L4", NONE, 8), a_change(NONE, "L4", 2))
    shown = told(Hazard.LANDSLIDE, a_change(NONE, "L4"), *later, now=standing("L4"))
    assert (shown.over, kinds(shown)) == (True, [Kind.NEW, Kind.LIFTED])


def test_a_state_that_moved_without_a_broadcast_is_said() -> None:
    shown = told(Hazard.EARTHQUAKE, a_change(NONE, "6-"), now=standing("5+"))
    assert (shown.over, kinds(shown), shown.latest.change.after) == (False, [Kind.NEW, Kind.LOWERED], "5+")


def test_absence_is_no_all_clear() -> None:
    assert not told(Hazard.TSUNAMI, a_change(NONE, "warning")).over


def test_a_recorded_alert_is_there_while_its_grade_is() -> None:
    assert not told(Hazard.FOG, a_change(NONE, "advisory"), now=standing("advisory")).over
    assert told(Hazard.FOG, a_change(NONE, "advisory"), now=standing(NONE)).over
    assert kinds(told(Hazard.FOG, a_change(NONE, "advisory"))) == [Kind.NEW]


def test_what_is_worst_now_comes_first() -> None:
    first = a_change(NONE, "L4")
    alert = Told(alert_id=1, hazard=Hazard.HEAVY_RAIN, event="", changes={PLACE: first, OTHER: a_change(NONE, "L3")})
    shown = story.tell(alert, OTHER, (), {PLACE: standing(NONE), OTHER: standing("L3")}, NOW)
    assert [(place.code, place.now) for place in shown.places] == [(OTHER, "L3"), (PLACE, NONE)]


@pytest.mark.parametrize("hazard", [Hazard.HEAVY_RAIN, Hazard.TSUNAMI, Hazard.EARTHQUAKE, Hazard.STORM, Hazard.FOG])
@given(data=st.data())
def test_over_is_said_exactly_when_nothing_of_it_is_in_force(hazard: Hazard, data: st.DataObject) -> None:
    rule = hazards.rule(hazard)
    scale = st.sampled_from((NONE, *rule.grades))
    path = data.draw(st.lists(scale, min_size=2, max_size=6))
    steps = [a_change(before, after, 9 - n) for n, (before, after) in enumerate(zip(path, path[1:], strict=False))]
    grade, ends = data.draw(scale), data.draw(st.sampled_from((None, 1.0, -30.0)))
    shown = told(hazard, steps[0], *steps[1:], now=standing(grade, ends))
    at_last = NONE if ends == 1.0 else grade
    recorded = not (rule.is_told(path[0]) or rule.is_told(path[1]))
    counts = (lambda one: one != NONE) if recorded else rule.is_told
    ended_before = any(not counts(after) for after in path[1:])
    assert shown.over is (ended_before or not counts(at_last))
    assert (shown.ended_at is not None) is shown.over
    if not shown.over:
        assert shown.latest.change.after == at_last
    assert shown.moments[0].change is steps[0]


def test_the_end_is_never_in_the_future() -> None:
    shown = told(Hazard.EARTHQUAKE, a_change(NONE, "5+"), now=standing("5+", ends=-30))
    assert (shown.over, shown.ended_at) == (False, None)
    assert NOW + timedelta(minutes=30) == ago(-30)
