"""Who goes first: priorities, worst places, turns of equals, several senders, and lessons behind warnings."""

from itertools import groupby

import pytest

from delivery import chunks, outbox, planner, turns
from delivery.rate import Bucket, Pool
from delivery.sender import Sender
from tests.delivery.builders import NOTO, RATES, SUZU, WAJIMA, a_person, a_service, number, set_state


@pytest.fixture
def service(db, clock):
    return a_service(db, clock)


def city(db, first, place, people):
    for index in range(first, first + people):
        a_person(db, index, place)


def a_planner(service):
    return planner.Planner(
        db=service.db,
        writer=service.writer,
        rates=RATES,
        clock=service.clock,
        wake_sender=service.sender.wake,
        poll=0.01,
    )


def claimed(db, clock, limit=400):
    """Places of the texts that are taken now, in order."""
    texts = db.write_sync(outbox.claim, clock(), limit).texts
    return [text.news[0][0].split("/")[-1] for text in texts]


def runs(places):
    return [(place, len(list(group))) for place, group in groupby(places)]


def test_a_later_broadcast_of_the_same_priority_shares_from_its_first_text_on(db, clock, service):
    city(db, 0, WAJIMA, 30)
    city(db, 100, SUZU, 10)
    set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()
    assert claimed(db, clock, 10) == [WAJIMA] * 10
    set_state(db, {SUZU: "L4"}, clock.advance(1))
    service.plan()
    assert runs(claimed(db, clock)) == [(WAJIMA, 1), (SUZU, 1)] * 10 + [(WAJIMA, 10)]


def test_three_of_one_priority_go_in_step(db, clock, service):
    for first, place in ((0, WAJIMA), (100, SUZU), (200, NOTO)):
        city(db, first, place, 5)
        set_state(db, {place: "L4"}, clock.advance(1))
    service.plan()
    assert claimed(db, clock) == [WAJIMA, SUZU, NOTO] * 5


def test_worst_places_go_first_within_one_broadcast(db, clock, service):
    city(db, 0, WAJIMA, 3)
    city(db, 100, SUZU, 3)
    city(db, 200, NOTO, 3)
    set_state(db, {WAJIMA: "L3", SUZU: "L5", NOTO: "L4"}, clock())
    service.plan()
    assert runs(claimed(db, clock)) == [(SUZU, 3), (NOTO, 3), (WAJIMA, 3)]


def test_a_more_urgent_one_does_not_take_turns(db, clock, service):
    city(db, 0, WAJIMA, 5)
    city(db, 100, SUZU, 5)
    set_state(db, {WAJIMA: "L3"}, clock())
    service.plan()
    set_state(db, {SUZU: "L5"}, clock.advance(1))
    service.plan()
    assert runs(claimed(db, clock)) == [(SUZU, 5), (WAJIMA, 5)]


def test_a_queued_level_three_that_became_level_four_is_replaced(db, clock, service):
    city(db, 0, WAJIMA, 5)
    set_state(db, {WAJIMA: "L3"}, clock())
    service.plan()
    set_state(db, {WAJIMA: "L4"}, clock.advance(1))
    service.plan()
    texts = db.write_sync(outbox.claim, clock(), 400).texts
    assert [dict(text.news) for text in texts] == [{f"landslide//{WAJIMA}": "L4"}] * 5
    assert db.write_sync(outbox.claim, clock(), 400).texts == ()
    assert sorted(service.states()) == ["handing"] * 5 + ["withdrawn"] * 5


@pytest.mark.parametrize("limit", [1, 3, 400])
def test_old_news_holds_nobody_up(db, clock, service, limit):
    """However few texts are taken at once, one look gets past all that has been overtaken."""
    city(db, 0, WAJIMA, 60)
    city(db, 100, SUZU, 3)
    set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()
    set_state(db, {SUZU: "L4"}, clock.advance(1))
    set_state(db, {WAJIMA: "none"}, clock.advance(1))
    service.plan()
    assert claimed(db, clock, limit) == [SUZU] * min(limit, 3)
    assert service.states().count("withdrawn") >= 1


def test_an_attempt_knows_its_number(db, clock, service):
    city(db, 0, WAJIMA, 1)
    set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()
    for expected in (1, 2):
        (text,) = db.write_sync(outbox.claim, clock(), 10).texts
        assert text.attempt == expected
        db.write_sync(outbox.give_back, [text], clock())


def test_turns_go_on_after_a_crash(db, clock, service):
    """What numbers the messages of a broadcast is in the database, not in the planner."""
    broadcast = set_state(db, {WAJIMA: "L4"}, clock())
    assert list(db.write_sync(turns.take, broadcast, 20, 3)) == [0, 1, 2]
    assert list(db.write_sync(turns.take, broadcast, 20, 2)) == [3, 4]
    assert list(db.write_sync(turns.take, broadcast, 30, 2)) == [0, 1]


async def test_planning_takes_turns_too(db, clock, service):
    for first, place in ((0, WAJIMA), (1000, SUZU)):
        city(db, first, place, chunks.SIZE + 5)
        set_state(db, {place: "L4"}, clock.advance(1))
    agent = a_planner(service)
    for _ in range(2):
        await agent.step()
    rows = db.read_sync(lambda c: c.execute("SELECT place, count(*) AS n FROM messages GROUP BY place"))
    assert {row.text("place"): row.integer("n") for row in rows} == {WAJIMA: chunks.SIZE, SUZU: chunks.SIZE}


class Time:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.now += seconds


async def test_each_sender_keeps_its_own_rate():
    time = Time()
    pool = Pool(
        buckets=[
            Bucket(rate=10, clock=time, sleep=time.sleep, sender="A"),
            Bucket(rate=30, clock=time, sleep=time.sleep, sender="B"),
        ]
    )
    senders = [await pool.take(1) for _ in range(400)]
    assert pool.rate == 40
    assert senders.count("A") <= 10 * time.now + 2 and senders.count("B") <= 30 * time.now + 3
    assert time.now == pytest.approx(10, abs=0.3)


async def test_a_sender_that_is_throttled_alone_stops_no_other():
    time = Time()
    pool = Pool(buckets=[Bucket(rate=10, clock=time, sleep=time.sleep, sender=name) for name in "AB"])
    pool.pause(60, "A")
    assert {await pool.take(1) for _ in range(20)} == {"B"}
    pool.pause(30)
    await pool.take(1)
    assert time.now >= 30


async def test_texts_go_by_every_sender(db, clock, service):
    city(db, 0, WAJIMA, 12)
    set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()
    time, used = Time(), []
    send = service.network.send

    async def watched(text):
        used.append(text.sender)
        return await send(text)

    service.network.send = watched
    buckets = [Bucket(rate=100, clock=time, sleep=time.sleep, sender=name) for name in "ABC"]
    sender = Sender(db=db, transport=service.network, unseal=bytes.decode, bucket=Pool(buckets=buckets), clock=clock)
    await sender.drain()
    assert {name: used.count(name) for name in "ABC"} == {"A": 4, "B": 4, "C": 4}


async def test_the_first_is_handed_over_while_the_rest_is_still_being_queued(db, clock, service):
    city(db, 0, WAJIMA, chunks.SIZE + 5)
    set_state(db, {WAJIMA: "L4"}, clock())
    agent = a_planner(service)
    await agent.step()
    await service.send()
    row = db.read_sync(lambda c: c.execute("SELECT state, first_handover_at FROM broadcasts"))[0]
    assert (row.text("state"), len(service.states())) == ("planning", chunks.SIZE)
    assert row["first_handover_at"] is not None and service.network.texts_of(number(0))
    await agent.step()
    await service.send()
    assert service.states() == ["delivered"] * (chunks.SIZE + 5)


async def test_what_is_overtaken_is_withdrawn_at_once_not_at_its_turn(db, clock, service):
    city(db, 0, WAJIMA, 20)
    city(db, 100, SUZU, 5)
    old = set_state(db, {WAJIMA: "L4", SUZU: "L4"}, clock())
    service.plan()
    assert len(claimed(db, clock, 5)) == 5
    set_state(db, {WAJIMA: "none"}, clock.advance(1))
    await a_planner(service).step()
    rows = db.read_sync(
        lambda c: c.execute(
            "SELECT place, state, count(*) AS n FROM messages WHERE broadcast_id = :id GROUP BY place, state",
            {"id": old},
        )
    )
    counted = {(row.text("place"), row.text("state")): row.integer("n") for row in rows}
    assert counted == {(WAJIMA, "handing"): 5, (WAJIMA, "withdrawn"): 15, (SUZU, "queued"): 5}


async def test_the_last_withdrawn_text_ends_its_broadcast(db, clock, service):
    city(db, 0, WAJIMA, 3)
    old = set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()
    set_state(db, {WAJIMA: "none"}, clock.advance(1))
    await a_planner(service).step()
    row = db.read_sync(lambda c: c.execute("SELECT state FROM broadcasts WHERE id = :id", {"id": old}))[0]
    assert (row.text("state"), service.states()) == ("complete", ["withdrawn"] * 3)
