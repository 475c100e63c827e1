"""The first page: what is in force, what was decided, what is being sent, what we cannot see. Live by events."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

from web import freshness, queries, render
from web.accounts.roles import Permission
from web.console import reach
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.live import Watch
from web.state import WebState

_Key = tuple[str, frozenset[str] | None]


class NowPage:
    """The page, the part of it that changes, and the events that tell open pages of it."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame
        self._watch = Watch(state.changes, self._look, state.live_seconds, self._forget)
        self._clock = time.monotonic
        self._made: dict[_Key, tuple[float, str]] = {}
        self._turns: dict[_Key, asyncio.Lock] = {}

    def add_to(self, app: web.Application) -> None:
        """Routes, and the watch that runs beside them."""
        gate, see = self._frame.gate, Permission.SEE_CONSOLE
        app.router.add_get("/console", gate.page(self.page, see))
        app.router.add_get("/console/live", gate.part(self.live, see))
        app.router.add_get("/console/events", gate.part(self.events, see))
        app.cleanup_ctx.append(self._watching)
        app.on_shutdown.append(self._let_go)

    async def page(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The whole page."""
        return await self._frame.show(visitor, "console/now.html", live=await self._live(visitor, kept=False))

    async def live(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The part that changes."""
        return web.Response(text=await self._live(visitor), content_type="text/html", charset="utf-8")

    async def events(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        """Says "refresh" to an open console."""
        return await self._watch.serve(request)

    async def _live(self, visitor: Visitor, *, kept: bool = True) -> str:
        """Made once for all open pages of the same places and language, until something changes.

        `kept` False: whoever opens the page sees what they have just done.
        """
        within = reach.scope(visitor, self._state.places)
        key = (visitor.words.language, within)
        async with self._turns.setdefault(key, asyncio.Lock()):
            made = self._made.get(key)
            fresh = self._clock() - self._watch.pace  # many pages take longer than a moment to read it
            if made is None or made[0] < fresh or not kept:
                snapshot = await self._state.db.read(queries.snapshot, visitor.now, within)
                # Thousands of rows may be in force: not on the loop that polls and sends.
                text = await asyncio.to_thread(render.live, self._state, snapshot, visitor.words, visitor.now, within)
                made = self._made[key] = (self._clock(), text)
        return made[1]

    def _forget(self) -> None:
        """Something has changed."""
        self._made.clear()

    async def _look(self) -> object:
        """Differs when a page would show something else: rows, or what the time makes of them."""
        now = self._state.clock()
        seen = await self._state.db.read(queries.fingerprint, now)
        feeds = await self._state.db.read(queries.feeds)
        return seen, [(feed.sight, feed.since) for feed in freshness.judge(feeds, self._state.feeds, now)]

    async def _watching(self, app: web.Application) -> AsyncIterator[None]:
        """Looks for changes while the application runs."""
        task = asyncio.create_task(self._watch.run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _let_go(self, app: web.Application) -> None:
        """End the streams, so that stopping does not wait for readers."""
        self._watch.close()
