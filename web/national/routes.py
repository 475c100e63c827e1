"""`GET /api/v1/state` and the page `/state`: public facts, for anybody; no personal data comes near them."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime

from aiohttp import web
from markupsafe import Markup

from web import freshness, queries, words
from web.national import asked, described, document, page, query
from web.national.asked import Asked, Wrong
from web.national.kept import Kept
from web.national.page import Block
from web.state import WebState
from web.words import Words

_log = logging.getLogger(__name__)


class NationalState:
    """The two routes."""

    def __init__(self, state: WebState) -> None:
        """Reads `state.db` at each request."""
        self._state = state
        self._kept = Kept(state.db, state.places)
        #: what the document of the API says of it
        self.described = described.state(state.places)

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Both routes."""
        router.add_get("/api/v1/state", self.document)
        router.add_get("/state", self.page)

    async def warming(self, app: web.Application) -> AsyncIterator[None]:
        """`warm` beside the start, which it must not hold up: what decides and sends comes after the pages."""
        task = asyncio.create_task(self.warm(), name="warm_state")
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def warm(self) -> None:
        """Read and write everything once before the first reader comes; in threads, and a fault stops nothing."""
        now = self._state.clock()
        try:
            for spoken in words.load().values():
                await self._written(await self._kept.blocks((), spoken, now), spoken, now)
        except Exception:  # noqa: BLE001 -- whoever opens the page will be told of it
            _log.exception("state_not_warmed")

    def _asked(self, request: web.Request) -> Asked | Wrong:
        return asked.parse(list(request.query.items()), self._state.places)

    async def document(self, request: web.Request) -> web.Response:
        """The state as JSON; 400 with the usual error where a filter makes no sense."""
        wanted, now = self._asked(request), self._state.clock()
        if isinstance(wanted, Wrong):
            return web.json_response(wanted.to_json(), status=400)
        if wanted.of_places:
            parts = [document.rows(await self._state.db.read(query.read, wanted, now))]
        else:
            parts = await self._kept.rows(wanted.hazards, now)
        return web.Response(text=document.document(parts, now), content_type="application/json")

    async def page(self, request: web.Request) -> web.Response:
        """The state for people."""
        state, now = self._state, self._state.clock()
        spoken = words.choose(request.query.get("lang"), request.headers.get("Accept-Language", ""))
        wanted = self._asked(request)
        if isinstance(wanted, Wrong):
            return web.Response(text=wanted.message, status=400)
        if wanted.of_places:
            japan = await state.db.read(query.read, wanted, now)
            blocks = page.written(japan, state.places, spoken, now)
        else:
            blocks = await self._kept.blocks(wanted.hazards, spoken, now)
        return web.Response(text=await self._written(blocks, spoken, now), content_type="text/html")

    async def _written(self, blocks: list[tuple[Block, Markup]], spoken: Words, now: datetime) -> str:
        feeds = freshness.judge(await self._state.db.read(queries.feeds), self._state.feeds, now)
        return await asyncio.to_thread(page.page, blocks, spoken, now, self._state.mode, feeds)
