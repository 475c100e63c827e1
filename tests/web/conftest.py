"""A client of the real application, over a real socket, and a real browser."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser, async_playwright

from storage import database
from storage.database import Database
from web.app import make_app
from web.state import WebState

Open = Callable[[WebState], Awaitable[TestClient[web.Request, web.Application]]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that look with the browser share its event loop; every other test has its own."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture
def browse(request: pytest.FixtureRequest) -> Open:
    """Starts the application for a state; stopped at the end."""
    beside = "_beside_the_browser" if "browser" in request.fixturenames else "_alone"
    found: Open = request.getfixturevalue(beside)
    return found


@pytest.fixture
async def _alone() -> AsyncIterator[Open]:
    async with _serving() as start:
        yield start


@pytest_asyncio.fixture(loop_scope="session")
async def _beside_the_browser() -> AsyncIterator[Open]:
    async with _serving() as start:
        yield start


@asynccontextmanager
async def _serving() -> AsyncIterator[Open]:
    clients: list[TestClient[web.Request, web.Application]] = []

    async def start(state: WebState) -> TestClient[web.Request, web.Application]:
        client = TestClient(TestServer(make_app(state)))
        clients.append(client)
        await client.start_server()
        return client

    yield start
    for client in clients:
        await client.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _chromium(browser_path: str) -> AsyncIterator[Browser]:
    """Starting one costs more than most tests do in it."""
    async with async_playwright() as player:
        started = await player.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(_chromium: Browser) -> AsyncIterator[Browser]:
    """A Chromium without a window; what a test opened in it is closed, so the next one finds nothing of it."""
    yield _chromium
    for context in _chromium.contexts:
        await context.close()


@pytest.fixture
def sqlite_db(sqlite_url: str) -> Iterator[Database]:
    """A database where the engine does not matter."""
    opened = database.open(sqlite_url)
    yield opened
    opened.close_sync()
