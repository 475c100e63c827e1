"""Urgent notices reach the people in charge: few, short, and once."""

import pytest

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from delivery import operators
from delivery.operators import Operator
from templates_i18n import segments
from tests.delivery.builders import WAJIMA, a_service, number, set_state

PEOPLE = [Operator(number_hash=f"operator{index}", number_sealed=number(900 + index).encode()) for index in (1, 2)]


def raise_notice(db, clock, subject, *, kind=NoticeKind.UNREADABLE, urgent=True):
    notice = Notice(kind=kind, subject=subject, text="A full sentence with what to do.", urgent=urgent)
    db.write_sync(noticeboard.add, notice, clock())


@pytest.fixture
def service(db, clock):
    return a_service(db, clock)


async def test_every_operator_is_told_once(db, clock, service):
    raise_notice(db, clock, "VXSE53 abc")
    assert db.write_sync(operators.tell, PEOPLE, clock()) == 2
    assert db.write_sync(operators.tell, PEOPLE, clock.advance(3600)) == 0
    await service.run()
    expected = ["TOMOSHIBI: unreadable telegram: VXSE53 abc\n読めない電文があります"]
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


@pytest.mark.parametrize("kind", [*NoticeKind, "another"])
def test_every_text_fits_two_segments(kind):
    made = segments.count(operators.wording(kind, ["x" * 200] * 1000))
    assert made.segments <= 2


async def test_an_operator_is_no_resident(db, clock, service):
    raise_notice(db, clock, "x")
    db.write_sync(operators.tell, PEOPLE, clock())
    set_state(db, {WAJIMA: "L5"}, clock())
    await service.run()
    assert len(service.network.texts_of(number(901))) == 1
