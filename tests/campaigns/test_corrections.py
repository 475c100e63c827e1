"""A lesson or a welcome that was wrong, on both engines: exactly those who were told hear it, once, by day."""

from datetime import date, timedelta

import pytest

from campaigns.corrections import deciding, sending, told
from campaigns.corrections.deciding import Wish
from delivery import welcomes
from delivery.byhand import applying, calling, signing, submissions
from delivery.byhand.correcting import Reason
from delivery.byhand.signing import Person, Refused
from storage import audit
from tests.campaigns.planning import AOI, BRUNO, PLACES, a_plan, desk, japan, look, planned, signed_lesson
from tests.delivery.builders import SUZU, WAJIMA, a_person, a_service, number, set_state
from tests.delivery.byhand.people import DESK as OFFICE
from tests.delivery.byhand.people import writer

DAY = date(2026, 11, 24)
WRONG = "CANCELLED: our lesson SMS of 11/24 was wrong. Do not follow it. This cancels no warning."
STRANGER = Person(name="user:far", may=frozenset({SUZU}))
DESK = deciding.Desk(teller=desk().teller, places=PLACES, rate=100)
SENDING = sending.Desk(teller=desk().teller, places=PLACES)


@pytest.fixture
def service(db, clock):
    clock.now = japan(DAY, 8)
    return a_service(db, clock)


def got(service, index):
    """What a phone got after its first text."""
    return service.network.texts_of(number(index))[1:]


def submit(service, broadcast_id, who=AOI, instead="", reason=Reason.WRONG_WORDS):
    wish = Wish(broadcast_id=broadcast_id, reason=reason, instead=instead)
    return service.db.write_sync(deciding.submit, wish, who, DESK, service.clock())


def sign(service, broadcast_id, **more):
    """Both signatures; the number of the submission."""
    made = submit(service, broadcast_id, **more)
    assert not isinstance(made, Refused), made
    approved = service.db.write_sync(signing.approve, made.id, BRUNO, OFFICE, service.clock())
    assert approved.outcome == "done"
    for one in service.db.read_sync(submissions.approved):
        service.db.write_sync(applying.apply, one, PLACES, service.clock())
    return made.id


async def tell(service):
    """What the clock does every second."""
    await sending.run_due(service.db, SENDING, service.clock())
    await service.send()


async def a_lesson(service, *people):
    """A lesson that these people of Wajima have got; its broadcast."""
    for index, language in people:
        a_person(service.db, index, WAJIMA, language=language)
    planned(service.db, a_plan(start=DAY), service.clock())
    service.clock.now = japan(DAY, 10)
    await look(service)
    rows = service.db.read_sync(lambda c: c.execute("SELECT id FROM broadcasts WHERE origin = 'lesson'"))
    return rows[0].integer("id")


def made(service, identity):
    return service.db.read_sync(submissions.find, identity).made[0]


def lessons_off(db, index):
    which = {"hash": f"hash{index}"}
    whose = "(SELECT id FROM subscribers WHERE number_hash = :hash)"
    off = f"UPDATE registrations SET lessons = 0 WHERE subscriber_id = {whose}"
    db.write_sync(lambda c: c.execute(off, which))


async def test_exactly_those_who_were_told_hear_once_and_in_their_language_that_it_was_wrong(db, clock, service):
    wrong = await a_lesson(service, (0, "en"), (1, "ja"))
    a_person(db, 2, WAJIMA)
    a_person(db, 3, SUZU)
    db.write_sync(lambda c: c.execute("UPDATE subscribers SET state = 'stopped' WHERE number_hash = 'hash1'"))
    a_person(db, 4, WAJIMA, language="ja")
    identity = sign(service, wrong)
    for _ in range(3):
        await tell(service)
    assert [got(service, index) for index in range(5)] == [[WRONG], [], [], [], []]
    assert [len(service.network.texts_of(number(index))) for index in (2, 3, 4)] == [0, 0, 0]
    assert db.read_sync(told.people, wrong) == []
    refused = submit(service, wrong)
    assert isinstance(refused, Refused)
    assert [one.key for one in refused.wrong] == ["nobody_left"]
    reason = db.read_sync(lambda c: c.execute("SELECT reason FROM broadcasts WHERE origin = 'correction'"))[0]
    assert reason.text("reason") == "wrong_words: signed by user:aoi and user:bruno"
    assert db.read_sync(told.find, made(service, identity)) is None
    assert [entry.action for entry in db.read_sync(audit.about, f"broadcast:{wrong}")] == ["broadcast taken back"]


async def test_the_right_lesson_follows_for_those_who_still_take_lessons(db, clock, service):
    wrong = await a_lesson(service, (0, "en"), (1, "vi"))
    lessons_off(db, 0)
    own = signed_lesson(db, clock())
    identity = sign(service, wrong, instead=own)
    await tell(service)
    assert got(service, 0) == [WRONG]
    sorry, right = got(service, 1)
    assert "24/11" in sorry
    assert "Count the water in your home today." in right
    shown = {one.language: one.text for one in db.read_sync(submissions.find, identity).texts.correction}
    assert right == shown["vi"]
    again = db.read_sync(told.find, made(service, identity))
    assert (again.says, again.areas, again.lessons) == ("lesson", (WAJIMA,), (own,))
    sign(service, again.id, instead="water")
    await tell(service)
    assert len(got(service, 0)) == 1
    assert [len(got(service, 1)), got(service, 1)[2].count("24/11")] == [4, 1]


async def test_queued_copies_stop_at_once_and_the_correction_waits_for_the_day(db, clock, service):
    wrong = await a_lesson(service, (0, "en"))
    later = a_person(db, 1, WAJIMA)
    copy = (
        "INSERT INTO messages (broadcast_id, subscriber_id, change_key, hazard, event, place, grade, kind, revision,"
        " language, text_id, segments, priority, state, created_at, expires_at, turn) SELECT broadcast_id, :id, 'x',"
        " hazard, event, place, grade, kind, revision, language, text_id, segments, priority, 'queued', created_at,"
        " expires_at, turn FROM messages WHERE broadcast_id = :wrong"
    )
    db.write_sync(lambda c: c.execute(copy, {"id": later, "wrong": wrong}))
    clock.now = japan(DAY, 21)
    sign(service, wrong)
    await tell(service)
    assert service.states() == ["delivered", "withdrawn"]
    assert got(service, 0) == []
    clock.now = japan(DAY + timedelta(days=1), 8, 59)
    await tell(service)
    assert got(service, 0) == []
    clock.now = japan(DAY + timedelta(days=1), 9)
    await tell(service)
    assert (got(service, 0), service.network.texts_of(number(1))) == ([WRONG], [])


async def test_it_does_not_come_beside_a_warning(db, clock, service):
    wrong = await a_lesson(service, (0, "en"))
    set_state(db, {WAJIMA: "L3"}, clock())
    sign(service, wrong)
    await tell(service)
    assert got(service, 0) == []
    clock.advance(3600)
    set_state(db, {WAJIMA: "none"}, clock())
    service.plan()
    await service.send()
    await tell(service)
    assert WRONG not in got(service, 0)
    clock.now = japan(DAY + timedelta(days=1), 9)
    await tell(service)
    assert got(service, 0)[-1] == WRONG


async def test_copies_that_wait_for_the_sender_wait_for_the_end_of_a_warning_and_of_the_night(db, clock, service):
    wrong = await a_lesson(service, (0, "en"))
    sign(service, wrong)
    await sending.run_due(db, SENDING, clock())
    set_state(db, {WAJIMA: "L3"}, clock())
    await tell(service)
    assert got(service, 0) == []
    set_state(db, {WAJIMA: "none"}, clock())
    db.write_sync(lambda c: c.execute("UPDATE broadcasts SET created_at = '2026-11-01' WHERE origin = 'alert'"))
    clock.now = japan(DAY + timedelta(days=1), 16)  # the sender was away: the window has closed
    await service.send()
    await tell(service)
    assert got(service, 0) == []
    clock.now = japan(DAY + timedelta(days=2), 9)
    for _ in range(2):
        await tell(service)
    assert got(service, 0) == [WRONG]


async def test_a_welcome_is_taken_back(db, clock, service):
    person = a_person(db, 0, WAJIMA, language="ja")
    db.write_sync(welcomes.queue, [person], writer, clock())
    await service.send()
    clock.now = japan(DAY, 10)
    [row] = db.read_sync(lambda c: c.execute("SELECT id FROM broadcasts WHERE origin = 'welcome'"))
    sign(service, row.integer("id"), reason=Reason.SENT_BY_MISTAKE)
    other = a_person(db, 1, WAJIMA)
    clock.advance(1)
    db.write_sync(welcomes.queue, [other], writer, clock())
    await tell(service)
    [sorry] = got(service, 0)
    assert sorry.startswith("取消：11月24日")
    assert len(service.network.texts_of(number(1))) == 1
    assert got(service, 1) == []


async def test_what_is_refused(db, clock, service):
    wrong = await a_lesson(service, (0, "en"))
    alert = set_state(db, {WAJIMA: "L3"}, clock())
    cases = (
        (submit(service, alert), "no_alert"),
        (submit(service, 10**6), "no_alert"),
        (submit(service, wrong, who=STRANGER), "not_yours"),
        (submit(service, wrong, reason=Reason.WRONG_GRADE), "no_reason"),
        (submit(service, wrong, instead="water"), "no_lesson"),
        (submit(service, wrong, instead="own:1:000000000000"), "no_lesson"),
    )
    for refused, key in cases:
        assert isinstance(refused, Refused)
        assert key in [one.key for one in refused.wrong]
    first = submit(service, wrong)
    assert [one.key for one in submit(service, wrong).wrong] == ["waits_already"]
    own = service.db.write_sync(signing.approve, first.id, AOI, OFFICE, clock())
    assert own.outcome == "own"
    clock.advance(2 * 3600)
    db.write_sync(calling.watch, clock())
    assert db.read_sync(submissions.find, first.id).state == "expired"
    assert not isinstance(submit(service, wrong), Refused)


def test_the_words_are_short_and_name_the_day_in_every_language():
    for says in told.Says:
        for tag in DESK.teller.catalogue.languages():
            made = deciding.words(DESK.teller, says, date(2026, 12, 31), tag)
            assert made.segmentation.segments <= 2, made.text
            assert sorted(part for part in ("12", "31") if part in made.text) == ["12", "31"]
