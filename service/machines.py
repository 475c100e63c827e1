"""Several processes on one PostgreSQL: who leads, who is alive, what is shared. Nothing here is loaded on SQLite."""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from delivery import heart, shared_rate
from delivery.heart import Heart
from delivery.sender import Beside
from delivery.shared_rate import SharedRate
from service import opening, transports
from service.clock import ServerTime
from service.settings import Settings
from storage import database, leases
from storage.connection import Connection
from storage.database import Database
from storage.errors import StorageError, StorageUnavailable
from storage.tickets import Tickets

_log = logging.getLogger(__name__)
#: one at a time looks up what is uncertain
LOOK_UP = "look up"
#: how long a lease stands without being renewed, and how often it is renewed
_SPAN, _RENEW = timedelta(seconds=5), 1.0
_LOOK_UP_SPAN = timedelta(seconds=20)
#: seconds between two looks at the database's clock
_SET_CLOCK = 5.0


@dataclass(slots=True, kw_only=True)
class Lead:
    """The lease of the one process that polls, decides and plans.

    A process that has lost it may not know. Its writes go through `check`, which refuses them in their own
    transaction, so that two that lead for a moment do no harm.
    """

    db: Database
    holder: str
    watch: Callable[[], float] = heart.since_boot
    #: 0 is nobody's
    epoch: int = 0
    _until: float = float("-inf")

    def check(self, db: Connection) -> None:
        """Refuse to write unless this process leads: leases.Overtaken."""
        leases.check(db, opening.LEAD, self.epoch)

    async def take_turns(self, term: Callable[[], Awaitable[None]]) -> None:
        """Run `term` whenever it is our turn, and cancel it when it is no longer; until cancelled."""
        while True:
            await self._our_turn()
            _log.warning("leading", extra={"epoch": self.epoch})
            leading = asyncio.ensure_future(term())
            try:
                await self._while_it_lasts(leading)
            finally:
                leading.cancel()
                await asyncio.gather(leading, return_exceptions=True)
                await self._let_go()
                _log.warning("leading_no_more", extra={"epoch": self.epoch})
                self.epoch = 0

    async def _our_turn(self) -> None:
        while True:
            if await self._renew():
                return
            await asyncio.sleep(_RENEW)

    async def _while_it_lasts(self, leading: "asyncio.Future[None]") -> None:
        epoch = self.epoch
        while True:
            done, _ = await asyncio.wait([leading], timeout=_RENEW)
            if done:
                leading.result()
                return
            if not await self._renew() or self.epoch != epoch:
                return

    async def _renew(self) -> bool:
        """Take or keep the lease; while the database is away it stands until its end."""
        began = self.watch()
        try:
            epoch = await self.db.write(leases.hold, opening.LEAD, self.holder, _SPAN)
        except StorageError as error:
            _log.warning("lead_not_renewed", extra={"error": type(error).__name__})
            return self.watch() < self._until
        if epoch is None:
            return False
        self.epoch, self._until = epoch, began + _SPAN.total_seconds()
        return True

    async def _let_go(self) -> None:
        with suppress(StorageError):
            await self.db.write(leases.let_go, opening.LEAD, self.holder)


@dataclass(slots=True, kw_only=True)
class Machines:
    """What a process needs among others; its database has connections of its own, which nothing else keeps waiting."""

    pulse: Database
    heart: Heart
    lead: Lead
    beside: Beside
    clock: ServerTime
    rates: SharedRate = field(repr=False)
    #: those of the second provider
    second_rates: SharedRate | None = field(default=None, repr=False)
    _leading: asyncio.Task[None] | None = None
    _alive: list[asyncio.Task[None]] = field(default_factory=list)

    def begin(self, term: Callable[[], Awaitable[None]] | None = None) -> None:
        """Be alive, and keep to the database's clock; run `term` whenever it is our turn to lead."""
        self._alive = [asyncio.create_task(_for_ever(run)) for run in (self.heart.run, self._keep_time)]
        if term is not None:
            self._leading = asyncio.create_task(_for_ever(lambda: self.lead.take_turns(term)))

    async def lead_no_more(self) -> None:
        """Let another lead."""
        if self._leading is not None:
            self._leading.cancel()
            await asyncio.gather(self._leading, return_exceptions=True)

    async def end(self) -> None:
        """This process has nothing in hand any more."""
        for task in self._alive:
            task.cancel()
        await asyncio.gather(*self._alive, return_exceptions=True)
        with suppress(StorageError):
            await self.heart.end()

    async def _keep_time(self) -> None:
        while True:
            await asyncio.sleep(_SET_CLOCK)
            with suppress(StorageError):
                await self.clock.set(self.pulse)


async def _for_ever(run: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await run()
        except Exception:  # noqa: BLE001 -- whatever it is, it is needed again
            _log.exception("machines_fell")
        await asyncio.sleep(_RENEW)


@asynccontextmanager
async def opened(settings: Settings, db: Database) -> AsyncIterator[Machines]:
    """What this process needs among others, on the running loop."""
    pulse = database.open(settings.database, role="pulse")
    name = f"{socket.gethostname()}:{os.getpid()}"
    clock = ServerTime()
    beating = Heart(db=pulse, name=name, clock=clock, transport=transports.identity(settings))
    try:
        await clock.set(pulse)
        await beating.begin()  # first: whoever must be alone looks for us, and we for it
        if await pulse.read(leases.is_held, opening.ALONE):
            raise StorageUnavailable(
                "a command that must be alone works on this database; start again when it has ended"
            )
        yield _made(settings, db, beating, clock)
    finally:
        with suppress(StorageError):
            await beating.end()
        await pulse.close()


def _made(settings: Settings, db: Database, beating: Heart, clock: ServerTime) -> Machines:
    pulse, holder = beating.db, f"{beating.name}:{secrets.token_hex(8)}"
    rates = settings.senders or {"": settings.send_rate}
    now = asyncio.get_running_loop().time

    async def looks_up() -> bool:
        return await pulse.write(leases.hold, LOOK_UP, holder, _LOOK_UP_SPAN) is not None

    return Machines(
        pulse=pulse,
        heart=beating,
        lead=Lead(db=pulse, holder=holder),
        beside=Beside(heart=beating, tickets=Tickets(settings.database), looks_up=looks_up),
        clock=clock,
        rates=shared_rate.over(db, rates, now),
        second_rates=shared_rate.over(db, {settings.second_sender: settings.second_send_rate}, now),
    )
