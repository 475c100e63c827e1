"""Polls sources that publish: every message they list is stored before it is read. A failed poll changes nothing."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from feeds import fetch
from feeds.cap import listing, store
from feeds.cap.message import MAX_BYTES, NotCap
from feeds.cap.source import Source
from feeds.fetch import Failed, Fetched
from feeds.settings import FeedSettings
from storage.connection import Connection
from storage.database import Database

_log = logging.getLogger(__name__)
#: of a feed
_FEED_BYTES = 2 * 1024 * 1024
#: addresses that need not be fetched again
_REMEMBERED = 5_000


@dataclass(slots=True, kw_only=True)
class CapPoller:
    """Polls one source after another when it is called."""

    db: Database
    session: aiohttp.ClientSession
    #: how patiently
    settings: FeedSettings
    clock: Callable[[], datetime]
    _seen: OrderedDict[str, None] = field(default_factory=OrderedDict)

    async def poll(self, source: Source) -> int:
        """Fetch what is new; how many messages were stored. Never raises for what goes wrong outside."""
        stored, wrong = await self._poll(source)
        await self.db.write(_note, source, wrong, self.clock(), self.settings)
        return stored

    async def _poll(self, source: Source) -> tuple[int, str]:
        answer = await self._get(source, source.url, _FEED_BYTES)
        if not isinstance(answer, Fetched):
            return 0, answer.reason if isinstance(answer, Failed) else ""
        if listing.is_message(answer.body):
            return int(await self.db.write(store.add, source.name, answer.body, self.clock())), ""
        try:
            links = listing.links(answer.body, source.url)
        except NotCap as problem:
            return 0, str(problem)
        stored, wrong = 0, ""
        for href in links:
            if href in self._seen:
                continue
            one = await self._get(source, href, MAX_BYTES)
            if isinstance(one, Fetched):
                stored += await self.db.write(store.add, source.name, one.body, self.clock())
                self._remember(href)
            elif isinstance(one, Failed):
                wrong = f"{href[:200]}: {one.reason}"
        return stored, wrong

    async def _get(self, source: Source, address: str, cap: int) -> fetch.Answer:
        return await fetch.get(
            self.session,
            address,
            self.settings,
            may_follow=lambda href: listing.is_below(href, source.url),
            cap=cap,
        )

    def _remember(self, href: str) -> None:
        self._seen[href] = None
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)


def _note(db: Connection, source: Source, wrong: str, now: datetime, settings: FeedSettings) -> None:
    since, subject = store.note_poll(db, source.name, wrong, now), f"cap {source.name}"
    if since is None:
        noticeboard.resolve(db, NoticeKind.GONE, subject, now)
    elif now - since >= settings.blind_after:
        text = f"The CAP source {source.name} cannot be read since {since:%Y-%m-%d %H:%M} UTC: {wrong}. Call them."
        noticeboard.add(db, Notice(kind=NoticeKind.GONE, subject=subject, text=text, urgent=True, since=since), now)
