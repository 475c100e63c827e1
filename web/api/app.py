"""Puts the API into the application: its endpoints, their guard, their document."""

from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web

from storage.database import Database
from subscribers.importing import Reader
from subscribers.sealing import Sealer
from web.api import endpoints, openapi
from web.api.endpoints import Endpoint
from web.api.guard import Guard
from web.api.openapi import Public
from web.api.residents import Residents

PREFIX = "/api/v1"


def all_endpoints(
    db: Database, sealer: Sealer, reader: Callable[[str], Reader], clock: Callable[[], datetime]
) -> Sequence[Endpoint]:
    """Everything that is routed and described."""
    return Residents(db=db, sealer=sealer, reader=reader, clock=clock).endpoints()


def add_to(app: web.Application, found: Sequence[Endpoint], guard: Guard, public: Sequence[Public] = ()) -> None:
    """Route the endpoints and the document that describes them, which needs no key, and the public routes."""
    document = openapi.document(found, PREFIX, public)

    async def described(request: web.Request) -> web.Response:
        return web.json_response(document)

    app.router.add_get(f"{PREFIX}/openapi.json", described)
    endpoints.add_routes(app, found, guard, PREFIX)
