"""One person, one answer or one look-up at fault costs nobody else anything. On both engines."""

import asyncio
from dataclasses import replace

import pytest

from alerts.notices import NoticeKind
from delivery import outbox, outcomes, reconciling
from delivery.outcomes import Answered
from delivery.planner import Planner
from delivery.recording import Recorder
from delivery.transport import Accepted, CannotTell, Found, NotThere, OurFault, Unknown
from tests.delivery.builders import RATES, SUZU, WAJIMA, a_person, a_service, number, set_state
from tests.delivery.test_agents import until


@pytest.fixture
def service(db, clock):
    return a_service(db, clock)


def open_notices(db):
    rows = db.read_sync(lambda c: c.execute("SELECT kind FROM notices WHERE resolved_at IS NULL ORDER BY kind"))
    return [row.text("kind") for row in rows]


def claimed(db, clock, service, people):
    for index in range(people):
        a_person(db, index, WAJIMA)
    set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()
    return db.write_sync(outbox.claim, clock(), 100).texts


def answer(clock, text, outcome):
    return Answered(message_id=text.message_id, broadcast_id=text.broadcast_id, outcome=outcome, at=clock())


class Asked:
    """A provider whose list is asked; `answers` by look-up, the last one for all further."""

    def __init__(self, *answers):
        self._answers = list(answers)
        self.asked = []

    async def find(self, number, text, since, known=()):
        self.asked.append(number)
        made = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(made, Exception):
            raise made
        if made == "hangs":
            await asyncio.Event().wait()
        return made


async def test_an_answer_that_cannot_be_recorded_costs_no_other(db, clock, service):
    texts = claimed(db, clock, service, people=9)
    recorder = Recorder(db=db, clock=clock)
    for index, text in enumerate(texts):
        # no engine keeps half a character
        provider_id = "\ud800" if index == 4 else f"p{index}"
        recorder.add(answer(clock, text, Accepted(provider_id=provider_id)))
    await recorder.flush()
    assert sorted(service.states()) == ["accepted"] * 8 + ["uncertain"]


async def test_an_answer_that_cannot_be_written_at_all_is_tried_again_later(db, clock, service, monkeypatch):
    first, second = claimed(db, clock, service, people=2)
    real = outcomes.record
    at_fault = {first.message_id}

    def record(connection, answers):
        if at_fault & {one.message_id for one in answers}:
            raise RuntimeError("unforeseen")
        real(connection, answers)

    monkeypatch.setattr(outcomes, "record", record)
    recorder = Recorder(db=db, clock=clock)
    for text in (first, second):
        recorder.add(answer(clock, text, Accepted(provider_id=f"p{text.message_id}")))
    await recorder.flush()
    assert service.states() == ["handing", "accepted"]
    at_fault.clear()
    await recorder.flush()
    assert service.states() == ["handing", "accepted"]
    clock.advance(30)
    await recorder.flush()
    assert service.states() == ["accepted", "accepted"]


async def test_look_ups_run_beside_the_sending(db, clock, service):
    """A provider's list that never answers does not hold up the texts that are due."""
    (text,) = claimed(db, clock, service, people=1)
    db.write_sync(outcomes.record, [answer(clock, text, Unknown(code="timeout"))])
    list_of_provider = Asked("hangs")
    service.network.find = list_of_provider.find
    running = asyncio.create_task(service.sender.run())
    await until(lambda: list_of_provider.asked)
    a_person(db, 50, SUZU)
    set_state(db, {SUZU: "L4"}, clock())
    service.plan()
    service.sender.wake()
    await until(lambda: service.texts(50))
    service.sender.stop()
    await running


async def test_a_look_up_has_a_time_limit(db, clock, service):
    for text in claimed(db, clock, service, people=3):
        db.write_sync(outcomes.record, [answer(clock, text, Unknown(code="timeout"))])
    provider = Asked("hangs", RuntimeError("unforeseen"), Found(provider_id="p1"))
    looked_up = await reconciling.reconcile(db, {"A": provider}, bytes.decode, clock, reconciling.Limits(timeout=0.01))
    assert looked_up == 3
    assert sorted(service.states()) == ["accepted", "uncertain", "uncertain"]


async def test_what_nobody_can_tell_is_asked_less_and_less_often(db, clock, service):
    (text,) = claimed(db, clock, service, people=1)
    db.write_sync(outcomes.record, [answer(clock, text, Unknown(code="timeout"))])
    provider = Asked(CannotTell())
    service.sender = replace(service.sender, transport=provider)
    for _ in range(3600):
        clock.advance(1)
        await service.sender.reconcile()
    assert 5 < len(provider.asked) < 30
    service.sender = replace(service.sender, transport=Asked(NotThere()))
    clock.advance(600)
    await service.sender.reconcile()
    assert service.states() != ["uncertain"]


async def test_a_lookup_whose_answer_cannot_be_written_costs_no_other(db, clock, service):
    for text in claimed(db, clock, service, people=2):
        db.write_sync(outcomes.record, [answer(clock, text, Unknown(code="timeout"))])
    service.sender = replace(service.sender, transport=Asked(Found(provider_id="\ud800"), Found(provider_id="p1")))
    await service.sender.reconcile()
    assert sorted(service.states()) == ["accepted", "uncertain"]


async def test_a_number_that_does_not_open_fails_for_good_and_calls_somebody(db, clock, service):
    def unseal(sealed):
        if sealed.endswith(b"0001"):
            raise ValueError("damaged")
        return sealed.decode()

    for index in range(3):
        a_person(db, index, WAJIMA)
    set_state(db, {WAJIMA: "L4"}, clock())
    service.sender = replace(service.sender, unseal=unseal)
    await service.run()
    assert sorted(service.states()) == ["delivered", "delivered", "failed"]
    assert open_notices(db) == [NoticeKind.NUMBER]


def test_trouble_of_the_provider_ends_when_it_takes_texts_again(db, clock, service):
    texts = claimed(db, clock, service, people=3)
    fault = OurFault(code="20003")
    db.write_sync(outcomes.record, [answer(clock, texts[0], fault), answer(clock, texts[1], Accepted(provider_id="p"))])
    assert open_notices(db) == [NoticeKind.PROVIDER]
    clock.advance(1)
    db.write_sync(outcomes.record, [answer(clock, texts[2], Accepted(provider_id="p2"))])
    assert open_notices(db) == []


class Stumbling:
    """A writer with an unforeseen fault for one language."""

    def __init__(self, writer, language):
        self._writer, self.language = writer, language
        self.version = writer.version

    def write(self, hazard, changes, telling, form, alert_id=None, shelter=None):
        if telling.language == self.language:
            raise RuntimeError("unforeseen")
        return self._writer.write(hazard, changes, telling, form, alert_id, shelter)

    def welcome(self, municipality, language, *, themself=False):
        return self._writer.welcome(municipality, language)


async def test_a_newcomer_at_fault_holds_up_nobody(db, clock, service):
    set_state(db, {WAJIMA: "L4"}, clock())
    for index in range(9):
        a_person(db, index, WAJIMA, language="vi" if index == 3 else "en", newcomer=True)
    writer = Stumbling(service.writer, "vi")
    planner = Planner(db=db, writer=writer, rates=RATES, clock=clock, wake_sender=lambda: None)
    db.write_sync(lambda c: c.execute("UPDATE broadcasts SET state = 'complete'"))
    assert await planner.step()
    assert not await planner.step()
    await service.send()
    assert [len(service.texts(index)) for index in range(9)] == [1, 1, 1, 0, 1, 1, 1, 1, 1]
    assert open_notices(db) == [NoticeKind.PERSON]
    writer.language = ""
    clock.advance(301)
    assert await planner.step()
    await service.send()
    assert len(service.texts(3)) == 1
    assert open_notices(db) == []


async def test_one_person_at_fault_does_not_keep_a_broadcast_from_the_others(db, clock, service):
    for index in range(9):
        a_person(db, index, WAJIMA, language="vi" if index == 3 else "en")
    writer = Stumbling(service.writer, "vi")
    planner = Planner(db=db, writer=writer, rates=RATES, clock=clock, wake_sender=lambda: None)
    broadcast = set_state(db, {WAJIMA: "L4"}, clock())
    await planner.step()
    await service.send()
    assert [len(service.texts(index)) for index in range(9)] == [1, 1, 1, 0, 1, 1, 1, 1, 1]
    excluded = db.read_sync(lambda c: c.execute("SELECT excluded FROM broadcasts WHERE id = :id", {"id": broadcast}))
    assert excluded[0].text("excluded") == '{"put aside by a fault, to be told on their own": 1}'
    writer.language = ""
    await planner.step()
    await service.send()
    assert len(service.texts(3)) == 1
    assert service.network.totals().told_twice == 0


async def test_a_transport_that_hangs_is_given_up_and_the_outcome_is_unknown(db, clock):
    service = a_service(db, clock)
    for index in range(3):
        a_person(db, index, WAJIMA)
    set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()
    send, given_up = service.network.send, []

    async def hanging(text):
        if text.number == number(1):
            try:
                await asyncio.Event().wait()
            finally:
                given_up.append(text.number)
        return await send(text)

    service.network.send = hanging
    service.sender = replace(service.sender, settings=replace(service.sender.settings, timeout=0.2))
    await service.send()
    assert given_up == [number(1)]
    assert sorted(service.states()) == ["delivered", "delivered", "uncertain"]
