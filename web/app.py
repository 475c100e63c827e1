"""The routes of the pages. Reads the database only; every page says whether an SMS can leave this machine."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from importlib import resources

from aiohttp import web

from web import access, counts, freshness, health, metrics, queries, render, words
from web.api import app as api
from web.api import errors
from web.api.guard import Guard
from web.live import Watch
from web.national.routes import NationalState
from web.residents.routes import ResidentPages
from web.state import WebState

_STATIC = {
    "console.css": "text/css",
    "resident.css": "text/css",
    "console.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


def make_app(state: WebState) -> web.Application:
    """The application for one process; start it on `state.http_host`."""
    pages = _Pages(state)
    app = web.Application(middlewares=[errors.one_shape])
    app.on_response_prepare.append(access.add_headers)
    app.cleanup_ctx.append(pages.watching)
    app.on_shutdown.append(pages.let_go)
    ResidentPages(state).add_to(app.router)
    app.router.add_get("/healthz", pages.healthz)
    app.router.add_get("/readyz", pages.readyz)
    app.router.add_get("/metrics", pages.metrics)
    app.router.add_get("/console", pages.console)
    app.router.add_get("/console/live", pages.live)
    app.router.add_get("/console/events", pages.events)
    app.router.add_get("/static/{name}", pages.static)
    if state.webhooks is not None:
        state.webhooks.add_to(app)
    found = api.all_endpoints(state.db, state.sealer, state.reader, state.clock)
    api.add_to(app, found, Guard(db=state.db, clock=time.monotonic))
    NationalState(state).add_to(app.router)
    return app


class _Pages:
    def __init__(self, state: WebState) -> None:
        self._state = state
        self._watch = Watch(state.changes, self._look, state.live_seconds)

    async def _look(self) -> object:
        """Differs when a page would show something else: rows, or what the time makes of them."""
        now = self._state.clock()
        seen = await self._state.db.read(queries.fingerprint, now)
        feeds = await self._state.db.read(queries.feeds)
        return seen, [(feed.sight, feed.since) for feed in freshness.judge(feeds, self._state.feeds, now)]

    async def watching(self, app: web.Application) -> AsyncIterator[None]:
        """Looks for changes while the application runs."""
        task = asyncio.create_task(self._watch.run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def let_go(self, app: web.Application) -> None:
        """End the streams, so that stopping does not wait for readers."""
        self._watch.close()

    async def healthz(self, request: web.Request) -> web.Response:
        """Liveness."""
        return health.live()

    async def readyz(self, request: web.Request) -> web.Response:
        """Readiness."""
        return await health.ready(self._state)

    async def metrics(self, request: web.Request) -> web.Response:
        """For Prometheus."""
        counted = await self._state.db.read(counts.read)
        body = await asyncio.to_thread(metrics.page, self._state, counted)
        return web.Response(body=body, headers={"Content-Type": metrics.CONTENT_TYPE})

    async def console(self, request: web.Request) -> web.Response:
        """The whole console."""
        return await self._shown(request, whole=True)

    async def live(self, request: web.Request) -> web.Response:
        """The part of it that changes."""
        return await self._shown(request, whole=False)

    async def _shown(self, request: web.Request, *, whole: bool) -> web.Response:
        if not access.allowed(self._state, request):
            return _refused(request)
        now, spoken = self._state.clock(), _words(request)
        snapshot = await self._state.db.read(queries.snapshot, now)
        make = render.console if whole else render.live
        # Thousands of rows may be in force: not on the loop that polls and sends.
        return _html(await asyncio.to_thread(make, self._state, snapshot, spoken, now))

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Says "refresh" to an open console."""
        if not access.allowed(self._state, request):
            return _refused(request)
        return await self._watch.serve(request)

    async def static(self, request: web.Request) -> web.Response:
        """Our own style, script and icon; nothing else has a name here."""
        name = request.match_info["name"]
        if name not in _STATIC:
            raise web.HTTPNotFound
        body = resources.files("web").joinpath("static").joinpath(name).read_bytes()
        headers = {"Content-Type": f"{_STATIC[name]}; charset=utf-8", "Cache-Control": "no-cache"}
        return web.Response(body=body, headers=headers)


def _words(request: web.Request) -> words.Words:
    return words.choose(request.query.get("lang"), request.headers.get("Accept-Language", ""))


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def _refused(request: web.Request) -> web.Response:
    return _html(render.page("refused.html", _words(request)), status=403)
