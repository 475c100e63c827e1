"""After a backup was put back: what has left meanwhile is not sent again, what has not is sent. On both engines."""

from datetime import timedelta

import pytest

from delivery import reconciling, restoring
from delivery.reconciling import Limits
from delivery.transport import OutgoingText
from tests.delivery.builders import SUZU, WAJIMA, a_person, a_service, broadcast, number, set_state


@pytest.fixture
def service(db, clock):
    return a_service(db, clock)


async def _sent_by_the_database_that_is_gone(service, words, index):
    await service.network.send(
        OutgoingText(
            message_id=900 + index, number=number(index), text=words, attempt=1, segments=1, validity_seconds=60
        )
    )
    await service.network.settle()


def _words(service):
    found = service.db.read_sync(lambda c: c.execute("SELECT text FROM texts ORDER BY id"))
    return found[-1].text("text")


async def _look_up_and_send(service):
    await reconciling.reconcile(service.db, {"A": service.network}, bytes.decode, service.clock, Limits())
    await service.run()


async def test_what_waited_in_the_backup_is_looked_up_before_it_is_sent(db, clock, service):
    for index in range(3):
        a_person(db, index, WAJIMA)
    set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()
    clock.advance(60)
    await _sent_by_the_database_that_is_gone(service, _words(service), 1)
    clock.advance(600)
    assert db.write_sync(restoring.doubt, clock()) == 3
    assert await service.send() == 0
    assert [len(service.texts(index)) for index in range(3)] == [0, 1, 0]
    await _look_up_and_send(service)
    assert [len(service.texts(index)) for index in range(3)] == [1, 1, 1]
    assert service.states() == ["delivered"] * 3


async def test_a_telegram_from_before_the_restoring_is_told_to_those_who_have_not_heard_it(db, clock, service):
    for index in range(2):
        a_person(db, index, WAJIMA)
    issued = clock()
    set_state(db, {WAJIMA: "L4"}, issued)
    words = f"new landslide {WAJIMA}=L4 en full None {issued:%H:%M:%S}"
    clock.advance(60)
    await _sent_by_the_database_that_is_gone(service, words, 0)
    clock.advance(600)
    assert db.write_sync(restoring.doubt, clock()) == 0
    service.plan()
    assert _words(service) == words and service.states() == ["uncertain", "uncertain"]
    await _look_up_and_send(service)
    assert [len(service.texts(index)) for index in range(2)] == [1, 1]


async def test_what_is_issued_after_the_restoring_leaves_at_once(db, clock, service):
    a_person(db, 0, SUZU)
    db.write_sync(restoring.doubt, clock())
    clock.advance(2)
    made = set_state(db, {SUZU: "L4"}, clock())
    assert broadcast(db, made).doubtful_since is None
    await service.run()
    assert len(service.texts(0)) == 1


async def test_what_is_withdrawn_or_too_late_is_not_looked_up(db, clock, service):
    for index, place in enumerate((WAJIMA, SUZU)):
        a_person(db, index, place)
    withdrawn = set_state(db, {WAJIMA: "L4"}, clock())
    set_state(db, {SUZU: "L4"}, clock(), keep=timedelta(minutes=5))
    service.plan()
    db.write_sync(lambda c: c.execute("UPDATE broadcasts SET state = 'withdrawn' WHERE id = :id", {"id": withdrawn}))
    clock.advance(301)
    assert db.write_sync(restoring.doubt, clock()) == 0
    await service.run()
    assert service.states()[0] == "withdrawn" and len(service.texts(0)) == 0
