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
from storage import times
from storage.connection import Connection
from storage.database import Database
from tests.conftest import FakeClock

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
    db.execute("UPDATE in_force SET broadcast_id = :id WHERE place = :place", {"id": held, "place": place})
    return held


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


async def test_what_is_held_is_told_when_it_is_released(db: Database, clock: FakeClock, publisher: Publisher) -> None:
    await db.write(put, clock, hazard=Hazard.VOLCANO, p17204="V3")
    held = await db.write(hold, clock, WAJIMA, Hazard.VOLCANO)
    assert await publisher.step() == []
    await db.write(
        lambda c: c.execute("UPDATE broadcasts SET state = 'planning' WHERE id = :id RETURNING id", {"id": held})
    )
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
