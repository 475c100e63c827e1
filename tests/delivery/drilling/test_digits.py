"""A digit sent to the sender of drills answers a drill; one sent to the sender of warnings never does. Both engines."""

from dataclasses import replace

from alerts import places
from campaigns.drills import deciding, playing, script, store
from campaigns.drills.playing import Desk
from campaigns.drills.store import Audience, New
from delivery.drilling import consent, outbox
from delivery.drilling.outbox import Answered
from delivery.inbound import Inbound
from delivery.transport import Accepted
from delivery.twilio import callbacks
from delivery.twoway import replies
from storage.database import Database
from templates_i18n import catalogue
from tests.conftest import FakeClock
from tests.delivery.test_replies import DESK, WAJIMA, Phones, number

DRILLS, LIVE = "+81900000000", "+81900000001"
PLACES = places.load()
NIGHT = script.read(
    'name = "Night"\n[[step]]\nminute = 0\nhazard = "flood"\ngrade = "L4"\n', "night.toml", WAJIMA, PLACES
)


def asked(db: Database, clock: FakeClock) -> None:
    """One person who has got a drill and its question."""
    Phones(db, clock).register((1, "en", ""))
    desk = Desk(catalogue=catalogue.load, places=PLACES, two_way=True)
    person = DESK.sealer.fingerprint(number(1))  # type: ignore[arg-type]
    assert db.write_sync(consent.agree_person, WAJIMA, person, "test", clock())
    new = New(municipality=WAJIMA, script=NIGHT, audience=Audience.GROUP, pace=0, by="user:aoi")
    identity = db.write_sync(store.add, new, clock())
    db.write_sync(deciding.approve, identity, "user:bruno", PLACES, clock())
    while db.write_sync(playing.tick, identity, desk, clock()):
        for one in db.write_sync(outbox.claim_group, identity, clock(), 10):
            db.write_sync(outbox.record, [Answered(id=one.id, outcome=Accepted(provider_id=f"D{one.id}"))])


def says(db: Database, clock: FakeClock, digit: str, to: str) -> None:
    text = Inbound(provider_id=f"IN{digit}{to}", sender=number(1), body=digit, received_at=clock(), to=(to, "MG1"))
    db.write_sync(replies.take, text, replace(DESK, drill_sender=DRILLS), clock())


def counted(db: Database) -> list[tuple[object, ...]]:
    return db.read_sync(
        lambda c: [tuple(row.values()) for row in c.execute("SELECT language, digit, people FROM drill_answers")]
    )


def test_a_digit_to_the_sender_of_drills_is_counted_and_answered_by_nobody(db: Database, clock: FakeClock) -> None:
    asked(db, clock)
    says(db, clock, "2", DRILLS)
    assert counted(db) == [("en", "2", 1)]
    assert db.read_sync(lambda c: c.execute("SELECT id FROM messages WHERE kind = 'reply'")) == []


def test_a_digit_to_the_sender_of_warnings_answers_no_drill(db: Database, clock: FakeClock) -> None:
    asked(db, clock)
    says(db, clock, "1", LIVE)
    assert counted(db) == []


def test_the_provider_says_to_whom_a_text_was_sent(clock: FakeClock) -> None:
    form = {"MessageSid": "SM1", "From": number(1), "To": DRILLS, "MessagingServiceSid": "MG1", "Body": "1"}
    text = callbacks.inbound(form, clock())
    assert text is not None
    assert text.to == (DRILLS, "MG1")


def test_the_id_of_a_drill_comes_back_with_its_sign(clock: FakeClock) -> None:
    for given, read in (("-7", -7), ("7", 7), ("--7", None), ("-", None), ("7-", None), ("-٧", None)):
        receipt = callbacks.receipt({"MessageSid": "SM1", "MessageStatus": "delivered"}, {"message": given}, clock())
        assert receipt is not None
        assert receipt.message_id == read, given
