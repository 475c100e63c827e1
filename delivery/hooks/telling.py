"""Tells webhooks: writes what has happened into rows, and posts what is due, again and again until it is given up.

A receiver may hear the same twice, by the same `webhook-id`; it never hears nothing without somebody being told.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from alerts.places import PlaceTable
from delivery.hooks import addresses, looking_up, signature, store
from delivery.hooks.addresses import NOTHING, Private
from delivery.hooks.events import Event
from delivery.hooks.store import Delivery, Hook, State
from storage.connection import Connection
from storage.database import Database

_log = logging.getLogger(__name__)
#: after the first attempt, the second … ; then it is given up: 28 hours in all
AGAIN = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 43_200))
#: how long one attempt may take, and after which a process that died in it is followed by another attempt
_PATIENCE = timedelta(seconds=10)
_LEASE = timedelta(seconds=30)
_AT_ONCE = 32
_PER_HOST = 4
#: settled deliveries are kept so long
KEPT = timedelta(days=14)
_GONE = 410


@dataclass(slots=True, kw_only=True)
class HookTeller:
    """Looks, and tells. One for each service; only one process at a time."""

    db: Database
    places: PlaceTable
    clock: Callable[[], datetime]
    #: the secret of a hook
    secret: Callable[[Hook], str]
    public_url: str = ""
    #: what may be called beside public addresses
    private: Private = NOTHING
    user_agent: str = "Tomoshibi"
    _session: aiohttp.ClientSession | None = field(default=None)

    async def look(self) -> int:
        """Write what has happened for everybody who is told; how many deliveries were tried."""
        if await self.db.read(store.anything):
            await self.db.write(self._write)
        return await self._tell()

    def _write(self, db: Connection) -> None:
        now = self.clock()
        happened = store.happened(db, self.public_url, now)
        for hook in store.hooks(db):
            if hook.disabled_at is None:
                store.queue(db, hook, self._theirs(hook, happened), now)

    def _theirs(self, hook: Hook, happened: list[Event]) -> list[tuple[Event, str]]:
        within = {hook.municipality, *self.places.wards_of(hook.municipality)} if hook.municipality else None
        told = ((one, one.body(within)) for one in happened)
        return [(one, body) for one, body in told if body is not None]

    async def _tell(self) -> int:
        now = self.clock()
        found = await self.db.read(store.due, now, _AT_ONCE, _PER_HOST)
        if not found:
            return 0
        await self.db.write(store.begin, found, now + _LEASE)
        await asyncio.gather(*(self._one(each) for each in found))
        return len(found)

    async def _one(self, one: Delivery) -> None:
        status, answer = await self._post(one)
        await self.db.write(_settle, one, status, answer, self.clock())

    async def _post(self, one: Delivery) -> tuple[int, str]:
        """(status, what came of it); the status is 0 where no answer came."""
        body = one.body.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": self.user_agent,
            **signature.sign(self.secret(one.hook), one.message_id, self.clock(), body),
        }
        try:
            addresses.check(one.hook.url, private=self.private)
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                async with self._open().post(
                    one.hook.url, data=body, headers=headers, allow_redirects=False
                ) as response:
                    return response.status, f"HTTP {response.status}"
        except TimeoutError:
            return 0, f"no answer within {_PATIENCE.total_seconds():g} s"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return 0, f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=_AT_ONCE, limit_per_host=_PER_HOST, resolver=looking_up.Guard(self.private)
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._session

    async def forget(self) -> None:
        """Let go of what was settled long ago."""
        await self.db.write(store.forget, self.clock() - KEPT)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _settle(db: Connection, one: Delivery, status: int, answer: str, now: datetime) -> None:
    """Delivered by any 2xx. 410 ends the hook, as the receiver asks; else another attempt, or none."""
    subject = f"webhook {one.hook.name}"
    if 200 <= status < 300:
        store.settle(db, one, State.DELIVERED, answer, now, None)
        noticeboard.resolve(db, NoticeKind.HOOK, subject, now)
        return
    if status != _GONE and one.attempts < len(AGAIN):
        store.settle(db, one, State.WAITING, answer, now, AGAIN[one.attempts])
        return
    store.settle(db, one, State.GIVEN_UP, answer, now, None)
    if status == _GONE:
        store.disable(db, one.hook, "the receiver answered 410 Gone", now)
    text = (
        f"The webhook {one.hook.name} was not told of {one.event}: {answer}. When it works again:"
        f" `hooks enable {one.hook.name}` tells it all that was given up."
    )
    _log.warning("webhook_given_up", extra={"hook": one.hook.name, "answer": answer})
    whose = (one.hook.municipality,) if one.hook.municipality else ()
    noticeboard.add(db, Notice(kind=NoticeKind.HOOK, subject=subject, text=text, places=whose), now)
