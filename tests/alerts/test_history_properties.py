"""What must hold for any history: the same telegrams end in the same state, drills touch nothing that is real."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import codec, folding, history, places
from alerts.history import Alert
from alerts.report import Report
from alerts.vocabulary import Action, Hazard, Status
from tests.alerts import histories, plain_state
from tests.alerts.plain_state import Said
from tests.feeds.jma.telegrams import AT

TABLE = places.load()


def applied(said: Sequence[Said]) -> list[tuple[Said, Alert]]:
    """Every telegram applied in this order, each knowing those before it."""
    known: list[Report] = []
    found = []
    for one in said:
        report = histories.report_of(one)
        beside = [r for r in known if r.hazard is report.hazard and r.status is report.status]
        found.append((one, history.apply(report, beside, TABLE)))
        known.append(report)
    return found


def state(said: Sequence[Said], hazard: Hazard, status: Status = Status.ACTUAL) -> dict[str, str]:
    """What the reports of these telegrams say together."""
    reports = [r for r in histories.reports(said) if r.hazard is hazard and r.status is status]
    return dict(folding.merge(hazard, history.states_of(reports, TABLE, AT)).grades)


def hazards_of(said: Sequence[Said]) -> set[Hazard]:
    return {one.hazard for one in said}


def by_time(said: Sequence[Said]) -> list[Said]:
    return sorted({one.raw: one for one in said}.values(), key=Said.order)


@settings(max_examples=50)
@given(said=histories.histories(), data=st.data())
def test_any_order_and_repetition_ends_in_the_same_state(said: list[Said], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(said), max_size=4))
    mixed = data.draw(st.permutations([*said, *again]))
    for hazard in hazards_of(said):
        assert state(mixed, hazard) == state(by_time(said), hazard)


@settings(max_examples=50)
@given(said=histories.histories())
def test_the_state_is_what_the_slow_and_obvious_way_gives(said: list[Said]) -> None:
    for hazard in hazards_of(said):
        assert state(said, hazard) == plain_state.state(said, hazard)


@settings(max_examples=50)
@given(said=histories.histories(), drills=histories.drills, data=st.data())
def test_a_drill_anywhere_changes_nothing_that_is_real(
    said: list[Said], drills: list[Said], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations([*said, *drills]))
    for hazard in hazards_of(said):
        assert state(mixed, hazard) == state(said, hazard)
    real = [one for one in mixed if one.status is Status.ACTUAL]
    assert [alert for one, alert in applied(mixed) if one.status is Status.ACTUAL] == [a for _, a in applied(real)]


@settings(max_examples=50)
@given(drills=histories.drills)
def test_a_drill_is_read_and_only_recorded(drills: list[Said]) -> None:
    for one, alert in applied(by_time(drills)):
        assert (alert.status, alert.action) == (one.status, Action.RECORD)


@settings(max_examples=50)
@given(said=histories.histories(most=5))
def test_each_alert_tells_the_state_of_its_places_and_leaves_out_no_change(said: list[Said]) -> None:
    done: list[Said] = []
    for one, alert in applied(by_time(said)):
        concerned = [other for other in done if _side_by_side(one, other)]
        before = plain_state.state(concerned, one.hazard)
        after = plain_state.state([*concerned, one], one.hazard)
        done.append(one)
        in_force = plain_state.state(done, one.hazard)
        assert {place: in_force.get(place, "none") for place in alert.places} == dict(alert.places)
        changed = {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}
        assert changed <= alert.places.keys()


def _side_by_side(one: Said, other: Said) -> bool:
    """Whose changes an alert must name: of its own earthquake; of other hazards all that is in force counts."""
    return one.hazard is not Hazard.EARTHQUAKE or one.about == other.about


@settings(max_examples=50)
@given(said=histories.histories())
def test_the_same_telegram_again_says_the_same(said: list[Said]) -> None:
    ordered = by_time(said)
    *_, (_, alert) = applied(ordered)
    *_, (_, again) = applied([*ordered, ordered[-1]])
    assert again == alert


@settings(max_examples=50)
@given(said=histories.histories())
def test_reports_survive_being_stored(said: list[Said]) -> None:
    for report in histories.reports(said):
        assert codec.report_from_text(codec.report_to_text(report)) == report
