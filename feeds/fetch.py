"""One HTTP GET with every limit that a stranger's server needs: time, size, type, redirects. Keeps nothing.

Refuses to raise for what goes wrong outside: a Failed says what happened.
"""

import asyncio
import hashlib
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import aiohttp
from yarl import URL

from feeds.settings import FeedSettings
from feeds.slicing import MAX_BYTES

_CHUNK = 64 * 1024
_HOPS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Fault(StrEnum):
    """What kind of thing went wrong."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    STATUS = "status"
    REDIRECT = "redirect"
    CONTENT_TYPE = "content_type"
    TOO_BIG = "too_big"
    BROKEN = "broken"  #: cut off, or badly compressed


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A whole answer."""

    body: bytes
    #: SHA-256, hexadecimal
    digest: str
    content_type: str
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """304: what we have is still right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """No usable answer."""

    fault: Fault
    reason: str
    #: the HTTP status, where there was an answer
    status: int = 0


Answer: TypeAlias = Fetched | Unchanged | Failed


def new_session(settings: FeedSettings) -> aiohttp.ClientSession:
    """A session for the feeds; to be made inside the event loop and closed by whoever made it."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=32),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": settings.user_agent},
    )


async def get(
    session: aiohttp.ClientSession,
    url: str,
    settings: FeedSettings,
    *,
    may_follow: Callable[[str], bool],
    headers: Mapping[str, str] | None = None,
    cap: int = MAX_BYTES,
) -> Answer:
    """GET one address; a redirect is followed only to what `may_follow` allows. At most `cap` bytes are read."""
    seconds = settings.total_timeout.total_seconds()
    try:
        async with asyncio.timeout(seconds):
            return await _follow(
                session, url, settings, may_follow, {**(headers or {}), "Accept-Encoding": "gzip"}, cap
            )
    except TimeoutError:
        return Failed(fault=Fault.TIMEOUT, reason=f"no whole answer within {seconds:g} s")
    except aiohttp.ClientPayloadError as error:
        return Failed(fault=Fault.BROKEN, reason=f"the answer was cut off: {_first_line(error)}")
    except zlib.error as error:
        return Failed(fault=Fault.BROKEN, reason=f"the answer is badly compressed: {error}")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Failed(fault=Fault.CONNECTION, reason=f"{type(error).__name__}: {_first_line(error)}")


async def _follow(
    session: aiohttp.ClientSession,
    url: str,
    settings: FeedSettings,
    may_follow: Callable[[str], bool],
    headers: Mapping[str, str],
    cap: int,
) -> Answer:
    limits = aiohttp.ClientTimeout(total=None, sock_connect=settings.connect_timeout.total_seconds())
    address = URL(url, encoded=True)
    for _ in range(_HOPS):
        # Unpacking is ours: a small packed body may hold gigabytes.
        async with session.get(
            address, headers=headers, timeout=limits, allow_redirects=False, auto_decompress=False
        ) as response:
            if response.status not in _REDIRECTS:
                return await _answer(response, cap)
            response.close()
            target = address.join(URL(response.headers.get("Location", "")))
            if not may_follow(str(target)):
                reason = f"redirected to {str(target)[:200]!r}, which is not below the base address"
                return Failed(fault=Fault.REDIRECT, reason=reason, status=response.status)
            address = target
    return Failed(fault=Fault.REDIRECT, reason=f"more than {_HOPS} redirects")


async def _answer(response: aiohttp.ClientResponse, cap: int) -> Answer:
    if response.status == 304:
        return Unchanged()
    if response.status != 200:
        response.close()
        return Failed(fault=Fault.STATUS, reason=f"HTTP status {response.status}", status=response.status)
    hasher = hashlib.sha256()
    parts: list[bytes] = []
    size = response.content_length or 0
    if size <= cap:
        size = 0
        async for piece in _pieces(response):
            size += len(piece)
            if size > cap:
                break
            hasher.update(piece)
            parts.append(piece)
    if size > cap:
        response.close()
        return Failed(fault=Fault.TOO_BIG, reason=f"the answer has more than {cap} bytes", status=200)
    return Fetched(
        body=b"".join(parts),
        digest=hasher.hexdigest(),
        content_type=response.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
        etag=response.headers.get("ETag"),
        last_modified=response.headers.get("Last-Modified"),
    )


async def _pieces(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """The body unpacked, in pieces of bounded size."""
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    if packing in ("", "identity"):
        async for chunk in response.content.iter_chunked(_CHUNK):
            yield chunk
        return
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise zlib.error(f"unknown content encoding {packing[:40]!r}")
    unpacker = zlib.decompressobj(wbits=47)  # gzip or zlib, by its own header
    async for chunk in response.content.iter_chunked(_CHUNK):
        while chunk:
            yield unpacker.decompress(chunk, 4 * _CHUNK)
            chunk = unpacker.unconsumed_tail
            await asyncio.sleep(0)  # one packed chunk can be 64 MB of work
    if not unpacker.eof:
        raise zlib.error("it ends too early")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200]
