"""A 5 MB feed with 5 new entries: the cost of a poll, and how long the loop stands still. `-m benchmarks.bench_feeds`.

The server is a process of its own, so that only the poller is measured. Costs are ratios to one ElementTree pass over
the same bytes, taken in turns with the polls.
"""

import asyncio
import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from xml.etree import ElementTree

import aiohttp

from benchmarks.measure import Measure, at_most, show
from feeds.poller import Fresh, Poller
from feeds.settings import FeedSettings
from storage import database

_LISTED = 8_500
_NEW = 5
_ROUNDS = 9
_FEED = "/developer/xml/feed/regular.xml"
_TELEGRAM = b"<Report/>"


def _body(base_url: str, count: int) -> bytes:
    """A feed in the shape of JMA's long form, newest first."""
    entries = (
        "<entry><title>気象警報・注意報（Ｒ０６）（大雨）</title>"
        f"<id>{base_url}/developer/xml/data/20261123{number:06}_0_VPWW55_010000.xml</id>"
        "<updated>2026-11-23T00:00:00Z</updated><author><name>気象庁　大阪管区気象台</name></author>"
        '<link type="application/xml" '
        f'href="{base_url}/developer/xml/data/20261123{number:06}_0_VPWW55_010000.xml"/>'
        '<content type="text">【大雨警報・注意報】低い土地の浸水や河川の増水に警戒してください。ところによっては、'
        "雷を伴って激しく降るおそれがあります。土砂災害にも十分に注意してください。最新の情報を確かめてください。"
        "</content></entry>\n"
        for number in reversed(range(count))
    )
    head = '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" lang="ja">'
    return f"{head}<title>定時</title><updated>2026-11-23T09:00:00+09:00</updated>\n{''.join(entries)}</feed>".encode()


def _serve(told: Connection) -> None:
    """Every poll of the feed finds five entries more; everything else is a small telegram."""
    listener = socket.create_server(("127.0.0.1", 0))
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    bodies = [_body(base_url, _LISTED + _NEW * number) for number in range(_ROUNDS + 1)]
    told.send((base_url, bodies[-1]))
    polls = 0
    while True:
        client, _ = listener.accept()
        with client:
            asked = client.recv(65536).split(b" ", 2)
            body = _TELEGRAM
            if len(asked) > 1 and asked[1] == _FEED.encode():
                body = bodies[min(polls, _ROUNDS)]
                polls += 1
            elif len(asked) > 1 and b"/feed/" in asked[1]:
                body = b'<feed xmlns="http://www.w3.org/2005/Atom"/>'
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\n"
            client.sendall(head.encode() + b"Connection: close\r\n\r\n" + body)


class _Heart:
    """Beats every millisecond; remembers the longest pause in ms."""

    def __init__(self) -> None:
        self.worst = 0.0

    async def beat(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            self.worst = max(self.worst, (now - last) * 1000)
            last = now


@asynccontextmanager
async def _heart() -> AsyncIterator[_Heart]:
    heart = _Heart()
    beating = asyncio.create_task(heart.beat())
    await asyncio.sleep(0.005)
    yield heart
    await asyncio.sleep(0.002)
    beating.cancel()


def _elementtree(body: bytes) -> float:
    began = time.perf_counter()
    ElementTree.fromstring(body)
    return time.perf_counter() - began


async def _cpu(poller: Poller) -> float:
    """Seconds of processor time so far, the worker's included."""
    pool = poller._slicer._pool
    return time.process_time() + (await asyncio.wrap_future(pool.submit(time.process_time)) if pool else 0.0)


async def _polls(base_url: str, body: bytes, folder: Path) -> list[Measure]:
    settings = FeedSettings(
        base_url=base_url,
        poll_seconds=20,
        silence={},
        blind_after=timedelta(minutes=3),
        user_agent="bench",
    )
    db = database.open(folder / "bench.db", role="serve")
    async with aiohttp.ClientSession() as session:
        poller = Poller(
            db, session, settings, lambda: datetime.now(UTC), on_stored=lambda: None, is_read=lambda _: False
        )
        async with _heart() as at_first:
            await poller.poll_once("regular")
            await poller.settled()
        walls, cpus, gaps, idle, passes = [], [], [], [], []
        for _ in range(_ROUNDS):
            async with _heart() as resting:
                await asyncio.sleep(0.3)
            idle.append(resting.worst)
            passes.append(_elementtree(body))
            before, began = await _cpu(poller), time.perf_counter()
            async with _heart() as heart:
                outcome = await poller.poll_once("regular")
                walls.append(time.perf_counter() - began)
                cpus.append(await _cpu(poller) - before)
                await poller.settled()
            gaps.append(heart.worst)
            assert outcome == Fresh(feed="regular", listed=outcome.listed, new=_NEW), outcome  # type: ignore[union-attr]
        await poller.close()
    await db.close()
    once = statistics.median(passes)
    return [
        at_most("the feed", len(body) / 1e6, "MB"),
        at_most("one ElementTree pass over it", once * 1000, "ms"),
        at_most("a poll with 5 new entries, wall", statistics.median(walls) * 1000, "ms"),
        at_most("  as a multiple of the pass", statistics.median(walls) / once, "x", 1.5),
        at_most("a poll with 5 new entries, processor", statistics.median(cpus) * 1000, "ms"),
        at_most("  as a multiple of the pass", statistics.median(cpus) / once, "x", 1.5),
        at_most("longest pause of the event loop with nothing to do", max(idle), "ms"),
        at_most("longest pause of the event loop, median of the polls", statistics.median(gaps), "ms", 20),
        at_most("longest pause of the event loop, worst of the polls", max(gaps), "ms", 20),
        at_most(f"longest pause while all {_LISTED} are new and fetched", at_first.worst, "ms"),
    ]


def run() -> list[Measure]:
    """All measures of this file."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    server = spawn.Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    base_url, body = ours.recv()
    try:
        with tempfile.TemporaryDirectory() as folder:
            return asyncio.run(_polls(base_url, body, Path(folder)))
    finally:
        server.terminate()
        server.join()


if __name__ == "__main__":
    sys.exit(0 if show(run()) else 1)
