"""A fake JMA and a poller on it, on both engines."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import aiohttp
import pytest

from feeds.poller import Poller
from feeds.settings import FeedSettings
from storage.database import Database
from tests.conftest import FakeClock
from tests.feeds.fake_jma import FakeJma

SILENCE = {"eqvol": None, "extra": timedelta(minutes=30), "regular": timedelta(hours=1), "other": None}


def some_settings(base_url: str = "https://www.data.jma.go.jp", *, total_timeout: float = 10.0) -> FeedSettings:
    return FeedSettings(
        base_url=base_url,
        poll_seconds=20,
        silence=SILENCE,
        blind_after=timedelta(seconds=180),
        user_agent="Tomoshibi/0.0 (+test)",
        total_timeout=timedelta(seconds=total_timeout),
        connect_timeout=timedelta(seconds=total_timeout),
    )


async def until(condition: Callable[[], bool], what: str = "the condition") -> None:
    """Wait for a condition, at most 20 s."""
    try:
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110 -- nothing signals a row in the database
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"{what} did not come true in 20 s") from None


@dataclass
class Polling:
    """A poller at work: what it polls, stores and wakes."""

    jma: FakeJma
    db: Database
    clock: FakeClock
    session: aiohttp.ClientSession
    #: number of telegrams in the database at each wake-up
    wakes: list[int] = field(default_factory=list)
    pollers: list[Poller] = field(default_factory=list)

    def start(self, *, total_timeout: float = 10.0) -> Poller:
        """A new poller, as after a restart."""
        poller = Poller(
            self.db,
            self.session,
            some_settings(self.jma.base_url, total_timeout=total_timeout),
            self.clock,
            on_stored=lambda: self.wakes.append(self.count("telegrams")),
        )
        self.pollers.append(poller)
        return poller

    def count(self, table: str, where: str = "1 = 1") -> int:
        return self.db.read_sync(lambda db: db.execute(f"SELECT count(*) AS n FROM {table} WHERE {where}"))[0].integer(
            "n"
        )


@pytest.fixture
async def jma() -> AsyncIterator[FakeJma]:
    fake = FakeJma()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"User-Agent": "Tomoshibi/0.0 (+test)"}) as opened:
        yield opened


@pytest.fixture
async def polling(
    jma: FakeJma, db: Database, clock: FakeClock, session: aiohttp.ClientSession
) -> AsyncIterator[Polling]:
    made = Polling(jma=jma, db=db, clock=clock, session=session)
    yield made
    for poller in made.pollers:
        await poller.close()
