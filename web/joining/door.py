"""What these pages need of the service, who asks from which address, and what a form holds."""

import ipaddress
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from delivery.joining.codes import Desk
from web import typed

_MOST_FIELDS = 40
#: characters of a field
_LONGEST = 1000


def _nothing() -> None:
    """Nobody waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """Registering oneself, as this service offers it."""

    desk: Desk
    #: texts from phones are read, so that STOP may be promised
    two_way: bool = False
    #: the proxy before us says who asks
    trust_forwarded_for: bool = False
    #: postal codes can be looked up
    has_postal: bool = True
    #: call after a code was queued
    sent: Callable[[], None] = _nothing
    #: call after somebody registered or changed something
    registered: Callable[[], None] = _nothing


def address(request: web.Request, trust_forwarded_for: bool) -> str:
    """Whom limits count, or '' where the address says nothing about who asks.

    Of a connection by IPv6 the /64 counts, which one customer has. A peer on this machine is a proxy or a test.
    """
    text = request.remote or ""
    if trust_forwarded_for:
        text = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or text
    try:
        found = ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return "" if found.is_loopback else str(ipaddress.ip_network((found, 64), strict=False))
        found = found.ipv4_mapped
    return "" if found.is_loopback else str(found)


def is_ours(request: web.Request, public_url: str) -> bool:
    """Whether a form came from our own page (CSRF). Phones too old to say where from are let through here."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc in {request.host, urlsplit(public_url).netloc} - {""}


async def form(request: web.Request) -> Mapping[str, str]:
    """The fields of a form, the first of each name, without what cannot be kept and not longer than any of ours.

    However much was sent, what was chosen before is not lost; what is no form has no fields.
    """
    if request.content_type != "application/x-www-form-urlencoded":
        return {}
    pairs = typed.pairs(await request.read(), _MOST_FIELDS)
    return {typed.clean(name): typed.clean(value)[:_LONGEST] for name, value in reversed(pairs)}


def digits(text: str) -> str:
    """The digits somebody typed, in ASCII, whatever stands between them and in whatever script."""
    found = (unicodedata.digit(char, None) for char in unicodedata.normalize("NFKC", text[:60]))
    return "".join(str(value) for value in found if value is not None)
