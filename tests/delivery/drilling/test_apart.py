"""Drills and warnings never meet: the two doors, the two outboxes, on both engines and for whatever is tried."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import places
from campaigns.drills import deciding, playing, results, script, store, wording
from campaigns.drills.deciding import Outcome
from campaigns.drills.playing import Desk
from campaigns.drills.store import Audience, Host, New, State
from delivery import outbox as live
from delivery.drilling import answers, consent, guards
from delivery.drilling import outbox as drilling
from delivery.drilling.guards import NoDrills, OnlyDrills
from delivery.drilling.outbox import Draft
from delivery.drilling.sending import DrillSender
from delivery.rate import Bucket
from delivery.sender import Sender
from delivery.simulated import SimulatedNetwork
from delivery.states import MessageState
from delivery.transport import Accepted, OurFault, OutgoingText, Receipt
from service.drills import Stage
from storage.errors import StorageError
from subscribers import store as subscribers
from templates_i18n import catalogue
from tests.delivery.builders import SUZU, WAJIMA, a_person, number

PLACES = places.load()
NOW = datetime(2026, 11, 23, tzinfo=UTC)
DRILLS = "+81900000000"
LIVE = "+81900000001"
MARKED = "DRILL 訓練\nLEVEL 4\nDRILL 訓練"
NIGHT = script.read(
    'name = "Night"\n[[step]]\nminute = 0\nhazard = "heavy_rain"\ngrade = "L4"\n', "night.toml", WAJIMA, PLACES
)


@dataclass
class Recording:
    """The network behind both doors."""

    sent: list[OutgoingText] = field(default_factory=list)

    async def send(self, text):
        self.sent.append(text)
        return Accepted(provider_id=f"P{len(self.sent)}")

    async def find(self, number, text, since, known=()):
        raise AssertionError("nobody looks anything up here")


def outgoing(message_id, sender, text):
    return OutgoingText(
        number="+819000000001", text=text, segments=1, validity_seconds=60, message_id=message_id, sender=sender
    )


_IDS = st.integers(-(2**40), 2**40)
_SENDERS = st.sampled_from(["", DRILLS, LIVE, "MG1", "simulated"]) | st.text(max_size=12)
_WORDS = st.sampled_from([MARKED, "LEVEL 4\nHEAVY RAIN\nJMA", "DRILL 訓練\nLEVEL 4\nJMA", "x\ny\nKUNREN"]) | st.text()


@given(_IDS, _SENDERS, _WORDS)
def test_whatever_the_text_at_most_one_door_takes_it(message_id, sender, words):
    text = outgoing(message_id, sender, words)
    for door in (OnlyDrills, NoDrills):
        network = Recording()
        outcome = _run(door(inner=network, sender=DRILLS).send(text))
        is_drill = message_id < 0 and sender == DRILLS and guards.is_marked(words)
        if door is OnlyDrills:
            taken = is_drill
        else:
            taken = message_id >= 0 and sender != DRILLS
        assert bool(network.sent) is taken
        assert isinstance(outcome, Accepted if taken else OurFault)
        assert not (is_drill and taken and door is NoDrills)


def _run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("a door waits for nothing of its own")


def test_every_drill_text_of_the_catalogue_is_marked():
    words = catalogue.load()
    for tag in words.names:
        for one in NIGHT.moments:
            made = wording.moment(words, PLACES, one, WAJIMA, tag, NOW)
            assert guards.is_marked(made.text), made.text


GROUP = "dormitory"


class House:
    """Four people of Wajima: two of the dormitory, one of no group, one of the dormitory who has stopped."""

    def __init__(self, db, clock):
        self.db, self.clock = db, clock
        self.network = SimulatedNetwork(clock=clock)
        people = [a_person(db, index, WAJIMA, state="stopped" if index == 4 else "active") for index in (1, 2, 3, 4)]
        self.people = people

        def join(connection):
            for identity in (people[0], people[1], people[3]):
                connection.execute(
                    "UPDATE registrations SET groups = 'school,dormitory' WHERE subscriber_id = :id", {"id": identity}
                )

        db.write_sync(join)
        self.stage = Stage(
            db=db,
            desk=Desk(catalogue=catalogue.load, places=PLACES, two_way=True),
            clock=clock,
            host=Host.SERVICE,
            people=self.sender(OnlyDrills(inner=self.network, sender=DRILLS)),
        )
        self.network.on_receipts = self.stage.take

    def sender(self, transport):
        return DrillSender(
            db=self.db,
            transport=transport,
            bucket=Bucket(rate=None, clock=lambda: 0.0, sender=DRILLS),
            clock=self.clock,
            unseal=bytes.decode,
        )

    def submit(self, group=GROUP):
        new = New(municipality=WAJIMA, script=NIGHT, audience=Audience.GROUP, group=group, pace=60, by="user:aoi")
        return self.db.write_sync(store.add, new, self.clock())

    def agree(self):
        self.db.write_sync(consent.agree_group, WAJIMA, GROUP, "test", self.clock())

    def approve(self, identity, by="user:bruno"):
        return self.db.write_sync(deciding.approve, identity, by, PLACES, self.clock())

    async def play(self, minutes=1):
        for _ in range(minutes):
            while await self.stage.look():
                await self.network.settle()
            self.clock.advance(60)

    def reached(self):
        return [phone.number for phone in self.network.phones()]


@pytest.fixture
def house(db, clock):
    return House(db, clock)


async def test_only_those_who_agreed_get_a_drill_by_its_own_sender(house):
    house.agree()
    identity = house.submit()
    await house.play()
    assert house.reached() == [], "it waits for a second person"
    assert house.approve(identity, by="user:aoi") is Outcome.OWN
    assert house.approve(identity) is Outcome.DONE
    assert house.approve(identity, by="user:chika") is Outcome.TOO_LATE
    await house.play(8)
    assert house.reached() == [number(1), number(2)]
    assert all(guards.is_marked(text) for one in house.reached() for text in house.network.texts_of(one))
    assert house.db.read_sync(store.find, identity).state is State.DONE
    assert house.db.read_sync(lambda c: c.execute("SELECT id FROM messages")) == []


async def test_while_the_provider_asks_to_wait_no_drill_text_is_in_hand(house):
    house.agree()
    house.approve(house.submit())
    house.stage.people.bucket.pause(30)
    await house.play()
    states = house.db.read_sync(lambda c: c.execute("SELECT DISTINCT state FROM drill_messages"))
    assert [row.text("state") for row in states] == ["queued"]


async def test_without_consent_nobody_is_in_it(house):
    identity = house.submit()
    house.approve(identity)
    await house.play(8)
    assert house.reached() == []


async def test_one_person_can_agree_alone(house):
    assert house.db.write_sync(consent.agree_person, WAJIMA, "hash3", "test", house.clock())
    assert not house.db.write_sync(consent.agree_person, SUZU, "hash3", "test", house.clock())
    house.approve(house.submit(group=""))
    await house.play(8)
    assert house.reached() == [number(3)]


async def test_consent_and_stop_are_asked_again_when_a_text_is_taken(house):
    house.agree()
    identity = house.submit()
    house.approve(identity)
    house.db.write_sync(playing.tick, identity, house.stage.desk, house.clock())
    house.db.write_sync(
        lambda c: c.execute("UPDATE subscribers SET state = 'stopped' WHERE id = :id", {"id": house.people[0]})
    )
    await house.play()
    assert house.reached() == [number(2)]
    house.db.write_sync(consent.leave_group, WAJIMA, GROUP, "test", house.clock())
    await house.play(8)
    assert len(house.network.texts_of(number(2))) == 1


async def test_the_live_sender_finds_nothing_of_a_drill_and_the_drill_sender_nothing_live(house):
    house.agree()
    identity = house.submit()
    house.approve(identity)
    house.db.write_sync(playing.tick, identity, house.stage.desk, house.clock())
    assert house.db.write_sync(live.claim, house.clock(), 100).texts == ()
    network = SimulatedNetwork(clock=house.clock)
    sender = Sender(
        db=house.db,
        transport=NoDrills(inner=network, sender=DRILLS),
        unseal=bytes.decode,
        bucket=Bucket(rate=None, clock=lambda: 0.0),
        clock=house.clock,
    )
    assert await sender.drain() == 0
    assert network.phones() == []


async def test_a_group_drill_never_goes_by_the_phones_door_nor_phones_by_the_peoples(house, db, clock):
    house.agree()
    group = house.submit()
    house.approve(group)
    new = New(municipality=WAJIMA, script=NIGHT, audience=Audience.SIMULATED, phones=3, by="test")
    phones = db.write_sync(store.add, new, clock())
    for identity in (group, phones):
        db.write_sync(playing.tick, identity, house.stage.desk, clock())
    assert db.write_sync(drilling.claim_simulated, group, clock(), 10) == []
    assert db.write_sync(drilling.claim_group, phones, clock(), 10) == []


async def test_without_a_sender_of_drills_nobody_is_reached(house):
    house.agree()
    house.approve(house.submit())
    house.stage.people = None
    await house.play(40)
    assert house.reached() == []


async def test_a_receipt_of_a_drill_moves_no_message_and_the_other_way_round(house, db, clock):
    def receipt(message_id):
        return Receipt(provider_id="P", status=MessageState.DELIVERED, received_at=clock(), message_id=message_id)

    assert list(await house.stage.take([receipt(1), receipt(-1), receipt(None)])) == [receipt(1), receipt(None)]


async def test_answers_are_counted_once_and_told_only_in_numbers(house, db, clock):
    house.agree()
    identity = house.submit()
    house.approve(identity)
    await house.play(6)
    assert db.write_sync(answers.take, house.people[0], "1", clock())
    assert db.write_sync(answers.take, house.people[0], "2", clock()), "taken, and not counted again"
    assert db.write_sync(answers.take, house.people[1], "2", clock())
    assert not db.write_sync(answers.take, house.people[2], "1", clock()), "was not in the drill"
    assert not db.write_sync(answers.take, house.people[0], "1", clock() + timedelta(hours=25))
    counted = db.read_sync(
        lambda c: [
            tuple(r.values()) for r in c.execute("SELECT language, digit, people FROM drill_answers ORDER BY digit")
        ]
    )
    assert counted == [("en", "1", 1), ("en", "2", 1)]
    shown = db.read_sync(results.read, db.read_sync(store.find, identity))
    assert shown.by_language["en"]["yes"] == shown.by_language["en"]["no"] == "<5"
    assert not shown.made_up


async def test_a_submission_that_nobody_signs_expires(house):
    house.agree()
    identity = house.submit()
    house.clock.advance(24 * 3600)
    assert house.approve(identity) is Outcome.TOO_LATE
    await house.play()
    assert house.db.read_sync(store.find, identity).state is State.EXPIRED


async def test_erased_people_leave_drills(house, db):
    house.agree()
    house.approve(house.submit())
    await house.play()
    db.write_sync(consent.agree_person, WAJIMA, "hash1", "test", house.clock())
    db.write_sync(subscribers.erase, "hash1")
    left = db.read_sync(
        lambda c: c.execute("SELECT subscriber_id FROM drill_messages UNION SELECT subscriber_id FROM drill_people")
    )
    assert [row.integer("subscriber_id") for row in left] == [house.people[1]]


def test_the_outbox_holds_no_text_to_nobody(db, clock):
    """A row is either a person's or a phone's: the database itself sees to that."""
    with pytest.raises(StorageError):
        db.write_sync(drilling.queue, [Draft(drill_id=1, moment=0, text_id=1, language="en", expires_at=NOW)], clock())
