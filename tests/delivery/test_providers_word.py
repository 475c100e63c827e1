"""What the provider says beside its answers: receipts that are quicker, or that come instead; and bad numbers."""

from dataclasses import replace

import pytest

from delivery import outbox, outcomes, receipts, reconciling
from delivery.outcomes import Answered
from delivery.states import MessageState
from delivery.transport import Accepted, BadNumber, NotThere, OurFault, Receipt, Retryable, Unknown
from tests.delivery.builders import SUZU, WAJIMA, a_person, a_service, set_state


@pytest.fixture
def service(db, clock):
    made = a_service(db, clock)
    a_person(db, 1, WAJIMA)
    set_state(db, {WAJIMA: "L4"}, clock())
    made.plan()
    return made


def claim(db, clock):
    return db.write_sync(outbox.claim, clock(), 10).texts[0]


def answer(db, clock, text, outcome, masked=""):
    answered = Answered(
        message_id=text.message_id, broadcast_id=text.broadcast_id, outcome=outcome, at=clock(), masked=masked
    )
    db.write_sync(outcomes.record, [answered])


def hear(db, clock, text, status, provider_id="p1"):
    said = Receipt(
        provider_id=provider_id,
        status=MessageState(status),
        received_at=clock(),
        message_id=text.message_id,
        attempt=text.attempt,
    )
    db.write_sync(receipts.record, [said])


def test_a_receipt_before_an_answer_that_never_comes_settles_the_text(db, clock, service):
    text = claim(db, clock)
    hear(db, clock, text, "delivered")
    assert service.states() == ["handing"]
    answer(db, clock, text, Unknown(code="timeout"))
    assert service.states() == ["delivered"]
    assert db.read_sync(reconciling.uncertain, clock(), reconciling.Limits().delay) == []


def test_a_receipt_before_a_crash_settles_the_text(db, clock, service):
    hear(db, clock, claim(db, clock), "sent")
    assert db.write_sync(outbox.start_up, clock()) == 0
    assert service.states() == ["sent"]


def test_the_answer_has_the_last_word_on_the_providers_id(db, clock, service):
    text = claim(db, clock)
    hear(db, clock, text, "sent", "p1")
    answer(db, clock, text, Accepted(provider_id="p2"))
    assert service.states() == ["accepted"]
    hear(db, clock, text, "delivered", "p2")
    assert service.states() == ["delivered"]


def test_a_crash_without_any_word_leaves_the_text_uncertain(db, clock, service):
    claim(db, clock)
    assert db.write_sync(outbox.start_up, clock()) == 1
    assert service.states() == ["uncertain"]


def notices(db):
    rows = db.read_sync(lambda c: c.execute("SELECT kind, subject, text, urgent FROM notices ORDER BY subject"))
    return [(row.text("kind"), row.text("subject"), row.integer("urgent")) for row in rows]


def test_whoever_registered_a_bad_number_is_told_it_masked(db, clock, service):
    answer(db, clock, claim(db, clock), BadNumber(code="21614"), masked="+81•••••0001")
    ((kind, subject, urgent),) = notices(db)
    assert (kind, urgent) == ("unreachable", 0)
    assert subject.startswith(f"{WAJIMA} +81•••••0001")


async def test_the_sender_masks_it(db, clock):
    from tests.delivery.builders import number

    service = a_service(db, clock, unreachable=[number(3)])
    a_person(db, 3, SUZU)
    set_state(db, {SUZU: "L4"}, clock())
    await service.run()
    ((_, subject, _),) = notices(db)
    assert subject.startswith(f"{SUZU} +81•••••0003") and number(3) not in subject


def test_what_is_not_about_the_text_is_tried_until_its_time_is_over(db, clock, service):
    """Twenty tries are for texts that are refused one by one, not for a night without a provider."""
    for outcome in (OurFault(code="20003"), Retryable(code="no connection", after=5, unreachable=True)):
        for attempts in (1, 20, 500):
            after = outcomes.follow(outcome, attempts, clock.now.replace(hour=12), clock())
            assert after.state == "queued", (outcome, attempts)


def test_a_provider_that_cannot_be_reached_is_told_of_at_the_second_time(db, clock, service):
    gone = Retryable(code="ClientConnectorError", after=5, unreachable=True)
    answer(db, clock, claim(db, clock), gone)
    assert notices(db) == []
    clock.advance(10)
    answer(db, clock, claim(db, clock), gone)
    assert notices(db) == [("provider", "ClientConnectorError", 1)]


async def test_look_ups_know_the_ids_of_other_texts(db, clock, service):
    answer(db, clock, claim(db, clock), Accepted(provider_id="p1"))
    set_state(db, {WAJIMA: "L5"}, clock.advance(60))
    service.plan()
    answer(db, clock, claim(db, clock), Unknown(code="timeout"))
    asked = []

    class Provider:
        async def find(self, number, text, since, known=()):
            asked.append(set(known))
            return NotThere()

    service.sender = replace(service.sender, transport=Provider())
    await service.sender.reconcile()
    assert asked == [{"p1"}]


async def test_while_the_provider_cannot_be_reached_everybody_waits_a_moment(db, clock, service):
    class Gone:
        async def send(self, text):
            return Retryable(code="ClientConnectorError", after=5, unreachable=True)

    service.sender = replace(service.sender, transport=Gone())
    await service.sender.drain()
    assert service.states() == ["queued"]
    assert service.sender.bucket.wait() == pytest.approx(1.0)
