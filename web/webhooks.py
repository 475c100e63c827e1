"""Requests of the SMS provider to us. Nothing is believed, or answered otherwise, before its signature is checked."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from aiohttp import web
from multidict import MultiDict

from delivery.transport import ReceiptSink
from delivery.twilio import callbacks
from delivery.twilio.callbacks import Signature, Signatures
from delivery.twoway.inbox import Busy, Inbox
from storage.errors import StorageError

_log = logging.getLogger(__name__)
#: a callback has some twenty short fields
_MOST_BYTES = 64 * 1024
_MOST_FIELDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """What the provider may call; for real transports only."""

    signature: Signature | Signatures
    take_receipts: ReceiptSink
    clock: Callable[[], datetime]
    #: where the sender can receive
    inbox: Inbox | None = None
    #: few are looked at in one turn of the loop: ten thousand at once must not keep warnings from leaving
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(8))

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_post("/webhooks/twilio/status", self.status)
        if self.inbox is not None:
            app.router.add_post("/webhooks/twilio/inbound", self.inbound)

    async def status(self, request: web.Request) -> web.Response:
        """A status callback: answered once it is durable, so that a provider that repeats can repeat it."""
        form = await self.signed_form(request)
        receipt = callbacks.receipt(form, request.query, self.clock())
        if receipt is None:
            _log.info("callback_says_nothing", extra={"status": form.get("MessageStatus", "")[:40]})
            return web.Response(status=204)
        try:
            await self.take_receipts([receipt])
        except StorageError as error:
            _log.error("receipt_not_recorded", extra={"error": type(error).__name__})
            return web.Response(status=503, headers={"Retry-After": "5"})
        return web.Response(status=204)

    async def inbound(self, request: web.Request) -> web.Response:
        """A text that somebody has sent: answered once what it does is durable. Never its words in a log."""
        form = await self.signed_form(request)
        text = callbacks.inbound(form, self.clock())
        if text is None or self.inbox is None:
            return _twiml("")
        try:
            return _twiml(await self.inbox.take(text))
        except (StorageError, Busy) as error:
            _log.error("inbound_not_recorded", extra={"error": type(error).__name__})
            return web.Response(status=503, headers={"Retry-After": "5"})

    async def signed_form(self, request: web.Request) -> MultiDict[str]:
        """The fields of a request that the provider has signed; else HTTPForbidden, or HTTPBadRequest for no form."""
        if (request.content_length or 0) > _MOST_BYTES:
            raise web.HTTPRequestEntityTooLarge(_MOST_BYTES, request.content_length or 0)
        body = await request.read()
        async with self.gate:
            await asyncio.sleep(0)
            form = _form(body)
            signed = self.signature.is_of(request.raw_path, form, request.headers)
        if not signed:
            _log.info("webhook_not_signed", extra={"path": request.path})
            raise web.HTTPForbidden(text="not signed by the provider for this address")
        return form


def _twiml(words: str) -> web.Response:
    """The answer to an inbound text: at most one message, for who has just stopped."""
    message = f"<Message>{escape(words)}</Message>" if words else ""
    body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>'
    return web.Response(text=body, content_type="application/xml", charset="utf-8")


def _form(body: bytes) -> MultiDict[str]:
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise web.HTTPBadRequest(text="expected a form in UTF-8") from None
    return MultiDict(pairs)
