"""From a change of state to texts on phones: planner, outbox, sender and the simulated network together."""

import json
from datetime import timedelta

import pytest

from alerts import store
from alerts.changes import Cause
from alerts.report import Facts
from alerts.vocabulary import NONE, Hazard
from delivery import broadcasts, outbox, planning
from tests.delivery.builders import (
    NOTO,
    RATES,
    SUZU,
    WAJIMA,
    a_person,
    a_service,
    move,
    number,
    set_state,
)


@pytest.fixture
def service(db, clock):
    return a_service(db, clock)


def row(db, table, identity):
    return db.read_sync(lambda c: c.execute(f"SELECT * FROM {table} WHERE id = :id", {"id": identity}))[0]


async def test_a_warning_is_told_once_to_everybody_in_its_place(db, clock, service):
    a_person(db, 1, WAJIMA, language="en")
    a_person(db, 2, WAJIMA, language="pt")
    a_person(db, 3, NOTO)
    first = set_state(db, {WAJIMA: "L4", SUZU: "L3"}, clock())
    await service.run()
    await service.run()
    assert service.texts(1) == [f"new {WAJIMA}=L4"]
    assert service.texts(2) == [f"new {WAJIMA}=L4"]
    assert service.texts(3) == []
    assert service.network.totals().told_twice == 0
    sent = row(db, "broadcasts", first)
    assert sent.text("state") == "complete"
    assert (sent.integer("planned"), sent.integer("planned_segments")) == (2, 6)
    assert sent["first_handover_at"] is not None
    assert service.states() == ["delivered", "delivered"]


async def test_a_text_is_written_once_for_all_who_get_it(db, clock, service):
    for index in range(30):
        a_person(db, index, WAJIMA, language="en" if index % 2 else "vi")
    set_state(db, {WAJIMA: "L4"}, clock())
    await service.run()
    rows = db.read_sync(lambda c: c.execute("SELECT language FROM texts ORDER BY language"))
    assert [r.text("language") for r in rows] == ["en", "vi"]


async def test_the_story_of_one_place_up_and_down(db, clock, service):
    a_person(db, 1, WAJIMA)
    for grade in ("L3", "L4", "L5", "L4", "L2"):
        set_state(db, {WAJIMA: grade}, clock.advance(600))
        await service.run()
    assert service.texts(1) == [
        f"new {WAJIMA}=L3",
        f"raised {WAJIMA}=L4",
        f"raised {WAJIMA}=L5",
        f"lowered {WAJIMA}=L4",
        f"lifted {WAJIMA}=L4",
    ]
    assert service.network.totals().told_twice == 0


async def test_the_all_clear_goes_to_exactly_those_who_were_told(db, clock):
    lost = number(2)
    service = a_service(db, clock, unreachable=[lost])
    a_person(db, 1, WAJIMA)
    a_person(db, 2, WAJIMA)
    a_person(db, 3, WAJIMA, min_level="L4")
    gone = a_person(db, 4, WAJIMA)
    set_state(db, {WAJIMA: "L3"}, clock())
    await service.run()
    db.write_sync(lambda c: c.execute("UPDATE subscribers SET state = 'stopped' WHERE id = :id", {"id": gone}))
    a_person(db, 5, WAJIMA)
    last = set_state(db, {WAJIMA: NONE}, clock.advance(60))
    await service.run()
    assert service.texts(1) == [f"new {WAJIMA}=L3", f"lifted {WAJIMA}=L3"]
    assert service.texts(2) == []
    assert service.texts(3) == []
    assert service.texts(4) == [f"new {WAJIMA}=L3"]
    assert service.texts(5) == []
    excluded = json.loads(row(db, "broadcasts", last).text("excluded"))
    assert excluded == {
        "has stopped": 1,
        "number cannot be reached": 1,
        "was not told, so nothing to end": 2,
    }


async def test_the_all_clear_speaks_the_language_of_the_warning(db, clock, service):
    aoi = a_person(db, 1, WAJIMA, language="vi")
    set_state(db, {WAJIMA: "L4"}, clock())
    await service.run()
    db.write_sync(lambda c: c.execute("UPDATE registrations SET language = 'pt' WHERE subscriber_id = :i", {"i": aoi}))
    set_state(db, {WAJIMA: NONE}, clock.advance(60))
    await service.run()
    assert service.network.texts_of(number(1))[1].split()[3] == "vi"


async def test_a_withdrawn_false_alert_is_cancelled_first_of_all(db, clock, service):
    a_person(db, 1, WAJIMA)
    set_state(db, {WAJIMA: "major_warning"}, clock(), hazard=Hazard.TSUNAMI)
    await service.run()
    a_person(db, 2, SUZU)
    set_state(db, {SUZU: "L5"}, clock.advance(5))
    set_state(db, {WAJIMA: NONE}, clock.advance(5), hazard=Hazard.TSUNAMI, cause=Cause.WITHDRAWN)
    service.plan()
    claimed = db.write_sync(outbox.claim, clock(), 10)
    assert [text.text.split()[0] for text in claimed.texts] == ["cancelled", "new"]


async def test_what_is_overtaken_in_the_queue_is_not_sent(db, clock, service):
    a_person(db, 1, WAJIMA)
    set_state(db, {WAJIMA: "L3"}, clock())
    service.plan()
    set_state(db, {WAJIMA: "L4"}, clock.advance(1))
    await service.run()
    assert service.texts(1) == [f"new {WAJIMA}=L4"]
    assert service.states() == ["withdrawn", "delivered"]


async def test_a_warning_lifted_while_it_is_queued_reaches_nobody(db, clock, service):
    a_person(db, 1, WAJIMA)
    set_state(db, {WAJIMA: "L3"}, clock())
    service.plan()
    set_state(db, {WAJIMA: NONE}, clock.advance(1))
    await service.run()
    assert service.texts(1) == []


async def test_an_all_clear_is_not_withdrawn_by_a_change_nobody_is_told_of(db, clock, service):
    a_person(db, 1, WAJIMA)
    set_state(db, {WAJIMA: "L3"}, clock())
    await service.run()
    set_state(db, {WAJIMA: "L2"}, clock.advance(60))
    service.plan()
    set_state(db, {WAJIMA: NONE}, clock.advance(60))
    await service.run()
    assert service.texts(1) == [f"new {WAJIMA}=L3", f"lifted {WAJIMA}=L3"]


async def test_a_broadcast_overtaken_before_planning_leaves_its_places_to_the_newer_one(db, clock, service):
    a_person(db, 1, WAJIMA)
    a_person(db, 2, SUZU)
    old = set_state(db, {WAJIMA: "L3", SUZU: "L3"}, clock())
    set_state(db, {WAJIMA: "L4"}, clock.advance(1))
    await service.run()
    assert service.texts(1) == [f"new {WAJIMA}=L4"]
    assert service.texts(2) == [f"new {SUZU}=L3"]
    excluded = json.loads(row(db, "broadcasts", old).text("excluded"))
    assert excluded == {"a newer state of the place is being told": 1}


async def test_a_person_with_several_places_gets_one_text_the_worst_place_first(db, clock, service):
    a_person(db, 1, WAJIMA, SUZU, NOTO)
    set_state(db, {WAJIMA: "L3", SUZU: "L5", NOTO: "L2"}, clock())
    await service.run()
    assert service.texts(1) == [f"new {SUZU}=L5+{WAJIMA}=L3"]
    set_state(db, {SUZU: NONE}, clock.advance(60))
    await service.run()
    set_state(db, {WAJIMA: NONE}, clock.advance(60))
    await service.run()
    assert service.texts(1)[1:] == [f"lifted {SUZU}=L5", f"lifted {WAJIMA}=L3"]
    assert service.network.totals().told_twice == 0


async def test_of_a_queued_text_about_two_places_the_place_that_still_counts_is_told_after_all(db, clock, service):
    a_person(db, 1, WAJIMA, SUZU)
    set_state(db, {WAJIMA: "L3", SUZU: "L3"}, clock())
    service.plan()
    set_state(db, {WAJIMA: NONE}, clock.advance(1))
    await service.run()
    assert service.texts(1) == [f"new {SUZU}=L3"]


async def test_a_queued_text_about_another_place_is_not_forgotten(db, clock, service):
    a_person(db, 1, WAJIMA, SUZU)
    set_state(db, {WAJIMA: "L3"}, clock())
    service.plan()
    set_state(db, {SUZU: "L4"}, clock.advance(1))
    await service.run()
    assert sorted(service.texts(1)) == sorted([f"new {WAJIMA}=L3", f"new {SUZU}=L4"])
    set_state(db, {WAJIMA: NONE, SUZU: NONE}, clock.advance(60))
    await service.run()
    assert service.texts(1)[2:] == [f"lifted {SUZU}=L4+{WAJIMA}=L3"]


async def test_somebody_who_moves_hears_of_the_new_place_and_of_the_end_in_the_old_one(db, clock, service):
    aoi = a_person(db, 1, WAJIMA)
    set_state(db, {WAJIMA: "L4", SUZU: "L3"}, clock())
    await service.run()
    move(db, aoi, SUZU, now=clock.advance(60))
    await service.run()
    set_state(db, {WAJIMA: NONE}, clock.advance(60))
    await service.run()
    assert service.texts(1) == [f"new {WAJIMA}=L4", f"new {SUZU}=L3", f"lifted {WAJIMA}=L4"]


async def test_a_newcomer_is_told_at_once_what_is_in_force_and_welcomed(db, clock, service):
    set_state(db, {WAJIMA: "L4"}, clock())
    set_state(db, {WAJIMA: "L2"}, clock(), hazard=Hazard.HEAVY_RAIN)
    await service.run()
    clock.advance(5 * 3600)
    a_person(db, 1, WAJIMA, language="pt", welcome=True, now=clock())
    await service.run()
    await service.run()
    assert service.texts(1) == [f"new {WAJIMA}=L4", "welcome pt"]
    set_state(db, {WAJIMA: NONE}, clock.advance(60))
    await service.run()
    assert service.texts(1)[2:] == [f"lifted {WAJIMA}=L4"]


async def test_a_newcomer_is_not_told_of_what_has_ended_by_time(db, clock, service):
    set_state(db, {WAJIMA: "5+"}, clock(), hazard=Hazard.EARTHQUAKE, event="e1", ends_at=clock() + timedelta(hours=3))
    await service.run()
    clock.advance(3 * 3600)
    a_person(db, 1, WAJIMA, newcomer=True, now=clock())
    await service.run()
    assert service.texts(1) == []


async def test_a_newcomer_is_not_told_what_is_held_for_two_people(db, clock, service):
    held = set_state(db, {WAJIMA: "V3"}, clock(), hazard=Hazard.VOLCANO)
    db.write_sync(lambda c: c.execute("UPDATE broadcasts SET state = 'held' WHERE id = :i", {"i": held}))
    a_person(db, 1, WAJIMA, newcomer=True, now=clock())
    await service.run()
    assert service.texts(1) == []
    db.write_sync(lambda c: c.execute("UPDATE broadcasts SET state = 'planning' WHERE id = :i", {"i": held}))
    await service.run()
    assert service.texts(1) == [f"new {WAJIMA}=V3"]


async def test_what_waited_too_long_expires_and_is_told_anew_while_it_is_in_force(db, clock, service):
    a_person(db, 1, WAJIMA)
    a_person(db, 2, SUZU)
    set_state(db, {WAJIMA: "L4"}, clock())
    set_state(db, {SUZU: "5-"}, clock(), hazard=Hazard.EARTHQUAKE, event="e1", ends_at=clock() + timedelta(hours=3))
    service.plan()
    clock.advance(4 * 3600)
    await service.run()
    assert service.texts(1) == [f"new {WAJIMA}=L4"]
    assert service.texts(2) == []
    assert sorted(service.states()) == ["delivered", "expired", "expired"]


async def test_a_broadcast_that_waited_too_long_is_still_told_while_it_is_in_force(db, clock, service):
    a_person(db, 1, WAJIMA)
    a_person(db, 2, SUZU)
    set_state(db, {WAJIMA: "L4"}, clock())
    set_state(db, {SUZU: "5-"}, clock(), hazard=Hazard.EARTHQUAKE, event="e1", ends_at=clock() + timedelta(hours=3))
    clock.advance(4 * 3600)
    await service.run()
    assert service.texts(1) == [f"new {WAJIMA}=L4"]
    assert service.texts(2) == []


async def test_a_withdrawn_broadcast_is_not_handed_over(db, clock, service):
    a_person(db, 1, WAJIMA)
    first = set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()
    db.write_sync(lambda c: c.execute("UPDATE broadcasts SET state = 'withdrawn' WHERE id = :i", {"i": first}))
    await service.run()
    assert service.texts(1) == []
    assert service.states() == ["withdrawn"]


async def test_planning_goes_on_after_a_crash_between_chunks(db, clock, service, monkeypatch):
    from delivery import chunks

    for index in range(25):
        a_person(db, index, WAJIMA if index % 2 else SUZU)
    monkeypatch.setattr(chunks, "SIZE", 10)
    first = set_state(db, {WAJIMA: "L4", SUZU: "L3"}, clock())
    begun = db.write_sync(planning.begin, first, service.writer, RATES, clock())
    step = db.write_sync(planning.Plan(begun, service.writer).chunk, clock())
    assert (step.planned, step.finished) == (10, False)
    assert db.read_sync(broadcasts.to_plan) == [first]
    service.plan()
    await service.run()
    assert [len(service.texts(index)) for index in range(25)] == [1] * 25
    assert row(db, "broadcasts", first).integer("planned") == 25


async def test_planning_again_from_the_start_gives_nobody_a_second_text(db, clock, service):
    for index in range(5):
        a_person(db, index, WAJIMA, SUZU)
    first = set_state(db, {WAJIMA: "L4", SUZU: "L5"}, clock())
    service.plan()
    db.write_sync(lambda c: c.execute("UPDATE broadcasts SET state = 'planning', cursor = ''"))
    service.plan()
    await service.run()
    assert [len(service.texts(index)) for index in range(5)] == [1] * 5
    assert service.network.totals().told_twice == 0
    assert row(db, "broadcasts", first).integer("planned") == 5


async def test_worst_places_are_planned_first(db, clock, service):
    for index in range(6):
        a_person(db, index, (WAJIMA, SUZU, NOTO)[index % 3])
    set_state(db, {NOTO: "L3", WAJIMA: "L4", SUZU: "L5"}, clock())
    service.plan()
    rows = db.read_sync(lambda c: c.execute("SELECT place FROM messages ORDER BY id"))
    assert [r.text("place") for r in rows] == [SUZU, SUZU, WAJIMA, WAJIMA, NOTO, NOTO]


async def test_a_tsunami_expected_higher_at_the_same_grade_is_told_again(db, clock, service):
    a_person(db, 1, WAJIMA)
    set_state(db, {WAJIMA: "major_warning"}, clock(), hazard=Hazard.TSUNAMI, facts=Facts(height=5))
    await service.run()
    set_state(
        db, {WAJIMA: "major_warning"}, clock.advance(60), hazard=Hazard.TSUNAMI, facts=Facts(height=10), higher=True
    )
    await service.run()
    assert [text.split()[0] for text in service.network.texts_of(number(1))] == ["new", "raised"]
    assert service.network.totals().told_twice == 0


async def test_swarms_of_weaker_earthquakes_are_told_once_an_hour(db, clock, service):
    a_person(db, 1, WAJIMA)
    for event in ("e1", "e2"):
        set_state(db, {WAJIMA: "4"}, clock.advance(60), hazard=Hazard.EARTHQUAKE, event=event)
        await service.run()
    assert service.texts(1) == [f"new {WAJIMA}=4"]
    set_state(db, {WAJIMA: "5-"}, clock.advance(60), hazard=Hazard.EARTHQUAKE, event="e3")
    await service.run()
    assert len(service.texts(1)) == 2


async def test_what_ended_by_time_begins_anew(db, clock, service):
    a_person(db, 1, WAJIMA)
    for _ in range(2):
        now = clock.advance(7200)
        set_state(db, {WAJIMA: "warning"}, now, hazard=Hazard.TORNADO, ends_at=now + timedelta(hours=1))
        await service.run()
        db.write_sync(lambda c: c.execute("UPDATE in_force SET grade = 'none' WHERE hazard = 'tornado'"))
    assert service.texts(1) == [f"new {WAJIMA}=warning"] * 2


async def test_who_knows_two_earthquake_texts_of_one_event_hears_only_a_full_step_more(db, clock, service):
    a_person(db, 1, WAJIMA)
    for grade in ("5-?", "5-", "5+", "5-"):
        set_state(db, {WAJIMA: grade}, clock.advance(60), hazard=Hazard.EARTHQUAKE, event="e1")
        await service.run()
    assert service.texts(1) == [f"new {WAJIMA}=5-?", f"raised {WAJIMA}=5+"]


async def test_an_end_that_is_overtaken_by_something_nobody_is_told_of_is_still_told(db, clock, service):
    a_person(db, 1, WAJIMA)
    set_state(db, {WAJIMA: "L3"}, clock())
    await service.run()
    set_state(db, {WAJIMA: NONE}, clock.advance(60))
    set_state(db, {WAJIMA: "L2"}, clock.advance(1))
    await service.run()
    assert service.texts(1) == [f"new {WAJIMA}=L3", f"lifted {WAJIMA}=L3"]


async def test_what_ended_silently_and_comes_again_is_told_again_and_is_no_echo(db, clock, service):
    a_person(db, 1, WAJIMA)
    set_state(db, {WAJIMA: "warning"}, clock(), hazard=Hazard.TORNADO, ends_at=clock() + timedelta(hours=1))
    await service.run()
    clock.advance(7200)
    db.write_sync(store.end_by_time, clock())
    set_state(db, {WAJIMA: "warning"}, clock(), hazard=Hazard.TORNADO, ends_at=clock() + timedelta(hours=1))
    await service.run()
    assert service.texts(1) == [f"new {WAJIMA}=warning"] * 2
    assert service.network.totals().told_twice == 0
