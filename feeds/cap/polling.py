"""Polls sources that publish: every message they list is stored before it is read. A failed poll changes nothing."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from feeds import fetch
from feeds.cap import listing, store
from feeds.cap.listing import Named
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
    #: an address is read again where its feed says that it changed
    _seen: OrderedDict[Named, None] = field(default_factory=OrderedDict)
    #: sources whose feeds are longer than what is read of them
    _long: set[str] = field(default_factory=set)

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
            listed = listing.read(answer.body, source.url)
        except NotCap as problem:
            return 0, str(problem)
        await self._note_left_out(source, listed.left_out)
        return await self._fetch(source, [named for named in listed.messages if named not in self._seen])

    async def _fetch(self, source: Source, wanted: Sequence[Named]) -> tuple[int, str]:
        """As many as may wait to be read; the others at the next poll, once these are read."""
        room = store.MOST_WAITING - await self.db.read(store.waiting, source.name)
        stored, wrong = 0, ""
        for named in wanted:
            if stored >= room:
                return stored, f"more than {store.MOST_WAITING} messages wait to be read"
            one = await self._get(source, named.href, MAX_BYTES)
            if isinstance(one, Fetched):
                stored += await self.db.write(store.add, source.name, one.body, self.clock())
                self._remember(named)
            elif isinstance(one, Failed):
                wrong = f"{named.href[:200]}: {one.reason}"
        return stored, wrong

    async def _get(self, source: Source, address: str, cap: int) -> fetch.Answer:
        return await fetch.get(
            self.session,
            address,
            self.settings,
            may_follow=lambda href: listing.is_below(href, source.url),
            cap=cap,
        )

    async def _note_left_out(self, source: Source, count: int) -> None:
        """Whoever is in charge hears of entries that nobody looks at."""
        if (source.name in self._long) is bool(count):
            return
        await self.db.write(_note_long, source, count, self.clock())
        (self._long.add if count else self._long.discard)(source.name)

    def _remember(self, named: Named) -> None:
        self._seen[named] = None
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)


def _note_long(db: Connection, source: Source, count: int, now: datetime) -> None:
    subject = f"cap {source.name} feed"
    if not count:
        noticeboard.resolve(db, NoticeKind.UNREADABLE, subject, now)
        return
    text = (
        f"The feed of {source.name} lists more than {listing.MOST} messages: {count} at its end are not read. Ask them"
        " to list the newest first, and to drop what is over."
    )
    noticeboard.add(db, _notice(source, NoticeKind.UNREADABLE, subject, text), now)


def _note(db: Connection, source: Source, wrong: str, now: datetime, settings: FeedSettings) -> None:
    since, subject = store.note_poll(db, source.name, wrong, now), f"cap {source.name}"
    if since is None:
        noticeboard.resolve(db, NoticeKind.GONE, subject, now)
    elif now - since >= settings.blind_after:
        text = f"The CAP source {source.name} cannot be read since {since:%Y-%m-%d %H:%M} UTC: {wrong}. Call them."
        noticeboard.add(db, _notice(source, NoticeKind.GONE, subject, text, since), now)


def _notice(source: Source, kind: NoticeKind, subject: str, text: str, since: datetime | None = None) -> Notice:
    """For those whom the source speaks for."""
    whose = tuple(sorted(source.municipalities))
    return Notice(kind=kind, subject=subject, text=text, urgent=True, since=since, places=whose)
