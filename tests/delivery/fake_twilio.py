"""A Twilio on the loopback address that keeps its own count of what it took, with everything that can go wrong.

Written from the public reference of the Messages resource; it knows nothing of our tables. It speaks HTTP by itself:
a benchmark's server must be quicker than what is measured. `python -m tests.delivery.fake_twilio` runs one alone.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp

ACCOUNT = "AC" + "0" * 32
TOKEN = "no-real-token"
SERVICE = "MG" + "0" * 32
_PAGE = 50


class Fault(StrEnum):
    """What happens to a POST."""

    BAD_NUMBER = "bad_number"
    LANDLINE = "landline"
    OPTED_OUT = "opted_out"
    BUSY = "busy"  #: refused, for this pair of numbers only
    QUEUE_FULL = "queue_full"
    THROTTLED = "throttled"
    NO_REGION = "no_region"
    NO_CREDENTIALS = "no_credentials"
    ERROR_TAKEN = "error_taken"  #: 500, and taken all the same
    ERROR_LOST = "error_lost"
    HANG_TAKEN = "hang_taken"  #: never answers
    HANG_LOST = "hang_lost"
    DROP_TAKEN = "drop_taken"  #: closes the connection instead of an answer
    DROP_LOST = "drop_lost"
    GARBLED = "garbled"  #: 201 with half an answer


#: status, code, message
_REFUSALS: Mapping[Fault, tuple[int, int, str]] = {
    Fault.BAD_NUMBER: (400, 21211, "Invalid 'To' Phone Number"),
    Fault.LANDLINE: (400, 21614, "'To' number is not a valid mobile number"),
    Fault.OPTED_OUT: (400, 21610, "Attempt to send to unsubscribed recipient"),
    Fault.BUSY: (400, 14107, "Message rate limit exceeded"),
    Fault.QUEUE_FULL: (400, 21611, "This 'From' number has exceeded the maximum number of queued messages"),
    Fault.THROTTLED: (429, 20429, "Too Many Requests"),
    Fault.NO_REGION: (400, 21408, "Permission to send an SMS has not been enabled for the region"),
    Fault.NO_CREDENTIALS: (401, 20003, "Authenticate"),
}
_TAKEN_ALL_THE_SAME = frozenset({Fault.ERROR_TAKEN, Fault.HANG_TAKEN, Fault.DROP_TAKEN, Fault.GARBLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One message that the provider has."""

    sid: str
    to: str
    body: str
    sender: str
    validity: int
    callback: str
    created: float


@dataclass(slots=True)
class FakeTwilio:
    """One account. Faults stand per number, come by chance, or by a function of (number, body)."""

    latency: float = 0.0
    #: seconds until a message stands in the list
    list_lag: float = 0.0
    #: sends signed status callbacks
    callbacks: bool = False
    #: statuses of a text that arrives, in order
    statuses: tuple[str, ...] = ("sent", "delivered")
    numbers: dict[str, Fault] = field(default_factory=dict)
    #: part of all POSTs
    chances: dict[Fault, float] = field(default_factory=dict)
    seed: int = 0
    retry_after: str = "7"
    #: errors as RFC 9457 problems
    problems: bool = False
    #: clock of the provider; it may be wrong
    clock: Callable[[], float] = time.time
    taken: list[Taken] = field(default_factory=list)
    hits: Counter[str] = field(default_factory=Counter)
    #: what failed by chance
    failed: Counter[Fault] = field(default_factory=Counter)
    base_url: str = ""
    account: str = ACCOUNT
    token: str = TOKEN
    _random: random.Random = field(init=False)
    _messages: str = field(init=False)
    _server: asyncio.Server | None = None
    _connections: "set[_Connection]" = field(default_factory=set)
    _by_number: dict[str, list[Taken]] = field(default_factory=lambda: defaultdict(list))
    _session: aiohttp.ClientSession | None = None
    _calling: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._messages = f"/2010-04-01/Accounts/{self.account}/Messages.json"

    async def start(self, port: int = 0) -> str:
        """Listen; the base address."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", port, backlog=1024)
        self.base_url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self.base_url

    async def stop(self) -> None:
        """Cut everybody off."""
        await self.settle()
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.cut()
        if self._session is not None:
            await self._session.close()
        await asyncio.sleep(0)

    async def settle(self) -> None:
        """Wait until every callback has been sent."""
        while self._calling:
            await asyncio.gather(*self._calling)

    def texts_of(self, number: str) -> list[str]:
        """What one phone received, in order."""
        return [one.body for one in self._by_number[number]]

    def twice(self) -> int:
        """Copies beyond the first of the same words to the same number."""
        counted = Counter((one.to, one.body) for one in self.taken)
        return sum(counted.values()) - len(counted)

    # requests -------------------------------------------------------------------------------------

    def answer(self, connection: "_Connection", method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        """Answer one request, now or later."""
        path, _, query = target.partition("?")
        self.hits[f"{method} {path}"] += 1
        if path == "/_count":
            return connection.reply(200, {"taken": len(self.taken), "twice": self.twice()})
        if path == "/_reset":
            self.taken.clear()
            self._by_number.clear()
            return connection.reply(200, {})
        expected = "Basic " + base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if headers.get("authorization") != expected:
            return self._refuse(connection, Fault.NO_CREDENTIALS)
        if path != self._messages:
            return self._error(connection, 404, 20404, "The requested resource was not found")
        if method == "GET":
            return connection.reply(200, self._list(dict(parse_qsl(query))), after=self.latency)
        return self._create(connection, dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True)))

    def _create(self, connection: "_Connection", form: dict[str, str]) -> None:
        wrong = _wrong(form)
        if wrong is not None:
            return self._error(connection, 400, *wrong)
        fault = self.numbers.get(form["To"]) or self._by_chance()
        if fault is not None and fault in _REFUSALS:
            return self._refuse(connection, fault)
        one = self._take(form) if fault is None or fault in _TAKEN_ALL_THE_SAME else None
        match fault:
            case None:
                assert one is not None
                connection.reply(201, _resource(one, "queued"), after=self.latency)
            case Fault.ERROR_TAKEN | Fault.ERROR_LOST:
                self._error(connection, 500, 20500, "Internal Server Error")
            case Fault.HANG_TAKEN | Fault.HANG_LOST:
                pass
            case Fault.DROP_TAKEN | Fault.DROP_LOST:
                connection.cut()
            case Fault.GARBLED:
                connection.send(201, b'{"sid": "SM', after=self.latency)

    def _by_chance(self) -> Fault | None:
        point = self._random.random() if self.chances else 1.0
        for fault, part in self.chances.items():
            point -= part
            if point < 0:
                self.failed[fault] += 1
                return fault
        return None

    def _take(self, form: dict[str, str]) -> Taken:
        one = Taken(
            sid=f"SM{self._random.getrandbits(128):032x}",
            to=form["To"],
            body=form["Body"],
            sender=form.get("From") or form["MessagingServiceSid"],
            validity=int(form.get("ValidityPeriod", "36000")),
            callback=form.get("StatusCallback", ""),
            created=self.clock(),
        )
        self.taken.append(one)
        self._by_number[one.to].append(one)
        if self.callbacks and one.callback:
            task = asyncio.get_running_loop().create_task(self._call_back(one))
            self._calling.add(task)
            task.add_done_callback(self._calling.discard)
        return one

    def _list(self, query: dict[str, str]) -> dict[str, object]:
        """Newest first, by page; a message shows once the list has caught up."""
        shown = self.clock() - self.list_lag
        known = self._by_number[query["To"]] if "To" in query else self.taken
        size, page = int(query.get("PageSize", _PAGE)), int(query.get("Page", 0))
        newest = [one for one in reversed(known) if one.created <= shown]
        part = newest[page * size : (page + 1) * size]
        more = len(newest) > (page + 1) * size
        following = f"{self._messages}?{urlencode({**query, 'Page': page + 1, 'PageToken': 'PT'})}" if more else None
        return {
            "messages": [_resource(one, "queued") for one in part],
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": page * size + max(0, len(part) - 1),
            "uri": f"{self._messages}?{urlencode(query)}",
            "first_page_uri": f"{self._messages}?{urlencode({**query, 'Page': 0})}",
            "previous_page_uri": None,
            "next_page_uri": following,
        }

    def _refuse(self, connection: "_Connection", fault: Fault) -> None:
        headers = {"Retry-After": self.retry_after} if fault is Fault.THROTTLED and self.retry_after else {}
        self._error(connection, *_REFUSALS[fault], headers=headers)

    def _error(
        self, connection: "_Connection", status: int, code: int, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        about = f"https://www.twilio.com/docs/errors/{code}"
        old = {"code": code, "message": message, "more_info": about, "status": status}
        new = {"type": about, "title": message, "code": code, "status": status, "detail": message}
        connection.reply(status, new if self.problems else old, headers=headers, after=self.latency)

    # callbacks ------------------------------------------------------------------------------------

    async def _call_back(self, one: Taken) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        for status in self.statuses:
            await self.report(one, status)

    async def report(self, one: Taken, status: str, **more: str) -> int:
        """Send one signed status callback; the HTTP status it got."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        form = {
            "MessageSid": one.sid,
            "SmsSid": one.sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "To": one.to,
            "From": one.sender,
            "AccountSid": self.account,
            "ApiVersion": "2010-04-01",
            **more,
        }
        signature = sign(one.callback, form, self.token)
        async with self._session.post(one.callback, data=form, headers={"X-Twilio-Signature": signature}) as answer:
            return answer.status


def sign(url: str, form: Mapping[str, str], token: str = TOKEN) -> str:
    """As the public reference says: the address, then every name and value, sorted by name; HMAC-SHA1, base64."""
    whole = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), whole.encode(), hashlib.sha1).digest()).decode()


def _wrong(form: Mapping[str, str]) -> tuple[int, str] | None:
    if not form.get("To"):
        return 21604, "A 'To' phone number is required"
    if not (form.get("From") or form.get("MessagingServiceSid")):
        return 21603, "A 'From' phone number is required"
    if not form.get("Body"):
        return 21602, "Message body is required"
    if len(form["Body"]) > 1600:
        return 21617, "The concatenated message body exceeds the 1600 character limit"
    if not 1 <= int(form.get("ValidityPeriod", "36000")) <= 36000:
        return 90007, "Validity period out of range"
    callback = form.get("StatusCallback")
    if callback and urlsplit(callback).scheme not in ("http", "https"):
        return 21609, "Invalid 'StatusCallback' url"
    return None


def _resource(one: Taken, status: str) -> dict[str, object]:
    at = formatdate(one.created, usegmt=False, localtime=False).replace("-0000", "+0000")
    service = one.sender if one.sender.startswith("MG") else None
    uri = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{one.sid}.json"
    return {
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "body": one.body,
        "date_created": at,
        "date_sent": None,
        "date_updated": at,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": None if service else one.sender,
        "messaging_service_sid": service,
        "num_media": "0",
        "num_segments": "0" if service else "1",
        "price": None,
        "price_unit": "USD",
        "sid": one.sid,
        "status": "accepted" if service else status,
        "subresource_uris": {"media": uri.replace(".json", "/Media.json")},
        "to": one.to,
        "uri": uri,
    }


class _Connection(asyncio.Protocol):
    """HTTP/1.1 with kept-alive connections and bodies of known length: what the client sends."""

    def __init__(self, provider: FakeTwilio) -> None:
        self._provider = provider
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._provider._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._provider._connections.discard(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            length = int(headers.get("content-length", "0"))
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            method, target, _ = lines[0].split(" ", 2)
            self._provider.answer(self, method, target, headers, rest[:length])

    def reply(
        self, status: int, body: Mapping[str, object], *, headers: Mapping[str, str] | None = None, after: float = 0.0
    ) -> None:
        """Answer with JSON."""
        self.send(status, json.dumps(body).encode(), headers=headers, after=after)

    def send(self, status: int, body: bytes, *, headers: Mapping[str, str] | None = None, after: float = 0.0) -> None:
        """Answer with these bytes."""
        kind = "application/problem+json" if self._provider.problems and status >= 400 else "application/json"
        more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
        whole = head.encode("latin-1") + body
        if after > 0:
            asyncio.get_running_loop().call_later(after, self._write, whole)
        else:
            self._write(whole)

    def _write(self, whole: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(whole)

    def cut(self) -> None:
        """Close without an answer."""
        self._transport.abort()


async def _alone(options: argparse.Namespace) -> None:
    provider = FakeTwilio(latency=options.latency)
    print(await provider.start(options.port), flush=True)  # noqa: T201 -- the parent reads the address
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0)
    asyncio.run(_alone(parser.parse_args()))
