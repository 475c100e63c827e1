"""Tells open pages that something has changed, at most once per pace. Owns the stream of server-sent events.

An event only says "refresh": what is shown is always read from the database.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import web

_log = logging.getLogger(__name__)
#: every page looks again after so many paces, whatever we noticed; also finds readers that are gone
_HEARTBEAT_PACES = 15
#: so many open pages are told at every pace
_AT_FULL_PACE = 10


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
            await asyncio.wait_for(self._rung.wait(), seconds)
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

        `before` is called before open pages hear of a change. Many pages hear of it more seldom.
        """
        self._before = before
        self._changes = changes
        self._look = look
        self._pace = pace
        self._listeners = 0
        self._turn = asyncio.Event()
        self._closed = False

    @property
    def pace(self) -> float:
        """Seconds between two changes that open pages hear of; more when many are open."""
        return self._pace * max(1.0, self._listeners / _AT_FULL_PACE)

    async def run(self) -> None:
        """Until cancelled: wake the listeners when something has changed."""
        seen: object = None
        quiet = 0
        while True:
            rung = await self._changes.wait(self._pace)
            # A burst of commits is one refresh. Many pages together ask no more of us than a few, whoever notices.
            await asyncio.sleep(self.pace if rung else self.pace - self._pace)
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
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One reader's stream: `hello`, then `refresh` at each change until either side goes."""
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
            await response.write(b"retry: 2000\nevent: hello\ndata: 1\n\n")
            while not self._closed:
                await self._turn.wait()
                await response.write(b"event: refresh\ndata: 1\n\n")
        except ConnectionResetError:
            pass  # the reader has left
        finally:
            self._listeners -= 1
        return response
