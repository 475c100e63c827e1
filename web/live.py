"""Tells open pages that something has changed, at a pace that follows what it costs. Owns the server-sent events.

An event says "refresh", or brings what is new on the page: what is shown is always read from the database.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import web

_log = logging.getLogger(__name__)
#: every page is looked at again after so many paces, whatever we noticed; also finds readers that are gone
_HEARTBEAT_PACES = 15
#: open pages rest so many times as long as they kept a processor busy, so that they take a small part of one
_REST = 100.0
#: but never longer: seconds
_SLOWEST = 10.0

#: what to send to a reader now; None: they may not read on
News = Callable[[], Awaitable[bytes | None]]


def rest(pace: float, spent: float) -> float:
    """Seconds until open pages hear again, which are at least `pace`, where hearing costs so many of a core."""
    return max(pace, min(_SLOWEST, spent * _REST))


class Changes:
    """A bell for this process: whoever commits rings it, whoever shows pages waits for it."""

    def __init__(self) -> None:
        """Silent at first."""
        self._rung = asyncio.Event()

    def notify(self) -> None:
        """Something people should see has been committed. Call it on the loop."""
        self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """Whether it was rung within this time, or since the last call."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        rung = self._rung.is_set()
        self._rung.clear()
        return rung


class Watch:
    """One look at the database for all open pages."""

    def __init__(
        self,
        changes: Changes,
        look: Callable[[], Awaitable[object]],
        pace: float,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        """`look` gives a value that differs when something has changed; `pace` is in seconds.

        `before` is called before open pages hear of a change.
        """
        self._before = before
        self._changes = changes
        self._look = look
        self._pace = pace
        self._spent = 0.0
        #: of the last times: one map drawn anew does not keep everybody waiting
        self._mean = 0.0
        self._rested = pace
        self._listeners = 0
        self._turn = asyncio.Event()
        self._closed = False
        #: when open pages were last told, by time.monotonic
        self.told_at = -math.inf

    @property
    def pace(self) -> float:
        """Seconds between two changes that open pages hear of, as it is now."""
        return self._rested

    def charge(self, seconds: float) -> None:
        """What was done for open pages kept a processor busy for so long."""
        self._spent += seconds

    async def run(self) -> None:
        """Until cancelled: wake the listeners when something has changed."""
        seen: object = None
        quiet = 0
        while True:
            rung = await self._changes.wait(self._pace)
            # A burst of commits is one refresh; what the last ones cost says how soon the next one may come.
            self._mean, self._spent = (self._mean + self._spent) / 2, 0.0
            self._rested = rest(self._pace, self._mean)
            await asyncio.sleep(self._rested if rung else self._rested - self._pace)
            if not self._listeners:
                continue
            try:
                found = await self._look()
            except Exception:  # noqa: BLE001 -- the next look may succeed; a page must not go still for ever
                _log.exception("console_look_failed")
                continue
            quiet += 1
            if rung or found != seen or quiet >= _HEARTBEAT_PACES:
                seen, quiet = found, 0
                self._wake()

    def close(self) -> None:
        """Let every listener go."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        self._before()
        self.told_at = time.monotonic()
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()

    async def serve(self, request: web.Request, news: News) -> web.StreamResponse:
        """One reader's stream: `hello` with the pace, news at each change, `gone` for whoever may not read on."""
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        self._listeners += 1
        try:
            await response.prepare(request)
            await self._stream(response, news)
        except ConnectionResetError:
            pass  # the reader has left
        finally:
            self._listeners -= 1
        return response

    async def _stream(self, response: web.StreamResponse, news: News) -> None:
        told = self._seconds()
        await response.write(f"retry: 2000\nevent: hello\ndata: {told}\n\n".encode())
        while not self._closed:
            turn, pace = self._turn, self._seconds()
            event = await news()
            if event is None:
                await response.write(b"event: gone\ndata: 1\n\n")
                return
            if pace != told:
                told, event = pace, f"event: pace\ndata: {pace}\n\n".encode() + event
            began = time.thread_time()
            if event:
                await response.write(event)
            self.charge(time.thread_time() - began)
            await turn.wait()

    def _seconds(self) -> int:
        """The pace as a page says it, in steps."""
        return next((step for step in (1, 2, 3, 5) if self._rested <= step), math.ceil(_SLOWEST))
