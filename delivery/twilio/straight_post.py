"""One POST by aiohttp's own pool, writer and parser, without the layers of its session.

A session costs more per request than all the rest of a handover: it makes a task, a timer and five objects for each,
and settles redirects, cookies, proxies and kinds of bodies that a text to the provider never has.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError
from aiohttp.http_writer import StreamWriter
from multidict import CIMultiDict
from yarl import URL

#: seconds between two looks for answers that do not come: a timer for each would cost more than it guards
_LOOK = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class StraightPost:
    """Sends each POST exactly once. What aiohttp raises comes out as it is. Needs a running loop; `close` it."""

    def __init__(self, connector: aiohttp.BaseConnector, session: aiohttp.ClientSession) -> None:
        """The connector is the session's: both draw on the same connections."""
        self._connector = connector
        self._session = session
        self._loop = asyncio.get_running_loop()
        self._total = session.timeout.total
        self._targets: dict[str, tuple[aiohttp.ClientRequest, str, str]] = {}
        #: what waits for its answer, and since when; in the order in which they began
        self._waiting: dict[ResponseHandler, float] = {}
        self._late: set[ResponseHandler] = set()
        self._looking: asyncio.TimerHandle | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request, one answer, whatever its status."""
        target, host, line = self._targets.get(url) or self._target(url)
        try:
            connection = await self._connector.connect(target, [], self._session.timeout)
        except TimeoutError as error:
            raise aiohttp.ConnectionTimeoutError(f"no connection to {host}") from error
        try:
            sent = CIMultiDict({"Host": host, **headers, "Content-Length": str(len(body))})
            answer = await self._exchange(connection, line, sent, body)
        except BaseException:
            connection.close()
            raise
        connection.release()
        return answer

    def close(self) -> None:
        """Stop looking for late ones."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def _exchange(self, connection: Connection, line: str, headers: CIMultiDict[str], body: bytes) -> Answer:
        protocol = connection.protocol
        assert protocol is not None
        protocol.set_response_params(read_until_eof=True)
        self._begin(protocol)
        try:
            writer = StreamWriter(protocol, self._loop)
            await writer.write_headers(line, headers)
            await writer.write_eof(body)
            message, content = await protocol.read()
            while 100 <= message.code < 200:
                message, content = await protocol.read()
            return Answer(status=message.code, headers=message.headers, body=await content.read())
        except HttpProcessingError as error:
            raise aiohttp.ClientPayloadError(f"no answer by HTTP: {error.message}") from error
        except aiohttp.ClientError as error:
            if protocol in self._late:
                raise aiohttp.ServerTimeoutError("no answer in time") from error
            raise
        finally:
            self._waiting.pop(protocol, None)
            self._late.discard(protocol)

    def _target(self, url: str) -> tuple[aiohttp.ClientRequest, str, str]:
        """What the pool is asked with, the Host header, the request line."""
        try:
            address = URL(url)
            if address.scheme not in ("http", "https") or not address.raw_host:
                raise ValueError(f"expected http(s)://host/…, found {url!r}")
        except ValueError as error:
            raise aiohttp.InvalidURL(url) from error
        request = aiohttp.ClientRequest("POST", address, loop=self._loop, session=self._session)
        found = request, request.headers["Host"], f"POST {address.raw_path_qs} HTTP/1.1"
        self._targets[url] = found
        return found

    def _begin(self, protocol: ResponseHandler) -> None:
        self._waiting[protocol] = self._loop.time()
        if self._looking is None and self._total:
            self._looking = self._loop.call_later(min(_LOOK, self._total), self._cut_off_late_ones)

    def _cut_off_late_ones(self) -> None:
        """One look at all of them. Whoever waits is told that the connection is gone."""
        assert self._total is not None
        oldest = self._loop.time() - self._total
        for protocol, since in list(self._waiting.items()):
            if since > oldest:
                break
            self._late.add(protocol)
            if protocol.transport is not None:
                protocol.transport.abort()
        again = min(_LOOK, self._total)
        self._looking = self._loop.call_later(again, self._cut_off_late_ones) if self._waiting else None
