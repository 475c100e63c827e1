"""Bulletins from the rows of the state, on both engines."""

import asyncio
from datetime import timedelta

import pytest

from alerts import places
from alerts import store as state
from alerts.report import Facts
from alerts.store import InForce
from alerts.vocabulary import Hazard, MsgType
from delivery.bulletins import store
from delivery.bulletins.bulletin import Standing
from delivery.bulletins.publishing import Publisher
from delivery.byhand import holds
from delivery.byhand.correcting import Reason, Wish
from storage import times
from storage.connection import Connection
from storage.database import Database
from tests.conftest import FakeClock
from tests.delivery.byhand.people import Office
from tests.service.story import rain

WAJIMA, SUZU, TOYAMA = "17204", "17205", "16201"


def put(db: Connection, clock: FakeClock, hazard: Hazard = Hazard.HEAVY_RAIN, event: str = "", **grades: str) -> None:
    state.set_in_force(
        db,
        [
            InForce(
                hazard=hazard,
                event=event,
                place=place.removeprefix("p"),
                grade=grade,
                since=clock(),
                revision=1,
                ends_at=None,
                facts=Facts(),
                broadcast_id=None,
                digest="d",
            )
            for place, grade in grades.items()
        ],
    )


def hold(db: Connection, clock: FakeClock, place: str, hazard: Hazard) -> int:
    """What is in force there waits for two people."""
    now = times.to_text(clock())
    rows = db.execute(
        "INSERT INTO broadcasts (origin, hazard, event, revision, decision, reason, state, priority, snapshot, seen_at,"
        " created_at, expires_at) VALUES ('alert', :hazard, '', 1, 'hold', '', 'held', 1, '{}', :now, :now, :now)"
        " RETURNING id",
        {"hazard": hazard, "now": now},
    )
    held = rows[0].integer("id")
    db.execute("INSERT INTO holds (broadcast_id, deadline) VALUES (:id, :now)", {"id": held, "now": now})
    db.execute("UPDATE in_force SET broadcast_id = :id WHERE place = :place", {"id": held, "place": place})
    return held


def let_go(db: Connection, held: int, clock: FakeClock) -> None:
    """Two people have released it."""
    db.execute("UPDATE broadcasts SET state = 'planning' WHERE id = :id", {"id": held})
    holds.close(db, held, "released", "user:aoi", "", clock())


@pytest.fixture
def publisher(db: Database, clock: FakeClock) -> Publisher:
    return Publisher(db=db, places=places.load(), clock=clock)


async def test_a_chain_for_each_prefecture(db: Database, clock: FakeClock, publisher: Publisher) -> None:
    await db.write(put, clock, p17204="L3", p17205="L4", p16201="L3")
    made = await publisher.step()
    assert [(one.chain.prefecture, sorted(one.words)) for one in made] == [("16", [TOYAMA]), ("17", [WAJIMA, SUZU])]
    assert await publisher.step() == []
    clock.advance(60)
    await db.write(put, clock, p16201="none")
    [end] = await publisher.step()
    assert (end.standing, end.msg_type, end.chain.prefecture) == (Standing.ENDED, MsgType.UPDATE, "16")
    now = await db.read(store.current, clock())
    assert [one.chain.prefecture for one in now] == ["16", "17"]
    assert await db.read(store.find, end.identifier) == end


async def test_two_publishers_say_it_once(db: Database, clock: FakeClock, publisher: Publisher) -> None:
    await db.write(put, clock, p17204="L3")
    other = Publisher(db=db, places=places.load(), clock=clock)
    made = await asyncio.gather(publisher.step(), other.step())
    assert sum(len(one) for one in made) == 1
    assert await other.step() == await publisher.step() == []


async def test_a_new_process_goes_on(db: Database, clock: FakeClock, publisher: Publisher) -> None:
    await db.write(put, clock, p17204="L3")
    [alert] = await publisher.step()
    clock.advance(60)
    await db.write(put, clock, p17204="L4")
    [update] = await Publisher(db=db, places=places.load(), clock=clock).step()
    assert [one.identifier for one in update.references] == [alert.identifier]


async def test_all_earlier_ones_are_named_without_reading_what_they_say(
    db: Database, clock: FakeClock, publisher: Publisher
) -> None:
    said = []
    for grade in ("L3", "L4", "L5", "L4"):
        await db.write(put, clock, p17204=grade)
        said += await publisher.step()
        await db.write(lambda c: c.execute("UPDATE bulletins SET body = '{}' WHERE state = 'superseded'"))
        clock.advance(60)
    assert [one.identifier for one in said[-1].references] == [one.identifier for one in said[:-1]]


async def test_what_is_held_is_told_when_it_is_released(db: Database, clock: FakeClock, publisher: Publisher) -> None:
    await db.write(put, clock, hazard=Hazard.VOLCANO, p17204="V3")
    held = await db.write(hold, clock, WAJIMA, Hazard.VOLCANO)
    assert await publisher.step() == []
    await db.write(let_go, held, clock)
    assert [one.msg_type for one in await publisher.step()] == [MsgType.ALERT]


async def test_what_expired_long_ago_is_forgotten_but_for_the_first_of_what_stands(
    db: Database, clock: FakeClock, publisher: Publisher
) -> None:
    await db.write(put, clock, p17204="L3", p16201="L3")
    await publisher.step()
    clock.advance(60)
    await db.write(put, clock, p16201="none")
    await publisher.step()
    for _ in range(20):
        clock.advance(timedelta(hours=12).total_seconds())
        await publisher.step()
    await publisher.forget()
    left = await db.read(lambda c: c.execute("SELECT prefecture, number FROM bulletins ORDER BY prefecture, number"))
    numbers = [row.integer("number") for row in left if row.text("prefecture") == "17"]
    assert {row.text("prefecture") for row in left} == {"17"}
    assert numbers[0] == 1
    assert numbers[1] > 2


async def test_what_two_people_took_back_is_cancelled(db: Database, clock: FakeClock) -> None:
    """The whole way: a telegram, its text, two signatures, and a Cancel that refers to the first bulletin."""
    office = Office(db, clock)
    publisher = Publisher(db=db, places=places.load(), clock=clock)
    office.arrive("VPWW55", rain(clock(), p17204="L4"))
    await office.service.run()
    [alert] = await publisher.step()
    clock.advance(60)
    [broadcast] = [row.integer("id") for row in await db.read(lambda c: c.execute("SELECT id FROM broadcasts"))]
    wish = Wish(broadcast_id=broadcast, reason=Reason.FALSE_ALARM)
    asked = office.correct(wish)
    assert office.approve(asked.id) == "done"
    office.apply()
    [cancel] = await publisher.step()
    assert (cancel.msg_type, cancel.chain.prefecture) == (MsgType.CANCEL, "17")
    assert [one.identifier for one in cancel.references] == [alert.identifier]
    clock.advance(60)
    office.arrive("VPWW55", rain(clock(), p17204="L4"))
    assert await publisher.step() == []


async def test_who_reads_one_place_hears_that_it_ended_there(
    db: Database, clock: FakeClock, publisher: Publisher
) -> None:
    await db.write(put, clock, p17204="L3", p17205="L3", p16201="L3")
    await publisher.step()
    clock.advance(60)
    await db.write(put, clock, p17204="none", p17205="L3")
    (last,) = await publisher.step()
    (current,) = await db.read(store.current, clock(), place=WAJIMA)
    assert current.identifier == last.identifier and WAJIMA not in current.words
    assert [one.chain.prefecture for one in await db.read(store.current, clock(), place=TOYAMA)] == ["16"]
    assert await db.read(store.current, clock(), place="17201") == []
