"""Urgent notices reach the people in charge: few, short, and once."""

import pytest

from alerts import noticeboard
from alerts.changes import Cause
from alerts.notices import Notice, NoticeKind
from delivery import operators, outbox, outcomes
from delivery.operators import Operator
from delivery.outcomes import Answered
from delivery.planner import Planner
from tests.delivery.builders import RATES, WAJIMA, a_person, a_service, number, set_state

PEOPLE = [Operator(number_hash=f"operator{index}", number_sealed=number(900 + index).encode()) for index in (1, 2)]


def raise_notice(db, clock, subject, *, kind=NoticeKind.UNREADABLE, urgent=True, since=None):
    notice = Notice(kind=kind, subject=subject, text="A full sentence with what to do.", urgent=urgent, since=since)
    db.write_sync(noticeboard.add, notice, clock())


def resolve(db, clock, subject, *, kind=NoticeKind.BLIND):
    assert db.write_sync(noticeboard.resolve, kind, subject, clock())


def tell(db, now):
    """What one operator is told now; `is_due` must say the same."""
    due = db.read_sync(operators.is_due, now)
    told = db.write_sync(operators.tell, PEOPLE[:1], now)
    assert due or not told
    return told


@pytest.fixture
def service(db, clock):
    return a_service(db, clock)


async def test_every_operator_is_told_once(db, clock, service):
    raise_notice(db, clock, "VXSE53 abc")
    assert db.write_sync(operators.tell, PEOPLE, clock()) == 2
    assert db.write_sync(operators.tell, PEOPLE, clock.advance(3600)) == 0
    await service.run()
    expected = ["TOMOSHIBI: unreadable telegram: VXSE53 abc (Nov 23 09:00 JST)\n読めない電文があります"]
    assert service.network.texts_of(number(901)) == expected
    assert service.network.texts_of(number(902)) == expected


async def test_notices_of_one_kind_go_together_and_not_again_soon(db, clock, service):
    for index in range(5):
        raise_notice(db, clock, f"telegram {index}")
    raise_notice(db, clock, "eqvol", kind=NoticeKind.BLIND)
    raise_notice(db, clock, "nothing urgent", kind=NoticeKind.GONE, urgent=False)
    assert db.write_sync(operators.tell, PEOPLE[:1], clock()) == 2
    raise_notice(db, clock, "telegram 6")
    assert db.write_sync(operators.tell, PEOPLE[:1], clock.advance(60)) == 0
    assert db.write_sync(operators.tell, PEOPLE[:1], clock.advance(900)) == 1
    await service.run()
    texts = service.network.texts_of(number(901))
    assert texts[1].startswith("TOMOSHIBI: unreadable telegram: telegram 0 (+4)")
    assert len(texts) == 3


def test_without_operators_notices_stay_open(db, clock):
    raise_notice(db, clock, "x")
    assert db.write_sync(operators.tell, [], clock()) == 0
    assert db.read_sync(lambda c: c.execute("SELECT told_at FROM notices"))[0]["told_at"] is None


def test_the_same_notice_is_counted_up(db, clock):
    for _ in range(3):
        raise_notice(db, clock, "x")
    rows = db.read_sync(lambda c: c.execute("SELECT times FROM notices"))
    assert [row.integer("times") for row in rows] == [3]


async def test_blindness_of_each_feed_and_its_end_are_told_with_their_times(db, clock, service):
    began = clock()
    raise_notice(db, clock, "eqvol", kind=NoticeKind.BLIND, since=clock.advance(-600))
    clock.now = began
    assert tell(db, clock()) == 1
    raise_notice(db, clock, "extra", kind=NoticeKind.BLIND)
    assert tell(db, clock.advance(10)) == 0
    raise_notice(db, clock, "regular", kind=NoticeKind.BLIND)
    assert tell(db, clock.advance(20)) == 1
    await service.run()
    for feed in ("eqvol", "extra", "regular"):
        resolve(db, clock, feed)
    assert tell(db, clock.advance(60)) == 0
    assert tell(db, clock.advance(60)) == 1
    assert tell(db, clock.advance(3600)) == 0
    await service.run()
    assert service.network.texts_of(number(901)) == [
        "TOMOSHIBI: cannot see the JMA feed eqvol since Nov 23 08:50 JST. Watch jma.go.jp.\n"
        "フィードを受信できません(11-23 08:50から)",
        "TOMOSHIBI: cannot see the JMA feed extra, regular since Nov 23 09:00 JST. Watch jma.go.jp.\n"
        "フィードを受信できません(11-23 09:00から)",
        "TOMOSHIBI: can see the JMA feed eqvol, extra, regular again since Nov 23 09:00 JST"
        " (lost since Nov 23 08:50 JST)\nフィードの受信が再開しました",
    ]


async def test_what_was_over_before_it_was_told_is_dropped(db, clock, service):
    raise_notice(db, clock, "eqvol", kind=NoticeKind.BLIND)
    resolve(db, clock, "eqvol")
    assert tell(db, clock.advance(3600)) == 0
    raise_notice(db, clock, "eqvol", kind=NoticeKind.BLIND)
    assert tell(db, clock()) == 1
    resolve(db, clock, "eqvol")  # while its text is still in the outbox
    assert tell(db, clock.advance(1)) == 0
    await service.run()
    assert tell(db, clock.advance(3600)) == 0
    await service.run()
    assert service.network.texts_of(number(901)) == []


async def test_a_feed_that_comes_and_goes_is_told_of_once_until_it_stays(db, clock, service):
    raise_notice(db, clock, "eqvol", kind=NoticeKind.BLIND)
    assert tell(db, clock()) == 1
    await service.run()
    for _ in range(5):
        resolve(db, clock, "eqvol")
        clock.advance(60)
        raise_notice(db, clock, "eqvol", kind=NoticeKind.BLIND)
        assert tell(db, clock.advance(200)) == 0
    resolve(db, clock, "eqvol")
    assert tell(db, clock.advance(120)) == 1
    raise_notice(db, clock, "eqvol", kind=NoticeKind.BLIND)
    assert tell(db, clock.advance(30)) == 1


async def test_a_text_to_an_operator_overtakes_every_warning(db, clock, service):
    for index in range(5):
        a_person(db, index, WAJIMA)
    set_state(db, {WAJIMA: "L5"}, clock(), cause=Cause.ISSUED)
    service.plan()
    raise_notice(db, clock, "eqvol", kind=NoticeKind.BLIND)
    tell(db, clock())
    (first,) = db.write_sync(outbox.claim, clock(), 1).texts
    assert first.text.startswith("TOMOSHIBI")


async def test_operators_are_told_while_a_broadcast_and_newcomers_wait(db, clock, service):
    for index in range(3):
        a_person(db, index, WAJIMA, newcomer=True)
    set_state(db, {WAJIMA: "L5"}, clock())
    raise_notice(db, clock, "eqvol", kind=NoticeKind.BLIND)
    planner = Planner(
        db=db, writer=service.writer, rates=RATES, clock=clock, wake_sender=lambda: None, operators=PEOPLE
    )
    assert await planner.step()
    kinds = db.read_sync(lambda c: c.execute("SELECT DISTINCT kind FROM messages ORDER BY kind"))
    assert [row.text("kind") for row in kinds] == ["new", "operator"]


async def test_an_operator_whose_number_failed_once_is_tried_again(db, clock, service):
    from delivery.transport import BadNumber

    raise_notice(db, clock, "one")
    tell(db, clock())
    (text,) = db.write_sync(outbox.claim, clock(), 1).texts
    refused = Answered(
        message_id=text.message_id, broadcast_id=text.broadcast_id, outcome=BadNumber(code="x"), at=clock()
    )
    db.write_sync(outcomes.record, [refused])
    raise_notice(db, clock, "two")
    tell(db, clock.advance(900))
    assert len(db.write_sync(outbox.claim, clock(), 1).texts) == 1


async def test_an_operator_is_no_resident(db, clock, service):
    raise_notice(db, clock, "x")
    db.write_sync(operators.tell, PEOPLE, clock())
    set_state(db, {WAJIMA: "L5"}, clock())
    await service.run()
    assert len(service.network.texts_of(number(901))) == 1
