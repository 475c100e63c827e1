"""A client of the real application, over a real socket, and a real browser."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser, async_playwright

from storage import database
from storage.database import Database
from web.app import make_app
from web.state import WebState

Open = Callable[[WebState], Awaitable[TestClient[web.Request, web.Application]]]


@pytest.fixture
async def browse() -> AsyncIterator[Open]:
    """Starts the application for a state; stopped at the end."""
    clients: list[TestClient[web.Request, web.Application]] = []

    async def start(state: WebState) -> TestClient[web.Request, web.Application]:
        client = TestClient(TestServer(make_app(state)))
        clients.append(client)
        await client.start_server()
        return client

    yield start
    for client in clients:
        await client.close()


@pytest.fixture
async def browser(browser_path: str) -> AsyncIterator[Browser]:
    """A Chromium without a window."""
    async with async_playwright() as player:
        started = await player.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        yield started
        await started.close()


@pytest.fixture
def sqlite_db(sqlite_url: str) -> Iterator[Database]:
    """A database where the engine does not matter."""
    opened = database.open(sqlite_url)
    yield opened
    opened.close_sync()
