"""What follows when a carrier did not deliver: one more try, a number given up, people called."""

import pytest

from alerts import noticeboard
from alerts.notices import NoticeKind
from delivery import carriers, outbox, outcomes, receipts
from delivery.outcomes import Answered
from delivery.states import MessageState
from delivery.transport import Accepted, Receipt
from storage import audit, times
from subscribers import store
from tests.delivery.builders import WAJIMA, a_person, a_service, set_state


@pytest.fixture
def service(db, clock):
    made = a_service(db, clock)
    a_person(db, 1, WAJIMA)
    set_state(db, {WAJIMA: "L4"}, clock())
    made.plan()
    return made


def hand_over(db, clock, provider_id):
    """Everything that is queued is taken by the provider."""
    for text in db.write_sync(outbox.claim, clock(), 10).texts:
        answered = Answered(
            message_id=text.message_id,
            broadcast_id=text.broadcast_id,
            outcome=Accepted(provider_id=provider_id),
            at=clock(),
        )
        db.write_sync(outcomes.record, [answered])


def fail(db, clock, provider_id, code, status="undelivered", mask=None):
    said = Receipt(
        provider_id=provider_id, status=MessageState(status), received_at=clock(), error_code=code, message_id=None
    )
    db.write_sync(receipts.record, [said], mask)


def person(db):
    return db.read_sync(lambda c: c.execute("SELECT state FROM subscribers"))[0].text("state")


def logged(db):
    """What the log of changes says of people."""
    entries = db.read_sync(audit.latest)
    return [(e.actor, e.action, e.subject, e.details) for e in entries if e.subject.startswith("resident:")]


def notices(db, kind):
    return [one.notice for one in db.read_sync(noticeboard.open_notices) if one.notice.kind is kind]


@pytest.mark.parametrize("code", ["30003", "30008", "30001"])
def test_a_phone_that_was_off_is_tried_once_more_a_little_later(db, clock, service, code):
    hand_over(db, clock, "p1")
    fail(db, clock, "p1", code)
    service.plan()
    assert service.states() == ["undelivered"]
    clock.advance(carriers.PAUSE.total_seconds())
    service.plan()
    assert service.states() == ["undelivered", "queued"]
    hand_over(db, clock, "p2")
    fail(db, clock, "p2", code)
    clock.advance(2 * carriers.PAUSE.total_seconds())
    service.plan()
    assert service.states() == ["undelivered", "undelivered"]


def test_what_is_over_by_then_is_not_told(db, clock, service):
    hand_over(db, clock, "p1")
    fail(db, clock, "p1", "30003")
    set_state(db, {WAJIMA: "none"}, clock.advance(60))
    clock.advance(carriers.PAUSE.total_seconds())
    service.plan()
    assert service.states() == ["undelivered"]


def test_a_rise_meanwhile_is_told_at_once_and_not_again(db, clock, service):
    hand_over(db, clock, "p1")
    fail(db, clock, "p1", "30003")
    set_state(db, {WAJIMA: "L5"}, clock.advance(60))
    service.plan()
    hand_over(db, clock, "p2")
    fail(db, clock, "p2", None, "delivered")
    clock.advance(carriers.PAUSE.total_seconds())
    service.plan()
    assert service.states() == ["undelivered", "delivered"]


def test_whoever_registers_meanwhile_does_not_wait(db, clock, service):
    hand_over(db, clock, "p1")
    fail(db, clock, "p1", "30003")
    db.write_sync(store.tell_in_force, [(1, False)], times.to_text(clock()))
    service.plan()
    assert service.states() == ["undelivered", "queued"]


def test_a_number_that_is_unknown_three_times_in_a_row_is_given_up(db, clock, service):
    for count in (1, 2, 3):
        hand_over(db, clock, f"p{count}")
        fail(db, clock, f"p{count}", "30005", mask=lambda sealed: "+81 •••• 0001")
        assert person(db) == ("unreachable" if count == carriers.MOST else "active")
        set_state(db, {WAJIMA: "L3"}, clock.advance(60), event=f"e{count}")
        service.plan()
    assert logged(db) == [("carrier", "unreachable", "resident:1", {"code": "30005"})]
    (notice,) = notices(db, NoticeKind.UNREACHABLE)
    assert "+81 •••• 0001" in notice.text and notice.subject.startswith(WAJIMA)


def test_a_delivery_between_begins_the_count_anew(db, clock, service):
    for count, (status, code) in enumerate(
        [("undelivered", "30005"), ("undelivered", "30006"), ("delivered", None), ("undelivered", "30005")], start=1
    ):
        hand_over(db, clock, f"p{count}")
        fail(db, clock, f"p{count}", code, status)
        set_state(db, {WAJIMA: "L3"}, clock.advance(60), event=f"e{count}")
        service.plan()
    assert person(db) == "active"


@pytest.mark.parametrize("code", ["30004", "30007"])
def test_a_filter_calls_people_and_tries_nothing_again(db, clock, service, code):
    hand_over(db, clock, "p1")
    fail(db, clock, "p1", code)
    clock.advance(2 * carriers.PAUSE.total_seconds())
    service.plan()
    assert service.states() == ["undelivered"]
    (notice,) = notices(db, NoticeKind.FILTERED)
    assert code in notice.subject and notice.urgent


def test_who_has_opted_out_at_the_carrier_is_stopped(db, clock, service):
    hand_over(db, clock, "p1")
    fail(db, clock, "p1", "21610", "failed")
    assert person(db) == "stopped"
    fail(db, clock, "p1", "21610", "failed")
    assert logged(db) == [("carrier", "stopped", "resident:1", {"code": "21610"})]


@pytest.mark.parametrize("code", [None, "", "99999", "30036"])
def test_other_codes_only_settle(db, clock, service, code):
    hand_over(db, clock, "p1")
    fail(db, clock, "p1", code)
    clock.advance(2 * carriers.PAUSE.total_seconds())
    service.plan()
    assert (service.states(), person(db)) == (["undelivered"], "active")
