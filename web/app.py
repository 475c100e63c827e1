"""The application: residents' pages, API, console, webhooks, and what machines read."""

import asyncio
import time
from importlib import resources

from aiohttp import web

from web import access, counts, health, metrics
from web.api import app as api
from web.api import errors
from web.api.guard import Guard
from web.cap.routes import CapPages
from web.console import pages as console
from web.joining.me import MePages
from web.joining.routes import JoinPages
from web.kit.routes import KitPages
from web.lessons.routes import LessonPages
from web.national.routes import NationalState
from web.residents.routes import ResidentPages
from web.state import WebState

_STATIC = {
    "console.css": "text/css",
    "resident.css": "text/css",
    "console.js": "text/javascript",
    "kit.css": "text/css",
    "icon.svg": "image/svg+xml",
}


def make_app(state: WebState) -> web.Application:
    """The application for one process; start it on `state.http_host`."""
    pages = _Pages(state)
    app = web.Application(middlewares=[errors.one_shape])
    app.on_response_prepare.append(access.add_headers)
    ResidentPages(state).add_to(app.router)
    LessonPages(state).add_to(app.router)
    if state.joining is not None:
        JoinPages(state, state.joining).add_to(app.router)
        MePages(state, state.joining).add_to(app.router)
    app.router.add_get("/healthz", pages.healthz)
    app.router.add_get("/readyz", pages.readyz)
    app.router.add_get("/metrics", pages.metrics)
    app.router.add_get("/static/{name}", pages.static)
    if state.webhooks is not None:
        state.webhooks.add_to(app)
    national = NationalState(state)
    api.add_to(app, api.all_endpoints(state), Guard(db=state.db, clock=time.monotonic), [national.described])
    national.add_to(app.router)
    app.cleanup_ctx.append(national.warming)
    KitPages(state).add_to(app.router)
    CapPages(state).add_to(app.router)
    if state.programs is not None and state.programs.door is not None:
        state.programs.door.add_to(app.router)
    console.add_to(app, state)
    return app


class _Pages:
    def __init__(self, state: WebState) -> None:
        self._state = state

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

    async def static(self, request: web.Request) -> web.Response:
        """Our own style, script and icon; nothing else has a name here."""
        name = request.match_info["name"]
        if name not in _STATIC:
            raise web.HTTPNotFound
        body = resources.files("web").joinpath("static").joinpath(name).read_bytes()
        headers = {"Content-Type": f"{_STATIC[name]}; charset=utf-8", "Cache-Control": "no-cache"}
        return web.Response(body=body, headers=headers)
