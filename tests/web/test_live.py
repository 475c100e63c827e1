"""Open pages hear of changes: from this process by the bell, from another by a look at the database."""

import asyncio
import re
from html import unescape
from typing import Any

import pytest
from aiohttp import ClientResponse

from storage.database import Database
from tests.web import rows
from tests.web.conftest import Open
from tests.web.states import a_state
from web import live, queries
from web.live import Changes


async def _event(answer: ClientResponse) -> str:
    async with asyncio.timeout(10):
        while True:
            read = await answer.content.readline()
            assert read, "the stream has ended"
            line = read.decode().strip()
            if line.startswith("event: "):
                return line.removeprefix("event: ")


async def test_a_change_by_another_process_reaches_an_open_page(browse: Open, db: Database) -> None:
    client = await browse(a_state(db))
    answer = await client.get("/console/events")
    assert answer.content_type == "text/event-stream"
    assert await _event(answer) == "hello"
    assert await _event(answer) == "refresh"  # the first look
    await db.write(rows.a_telegram)
    assert await _event(answer) == "refresh"
    answer.close()


async def test_the_bell_reaches_an_open_page(browse: Open, sqlite_db: Database) -> None:
    changes = Changes()
    client = await browse(a_state(sqlite_db, changes=changes, live_seconds=0.3))
    answer = await client.get("/console/events")
    assert await _event(answer) == "hello"
    for _ in range(50):
        changes.notify()
    assert await _event(answer) == "refresh"
    answer.close()


async def test_stopping_does_not_wait_for_open_pages(browse: Open, sqlite_db: Database) -> None:
    client = await browse(a_state(sqlite_db, live_seconds=5))
    answer = await client.get("/console/events")
    assert await _event(answer) == "hello"
    async with asyncio.timeout(4):  # aiohttp would wait for a minute
        await client.server.close()


async def test_the_stream_goes_on_after_the_database_fails_once(
    browse: Open, sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures, well = 1, queries.fingerprint

    def shaky(*args: Any) -> tuple[object, ...]:
        nonlocal failures
        if failures:
            failures -= 1
            raise OSError("away for a moment")
        return well(*args)

    monkeypatch.setattr(queries, "fingerprint", shaky)
    client = await browse(a_state(sqlite_db))
    answer = await client.get("/console/events")
    assert await _event(answer) == "hello"
    assert await _event(answer) == "refresh"
    assert failures == 0
    answer.close()


async def _brought(answer: ClientResponse, section: str) -> str:
    """The event that brings this section."""
    async with asyncio.timeout(10):
        lines: list[str] = []
        while True:
            read = await answer.content.readline()
            assert read, "the stream has ended"
            line = read.decode().rstrip("\n")
            lines.append(line)
            if not line:
                event, lines = lines, []
                if any(f'id="{section}"' in one for one in event):
                    return "\n".join(event)


def _stream(page: str) -> str:
    """Where an open page listens."""
    return unescape(re.findall(r'data-events="([^"]+)"', page)[0])


async def test_an_open_page_is_brought_what_is_new_and_nothing_else(browse: Open, db: Database) -> None:
    client = await browse(a_state(db))
    page = await (await client.get("/console?lang=en")).text()
    answer = await client.get(_stream(page))
    assert await _event(answer) == "hello"
    await db.write(rows.a_telegram)
    event = await _brought(answer, "telegrams")
    assert "VXSE53" in event
    assert 'id="now"' not in event, "what is in force has not changed"
    mark = re.findall("id: ([0-9a-f]+-[0-9]+)", event)[0]
    answer.close()
    await db.write(lambda c: rows.a_telegram(c, "d2", "VPWW54"))
    again = await client.get(_stream(page), headers={"Last-Event-ID": mark})
    assert "VPWW54" in await _brought(again, "telegrams"), "what it missed"
    again.close()


@pytest.mark.parametrize(("spent", "seconds"), [(0.001, 1.0), (0.03, 3.0), (0.06, 6.0), (9.0, 10.0)])
def test_what_open_pages_cost_says_how_soon_they_hear_again(spent: float, seconds: float) -> None:
    assert live.rest(1.0, spent) == pytest.approx(seconds)


@pytest.mark.parametrize("turns", range(6))
async def test_a_bell_that_rings_while_the_service_stops_does_not_keep_it(turns: int) -> None:
    changes = Changes()
    waiting = asyncio.create_task(changes.wait(60))
    await asyncio.sleep(0.01)
    changes.notify()
    for _ in range(turns):
        await asyncio.sleep(0)
    if waiting.cancel():
        with pytest.raises(asyncio.CancelledError):
            await waiting
