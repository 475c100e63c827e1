"""The time of a machine whose clock is off, by the database's clock."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from service.clock import Clock, ServerTime
from storage import database

OFF = timedelta(minutes=7)


def system_time() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize("off", [OFF, -OFF])
async def test_a_clock_that_is_off_is_set_right(db: database.Database, off: timedelta) -> None:
    time = ServerTime(lambda: system_time() + off)
    assert abs(time() - system_time() - off) < timedelta(seconds=2)
    await time.set(db)
    assert abs(time() - system_time()) < timedelta(seconds=2)


async def test_a_slow_answer_sets_no_clock(db: database.Database) -> None:
    looks = iter([timedelta(0), timedelta(minutes=1), timedelta(0)])
    time = ServerTime(lambda: system_time() + next(looks))
    await time.set(db)
    assert abs(time() - system_time()) < timedelta(seconds=2)


async def test_what_the_clock_calls_goes_on_when_the_machine_is_set_back() -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    now, steady, called = [at], [0.0], asyncio.Event()

    async def work() -> None:
        called.set()

    clock = Clock(lambda: now[0], lambda: steady[0])
    clock.every(timedelta(hours=1), "hourly", work, at_once=False)
    clock.start()
    now[0], steady[0] = at + timedelta(seconds=1), 1.0
    clock.catch_up()
    assert not called.is_set()
    now[0], steady[0] = at - timedelta(hours=1), 2.0
    clock.catch_up()
    async with asyncio.timeout(30):
        await called.wait()
    await clock.stop()
