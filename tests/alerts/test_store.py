"""Rows of reports, of the state, and of alerts, on both engines."""

from dataclasses import replace

import pytest

from alerts import history, places, store
from alerts.report import Facts, Report, SeaState
from alerts.store import InForce
from alerts.vocabulary import NONE, Hazard, InfoType, Status
from storage.database import Database
from tests.alerts.reports import report
from tests.feeds.jma.telegrams import AT, later

TABLE = places.load()


def add(db: Database, said: Report) -> tuple[str, bool]:
    """Store a report under its event."""
    event = db.read_sync(store.event_of, said)
    return event, db.write_sync(store.add_report, said, event)


def row(place: str = "17204", grade: str = "warning", **more: object) -> InForce:
    given: dict[str, object] = {
        "hazard": Hazard.TSUNAMI,
        "event": "",
        "place": place,
        "grade": grade,
        "since": AT,
        "revision": 1,
        "ends_at": None,
        "facts": Facts(height=3.0, arrival=AT, sea=SeaState.WARNED),
        "broadcast_id": None,
        "digest": "d",
    }
    return InForce(**(given | more))


def test_a_report_is_kept_once_and_comes_back_as_it_was(db: Database) -> None:
    said = report("VTSE41", {"360": "warning"}, valid_until=later(60), facts={"360": Facts(height=10.0, over=True)})
    assert add(db, said) == ("", True)
    assert add(db, said) == ("", False)
    assert db.read_sync(store.reports_beside, said, "") == [said]


def test_an_earthquake_is_its_own_event_and_a_hazard_of_state_is_none(db: Database) -> None:
    assert add(db, report("VXSE53", {"1720400": "4"}))[0] == "1"
    assert add(db, report("VPWW55", {"1720400": "L3"}, about=("VPWW55:170000",)))[0] == ""


@pytest.mark.parametrize(("minutes", "event"), [(0, "1"), (3, "1"), (-3, "1"), (4, "2")])
def test_a_second_id_at_the_same_minute_is_the_same_earthquake(db: Database, minutes: int, event: str) -> None:
    add(db, replace(report("VXSE53", {"1720400": "4"}), origin=AT))
    other = replace(report("VXSE53", {"1720400": "4"}, about=("2",)), origin=later(minutes))
    assert add(db, other)[0] == event


def test_small_aftershocks_do_not_chain_two_strong_earthquakes_into_one(db: Database) -> None:
    told = [
        add(db, replace(report("VXSE53", {"1720400": "6+"}, about=(f"quake-{m}",)), origin=later(m)))[0]
        for m in (0, 2, 4, 6)
    ]
    assert told == ["quake-0", "quake-0", "quake-4", "quake-4"]


def test_a_drill_at_the_same_minute_is_another_earthquake(db: Database) -> None:
    add(db, replace(report("VXSE53", {"1720400": "7"}, status=Status.EXERCISE), origin=AT))
    assert add(db, replace(report("VXSE53", {"1720400": "4"}, about=("2",)), origin=AT))[0] == "2"


def test_beside_a_report_lie_those_of_its_event_status_and_region_only(db: Database) -> None:
    quake = [report("VXSE51", {"390": "4"}), report("VXSE53", {"1720400": "4"}, later(5))]
    rain = [report("VPWW55", {"1720400": "L3"}, later(n), about=("VPWW55:170000",)) for n in range(3)]
    apart = [
        report("VXSE53", {"1720400": "4"}, about=("9",)),
        report("VXSE53", {"1720400": "4"}, status=Status.TEST),
        report("VPWW55", {"3420200": "L3"}, about=("VPWW55:340000",)),
        report("VTSE41", {"360": "warning"}),
    ]
    for said in [*quake, *rain, *apart]:
        add(db, said)
    assert {r.digest for r in db.read_sync(store.reports_beside, quake[0], "1")} == {r.digest for r in quake}
    assert {r.digest for r in db.read_sync(store.reports_beside, rain[0], "")} == {r.digest for r in rain}


def test_linked_tsunami_are_found_whatever_their_ids(db: Database) -> None:
    chain = [report("VTSE41", {"360": "warning"}, later(n), about=(str(n), str(n + 1))) for n in range(3)]
    for said in chain:
        add(db, said)
    assert len(db.read_sync(store.reports_beside, chain[0], "")) == 3


def test_an_alert_read_again_keeps_its_row(db: Database) -> None:
    alert = history.apply(report("VTSE41", {"360": "warning"}, digest="a" * 64), [], TABLE)
    first = db.write_sync(store.add_alert, alert, "", AT)
    assert db.write_sync(store.add_alert, replace(alert, reason="read again"), "", later(5)) == first
    assert db.read_sync(store.counts_by_status) == {(Status.ACTUAL, "send"): 1}


def test_the_state_comes_back_as_it_was_and_a_newer_row_replaces_it(db: Database) -> None:
    db.write_sync(store.set_in_force, [row(), row("17205", NONE)])
    assert db.read_sync(store.in_force, Hazard.TSUNAMI, "") == {"17204": row(), "17205": row("17205", NONE)}
    db.write_sync(store.set_in_force, [row(grade="advisory", revision=2)])
    assert db.read_sync(store.in_force, Hazard.TSUNAMI, "")["17204"].grade == "advisory"
    assert db.read_sync(store.in_force, Hazard.EARTHQUAKE, "") == {}


def test_what_is_none_or_over_is_not_in_force(db: Database) -> None:
    ending = row("17201", "forecast", ends_at=later(60))
    db.write_sync(store.set_in_force, [row(), row("17205", NONE), ending])
    everywhere = ["17204", "17205", "17201", "17202"]
    for minutes, expected in ((59, {"17204", "17201"}), (60, {"17204"})):
        now = later(minutes)
        assert {one.place for one in db.read_sync(store.in_force_at, everywhere, now)} == expected
        assert {one.place for one in db.read_sync(store.everything_in_force, now)} == expected


def test_only_what_has_an_end_ends_by_time_and_only_once(db: Database) -> None:
    db.write_sync(store.set_in_force, [row(), row("17201", "forecast", ends_at=later(60))])
    assert [db.write_sync(store.end_by_time, later(minutes)) for minutes in (59, 60, 61)] == [0, 1, 0]
    state = db.read_sync(store.in_force, Hazard.TSUNAMI, "")
    assert (state["17204"].grade, state["17201"].grade, state["17201"].revision) == ("warning", NONE, 1)


def test_revisions_only_grow(db: Database) -> None:
    numbers = [db.write_sync(store.next_revision) for _ in range(3)]
    assert numbers == sorted(set(numbers))


def test_a_withdrawal_is_kept_like_any_report(db: Database) -> None:
    said = report("VXSE53", {}, info_type=InfoType.CANCEL)
    add(db, said)
    assert db.read_sync(store.reports_beside, said, "1") == [said]
