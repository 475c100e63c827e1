"""Outbox, outcomes, receipts and reconciliation on both engines."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from delivery import outbox, outcomes, receipts
from delivery.outcomes import Answered
from delivery.states import MessageState
from delivery.transport import (
    Accepted,
    BadNumber,
    CannotTell,
    Found,
    NotThere,
    OptedOut,
    OurFault,
    Receipt,
    Retryable,
    Throttled,
    Unknown,
)
from tests.delivery.builders import NOTO, SUZU, WAJIMA, a_person, a_service, set_state


@pytest.fixture
def service(db, clock):
    return a_service(db, clock)


def one(db, sql, **params):
    return db.read_sync(lambda c: c.execute(sql, params))[0]


def message(db, identity):
    return one(db, "SELECT * FROM messages WHERE id = :id", id=identity)


def queue_one(db, clock, service, people=1):
    for index in range(people):
        a_person(db, index, WAJIMA)
    set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()


def answer(db, clock, outcome):
    """Claim the only text that is due, and answer its attempt."""
    (text,) = db.write_sync(outbox.claim, clock(), 10).texts
    answered = Answered(message_id=text.message_id, broadcast_id=text.broadcast_id, outcome=outcome, at=clock())
    db.write_sync(outcomes.record, [answered])
    return text.message_id


def receipt(clock, provider_id, status, message_id=None):
    return Receipt(provider_id=provider_id, status=MessageState(status), received_at=clock(), message_id=message_id)


def test_a_row_that_cannot_be_judged_holds_up_nobody(db, clock, service):
    queue_one(db, clock, service, people=3)
    spoil = "UPDATE messages SET hazard = 'nonsense' WHERE id = (SELECT min(id) FROM messages)"
    db.write_sync(lambda c: c.execute(spoil))
    claimed = db.write_sync(outbox.claim, clock(), 10)
    assert len(claimed.texts) == 2
    assert one(db, "SELECT state FROM messages WHERE hazard = 'nonsense'").text("state") == "failed"
    assert one(db, "SELECT count(*) AS n FROM notices WHERE urgent = 1").integer("n") == 1


def test_an_attempt_is_open_before_anything_leaves(db, clock, service):
    queue_one(db, clock, service)
    (text,) = db.write_sync(outbox.claim, clock(), 10).texts
    attempt = one(db, "SELECT * FROM attempts")
    assert (attempt.integer("message_id"), attempt.integer("number")) == (text.message_id, 1)
    assert attempt["finished_at"] is None
    assert message(db, text.message_id).text("state") == "handing"
    assert text.validity_seconds == 7200
    assert text.news == ((f"landslide//{WAJIMA}", "L4"),)


def test_nothing_is_claimed_twice(db, clock, service):
    queue_one(db, clock, service, people=5)
    first = db.write_sync(outbox.claim, clock(), 3).texts
    second = db.write_sync(outbox.claim, clock(), 10).texts
    assert len(first) == 3 and len(second) == 2
    assert not {text.message_id for text in first} & {text.message_id for text in second}


def test_the_most_urgent_go_first_whatever_came_first(db, clock, service):
    a_person(db, 1, WAJIMA)
    a_person(db, 2, SUZU)
    a_person(db, 3, NOTO)
    for place, grade in ((WAJIMA, "L3"), (SUZU, "L5"), (NOTO, "L4")):
        set_state(db, {place: grade}, clock.advance(1))
        service.plan()
    texts = db.write_sync(outbox.claim, clock(), 10).texts
    assert [dict(text.news).popitem()[1] for text in texts] == ["L5", "L4", "L3"]


def test_acceptance_is_recorded_with_the_providers_id(db, clock, service):
    queue_one(db, clock, service)
    identity = answer(db, clock, Accepted(provider_id="p1"))
    assert (message(db, identity).text("state"), message(db, identity).text("provider_id")) == ("accepted", "p1")
    attempt = one(db, "SELECT * FROM attempts")
    assert (attempt.text("outcome"), attempt.text("provider_id")) == ("accepted", "p1")
    assert one(db, "SELECT state FROM broadcasts").text("state") == "complete"


def test_a_retryable_text_waits_and_is_tried_again_with_a_new_attempt(db, clock, service):
    queue_one(db, clock, service)
    identity = answer(db, clock, Retryable(code="busy"))
    assert message(db, identity).text("state") == "queued"
    assert db.write_sync(outbox.claim, clock(), 10).texts == ()
    clock.advance(outcomes.backoff(1))
    answer(db, clock, Accepted(provider_id="p1"))
    rows = db.read_sync(lambda c: c.execute("SELECT number, outcome FROM attempts ORDER BY number"))
    assert [(r.integer("number"), r.text("outcome")) for r in rows] == [(1, "retryable"), (2, "accepted")]


def test_no_retry_comes_after_the_time_limit(db, clock, service):
    queue_one(db, clock, service)
    clock.advance(7199)
    identity = answer(db, clock, Retryable(code="busy"))
    assert message(db, identity).text("state") == "failed"


def test_a_throttled_text_waits_as_long_as_the_provider_says(db, clock, service):
    queue_one(db, clock, service)
    answer(db, clock, Throttled(after=30))
    clock.advance(29)
    assert db.write_sync(outbox.claim, clock(), 10).texts == ()
    clock.advance(1)
    assert len(db.write_sync(outbox.claim, clock(), 10).texts) == 1


@pytest.mark.parametrize(("attempts", "after", "wait"), [(1, 0, 0.25), (3, 0, 1), (50, 0, 5), (50, 7, 7)])
def test_a_provider_that_asks_for_no_wait_is_not_pressed(clock, attempts, after, wait):
    now = clock()
    found = outcomes.follow(Throttled(after=after), attempts, now + timedelta(hours=1), now)
    assert found.not_before == now + timedelta(seconds=wait)


@pytest.mark.parametrize(("after", "calls"), [(60, 0), (61, 1)])
def test_people_in_charge_hear_of_a_long_pause(db, clock, service, after, calls):
    queue_one(db, clock, service)
    answer(db, clock, Throttled(after=after))
    notices = db.read_sync(lambda c: c.execute("SELECT id FROM notices WHERE kind = 'provider' AND urgent = 1"))
    assert len(notices) == calls


@pytest.mark.parametrize(("outcome", "person"), [(OptedOut(), "stopped"), (BadNumber(code="21211"), "unreachable")])
def test_who_cannot_be_reached_is_not_tried_again(db, clock, service, outcome, person):
    queue_one(db, clock, service)
    identity = answer(db, clock, outcome)
    assert message(db, identity).text("state") == "failed"
    assert one(db, "SELECT state FROM subscribers").text("state") == person
    entry = one(db, "SELECT actor, action, subject, details FROM audit_entries WHERE subject LIKE 'resident:%'")
    assert (entry.text("actor"), entry.text("action")) == ("SMS provider", person)
    assert entry.text("subject") == "resident:1" and "0000" not in entry.text("details")
    set_state(db, {WAJIMA: "L5"}, clock.advance(1))
    service.plan()
    assert service.states() == ["failed"]


def test_our_fault_keeps_the_text_and_calls_the_people_in_charge(db, clock, service):
    queue_one(db, clock, service)
    identity = answer(db, clock, OurFault(code="20003"))
    assert message(db, identity).text("state") == "queued"
    notice = one(db, "SELECT * FROM notices")
    assert (notice.text("kind"), notice.text("subject"), notice.integer("urgent")) == ("provider", "20003", 1)


def test_who_stops_while_a_text_is_queued_does_not_get_it(db, clock, service):
    queue_one(db, clock, service)
    db.write_sync(lambda c: c.execute("UPDATE subscribers SET state = 'stopped'"))
    assert db.write_sync(outbox.claim, clock(), 10).texts == ()
    assert service.states() == ["withdrawn"]


def test_given_back_texts_are_queued_as_if_never_taken(db, clock, service):
    queue_one(db, clock, service)
    (text,) = db.write_sync(outbox.claim, clock(), 10).texts
    db.write_sync(outbox.give_back, [text], clock())
    assert service.states() == ["queued"]
    assert len(db.write_sync(outbox.claim, clock(), 10).texts) == 1


def test_after_a_crash_open_attempts_are_uncertain_and_not_sent_again(db, clock, service):
    queue_one(db, clock, service)
    db.write_sync(outbox.claim, clock(), 10)
    assert db.write_sync(outbox.start_up, clock()) == 1
    assert service.states() == ["uncertain"]
    assert db.write_sync(outbox.claim, clock(), 10).texts == ()
    assert one(db, "SELECT outcome FROM attempts").text("outcome") == "unknown"


class Provider:
    """Answers look-ups as it is told."""

    def __init__(self, answer):
        self.answer = answer

    async def find(self, number, text, since, known=()):
        return self.answer


@pytest.mark.parametrize(
    ("answer_to", "after", "state"),
    [
        (Found(provider_id="p9"), 0, "accepted"),
        (NotThere(), 0, "queued"),
        (NotThere(), 8000, "failed"),
        (CannotTell(), 0, "uncertain"),
    ],
)
async def test_an_uncertain_text_is_looked_up_and_settled(db, clock, service, answer_to, after, state):
    queue_one(db, clock, service)
    identity = answer(db, clock, Unknown(code="timeout"))
    assert message(db, identity).text("state") == "uncertain"
    clock.advance(after)
    service.sender = replace(service.sender, transport=Provider(answer_to))
    assert await service.sender.reconcile() == 1
    assert message(db, identity).text("state") == state


async def test_a_found_text_that_is_another_messages_is_not_ours(db, clock, service):
    queue_one(db, clock, service, people=2)
    first, second = db.write_sync(outbox.claim, clock(), 10).texts
    for text, outcome in ((first, Accepted(provider_id="p1")), (second, Unknown(code="timeout"))):
        answered = Answered(message_id=text.message_id, broadcast_id=text.broadcast_id, outcome=outcome, at=clock())
        db.write_sync(outcomes.record, [answered])
    service.sender = replace(service.sender, transport=Provider(Found(provider_id="p1")))
    await service.sender.reconcile()
    assert service.states() == ["accepted", "queued"]


async def test_uncertain_texts_of_the_network_end_with_every_phone_told_once(db, clock):
    from delivery.simulated import Profile

    service = a_service(db, clock, seed=5, profile=Profile(unknown=0.5))
    queue_one(db, clock, service, people=40)
    while service.states().count("accepted") + service.states().count("delivered") < 40:
        await service.send()
        await service.sender.reconcile()
        clock.advance(1)
    await service.network.settle()
    assert [len(service.network.texts_of(phone.number)) for phone in service.network.phones()] == [1] * 40
    assert service.network.totals().told_twice == 0


def test_receipts_only_move_up(db, clock, service):
    queue_one(db, clock, service)
    identity = answer(db, clock, Accepted(provider_id="p1"))
    for status, state in (("delivered", "delivered"), ("sent", "delivered"), ("undelivered", "delivered")):
        db.write_sync(receipts.record, [receipt(clock, "p1", status), receipt(clock, "p1", status)])
        assert message(db, identity).text("state") == state
    assert one(db, "SELECT count(*) AS n FROM receipts").integer("n") == 3


def test_a_receipt_that_comes_before_the_answer_is_not_lost(db, clock, service):
    queue_one(db, clock, service)
    db.write_sync(receipts.record, [receipt(clock, "p1", "delivered", message_id=1)])
    identity = answer(db, clock, Accepted(provider_id="p1"))
    assert message(db, identity).text("state") == "delivered"


def test_a_receipt_settles_an_uncertain_text(db, clock, service):
    queue_one(db, clock, service)
    identity = answer(db, clock, Unknown(code="timeout"))
    db.write_sync(receipts.record, [receipt(clock, "p5", "sent", message_id=identity)])
    assert (message(db, identity).text("state"), message(db, identity).text("provider_id")) == ("sent", "p5")


def test_receipts_of_unknown_messages_change_nothing(db, clock, service):
    queue_one(db, clock, service)
    db.write_sync(receipts.record, [receipt(clock, "p7", "delivered", message_id=999_999)])
    assert service.states() == ["queued"]


async def test_an_undelivered_text_frees_its_person_from_having_been_told(db, clock, service):
    queue_one(db, clock, service)
    answer(db, clock, Accepted(provider_id="p1"))
    db.write_sync(receipts.record, [receipt(clock, "p1", "undelivered")])
    set_state(db, {WAJIMA: "none"}, clock.advance(60))
    service.plan()
    assert service.states() == ["undelivered"]


async def test_the_sender_stops_without_leaving_anything_open(db, clock, service):
    queue_one(db, clock, service, people=30)
    send = service.network.send

    async def stop_at_the_third(text):
        if len(service.network.phones()) >= 2 or text.message_id >= 3:
            service.sender.stop()
        return await send(text)

    service.network.send = stop_at_the_third
    await service.sender.run()
    service.network.send = send
    service.sender = replace(service.sender, _stopping=False)
    await service.network.settle()
    assert "handing" not in service.states()
    open_attempts = one(db, "SELECT count(*) AS n FROM attempts WHERE finished_at IS NULL")
    assert open_attempts.integer("n") == 0
    await service.run()
    assert [len(phone.texts) for phone in service.network.phones()] == [1] * 30


async def test_an_id_given_twice_makes_only_the_odd_one_uncertain(db, clock, service):
    queue_one(db, clock, service, people=3)

    class Forgetful:
        async def send(self, text):
            return Accepted(provider_id=f"p{text.message_id // 2}")

    service.sender = replace(service.sender, transport=Forgetful())
    await service.sender.drain()
    assert sorted(service.states()) == ["accepted", "accepted", "uncertain"]


async def test_a_transport_that_raises_or_hangs_leaves_the_outcome_unknown(db, clock, service):
    queue_one(db, clock, service)

    class Broken:
        async def send(self, text):
            raise ConnectionResetError

    service.sender = replace(service.sender, transport=Broken())
    await service.sender.drain()
    assert service.states() == ["uncertain"]
    assert one(db, "SELECT error_code FROM attempts").text("error_code") == "ConnectionResetError"


def test_the_backoff_grows_and_ends():
    waits = [outcomes.backoff(attempts) for attempts in range(1, 12)]
    assert waits == sorted(waits)
    assert waits[0] == 5 and waits[-1] == 120


def test_giving_up_has_a_reason(clock):
    late = outcomes.follow(Retryable(code="busy"), 1, clock() + timedelta(seconds=1), clock())
    often = outcomes.follow(Retryable(code="busy"), 20, clock() + timedelta(days=1), clock())
    assert (late.state, late.reason) == ("failed", "no time left to try again")
    assert (often.state, often.reason) == ("failed", "not taken after 20 attempts")


async def test_receipts_and_answers_that_are_recorded_side_by_side_do_not_miss_each_other(db, clock, service):
    queue_one(db, clock, service, people=20)
    texts = db.write_sync(outbox.claim, clock(), 20).texts

    def answered(text):
        outcome = Accepted(provider_id=f"p{text.message_id}")
        return Answered(message_id=text.message_id, broadcast_id=text.broadcast_id, outcome=outcome, at=clock())

    def delivered(text):
        return receipt(clock, f"p{text.message_id}", "delivered")

    writes = [db.write(outcomes.record, [answered(text)]) for text in texts]
    writes += [db.write(receipts.record, [delivered(text)]) for text in texts]
    await asyncio.gather(*writes[::2], *writes[1::2])
    assert service.states() == ["delivered"] * 20
