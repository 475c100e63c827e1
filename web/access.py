"""Who may see the console before anybody has an account, and the headers every answer carries."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from web.loopback import is_loopback
from web.state import WebState

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: nothing inline, nothing from elsewhere, in no frame
_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
#: of a page with a form: with `no-referrer` a browser calls the origin of its form "null"
FORMS = {"Referrer-Policy": "same-origin"}
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host")


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """For every answer, errors and streams too."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")


def allowed(state: WebState, request: web.Request) -> bool:
    """Whether this reader may see the console: on this machine, not through a proxy or a foreign name for it."""
    if state.console_open:
        return True
    through_proxy = any(name in request.headers for name in _FORWARDED)
    return is_loopback(state.http_host) and is_loopback(host(request)) and not through_proxy


def host(request: web.Request) -> str:
    """The Host header without its port."""
    name, colon, port = request.host.rpartition(":")
    return name if colon and port.isdigit() else request.host
