"""A JMA on the loopback address, with everything that can go wrong, and counts of what was asked for."""

import asyncio
import gzip
import hashlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from xml.sax.saxutils import escape, quoteattr

from aiohttp import web

START = datetime(2026, 11, 23, tzinfo=UTC)


class Fault(StrEnum):
    HANG = "hang"
    HTML_404 = "html_404"
    GONE = "gone"
    ERROR_500 = "error_500"
    HTML_200 = "html_200"
    TRUNCATED = "truncated"
    GARBAGE = "garbage"
    HUGE = "huge"
    ANNOUNCED_HUGE = "announced_huge"
    GZIP_BOMB = "gzip_bomb"
    BAD_GZIP = "bad_gzip"
    SHORT_GZIP = "short_gzip"
    WRONG_TYPE = "wrong_type"
    DRIP = "drip"
    REDIRECT_AWAY = "redirect_away"
    REDIRECT_ROUND = "redirect_round"
    REFUSE = "refuse"
    STALE = "stale"  #: a feed as it was before its last change


HTML = b'<!DOCTYPE html>\n<html lang="ja"><head><title>404</title></head><body><p>404</p></body></html>'
HUGE_BYTES = 200 * 1024 * 1024


def an_entry(
    url: str, *, title: str = "震度速報", updated: str = "2026-11-23T00:00:00Z", entry_id: str | None = None
) -> str:
    return (
        f"<entry><title>{escape(title)}</title><id>{escape(url if entry_id is None else entry_id)}</id>"
        f"<updated>{updated}</updated><author><name>気象庁</name></author>"
        f'<link type="application/xml" href={quoteattr(url)}/>'
        f'<content type="text">【{escape(title)}】</content></entry>'
    )


def a_feed(*entries: str, updated: str = "2026-11-23T09:00:00+09:00") -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" lang="ja">'
        f"<title>高頻度</title><updated>{updated}</updated><id>https://example.invalid/feed</id>"
        f'<link rel="self" href="https://example.invalid/feed"/>{"".join(entries)}</feed>'
    ).encode()


class FakeJma:
    """Serves feeds and telegrams. Change what it holds between polls; `base_url` after `start`."""

    def __init__(self) -> None:
        self.base_url = ""
        self.hits: Counter[str] = Counter()
        #: requests answered with 304
        self.unchanged: Counter[str] = Counter()
        self.agents: set[str] = set()
        self.faults: dict[str, Fault] = {}
        #: part of all requests
        self.chances: Mapping[Fault, float] = {}
        #: what failed by chance
        self.failed: Counter[Fault] = Counter()
        #: entries that a feed lists at most; None for no end
        self.most_listed: int | None = None
        self.bytes_sent: Counter[str] = Counter()
        #: fetches of telegrams under way, and the most there ever were
        self.open = self.most_open = 0
        self.order: list[str] = []
        self._bodies: dict[str, bytes] = {}
        self._telegrams: dict[str, bytes] = {}
        self._before: dict[str, bytes] = {}
        self._listed: dict[str, list[str]] = {}
        self._random = random.Random(0)
        self._released = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"

    async def stop(self) -> None:
        self._released.set()
        if self._runner is not None:
            await self._runner.cleanup()

    def release(self) -> None:
        """Let everything that hangs be answered."""
        self.faults = {path: fault for path, fault in self.faults.items() if fault is not Fault.HANG}
        self._released.set()

    @staticmethod
    def feed_path(feed: str, *, long: bool = False) -> str:
        return f"/developer/xml/feed/{feed}{'_l' if long else ''}.xml"

    @staticmethod
    def data_path(name: str) -> str:
        return f"/developer/xml/data/{name}"

    def set_feed(self, feed: str, body: bytes, *, long: bool = False) -> None:
        path = self.feed_path(feed, long=long)
        self._before[path] = self._bodies.get(path, a_feed())
        self._bodies[path] = body

    def hold(self, name: str, body: bytes | None = None) -> str:
        """A telegram that stands in no feed yet; its address."""
        self._telegrams[self.data_path(name)] = body if body is not None else f"<Report>{name}</Report>".encode()
        return self.base_url + self.data_path(name)

    def publish(self, feed: str, name: str, body: bytes | None = None, *, updated: str = "2026-11-23T00:00:00Z") -> str:
        """A new telegram in the feed's both forms; its address."""
        url = self.hold(name, body)
        listed = [an_entry(url, updated=updated), *self._listed.get(feed, [])]
        self._listed[feed] = listed[: self.most_listed]
        for long in (False, True):
            self.set_feed(feed, a_feed(*self._listed[feed]), long=long)
        return url

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        self.hits[path] += 1
        self.order.append(path)
        self.agents.add(request.headers.get("User-Agent", ""))
        is_data = path.startswith("/developer/xml/data/")
        self.open += is_data
        self.most_open = max(self.most_open, self.open)
        try:
            fault = self.faults.get(path) or self._by_chance()
            return await (_FAULTS[fault](self, request) if fault else self._plain(request))
        finally:
            self.open -= is_data

    def _by_chance(self) -> Fault | None:
        for fault, part in self.chances.items():
            if self._random.random() < part:
                self.failed[fault] += 1
                return fault
        return None

    async def _stale(self, request: web.Request) -> web.StreamResponse:
        body = self._before.get(request.path)
        return web.Response(body=body, content_type="application/xml") if body else await self._plain(request)

    async def _plain(self, request: web.Request) -> web.StreamResponse:
        if request.path in self._telegrams:
            await asyncio.sleep(0)
            return web.Response(body=self._telegrams[request.path], content_type="application/xml")
        body = self._bodies.get(request.path)
        if body is None:
            body = a_feed() if "/feed/" in request.path else None
        if body is None:
            return web.Response(status=404, body=HTML, content_type="text/html")
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            self.unchanged[request.path] += 1
            return web.Response(status=304)
        headers = {"ETag": etag, "Last-Modified": "Mon, 23 Nov 2026 00:00:00 GMT"}
        response = web.Response(body=body, content_type="application/xml", headers=headers)
        response.enable_compression()
        return response

    async def _hang(self, request: web.Request) -> web.StreamResponse:
        await self._released.wait()
        return await self._plain(request)

    async def _truncated(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "5000", "Content-Type": "application/xml"})
        await response.prepare(request)
        await response.write(a_feed()[:100])
        assert request.transport is not None
        request.transport.close()
        return response

    async def _huge(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/xml"})
        await response.prepare(request)
        piece = b" " * 65536
        while self.bytes_sent[request.path] < HUGE_BYTES:
            await response.write(piece)
            self.bytes_sent[request.path] += len(piece)
        return response

    async def _announced_huge(self, request: web.Request) -> web.StreamResponse:
        headers = {"Content-Type": "application/xml", "Content-Length": str(HUGE_BYTES)}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        await self._released.wait()
        return response

    async def _drip(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/xml"})
        await response.prepare(request)
        for byte in a_feed():
            await response.write(bytes([byte]))
            try:
                async with asyncio.timeout(0.02):
                    await self._released.wait()
            except TimeoutError:
                continue
            break
        return response

    async def _refuse(self, request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()


def _fixed(status: int, body: bytes, content_type: str, **headers: str) -> Callable[..., Awaitable[web.StreamResponse]]:
    async def answer(fake: FakeJma, request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, body=body, content_type=content_type, headers=named)

    return answer


_FAULTS: dict[Fault, Callable[..., Awaitable[web.StreamResponse]]] = {
    Fault.HANG: FakeJma._hang,
    Fault.HTML_404: _fixed(404, HTML, "text/html"),
    Fault.GONE: _fixed(410, b"", "text/plain"),
    Fault.ERROR_500: _fixed(500, b"", "text/plain"),
    Fault.HTML_200: _fixed(200, HTML, "application/xml"),
    Fault.TRUNCATED: FakeJma._truncated,
    Fault.GARBAGE: _fixed(200, b"\x00\xff\x13garbage<<<", "application/xml"),
    Fault.HUGE: FakeJma._huge,
    Fault.ANNOUNCED_HUGE: FakeJma._announced_huge,
    Fault.GZIP_BOMB: _fixed(200, gzip.compress(bytes(64 * 1024 * 1024)), "application/xml", Content_Encoding="gzip"),
    Fault.BAD_GZIP: _fixed(200, b"this is not gzip", "application/xml", Content_Encoding="gzip"),
    Fault.SHORT_GZIP: _fixed(200, gzip.compress(a_feed())[:-20], "application/xml", Content_Encoding="gzip"),
    Fault.WRONG_TYPE: _fixed(200, a_feed(), "application/json"),
    Fault.DRIP: FakeJma._drip,
    Fault.REDIRECT_AWAY: _fixed(302, b"", "text/plain", Location="http://127.0.0.1:9/developer/xml/feed/eqvol.xml"),
    Fault.REDIRECT_ROUND: _fixed(302, b"", "text/plain", Location="/developer/xml/feed/eqvol.xml"),
    Fault.REFUSE: FakeJma._refuse,
    Fault.STALE: FakeJma._stale,
}
