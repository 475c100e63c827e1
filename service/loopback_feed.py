"""A small stand-in for JMA's feeds on this machine: what is published here is polled like the real thing."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from aiohttp import web

_FEED_OF = {"VX": "eqvol", "VT": "eqvol", "VF": "eqvol", "VY": "eqvol", "VP": "extra"}
_FEEDS = ("eqvol", "extra", "regular", "other")


class LoopbackFeed:
    """Serves the four feeds, their long forms, and the telegrams published so far."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._telegrams: dict[str, bytes] = {}
        self._entries: dict[str, list[tuple[str, str, datetime]]] = {feed: [] for feed in _FEEDS}
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    @property
    def published(self) -> int:
        """How many entries there are."""
        return len(self._telegrams)

    async def start(self) -> str:
        """Listen on a free port of the loopback address; the base address."""
        app = web.Application()
        app.router.add_get("/developer/xml/feed/{feed}.xml", self._feed)
        app.router.add_get("/developer/xml/data/{name}", self._telegram)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"
        return self.base_url

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    def publish(self, raw: bytes, code: str, title: str, sent: datetime) -> str:
        """Put a telegram into its feed; its address. `code` is the type, `sent` its Control/DateTime."""
        name = f"{sent.astimezone(UTC):%Y%m%d%H%M%S}_{len(self._telegrams)}_{code}_010000.xml"
        self._telegrams[name] = raw
        feed = _FEED_OF.get(code[:2], "other")
        self._entries[feed].insert(0, (name, title, sent))
        return f"{self.base_url}/developer/xml/data/{name}"

    async def _feed(self, request: web.Request) -> web.StreamResponse:
        feed = request.match_info["feed"].removesuffix("_l")
        if feed not in self._entries:
            raise web.HTTPNotFound
        body = self._atom(feed)
        etag = hashlib.sha256(body).hexdigest()[:16]
        if request.headers.get("If-None-Match") == f'"{etag}"':
            return web.Response(status=304)
        return web.Response(body=body, content_type="application/xml", headers={"ETag": f'"{etag}"'})

    async def _telegram(self, request: web.Request) -> web.StreamResponse:
        raw = self._telegrams.get(request.match_info["name"])
        if raw is None:
            raise web.HTTPNotFound
        return web.Response(body=raw, content_type="application/xml")

    def _atom(self, feed: str) -> bytes:
        entries = "".join(self._entry(*entry) for entry in self._entries[feed])
        newest = max((sent for _, _, sent in self._entries[feed]), default=self._clock())
        address = f"{self.base_url}/developer/xml/feed/{feed}.xml"
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            f'<feed xmlns="http://www.w3.org/2005/Atom" lang="ja"><title>{feed}</title>'
            f"<updated>{newest.isoformat()}</updated><id>{address}</id>{entries}</feed>"
        ).encode()

    def _entry(self, name: str, title: str, sent: datetime) -> str:
        address = f"{self.base_url}/developer/xml/data/{name}"
        return (
            f"<entry><title>{escape(title)}</title><id>{address}</id>"
            f"<updated>{sent.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</updated>"
            "<author><name>気象庁</name></author>"
            f'<link type="application/xml" href="{address}"/><content type="text">{escape(title)}</content></entry>'
        )
