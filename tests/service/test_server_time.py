"""The time of a machine whose clock is off, by the database's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from service.clock import ServerTime
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
