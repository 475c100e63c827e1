"""Refuses what another site makes a browser send to the console (CSRF), by the headers browsers add themselves.

Sec-Fetch-Site says it outright (W3C Fetch Metadata); where it is missing (plain HTTP), Origin has to be ours. A form
of ours always brings one of them, as the console's pages ask for `Referrer-Policy: same-origin`.
"""

from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from web.access import Handler

PREFIX = "/console"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def allowed(request: web.Request, public_url: str) -> bool:
    """Whether one of our own pages sent it; what changes nothing is always allowed."""
    if request.method in _SAFE:
        return True
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("Origin", ""))
    return bool(origin.netloc) and origin.netloc in {request.host, urlsplit(public_url).netloc}


def only(public_url: str) -> Middleware:
    """The middleware of the application."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(PREFIX) and not allowed(request, public_url):
            raise web.HTTPForbidden(text="refused: this did not come from a page of this console\n")
        return await handler(request)

    return guard
