"""`POST /api/v1/cap/{source}`: a municipality's system hands in a CAP 1.2 message, signed. Stored before it is read."""

import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web

from delivery.hooks import signature
from feeds.cap import store
from feeds.cap.message import MAX_BYTES
from feeds.cap.source import Source
from storage.connection import Connection
from storage.database import Database
from web.api.errors import ApiError

_log = logging.getLogger(__name__)
TYPES: Final = ("application/cap+xml", "application/xml", "text/xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class CapDoor:
    """The route; one for all sources that post."""

    db: Database
    sources: Mapping[str, Source]
    clock: Callable[[], datetime]

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Its route."""
        router.add_post("/api/v1/cap/{source:[a-z0-9-]{1,40}}", self.take)

    async def take(self, request: web.Request) -> web.Response:
        """202 once it is durable; what it leads to is seen in the console. ApiError for what is not taken."""
        source = self.sources.get(request.match_info["source"])
        body = await self._body(request)
        if source is None or not source.secret or not _is_theirs(source.secret, request, body, self.clock()):
            _log.info("cap_not_signed", extra={"source": request.match_info["source"]})
            raise ApiError(
                401,
                "unauthorized",
                "expected a source of the settings, and its signature (webhook-id, webhook-timestamp,"
                " webhook-signature) or Authorization: Bearer SECRET",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if request.content_type not in TYPES:
            raise ApiError(415, "unsupported_media_type", f"expected {', '.join(TYPES)}")
        new = await self.db.write(_add, source.name, body, self.clock())
        return web.json_response({"state": "stored" if new else "known"}, status=202)

    async def _body(self, request: web.Request) -> bytes:
        if (request.content_length or 0) > MAX_BYTES:
            raise ApiError(413, "too_large", f"expected at most {MAX_BYTES} bytes")
        data = bytearray()
        async for chunk in request.content.iter_chunked(1 << 16):
            data += chunk
            if len(data) > MAX_BYTES:
                raise ApiError(413, "too_large", f"expected at most {MAX_BYTES} bytes")
        return bytes(data)


def _add(db: Connection, source: str, body: bytes, now: datetime) -> bool:
    if store.waiting(db, source) >= store.MOST_WAITING:
        raise ApiError(429, "too_many_requests", "wait until what came before is read", headers={"Retry-After": "5"})
    return store.add(db, source, body, now)


def _is_theirs(secret: str, request: web.Request, body: bytes, now: datetime) -> bool:
    if signature.SIGNATURE in request.headers:
        return signature.is_signed(secret, request.headers, body, now)
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return scheme.casefold() == "bearer" and hmac.compare_digest(
        key.strip().encode("utf-8", "replace"), secret.encode()
    )
