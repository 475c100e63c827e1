"""Campaigns on both engines: what is due is sent once, in the light, not into a warning, to those who want it."""

from datetime import date, timedelta
from typing import get_args

import pytest

from alerts import noticeboard
from campaigns import calling, copies, deciding, due, runner, store, timing
from campaigns.calendar import Every, Rhythm
from campaigns.deciding import Office, Outcome
from delivery import broadcasts
from delivery.byhand.signing import Person, Refused
from storage import times
from subscribers.tags import Tag
from tests.campaigns.planning import AOI, BRUNO, OFFICE, PLACES, a_plan, desk, japan, lessons, look, planned
from tests.delivery.builders import SUZU, WAJIMA, a_person, a_service, number, set_state
from web.api.campaigns_models import TagName

DAY = date(2026, 11, 24)
SNOWY = "01513"
WEEKLY = Rhythm(every=Every.WEEKS)


@pytest.fixture
def service(db, clock):
    clock.now = japan(DAY, 8)
    return a_service(db, clock)


def got(service, *people):
    return [len(service.network.texts_of(number(index))) for index in people]


async def test_it_is_sent_when_the_window_opens_and_only_once(db, clock, service):
    for index, place in enumerate((WAJIMA, WAJIMA, SUZU)):
        a_person(db, index, place)
    planned(db, a_plan(start=DAY), clock())
    await look(service)
    assert got(service, 0, 1, 2) == [0, 0, 0]
    clock.now = japan(DAY, 10)
    for _ in range(3):
        await look(service)
        clock.advance(3600)
    assert got(service, 0, 1, 2) == [1, 1, 0]
    assert lessons(db) == [(WAJIMA, 0, "sent")]


async def test_a_series_goes_on_week_by_week_until_its_end(db, clock, service):
    a_person(db, 0, WAJIMA)
    identity = planned(db, a_plan(start=DAY, rhythm=WEEKLY, end=DAY + timedelta(days=15)), clock())
    for day in range(30):
        clock.now = japan(DAY + timedelta(days=day), 11)
        await look(service)
    assert lessons(db) == [(WAJIMA, 0, "sent"), (WAJIMA, 1, "sent"), (WAJIMA, 2, "sent")]
    assert got(service, 0) == [3]
    for limit, shown in ((2, [1, 2]), (3, [0, 1, 2]), (4, [0, 1, 2])):
        assert [one.number for one in db.read_sync(due.of_campaign, identity, limit)] == shown


async def test_only_those_it_is_for(db, clock, service):
    a_person(db, 0, WAJIMA, language="vi")
    a_person(db, 1, WAJIMA, language="en")
    a_person(db, 2, WAJIMA, language="vi", state="stopped")
    no_lessons = a_person(db, 3, WAJIMA, language="vi")
    grouped = a_person(db, 4, WAJIMA, language="ne")
    other = a_person(db, 5, WAJIMA, language="ne")

    def change(c):
        c.execute("UPDATE registrations SET lessons = 0 WHERE subscriber_id = :id", {"id": no_lessons})
        c.execute("UPDATE registrations SET groups = 'a,50%_dorm,b' WHERE subscriber_id = :id", {"id": grouped})
        c.execute("UPDATE registrations SET groups = '50xxdorm' WHERE subscriber_id = :id", {"id": other})

    db.write_sync(change)
    planned(db, a_plan(start=DAY, languages=("vi",)), clock())
    planned(db, a_plan(SUZU, WAJIMA, start=DAY + timedelta(days=1), groups=("50%_dorm",)), clock())
    clock.now = japan(DAY, 10)
    await look(service)
    assert got(service, 0, 1, 2, 3, 4, 5) == [1, 0, 0, 0, 0, 0]
    clock.now = japan(DAY + timedelta(days=1), 10)
    await look(service)
    # groups are those of the municipality that plans: Suzu, which stands first
    assert got(service, 4, 5) == [0, 0]


async def test_groups_of_the_municipality_that_plans(db, clock, service):
    grouped, other = a_person(db, 4, WAJIMA), a_person(db, 5, WAJIMA)
    for identity, groups in ((grouped, "a,50%_dorm,b"), (other, "50xxdorm")):
        values = {"id": identity, "groups": groups}
        db.write_sync(
            lambda c, v=values: c.execute("UPDATE registrations SET groups = :groups WHERE subscriber_id = :id", v)
        )
    planned(db, a_plan(start=DAY, groups=("50%_dorm",)), clock())
    clock.now = japan(DAY, 10)
    await look(service)
    assert got(service, 4, 5) == [1, 0]


async def test_who_lives_in_two_of_its_places_gets_one(db, clock, service):
    a_person(db, 0, WAJIMA, SUZU)
    planned(db, a_plan(WAJIMA, SUZU, start=DAY), clock())
    clock.now = japan(DAY, 10)
    await look(service)
    assert lessons(db) == [(WAJIMA, 0, "sent"), (SUZU, 0, "sent")]
    assert got(service, 0) == [1]


async def test_a_cap_per_person_and_month(db, clock, service):
    a_person(db, 0, WAJIMA)
    a_person(db, 1, WAJIMA, SUZU)
    planned(db, a_plan(start=date(2026, 12, 1), rhythm=WEEKLY, times=5), clock())
    planned(db, a_plan(SUZU, start=date(2026, 12, 3), rhythm=WEEKLY, times=5), clock())
    for day in range(31):
        clock.now = japan(date(2026, 12, 1) + timedelta(days=day), 11)
        await look(service, per_month=3)
    assert got(service, 0, 1) == [3, 3]
    rows = db.read_sync(lambda c: c.execute("SELECT excluded FROM broadcasts WHERE origin = 'lesson' ORDER BY id"))
    assert sum('"had enough lessons this month": ' in row.text("excluded") for row in rows) > 2
    clock.now = japan(date(2027, 1, 5), 11)
    planned(db, a_plan(start=date(2027, 1, 5)), clock())
    await look(service, per_month=3)
    assert got(service, 0, 1) == [4, 4]


async def test_a_warning_holds_its_place_and_no_other(db, clock, service):
    a_person(db, 0, WAJIMA)
    a_person(db, 1, SUZU)
    planned(db, a_plan(WAJIMA, SUZU, start=DAY), clock())
    clock.now = japan(DAY, 10)
    set_state(db, {WAJIMA: "L3"}, clock())
    service.plan()
    await look(service)
    assert lessons(db) == [(WAJIMA, 0, "held"), (SUZU, 0, "sent")]
    clock.now = japan(DAY, 13)
    set_state(db, {WAJIMA: "none"}, clock())
    service.plan()
    told = len(service.network.texts_of(number(0)))
    await look(service)
    for hour in range(14, 24):  # it rests for the day
        clock.now = japan(DAY, hour)
        await look(service)
    assert lessons(db) == [(WAJIMA, 0, "held"), (SUZU, 0, "sent")]
    before = len(service.network.texts_of(number(0)))
    clock.now = japan(DAY + timedelta(days=1), 10)
    for _ in range(9):
        await look(service)
        clock.advance(900)
    assert told <= before == len(service.network.texts_of(number(0))) - 1
    assert lessons(db)[0] == (WAJIMA, 0, "sent")


async def test_copies_that_are_queued_wait_when_a_warning_comes(db, clock, service):
    a_person(db, 0, WAJIMA)
    planned(db, a_plan(start=DAY), clock())
    clock.now = japan(DAY, 10)
    await runner.run_due(db, desk(), clock())
    set_state(db, {WAJIMA: "L4"}, clock())
    await runner.run_due(db, desk(), clock())
    service.plan()
    await service.send()
    assert [text for text in service.network.texts_of(number(0)) if "landslide" not in text.lower()] == []
    clock.now = japan(DAY, 12)
    set_state(db, {WAJIMA: "none"}, clock())
    await runner.run_due(db, desk(), clock())
    await service.run()
    for hours in range(30):
        clock.now = japan(DAY, 12) + timedelta(hours=hours)
        await look(service)
    assert len([text for text in service.network.texts_of(number(0)) if "landslide" not in text.lower()]) == 1
    at = [phone.at for phone in handed(service.db) if phone.kind == "lesson"]
    assert at == [japan(DAY + timedelta(days=1), 10)]


class Handed:
    def __init__(self, row):
        self.kind, self.place, self.at = row.text("kind"), row.text("place"), row.time("handed_at")
        self.person, self.key, self.created = (
            row.integer("subscriber_id"),
            row.text("change_key"),
            row.time("created_at"),
        )


def handed(db):
    return db.read_sync(
        lambda c: [Handed(row) for row in c.execute("SELECT * FROM messages WHERE handed_at IS NOT NULL ORDER BY id")]
    )


async def test_nothing_leaves_after_the_window_and_what_is_left_comes_the_next_day(db, clock, service):
    a_person(db, 0, WAJIMA)
    planned(db, a_plan(start=DAY), clock())
    clock.now = japan(DAY, 15)
    await runner.run_due(db, desk(), clock())  # queued, and the process stops before the sender has it
    clock.now = japan(DAY + timedelta(days=1), 2)
    await service.send()  # the sender is first at the next start, in the night
    assert got(service, 0) == [0]
    await look(service)
    assert got(service, 0) == [0]
    clock.now = japan(DAY + timedelta(days=1), 10)
    await look(service)
    assert got(service, 0) == [1]


async def test_the_provider_may_not_try_into_the_night(db, clock, service):
    a_person(db, 0, WAJIMA)
    planned(db, a_plan(start=DAY), clock())
    clock.now = japan(DAY, 15)
    await runner.run_due(db, desk(), clock())
    rows = db.read_sync(lambda c: c.execute("SELECT expires_at FROM messages"))
    assert [row.time("expires_at") for row in rows] == [japan(DAY, 15, 40)]


async def test_a_crash_between_chunks_goes_on_where_it_was(db, clock, service, monkeypatch):
    monkeypatch.setattr("delivery.chunks.SIZE", 2)
    for index in range(7):
        a_person(db, index, WAJIMA)
    planned(db, a_plan(start=DAY), clock())
    clock.now = japan(DAY, 10)
    real, calls = copies.queue_chunk, []

    def breaks(*args):
        calls.append(args)
        if len(calls) == 3:
            raise ConnectionResetError("the machine lost its power")
        return real(*args)

    with monkeypatch.context() as patch:
        patch.setattr(copies, "queue_chunk", breaks)
        with pytest.raises(ConnectionResetError):
            await runner.run_due(db, desk(), clock())
    assert lessons(db) == [(WAJIMA, 0, "sending")]
    await look(service)
    assert lessons(db) == [(WAJIMA, 0, "sent")]
    assert got(service, *range(7)) == [1] * 7


async def test_what_comes_much_too_late_is_left_out_and_the_series_goes_on(db, clock, service):
    a_person(db, 0, WAJIMA)
    planned(db, a_plan(start=DAY, rhythm=Rhythm(every=Every.MONTHS), times=4), clock())
    clock.now = japan(date(2027, 1, 24), 11)
    for _ in range(4):
        await look(service)
        clock.advance(60)
    states = [state for _, _, state in lessons(db)]
    assert states == ["missed", "missed", "sent", "waiting"]
    assert got(service, 0) == [1]


async def test_a_clock_that_went_far_ahead_and_back_loses_and_doubles_nothing(db, clock, service):
    a_person(db, 0, WAJIMA)
    planned(db, a_plan(start=DAY, rhythm=WEEKLY, times=10), clock())
    clock.now = japan(DAY + timedelta(days=400), 11)
    for _ in range(15):
        await look(service, per_month=5)
        clock.advance(60)
    for day in range(90):
        clock.now = japan(DAY + timedelta(days=day), 11)
        await look(service, per_month=5)
    assert lessons(db) == [(WAJIMA, number, "sent") for number in range(10)]
    assert got(service, 0) == [10]


async def test_a_lesson_at_fault_stops_no_other(db, clock, service):
    a_person(db, 0, SUZU)
    first = planned(db, a_plan(start=DAY), clock())
    planned(db, a_plan(SUZU, start=DAY), clock())
    a_person(db, 1, WAJIMA)
    db.write_sync(
        lambda c: c.execute("UPDATE campaign_lessons SET lesson = 'gone' WHERE campaign_id = :id", {"id": first})
    )
    clock.now = japan(DAY, 10)
    await look(service)
    assert got(service, 0, 1) == [1, 0]


async def test_a_city_has_the_people_of_its_wards_and_each_gets_one(db, clock, service):
    city, ward = "14100", "14101"
    a_person(db, 0, city)
    a_person(db, 1, ward)
    a_person(db, 2, city, ward)
    a_person(db, 3, WAJIMA)
    who = Person(name="user:aoi", may=frozenset({city}))
    planned(db, a_plan(city, start=DAY), clock(), who)
    planned(db, a_plan(city, start=DAY + timedelta(days=1), tags=("near_sea", "student")), clock(), who)
    assert [one.people for one in db.read_sync(store.latest)][1] == 3
    clock.now = japan(DAY, 11)
    await look(service)
    assert got(service, 0, 1, 2, 3) == [1, 1, 1, 0]
    clock.now = japan(DAY + timedelta(days=1), 11)
    await look(service)
    assert got(service, 0, 1, 2, 3) == [2, 2, 2, 0]


@pytest.mark.parametrize("what", ["lessons = 0", "moved"])
async def test_who_takes_no_lessons_there_meanwhile_gets_no_copy_that_waited(db, clock, service, what):
    identity = a_person(db, 0, WAJIMA)
    a_person(db, 1, WAJIMA)
    planned(db, a_plan(start=DAY), clock())
    clock.now = japan(DAY, 10)
    await runner.run_due(db, desk(), clock())
    table = "subscriber_places SET place = '17205'" if what == "moved" else f"registrations SET {what}"
    db.write_sync(lambda c: c.execute(f"UPDATE {table} WHERE subscriber_id = :id", {"id": identity}))
    await service.send()
    assert got(service, 0, 1) == [0, 1]


async def test_many_lessons_without_words_stop_no_other_one(db, clock, service):
    a_person(db, 0, SUZU)
    gone = planned(db, a_plan(start=DAY, rhythm=WEEKLY, times=2), clock())
    stuck = {"id": gone, "count": runner._AT_ONCE + 20}

    def many_rows(c):
        c.execute("UPDATE campaign_lessons SET lesson = 'gone', due_at = :at", {"at": times.to_text(japan(DAY, 9))})
        for number_of in range(1, stuck["count"]):
            c.execute(
                "INSERT INTO campaign_lessons (campaign_id, place, number, lesson, planned_for, due_at, state)"
                " SELECT campaign_id, place || :n, 0, lesson, planned_for, due_at, :state FROM campaign_lessons"
                " WHERE number = 0 AND place = :place",
                {"n": str(number_of), "place": WAJIMA, "state": "waiting" if number_of % 2 else "sending"},
            )

    db.write_sync(many_rows)
    planned(db, a_plan(SUZU, start=DAY), clock())
    clock.now = japan(DAY, 10)
    for _ in range(2):
        await look(service)
    assert got(service, 0) == [1]
    rows = db.read_sync(due.of_campaign, gone)
    assert {(one.state, one.reason) for one in rows if one.number == 0} == {(due.State.CANCELLED, due.NO_WORDS)}
    assert [(one.number, one.state) for one in rows if one.number] == [(1, due.State.WAITING)]


async def test_what_cannot_be_queued_now_waits_and_lets_others_go_first(db, clock, service, monkeypatch):
    monkeypatch.setattr(runner, "_AT_ONCE", 1)
    a_person(db, 0, WAJIMA)
    a_person(db, 1, SUZU)
    planned(db, a_plan(start=DAY), clock())
    planned(db, a_plan(SUZU, start=DAY), clock())
    clock.now = japan(DAY, 10)
    with monkeypatch.context() as patch:
        patch.setattr(copies, "queue_chunk", lambda *args: int("a fault"))
        await look(service)
    await look(service)
    assert got(service, 0, 1) == [0, 1]
    clock.now = japan(DAY, 10) + timing.AGAIN
    await look(service)
    assert got(service, 0, 1) == [1, 1]


@pytest.mark.parametrize("decide", ["stop", "change", "pause"])
async def test_a_decision_while_a_lesson_is_queued_stands(db, clock, service, monkeypatch, decide):
    monkeypatch.setattr("delivery.chunks.SIZE", 1)
    for index in range(3):
        a_person(db, index, WAJIMA)
    identity = planned(db, a_plan(start=DAY, rhythm=WEEKLY, times=3), clock())
    clock.now = japan(DAY, 10)
    real = copies.queue_chunk

    def decides(c, *args):
        if decide == "stop":
            deciding.stop(c, identity, BRUNO, PLACES, clock())
        elif decide == "pause":
            deciding.pause(c, identity, BRUNO, PLACES, clock())
        else:
            deciding.change(c, identity, a_plan(SUZU, start=DAY, rhythm=WEEKLY, times=3), BRUNO, OFFICE, clock())
        return real(c, *args)

    with monkeypatch.context() as patch:
        patch.setattr(copies, "queue_chunk", decides)
        await runner.run_due(db, desk(), clock())
    await look(service)
    kept = {"stop": [(WAJIMA, 0, "cancelled")], "pause": [(WAJIMA, 0, "sending")]}
    moved = [(WAJIMA, 0, "cancelled"), (SUZU, 0, "sent"), (SUZU, 1, "waiting")]
    assert lessons(db) == kept.get(decide, moved)
    assert sum(got(service, 0, 1, 2)) == (1 if decide == "change" else 0)
    if decide == "pause":
        db.write_sync(deciding.resume, identity, BRUNO, PLACES, clock())
        clock.advance(3600)
        for _ in range(3):
            await look(service)
            clock.advance(600)
        assert lessons(db) == [(WAJIMA, 0, "sent"), (WAJIMA, 1, "waiting")]
        assert got(service, 0, 1, 2) == [1, 1, 1]


async def test_a_change_leaves_a_campaign_paused(db, clock, service):
    a_person(db, 0, WAJIMA)
    identity = planned(db, a_plan(start=DAY), clock())
    db.write_sync(deciding.pause, identity, BRUNO, PLACES, clock())
    made = db.write_sync(deciding.change, identity, a_plan(start=DAY, name="other"), AOI, OFFICE, clock())
    assert made.state is store.State.PAUSED
    clock.now = japan(DAY, 10)
    await look(service)
    assert got(service, 0) == [0]
    db.write_sync(deciding.resume, identity, BRUNO, PLACES, clock())
    await look(service)
    assert got(service, 0) == [1]


async def test_copies_wait_while_a_change_waits_for_a_second_person(db, clock, service):
    a_person(db, 0, WAJIMA)
    a_person(db, 1, WAJIMA)
    identity = planned(db, a_plan(start=DAY), clock())
    clock.now = japan(DAY, 10)
    await runner.run_due(db, desk(), clock())
    made = db.write_sync(deciding.change, identity, a_plan(start=DAY, name="other"), AOI, many(), clock())
    assert made.state is store.State.WAITING
    await look(service)
    assert got(service, 0, 1) == [0, 0]


def test_the_rest_after_a_warning_counts_whatever_else_was_told_meanwhile(db, clock, service):
    a_person(db, 0, WAJIMA)
    set_state(db, {WAJIMA: "L3"}, clock())
    service.plan()
    told = db.read_sync(runner.last_told, clock())
    assert set(told) == {WAJIMA}

    def others(c):
        for index in range(600):
            broadcasts.add(
                c,
                origin=broadcasts.Origin.LESSON,
                event=str(index),
                reason="x",
                priority=9,
                now=clock(),
                expires_at=clock() + timedelta(days=1),
            )

    db.write_sync(others)
    assert db.read_sync(runner.last_told, clock()) == told


def many(alone=1):
    return Office(places=PLACES, lessons=("water",), alone=alone)


async def test_to_many_people_a_second_person_signs_and_nobody_their_own(db, clock, service):
    for index in range(2):
        a_person(db, index, WAJIMA)
    identity = planned(db, a_plan(start=DAY), clock(), office=many())
    clock.now = japan(DAY, 10)
    await look(service)
    assert lessons(db) == []
    assert db.write_sync(deciding.approve, identity, AOI, PLACES, clock()) is Outcome.OWN
    assert db.write_sync(deciding.approve, identity, BRUNO, PLACES, clock()) is Outcome.DONE
    assert db.write_sync(deciding.approve, identity, BRUNO, PLACES, clock()) is Outcome.TOO_LATE
    await look(service)
    assert got(service, 0, 1) == [1, 1]


async def test_pause_go_on_stop(db, clock, service):
    a_person(db, 0, WAJIMA)
    identity = planned(db, a_plan(start=DAY, rhythm=WEEKLY, times=5), clock())
    clock.now = japan(DAY, 10)
    await runner.run_due(db, desk(), clock())
    assert db.write_sync(deciding.pause, identity, BRUNO, PLACES, clock()) is Outcome.DONE
    for _ in range(3):
        await look(service)
        clock.advance(600)
    assert got(service, 0) == [0]
    assert db.write_sync(deciding.resume, identity, BRUNO, PLACES, clock()) is Outcome.DONE
    for _ in range(3):
        await look(service)
        clock.advance(600)
    assert got(service, 0) == [1]
    assert db.write_sync(deciding.stop, identity, BRUNO, PLACES, clock()) is Outcome.DONE
    clock.now = japan(DAY + timedelta(days=7), 11)
    await look(service)
    assert got(service, 0) == [1]
    assert lessons(db) == [(WAJIMA, 0, "sent"), (WAJIMA, 1, "cancelled")]


async def test_a_stop_withdraws_copies_that_wait(db, clock, service):
    a_person(db, 0, WAJIMA)
    identity = planned(db, a_plan(start=DAY), clock())
    clock.now = japan(DAY, 10)
    await runner.run_due(db, desk(), clock())
    db.write_sync(deciding.stop, identity, AOI, PLACES, clock())
    await look(service)
    assert got(service, 0) == [0]
    assert service.states() == ["withdrawn"]


async def test_a_change_goes_by_the_new_plan_and_repeats_nothing(db, clock, service):
    a_person(db, 0, WAJIMA)
    a_person(db, 1, SUZU)
    identity = planned(db, a_plan(start=DAY, rhythm=WEEKLY, times=3), clock())
    clock.now = japan(DAY, 10)
    await look(service)
    later = a_plan(WAJIMA, SUZU, start=DAY + timedelta(days=3), rhythm=WEEKLY, times=3)
    made = db.write_sync(deciding.change, identity, later, BRUNO, OFFICE, clock())
    assert isinstance(made, deciding.Planned)
    for day in range(40):
        clock.now = japan(DAY + timedelta(days=day), 11)
        await look(service)
    assert lessons(db) == sorted((place, number, "sent") for place in (WAJIMA, SUZU) for number in range(3))
    assert got(service, 0, 1) == [3, 3]


async def test_a_change_to_many_people_waits_for_a_second_person_again(db, clock, service):
    a_person(db, 0, WAJIMA)
    a_person(db, 1, SUZU)
    identity = planned(db, a_plan(start=DAY), clock(), office=many())
    wider = a_plan(WAJIMA, SUZU, start=DAY)
    db.write_sync(deciding.change, identity, wider, BRUNO, many(), clock())
    clock.now = japan(DAY, 11)
    await look(service)
    assert (lessons(db), got(service, 0, 1)) == ([], [0, 0])
    assert db.write_sync(deciding.approve, identity, BRUNO, PLACES, clock()) is Outcome.OWN
    assert db.write_sync(deciding.approve, identity, AOI, PLACES, clock()) is Outcome.DONE
    await look(service)
    assert got(service, 0, 1) == [1, 1]


def test_what_is_wrong_is_named(db, clock):
    plan = a_plan("99999", "13101", start=date(2020, 1, 1), rhythm=Rhythm(every=Every.MONTHS), languages=("xx",))
    answer = db.write_sync(deciding.submit, plan, AOI, OFFICE, clock())
    assert isinstance(answer, Refused)
    assert {(one.field, one.key) for one in answer.wrong} == {
        ("places", "unknown_place"),
        ("places", "no_places") if not plan.audience.places else ("areas", "not_yours"),
        ("start", "bad_start"),
        ("end", "endless"),
        ("languages", "unknown_languages"),
    }
    assert db.read_sync(store.latest) == []


def test_every_step_is_in_the_log(db, clock):
    identity = planned(db, a_plan(start=DAY, rhythm=WEEKLY, times=3), clock())
    for step in (deciding.pause, deciding.resume, deciding.stop):
        db.write_sync(step, identity, BRUNO, PLACES, clock())
    rows = db.read_sync(lambda c: c.execute("SELECT actor, action FROM audit_entries ORDER BY number"))
    assert [(row.text("actor"), row.text("action")) for row in rows] == [
        ("user:aoi", "campaign planned"),
        ("user:bruno", "campaign paused"),
        ("user:bruno", "campaign resumed"),
        ("user:bruno", "campaign stopped"),
    ]


def test_nothing_is_planned_for_long_ago(db, clock):
    identity = planned(db, a_plan(start=DAY), clock())
    rows = db.read_sync(due.of_campaign, identity)
    assert [one.planned_for for one in rows] == [japan(DAY, 10)]
    assert timing.LATE > timedelta(days=7)


async def test_tags_of_people_and_of_places(db, clock, service):
    """A tag that a person ticked, a group that is called so, or the place itself."""
    ticked, called, other = (a_person(db, index, SNOWY) for index in range(3))

    def change(c):
        c.execute("UPDATE registrations SET groups = 'near_volcano' WHERE subscriber_id = :id", {"id": called})
        c.execute(
            "INSERT INTO registrations (subscriber_id, municipality, language, places, tags, created_at, updated_at)"
            " VALUES (:id, '', '', '', 'student,near_slope', 'x', 'x')",
            {"id": ticked},
        )

    db.write_sync(change)
    who = Person(name="user:aoi", may=frozenset({SNOWY}))
    for days, tags in ((0, ("near_slope", "near_volcano")), (1, ("snow_country",))):
        planned(db, a_plan(SNOWY, start=DAY + timedelta(days=days), tags=tags), clock(), who)
    clock.now = japan(DAY, 11)
    await look(service)
    assert got(service, 0, 1, 2) == [1, 1, 0]
    clock.now = japan(DAY + timedelta(days=1), 11)
    await look(service)
    assert got(service, 0, 1, 2) == [2, 2, 1]


def test_the_api_knows_every_tag():
    assert get_args(TagName) == tuple(Tag)


async def test_a_ward_and_its_city_share_the_one_lesson_of_a_day(db, clock, service):
    city, ward, other = "14100", "14103", "14104"
    a_person(db, 0, ward)
    a_person(db, 1, other)
    who = Person(name="user:yui", may=frozenset({city, ward, other}))
    for place in (ward, city, other):
        planned(db, a_plan(place, start=DAY), clock(), who)
    clock.now = japan(DAY, 10)
    await look(service)
    assert got(service, 0, 1) == [1, 1]
    clock.now = japan(DAY + timedelta(days=1), 10)
    await look(service)
    assert got(service, 0, 1) == [2, 2]


async def test_a_campaign_that_waits_calls_by_day_and_is_never_dropped(db, clock, service):
    a_person(db, 0, WAJIMA)
    clock.now = japan(DAY, 23)
    day = DAY + timedelta(days=4)
    identity = planned(db, a_plan(start=day), clock(), office=Office(places=PLACES, lessons=("water",), alone=0))
    heard = []
    for hours in range(0, 24 * 7, 4):
        clock.now = japan(DAY, 22) + timedelta(hours=hours)
        db.write_sync(calling.watch, clock())
        heard += [one.notice for one in db.read_sync(noticeboard.open_notices) if one.notice not in heard]
        await look(service)
    assert [str(one.kind) for one in heard] == ["held", "last_call", "undecided"]
    assert all(f"(campaign {identity})" in one.subject for one in heard)
    assert "11-28 10:00" in heard[0].subject
    assert "nobody was told" in heard[2].text
    assert got(service, 0) == [0]
    (waits,) = db.read_sync(calling.open_ones)
    assert waits.deadline == japan(day, 10)
    assert not db.read_sync(calling.is_due, clock())
    # it may still be decided; what is too late for any text has to be planned anew
    late = japan(day + timedelta(days=20), 10)
    assert db.write_sync(deciding.approve, identity, BRUNO, PLACES, late) is Outcome.PAST
    assert db.write_sync(deciding.approve, identity, BRUNO, PLACES, clock()) is Outcome.DONE
    db.write_sync(calling.watch, clock())
    assert db.read_sync(noticeboard.open_notices) == []
    clock.now = japan(day + timedelta(days=4), 11)
    await look(service)
    assert got(service, 0) == [1]
