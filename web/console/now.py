"""The first page: what is in force, what was decided, what is being sent, what we cannot see. Live by events."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

from aiohttp import web

from feeds.health import FeedState
from storage.connection import Connection
from web import freshness, queries
from web.accounts.roles import Permission, Principal
from web.console import reach, sections
from web.console.board import Board
from web.console.frame import Frame
from web.console.gate import COOKIE, holders
from web.console.sections import Kept, View
from web.console.visitor import Visitor
from web.live import Watch
from web.queries import Seen
from web.snapshot import Country, Leaving
from web.state import WebState
from web.words import Words

T = TypeVar("T")

_SEE = Permission.SEE_CONSOLE
_Places = frozenset[str] | None
#: seconds that a board is kept which nobody looks at
_FORGOTTEN = 600.0


@dataclass(slots=True)
class _Shown:
    """The board of those who see the same, and what it was made of last."""

    board: Board = field(default_factory=Board)
    view: View | None = None
    made_at: float = -math.inf


def _timed(db: Connection, look: Callable[[Connection], T]) -> tuple[T, float]:
    """What was read, and the processor seconds that it took."""
    began = time.thread_time()
    return look(db), time.thread_time() - began


def _seen(db: Connection, now: datetime) -> tuple[object, tuple[FeedState, ...]]:
    return queries.fingerprint(db, now), queries.feeds(db)


class NowPage:
    """The page, the part of it that changes, and the events that bring open pages what is new of it.

    Rows are read and sections drawn once for all who see the same, and only those that have changed.
    """

    def __init__(self, state: WebState, frame: Frame) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame
        self._watch = Watch(state.changes, self._look, state.live_seconds, self._forget)
        self._shown: dict[tuple[str, _Places], _Shown] = {}
        self._kept: Kept = {}
        #: one after the other: what is the same for all is read and drawn by the first
        self._making = asyncio.Lock()
        self._country: Country | None = None
        #: when it was looked at what the senders do, and what was seen
        self._leaving: tuple[float, Leaving | None] = (-math.inf, None)
        #: cookies of open pages, and those of them that may read on, found out once for each turn
        self._open: Counter[str] = Counter()
        self._living: Mapping[str, Principal | None] = {}
        self._asked_at = -math.inf
        self._asking = asyncio.Lock()

    def add_to(self, app: web.Application) -> None:
        """Routes, and the watch that runs beside them."""
        gate = self._frame.gate
        app.router.add_get("/console", gate.page(self.page, _SEE))
        app.router.add_get("/console/live", gate.part(self.live, _SEE))
        app.router.add_get("/console/live/events", gate.part(self.stream, _SEE))
        app.router.add_get("/console/events", gate.part(self.events, _SEE))
        app.cleanup_ctx.append(self._watching)
        app.on_shutdown.append(self._let_go)

    async def page(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The whole page; whoever opens it sees what they have just done."""
        board = await self._board(visitor.words, self._within(visitor), fresh=True)
        return await self._frame.show(visitor, "console/now.html", live=board.whole, mark=board.mark)

    async def live(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The part that changes."""
        board = await self._board(visitor.words, self._within(visitor))
        return web.Response(text=board.whole, content_type="text/html", charset="utf-8")

    async def stream(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        """Brings an open page what has changed since what it shows."""
        mark = request.headers.get("Last-Event-ID") or request.query.get("mark", "")
        within, cookie = self._within(visitor), request.cookies.get(COOKIE, "")

        async def news() -> bytes | None:
            nonlocal mark
            if (await self._who_lives()).get(cookie) != visitor.principal:
                return None
            board = await self._board(visitor.words, within)
            event, mark = board.news(mark), board.mark
            return event

        self._open[cookie] += 1
        try:
            return await self._watch.serve(request, news)
        finally:
            self._open[cookie] -= 1
            self._open += Counter()  # drops what is not open any more

    async def events(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        """Says "refresh" to pages that read their parts themselves."""
        event = b""

        async def news() -> bytes:
            nonlocal event
            before, event = event, b"event: refresh\ndata: 1\n\n"
            return before

        return await self._watch.serve(request, news)

    def _within(self, visitor: Visitor) -> _Places:
        return reach.scope(visitor, self._state.places)

    async def _board(self, words: Words, within: _Places, *, fresh: bool = False) -> Board:
        """Made once for all open pages of the same places and language, until something changes."""
        shown = self._shown.setdefault((words.language, within), _Shown())
        async with self._making:
            if fresh or shown.made_at < self._oldest:
                made_at = time.monotonic()
                # Thousands of rows may be in force: not on the loop that polls and sends.
                shown.view, spent = await asyncio.to_thread(self._make, shown, words, within)
                if not fresh:  # a page that is opened is no open page yet
                    self._watch.charge(spent)
                shown.made_at = made_at
        return shown.board

    @property
    def _oldest(self) -> float:
        """What was made before has to be made again."""
        return max(self._watch.told_at, time.monotonic() - self._watch.pace)

    def _make(self, shown: _Shown, words: Words, within: _Places) -> tuple[View, float]:
        """Read and draw what has changed; the processor seconds it took."""
        began, now, before = time.thread_time(), self._state.clock(), shown.view
        at, leaving = self._leaving
        seen = Seen(
            country=self._country,
            leaving=leaving if at >= self._oldest else None,
            broadcasts=before.snapshot.broadcasts if before else (),
            words=before.snapshot.words if before else None,
        )
        looked_at = time.monotonic()
        snapshot = self._state.db.read_sync(queries.snapshot, now, within, seen)
        self._country = snapshot.country
        if snapshot.leaving is not leaving:
            self._leaving = looked_at, snapshot.leaving
        made = sections.view(self._state, snapshot, words, now, within, before.running if before else ())
        shown.board.put(sections.draw(made, self._kept))
        return made, time.thread_time() - began

    async def _who_lives(self) -> Mapping[str, Principal | None]:
        """Cookie of an open page -> who has it; None where the session has ended."""
        async with self._asking:
            if self._asked_at < self._watch.told_at or not self._open.keys() <= self._living.keys():
                self._asked_at = time.monotonic()
                self._living = await self._read(partial(holders, cookies=tuple(self._open), now=self._frame.gate.wall))
        return self._living

    async def _read(self, look: Callable[[Connection], T]) -> T:
        """Of the database, for open pages: it counts among what they cost."""
        found, spent = await self._state.db.read(_timed, look)
        self._watch.charge(spent)
        return found

    def _forget(self) -> None:
        """Open pages are about to hear of a change: what nobody looks at any more is dropped."""
        old = time.monotonic() - _FORGOTTEN
        self._shown = {key: one for key, one in self._shown.items() if one.made_at >= old}
        self._kept = sections.still_shown(self._kept, {key: one.view for key, one in self._shown.items()})

    async def _look(self) -> object:
        """Differs when a page would show something else: rows, or what the time makes of them."""
        now = self._state.clock()
        seen, feeds = await self._read(lambda db: _seen(db, now))
        return seen, [(feed.sight, feed.since) for feed in freshness.judge(feeds, self._state.feeds, now)]

    async def _watching(self, app: web.Application) -> AsyncIterator[None]:
        """Looks for changes while the application runs."""
        task = asyncio.create_task(self._watch.run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _let_go(self, app: web.Application) -> None:
        """End the streams, so that stopping does not wait for readers."""
        self._watch.close()
