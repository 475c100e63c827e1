"""Planner and sender as agents that run side by side, and the catalogue behind them."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from alerts import places
from alerts.changes import Cause, PlaceChange
from alerts.report import Facts
from alerts.vocabulary import NONE, Hazard, Kind
from delivery import outbox, outcomes, stopping, throughput
from delivery.outcomes import Answered
from delivery.planner import Planner
from delivery.telling import Telling
from delivery.transport import Accepted, Throttled, Unknown
from delivery.writing import CatalogueWriter, Unwritable
from templates_i18n import catalogue
from templates_i18n.render import Form
from tests.delivery.builders import RATES, SUZU, WAJIMA, a_person, a_service, number, set_state

ISSUED = datetime(2026, 11, 23, 5, 7, tzinfo=UTC)


@pytest.fixture
def service(db, clock):
    return a_service(db, clock)


def a_planner(service, **options):
    return Planner(
        db=service.db,
        writer=service.writer,
        rates=RATES,
        clock=service.clock,
        wake_sender=service.sender.wake,
        poll=0.01,
        **options,
    )


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 -- the rows are in a database, which wakes nobody
            await asyncio.sleep(0.005)


async def test_planner_and_sender_work_side_by_side_and_stop(db, clock, service):
    for index in range(10):
        a_person(db, index, WAJIMA, welcome=index == 3)
    planner = a_planner(service)
    agents = [asyncio.create_task(planner.run()), asyncio.create_task(service.sender.run())]
    set_state(db, {WAJIMA: "L4"}, clock())
    planner.wake()
    await until(lambda: service.network.totals().delivered == 11)
    planner.stop()
    service.sender.stop()
    await asyncio.gather(*agents)
    assert service.network.totals().told_twice == 0
    assert service.texts(3)[0] == f"new {WAJIMA}=L4"


class Stumbling:
    """A writer that cannot write about one place, in a way nobody has foreseen."""

    def __init__(self, writer, place):
        self._writer, self._place = writer, place
        self.version = writer.version

    def write(self, hazard, changes, telling, form, alert_id=None, shelter=None):
        if telling.places[0][0] == self._place:
            raise RuntimeError("unforeseen")
        return self._writer.write(hazard, changes, telling, form, alert_id, shelter)

    def welcome(self, municipality, language, *, themself=False):
        return self._writer.welcome(municipality, language)


async def test_a_broadcast_that_cannot_be_planned_does_not_silence_the_others(db, clock, service):
    a_person(db, 1, WAJIMA)
    a_person(db, 2, SUZU)
    service.writer = Stumbling(service.writer, WAJIMA)
    planner = a_planner(service)
    set_state(db, {WAJIMA: "L4"}, clock())
    set_state(db, {SUZU: "L4"}, clock())
    for _ in range(4):
        await planner.step()
    await service.send()
    assert (service.texts(1), service.texts(2)) == ([], [f"new {SUZU}=L4"])
    notices = db.read_sync(lambda c: c.execute("SELECT kind, urgent FROM notices"))
    assert [(row.text("kind"), row.integer("urgent")) for row in notices] == [("text", 1)]
    planner.writer = service.writer._writer
    clock.advance(31)
    await planner.step()
    await service.send()
    assert service.texts(1) == [f"new {WAJIMA}=L4"]


class Wordless(Stumbling):
    """A writer without words for one place."""

    def write(self, hazard, changes, telling, form, alert_id=None, shelter=None):
        try:
            return super().write(hazard, changes, telling, form, alert_id, shelter)
        except RuntimeError as error:
            raise Unwritable("no words") from error


async def test_people_without_a_text_are_counted_and_somebody_is_called(db, clock, service):
    a_person(db, 1, WAJIMA)
    a_person(db, 2, SUZU)
    service.writer = Wordless(service.writer, WAJIMA)
    first = set_state(db, {WAJIMA: "L4", SUZU: "L4"}, clock())
    await service.run()
    assert (service.texts(1), service.texts(2)) == ([], [f"new {SUZU}=L4"])
    row = db.read_sync(lambda c: c.execute("SELECT excluded, state FROM broadcasts WHERE id = :i", {"i": first}))[0]
    assert row.text("excluded") == '{"no text could be made": 1}'
    assert len(db.read_sync(lambda c: c.execute("SELECT id FROM notices WHERE urgent = 1"))) == 1


async def test_the_rate_is_measured_by_what_leaves_now(db, clock, service):
    for index in range(20):
        a_person(db, index, WAJIMA)
    set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()
    assert db.read_sync(throughput.measured, clock()) is None

    def hand_over(count):
        """So many texts of three segments."""
        for text in db.write_sync(outbox.claim, clock(), count).texts:
            accepted = Accepted(provider_id=str(text.message_id))
            ended = Answered(message_id=text.message_id, broadcast_id=text.broadcast_id, outcome=accepted, at=clock())
            db.write_sync(outcomes.record, [ended])

    hand_over(2)
    clock.advance(20)  # another stretch
    for _ in range(6):
        hand_over(2)
        clock.advance(1)
    assert db.read_sync(throughput.measured, clock()) == 6
    clock.advance(6)
    assert db.read_sync(throughput.measured, clock()) is None


async def test_a_provider_that_throttles_slows_everybody(db, clock, service):
    class Throttling:
        async def send(self, text):
            return Throttled(after=30)

    a_person(db, 1, WAJIMA)
    set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()
    service.sender = replace(service.sender, transport=Throttling())
    await service.sender.drain()
    assert service.states() == ["queued"]
    assert service.sender.bucket.reserve(1) == 30


async def test_in_a_long_pause_no_text_is_held_in_hand(db, clock, service):
    """Whoever says STOP meanwhile, or hears of something worse, gets none of the old texts when it is over."""
    handed = []

    class ThrottlingOnce:
        async def send(self, text):
            handed.append(text.number)
            return Throttled(after=30) if len(handed) == 1 else Accepted(provider_id=text.number)

    for index in range(5):
        a_person(db, index, WAJIMA)
    set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()
    narrow = replace(service.sender.settings, connections=1)
    service.sender = replace(service.sender, transport=ThrottlingOnce(), settings=narrow)
    await service.sender.drain()
    assert (service.states(), len(handed)) == (["queued"] * 5, 1)
    db.write_sync(stopping.stop, "hash2", clock())
    clock.advance(31)
    await service.sender.drain()
    assert service.states() == ["accepted", "accepted", "withdrawn", "accepted", "accepted"]


@pytest.mark.parametrize("stops", [1, 2, 3])
async def test_what_waited_behind_a_text_that_hung_is_looked_at_anew(db, clock, service, stops):
    handed, now = [], 0.0

    class Hanging:
        async def send(self, text):
            nonlocal now
            handed.append(text.number)
            if len(handed) > 1:
                return Accepted(provider_id=text.number)
            await asyncio.sleep(0.01)  # the others are made ready
            await db.write(stopping.stop, f"hash{stops}", clock())
            now += 31
            return Unknown(code="timeout")

    for index in range(5):
        a_person(db, index, WAJIMA)
    set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()
    narrow = replace(service.sender.settings, connections=1)
    service.sender = replace(service.sender, transport=Hanging(), settings=narrow, watch=lambda: now)
    await service.sender.drain()
    others = ["withdrawn" if index == stops else "accepted" for index in range(1, 5)]
    assert service.states() == ["uncertain", *others]


@pytest.fixture(scope="module")
def words():
    return CatalogueWriter(catalogue=catalogue.load(), places=places.load())


CHANGE = PlaceChange(
    place=WAJIMA, before=NONE, after="L4", cause=Cause.ISSUED, facts=Facts(), higher=False, issued=ISSUED
)
TELLING = Telling(kind=Kind.NEW, grade="L4", places=((WAJIMA, "L4"),), language="en", told={WAJIMA: "L4"})


@pytest.mark.parametrize("form", Form)
def test_the_catalogue_writes_alerts(words, form):
    written = words.write(Hazard.LANDSLIDE, {WAJIMA: CHANGE}, TELLING, form)
    assert "4" in written.text and "Wajima" in written.text and "14:07" in written.text
    assert (written.form, written.language) == (form, "en")
    assert 1 <= written.segments <= form.budget


def test_the_catalogue_welcomes(words):
    assert "Wajima" in words.welcome(WAJIMA, "en").text
    assert words.welcome(WAJIMA, "en").text != replace(words, two_way=True).welcome(WAJIMA, "en").text


def test_what_has_no_words_says_so(words):
    with pytest.raises(Unwritable, match="99999"):
        words.welcome("99999", "en")
    with pytest.raises(Unwritable, match="99999"):
        telling = replace(TELLING, places=(("99999", "L4"),))
        words.write(Hazard.LANDSLIDE, {"99999": CHANGE}, telling, Form.FULL)


def test_numbers_of_these_tests_can_belong_to_nobody():
    assert number(12) == "+819000000012"
