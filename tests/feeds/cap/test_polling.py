"""Polling a source of CAP messages: no more is fetched than may wait to be read."""

import aiohttp
from aiohttp import web

from feeds.cap import store
from feeds.cap.polling import CapPoller
from feeds.cap.source import Source
from storage.database import Database
from tests.conftest import FakeClock
from tests.feeds.cap.messages import WAJIMA, says
from tests.feeds.conftest import some_settings


async def feed(request: web.Request) -> web.Response:
    entries = "".join(f'<entry><link type="application/cap+xml" href="/m/{number}"/></entry>' for number in range(5))
    return web.Response(text=f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>')


async def one(request: web.Request) -> web.Response:
    return web.Response(body=says(request.match_info["name"], {WAJIMA: "order"}))


async def test_what_may_not_wait_is_fetched_once_there_is_room(db: Database, clock: FakeClock, monkeypatch):
    monkeypatch.setattr(store, "MOST_WAITING", 2)
    app = web.Application()
    app.router.add_get("/feed", feed)
    app.router.add_get("/m/{name}", one)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    source = Source(name="noto", municipalities=frozenset({WAJIMA}), senders=frozenset({"x"}), url=f"{base}/feed")
    try:
        async with aiohttp.ClientSession() as session:
            poller = CapPoller(db=db, session=session, settings=some_settings(base), clock=clock)
            assert [await poller.poll(source) for _ in range(2)] == [2, 0]
            rows = db.read_sync(lambda c: c.execute("SELECT last_error FROM sources"))
            assert "wait to be read" in rows[0].text("last_error")
            db.write_sync(lambda c: c.execute("UPDATE source_messages SET state = 'recorded'"))
            assert [await poller.poll(source) for _ in range(2)] == [2, 0]
    finally:
        await runner.cleanup()
