"""Whatever the order and the batches in which telegrams are decided: the same state, since the same telegrams."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts import places, store, strand_store
from alerts.report import AreaReport, AreaScheme, Facts, Report
from alerts.vocabulary import Hazard, InfoType, Status
from delivery import deciding
from delivery.deciding import PendingTelegram
from feeds.jma.reading import Read
from storage import database
from storage.database import Database
from tests.alerts import histories
from tests.alerts.plain_state import Said
from tests.alerts.reports import cancel, report
from tests.feeds.jma.telegrams import AT, later

TABLE = places.load()
WAJIMA, SUZU, IMIZU = "17204", "17205", "16211"


def decide(db: Database, *batches: list[Report], now=None) -> list[deciding.Decided]:
    """Decide reports as telegrams of their own, batch by batch."""
    decided = []
    for batch in batches:
        pending = [
            PendingTelegram(
                id=number,
                digest=one.digest,
                seen_at=one.sent,
                reading=Read(
                    type=one.type,
                    status=one.status,
                    sent=one.sent,
                    info_type=one.info_type,
                    reports=(one,),
                    notices=(),
                    reason="",
                ),
            )
            for number, one in enumerate(batch)
        ]
        decided.append(db.write_sync(deciding.decide, pending, TABLE, now or later(60)))
    return decided


def rows(db: Database, now=None) -> set[tuple[object, ...]]:
    """All that is in force, without what only this service's own bookkeeping numbers."""
    found = db.read_sync(store.everything_in_force, now or later(60))
    return {(r.hazard, r.place, r.grade, r.since, r.digest, r.ends_at, r.facts) for r in found}


def since(db: Database, place: str = WAJIMA):
    (row,) = [r for r in db.read_sync(store.everything_in_force, later(60)) if r.place == place]
    return row.since


def rain(grades, at=AT, region="170000", **more) -> Report:
    return report("VPWW55", grades, at, about=(f"VPWW55:{region}",), **more)


# several strands in one batch ----------------------------------------------------------------------


def test_two_regions_in_one_batch_keep_what_each_says(db: Database) -> None:
    decide(db, [rain({"1720400": "L4"}), rain({"1621100": "L3"}, later(1), "160000")])
    assert {(r.place, r.grade) for r in db.read_sync(store.everything_in_force, AT)} == {(WAJIMA, "L4"), (IMIZU, "L3")}


def test_a_region_that_lifts_leaves_the_other_one_in_force(db: Database) -> None:
    decide(db, [rain({"1720400": "L4"}), rain({"1621100": "L3"}, later(1), "160000")])
    decide(db, [rain({"1720400": "none"}, later(2)), rain({"1621100": "L3"}, later(2), "160000")])
    assert {(r.place, r.grade) for r in db.read_sync(store.everything_in_force, AT)} == {(IMIZU, "L3")}


def river(name: str, grade: str, at=AT, **more) -> Report:
    """One river's word on Wajima; two rivers can flow through one place."""
    return Report(
        digest=f"{name} {grade} {at:%H%M%S}",
        type="VXKO50",
        status=Status.ACTUAL,
        info_type=InfoType.ISSUE,
        hazard=Hazard.ASHFALL if more.get("valid_until") else Hazard.FLOOD,
        sent=at,
        issued=at,
        lineage=(f"river {name}",),
        areas=(AreaReport(scheme=AreaScheme.CLASS20, code="1720400", grade=grade, facts=Facts(river=name)),),
        **more,
    )


def test_of_two_rivers_the_higher_counts_and_the_lower_stays_when_it_is_over(db: Database) -> None:
    decide(db, [river("a", "L4")], [river("b", "L2", later(1))])
    assert {(r[2], r[6].river) for r in rows(db)} == {("L4", "a")}
    decide(db, [river("a", "none", later(2))])
    assert {(r[2], r[6].river, r[3]) for r in rows(db)} == {("L2", "b", later(1))}


def test_an_alert_holds_what_another_strand_has_in_force_there(db: Database) -> None:
    decide(db, [river("a", "L4")], [river("b", "L2", later(1))])
    found = db.read_sync(lambda c: [row.text("places") for row in c.execute("SELECT places FROM alerts ORDER BY id")])
    assert found == ['{"17204":"L4"}', '{"17204":"L4"}']


def test_what_ends_by_time_leaves_what_another_strand_still_holds(db: Database) -> None:
    decide(
        db,
        [river("a", "heavy", valid_until=later(30)), river("b", "light", later(1), valid_until=later(90))],
        now=later(2),
    )
    assert {r[2] for r in rows(db, later(2))} == {"heavy"}
    assert db.write_sync(store.end_by_time, later(31)) == 1
    assert {(r[2], r[3]) for r in rows(db, later(31))} == {("light", later(1))}
    assert db.write_sync(store.end_by_time, later(91)) == 1
    assert rows(db, later(91)) == set()


# since when ----------------------------------------------------------------------------------------


def test_a_state_that_goes_on_keeps_its_beginning(db: Database) -> None:
    decide(db, *([rain({"1720400": "L3"}, later(minute))] for minute in range(25)))
    assert since(db) == AT


def test_a_grade_that_changes_begins_anew_and_so_does_one_that_came_back(db: Database) -> None:
    for minute, grade in enumerate(("L3", "L4", "L3", "none", "L3", "L3")):
        decide(db, [rain({"1720400": grade}, later(minute))])
    assert since(db) == later(4)


def test_a_late_telegram_puts_the_beginning_right(db: Database) -> None:
    first, second, third = (rain({"1720400": "L3"}, later(minute)) for minute in range(3))
    decide(db, [second], [third])
    assert since(db) == later(1)
    decide(db, [first])
    assert since(db) == AT
    decide(db, [rain({"1720400": "none"}, later(1.5))])
    assert since(db) == later(2)


def test_a_late_telegram_is_seen_beside_hundreds_of_newer_ones(db: Database) -> None:
    decide(db, [rain({"1720400": "L3"}, later(minute)) for minute in range(1, 60)])
    decide(db, [rain({"1720400": "L3"})])
    assert since(db) == AT


def test_what_nobody_understands_keeps_a_grade_however_often_it_is_said(db: Database) -> None:
    decide(db, [rain({"1720400": "L4"})], [rain({"1720400": "unknown"}, later(minute)) for minute in range(1, 40)])
    assert {(r[2], r[3]) for r in rows(db)} == {("L4", AT)}


def test_what_ended_by_time_in_between_begins_anew(db: Database) -> None:
    for minute in (0, 40, 70):
        decide(db, [river("a", "heavy", later(minute), valid_until=later(minute + 31))], now=later(minute))
    assert {r[3] for r in rows(db, later(71))} == {later(40)}


# any order -----------------------------------------------------------------------------------------


@pytest.fixture
def fresh_database(tmp_path_factory):
    def make():
        return database.open(tmp_path_factory.mktemp("order") / "tomoshibi.db")

    return make


def not_several_earthquakes(said: list[Said]) -> list[Said]:
    """Which of two earthquakes at one minute gives the name depends on which came first."""
    return [one for one in said if one.hazard is not Hazard.EARTHQUAKE or one.about == said[0].about]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(said=histories.histories(most=6), data=st.data())
def test_order_and_batches_do_not_matter(fresh_database, said: list[Said], data: st.DataObject) -> None:
    reports = [histories.report_of(one) for one in not_several_earthquakes(said)]
    unique = sorted({one.digest: one for one in reports}.values(), key=Report.order)
    mixed = data.draw(st.permutations(unique))
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(mixed))), max_size=3)))
    edges = [0, *cuts, len(mixed)]
    batches = [list(mixed[first:last]) for first, last in zip(edges, edges[1:], strict=False)]
    in_order, in_disorder = fresh_database(), fresh_database()
    decide(in_order, *([one] for one in unique))
    decide(in_disorder, *batches)
    try:
        assert rows(in_disorder) == rows(in_order)
        assert strands(in_disorder) == strands(in_order)
    finally:
        in_order.close_sync()
        in_disorder.close_sync()


def strands(db: Database) -> list[tuple[object, ...]]:
    """Every row of every strand."""
    return db.read_sync(
        lambda c: [tuple(r.values()) for r in c.execute("SELECT * FROM strand_places ORDER BY 1, 2, 3, 4")]
    )


def test_a_telegram_read_again_replaces_what_was_read_before(db: Database) -> None:
    first = rain({"1720400": "L3"}, digest="a" * 64)
    decide(db, [first], [rain({"1720400": "L3"}, later(1))])
    decide(db, [rain({"1720400": "L2"}, digest="a" * 64)])
    assert since(db) == later(1)
    assert db.read_sync(strand_store.of, Hazard.HEAVY_RAIN, "", "VPWW55:170000")[WAJIMA].since == later(1)


def test_of_two_ids_of_one_earthquake_the_later_one_stays_when_the_other_is_over(db: Database) -> None:
    one = replace(report("VXSE53", {"1720400": "2"}), origin=AT)
    other = replace(report("VXSE53", {"1720400": "1"}, later(2), about=("2",)), origin=later(1))
    decide(db, [one], [other], now=later(3))
    assert {(r[0], r[2]) for r in rows(db, later(3))} == {("earthquake", "2")}
    db.write_sync(store.end_by_time, later(181))
    assert {(r[0], r[2]) for r in rows(db, later(181))} == {("earthquake", "1")}
    db.write_sync(store.end_by_time, later(183))
    assert rows(db, later(183)) == set()


def test_a_warning_that_comes_after_its_own_withdrawal_calls_nobody(db: Database) -> None:
    decided = decide(db, [cancel("VTSE41", later(5))], [report("VTSE41", {"360": "warning"})])
    assert [one.notices for one in decided] == [(), ()]
    assert rows(db) == set()
