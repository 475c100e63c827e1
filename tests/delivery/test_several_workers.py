"""Several processes on one outbox: who has what in hand, who is dead, and the rate of all together."""

import asyncio
import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import heart, orphans, outbox, outcomes, reconciling, shared_rate
from delivery.heart import Heart
from delivery.lane import Turn
from delivery.outcomes import Answered
from delivery.rate import Paused
from delivery.sender import Beside, SenderSettings
from delivery.shared_rate import SharedRate
from delivery.transport import Accepted, NotThere, Retryable
from storage import database, leases
from storage.leases import Overtaken
from tests.delivery.builders import WAJIMA, a_person, a_service, number, set_state

GONE = timedelta(minutes=-1)


@pytest.fixture
def service(db, clock):
    return a_service(db, clock)


def rows(db, sql, **params):
    return db.read_sync(lambda c: c.execute(sql, params))


def queue(db, clock, service, people):
    for index in range(people):
        a_person(db, index, WAJIMA)
    set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()


def answered(clock, text, outcome):
    return Answered(
        message_id=text.message_id,
        broadcast_id=text.broadcast_id,
        outcome=outcome,
        at=clock(),
        attempt=text.attempt,
    )


def test_only_the_texts_of_a_dead_worker_become_uncertain(db, clock, service):
    queue(db, clock, service, people=6)
    dead, alive = (db.write_sync(leases.register, name) for name in ("dead", "alive"))
    lost = db.write_sync(outbox.claim, clock(), 2, dead).texts
    kept = db.write_sync(outbox.claim, clock(), 2, alive).texts
    assert db.write_sync(orphans.bury, alive, timedelta(minutes=1), clock()) is None
    assert db.write_sync(orphans.bury, dead, GONE, clock()) == 2
    states = {r.integer("id"): r.text("state") for r in rows(db, "SELECT id, state FROM messages")}
    assert {states[text.message_id] for text in lost} == {"uncertain"}
    assert {states[text.message_id] for text in kept} == {"handing"}
    outcome = rows(
        db, "SELECT outcome FROM attempts WHERE worker_id = :worker AND finished_at IS NOT NULL", worker=dead
    )
    assert [row.text("outcome") for row in outcome] == ["unknown", "unknown"]


def test_who_was_taken_for_dead_takes_nothing_and_gives_nothing_back(db, clock, service):
    queue(db, clock, service, people=2)
    worker = db.write_sync(leases.register, "stopped for a while")
    (text,) = db.write_sync(outbox.claim, clock(), 1, worker).texts
    db.write_sync(orphans.bury, worker, GONE, clock())
    with pytest.raises(Overtaken):
        db.write_sync(outbox.claim, clock(), 1, worker)
    db.write_sync(outbox.give_back, [text], clock())
    assert sorted(service.states()) == ["queued", "uncertain"]


def test_a_late_answer_does_not_settle_the_attempt_of_another(db, clock, service):
    queue(db, clock, service, people=1)
    first, second = (db.write_sync(leases.register, name) for name in ("first", "second"))
    (old,) = db.write_sync(outbox.claim, clock(), 1, first).texts
    db.write_sync(orphans.bury, first, GONE, clock())
    (found,) = db.read_sync(reconciling.uncertain, clock(), timedelta(0))
    db.write_sync(reconciling.settle, found, NotThere(), clock.advance(1))
    (new,) = db.write_sync(outbox.claim, clock(), 1, second).texts
    db.write_sync(outcomes.record, [answered(clock, old, Retryable(code="late"))])
    assert service.states() == ["handing"]
    db.write_sync(outbox.give_back, [old], clock())
    assert service.states() == ["handing"]
    db.write_sync(outcomes.record, [answered(clock, new, Accepted(provider_id="p1"))])
    assert service.states() == ["accepted"]


def test_a_look_up_begun_before_the_text_was_handed_over_again_settles_nothing(db, clock, service):
    queue(db, clock, service, people=1)
    worker = db.write_sync(leases.register, "one")
    db.write_sync(outbox.claim, clock(), 1, worker)
    db.write_sync(orphans.bury, worker, GONE, clock())
    (stale,) = db.read_sync(reconciling.uncertain, clock(), timedelta(0))
    db.write_sync(reconciling.settle, stale, NotThere(), clock.advance(1))
    worker = db.write_sync(leases.register, "two")
    db.write_sync(outbox.claim, clock(), 1, worker)
    db.write_sync(orphans.bury, worker, GONE, clock())
    db.write_sync(reconciling.settle, stale, NotThere(), clock.advance(1))
    assert service.states() == ["uncertain"]


def test_two_workers_that_claim_together_share_the_outbox(postgresql_url, clock):
    db = database.open(postgresql_url)
    queue(db, clock, a_service(db, clock), people=400)
    taken: list[int] = []

    def work(name):
        own = database.open(postgresql_url)
        worker = own.write_sync(leases.register, name)
        while texts := own.write_sync(outbox.claim, clock(), 7, worker).texts:
            taken.extend(text.message_id for text in texts)
        own.close_sync()

    threads = [threading.Thread(target=work, args=(f"worker {number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 400
    attempts = rows(db, "SELECT count(*) AS n FROM attempts WHERE worker_id IS NOT NULL")
    assert attempts[0].integer("n") == 400
    db.close_sync()


class Time:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.now += seconds


def slices(db, count, rates, segments=25):
    return [db.write_sync(shared_rate.reserve, rates, segments, 1) for _ in range(count)]


def test_slices_of_all_processes_follow_one_another(db):
    ends = []
    for _ in range(8):
        (one,) = slices(db, 1, {"": 100.0})
        assert (one.segments, one.seconds) == (25, 0.25)
        ends.append(rows(db, "SELECT free_at FROM paces")[0].integer("free_at"))
    assert all(later - before >= 250_000 for before, later in zip(ends, ends[1:], strict=False))


def test_a_pool_shares_by_speed(db):
    found = slices(db, 44, {"slow": 10.0, "quick": 100.0}, segments=400)
    segments = Counter()
    for one in found:
        segments[one.sender] += one.segments
    assert 6 < segments["quick"] / segments["slow"] < 14


def test_a_pause_holds_for_every_process(db):
    db.write_sync(shared_rate.pause, "a", 60.0)
    (one,) = slices(db, 1, {"a": 100.0})
    assert 59 < one.wait <= 60


@given(batches=st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=30), min_size=1, max_size=6))
async def test_no_more_segments_than_the_rate_allows(batches):
    time, free_at = Time(), 0.0

    async def reserve(pauses, segments, least):
        nonlocal free_at
        start, taken = max(free_at, time.now), max(least, min(segments, 5))
        free_at = start + taken / 20
        return shared_rate.Slice(sender="", wait=start - time.now, segments=taken, seconds=taken / 20)

    rate = SharedRate(reserve=reserve, rates={"": 20.0}, clock=time, sleep=time.sleep)
    taken = 0
    for batch in batches:
        await rate.ahead(sum(batch))
        for segments in batch:
            await rate.take(segments)
            assert taken <= (time.now + 0.3) * 20 + 1e-6
            taken += segments


async def test_a_slow_process_takes_few_slices(db):
    """One that hands over more slowly than the rate loses slices, and takes the next for all that is left."""
    time, reserved = Time(), []

    async def reserve(pauses, segments, least):
        reserved.append(segments)
        return shared_rate.Slice(sender="", wait=0.0, segments=segments, seconds=segments / 50_000)

    rate = SharedRate(reserve=reserve, rates={"": 50_000.0}, clock=time, sleep=time.sleep)
    await rate.ahead(400)
    for _ in range(400):
        await rate.take(1)
        time.now += 0.001
    assert len(reserved) == 2 and reserved[0] == 400


async def test_who_cannot_reach_the_provider_pauses_alone_and_who_is_throttled_pauses_all(db):
    time = Time()
    here, there = (shared_rate.over(db, {"": 100.0}, time) for _ in range(2))
    here.sleep = there.sleep = time.sleep
    here.stall(5)
    await there.take(1)
    assert time.now < 1
    await here.take(1)
    assert time.now >= 5
    here.pause(30)
    for process in (here, there):  # nobody's turn comes, and nobody holds texts in hand for so long
        with pytest.raises(Paused):
            await process.take(1)
        assert process.paused() > 25
    assert db.write_sync(shared_rate.reserve, {"": 100.0}, 1, 1).wait > 25


def test_a_turn_taken_before_the_servers_clock_was_set_back_holds_nobody_up(db):
    db.write_sync(shared_rate.reserve, {"": 100.0}, 1, 1)
    db.write_sync(lambda c: c.execute("UPDATE paces SET free_at = free_at + 86400000000"))
    assert db.write_sync(shared_rate.reserve, {"": 100.0}, 1, 1).wait <= 3660


class NoTickets:
    """Nobody shares anything."""

    def offer(self):
        """To nobody."""

    async def serve(self, work):
        """Nothing."""


async def never():
    return False


def a_heart(db, clock, time):
    return Heart(db=db, name="one", clock=clock, watch=time)


async def test_a_worker_hands_over_only_while_the_others_must_believe_it_alive(db, clock):
    time = Time()
    one = a_heart(db, clock, time)
    assert not one.holds(None)
    await one.beat()
    first = await one.ready()
    assert one.holds(first)
    time.now += heart.GOOD
    assert not one.holds(first)
    await one.beat()
    assert one.holds(first) and await one.ready() == first


async def test_who_was_taken_for_dead_goes_on_under_another_id(db, clock):
    time = Time()
    one = a_heart(db, clock, time)
    await one.beat()
    first = await one.ready()
    await db.write(leases.bury, first, GONE)
    await one.beat()
    assert await one.ready() != first
    assert not one.holds(first) and not await one.settled(first)
    await one.end()
    assert await db.read(leases.count) == 0


async def test_who_hands_over_to_another_transport_is_refused_while_one_lives(db, clock):
    time = Time()
    real, simulated = (
        Heart(db=db, name=name, clock=clock, watch=time, transport=name) for name in ("twilio AC1", "simulated network")
    )
    await real.begin()
    with pytest.raises(leases.Unlike, match="twilio AC1.*simulated network.*TOMOSHIBI_TRANSPORT"):
        await simulated.begin()
    await simulated.beat()
    assert simulated.worker_id is None and await db.read(leases.count) == 1
    await real.end()
    await simulated.begin()
    assert simulated.worker_id is not None


async def test_what_a_worker_has_in_hand_at_its_end_is_looked_up(db, clock, service):
    queue(db, clock, service, people=3)
    one = a_heart(db, clock, Time())
    await one.begin()
    db.write_sync(outbox.claim, clock(), 2, one.worker_id)
    await one.end()
    assert sorted(service.states()) == ["queued", "uncertain", "uncertain"]
    assert await db.read(leases.count) == 0


async def test_a_text_cut_off_while_nobody_knows_whose_it_is_goes_out_later(db, clock, service):
    queue(db, clock, service, people=1)
    time = Time()
    one = a_heart(db, clock, time)
    await one.begin()
    (text,) = db.write_sync(outbox.claim, clock(), 1, one.worker_id).texts
    time.now += heart.GOOD
    sender = replace(
        service.sender,
        beside=Beside(heart=one, tickets=NoTickets(), looks_up=never),
        settings=SenderSettings(timeout=0),
    )
    lane = sender._lanes["A"]
    lane._ready.append(Turn(text=text, taken_at=clock(), sender="", ready_at=lane.watch()))
    task = asyncio.create_task(lane._take_turns())
    lane._in_flight[task] = float("-inf")
    task.add_done_callback(lane._ended)
    await asyncio.sleep(0)
    await sender._land()
    await sender._give_back()
    assert service.states() == ["queued"]
    assert service.network.texts_of(number(0)) == []
