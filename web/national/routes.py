"""`GET /api/v1/state` and the page `/state`: public facts, for anybody; no personal data comes near them."""

import asyncio

from aiohttp import web

from web import freshness, queries, words
from web.national import asked, document, page, query
from web.national.asked import Asked, Wrong
from web.national.kept import Kept
from web.state import WebState


class NationalState:
    """The two routes."""

    def __init__(self, state: WebState) -> None:
        """Reads `state.db` at each request."""
        self._state = state
        self._kept = Kept(state.db, state.places)

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Both routes."""
        router.add_get("/api/v1/state", self.document)
        router.add_get("/state", self.page)

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
        feeds = freshness.judge(await state.db.read(queries.feeds), state.feeds, now)
        text = await asyncio.to_thread(page.page, blocks, spoken, now, state.mode, feeds)
        return web.Response(text=text, content_type="text/html")
