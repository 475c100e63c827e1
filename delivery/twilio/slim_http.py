"""The HTTP client below the twilio library: one aiohttp session, with an end to every wait and no second POST.

The library's own client ignores its timeout, stops at 100 connections, and may POST again after a 5xx.
"""

import logging
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlencode

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from yarl import URL

from delivery.twilio.straight_post import StraightPost

#: the library writes every address and header at INFO, and addresses of look-ups hold phone numbers
_SILENT = logging.getLogger(f"{__name__}.requests")
_SILENT.setLevel(logging.ERROR)
_FOR_LOOKUPS = 16
#: an answer that takes longer leaves the outcome unknown; without a connection nothing has left
TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10, sock_connect=5)


class SlimHttpClient(AsyncHttpClient):  # type: ignore[misc]  # the library is untyped
    """Sends each request exactly once. What aiohttp raises comes out as it is. Needs a running loop."""

    def __init__(self, connections: int, timeout: aiohttp.ClientTimeout = TIMEOUT) -> None:
        super().__init__(_SILENT, True)
        # sending may take all of `connections`; a few more are for look-ups
        connector = aiohttp.TCPConnector(limit=connections + _FOR_LOOKUPS, ttl_dns_cache=300)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=timeout,
            auto_decompress=True,
        )
        self._straight = StraightPost(connector, self._session)
        self._authorization: dict[tuple[str, str], str] = {}

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | str | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 -- the library's signature; the session has the timeouts
        allow_redirects: bool = False,
    ) -> Response:
        """One request, one answer. Redirects are not followed: a POST would become another request.

        `data` may be encoded already, which the library passes on as it is.
        """
        sent = dict(headers or {})
        if auth is not None:
            sent["Authorization"] = self._basic(auth)
        if method == "POST" and not params:
            form = data if isinstance(data, str) else urlencode(data or {})
            straight = await self._straight.post(url, sent, form.encode("ascii"))
            return Response(straight.status, straight.body.decode("utf-8", "replace"), straight.headers)
        return await self._look_up(method, _address(url, urlencode(params) if params else ""), sent)

    async def close(self) -> None:
        """Give the connections back."""
        self._straight.close()
        await self._session.close()

    async def _look_up(self, method: str, address: URL, headers: Mapping[str, str]) -> Response:
        async with self._session.request(method, address, headers=headers, allow_redirects=False) as answer:
            body = await answer.read()
            return Response(answer.status, body.decode("utf-8", "replace"), answer.headers)

    def _basic(self, auth: tuple[str, str]) -> str:
        known = self._authorization.get(auth)
        if known is None:
            known = self._authorization[auth] = aiohttp.encode_basic_auth(*auth)
        return known


@lru_cache(maxsize=64)
def _whole(url: str) -> URL:
    return URL(url)


def _address(url: str, query: str) -> URL:
    return URL(f"{url}?{query}", encoded=True) if query else _whole(url)
