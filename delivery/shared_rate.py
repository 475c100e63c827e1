"""The rate of each sender over all processes: turns are taken from the database, a slice at a time.

A slice is a span of one sender's time that belongs to one process. Who is late for its slice loses it, so that
nobody catches up with a burst while another has its turn.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from delivery.rate import HOLD, Paused
from storage import lists, locking, server_clock
from storage.connection import Connection
from storage.database import Database

#: seconds of one sender's time in a slice at most
_SLICE = 0.25
#: seconds after its end that a slice may still be used
_LATE = 0.25
#: seconds from now that a turn may be away: the longest pause that a provider asks for, and slices behind it. Further
#: off is a turn taken before the server's clock was set back, and nobody would send until then
_FURTHEST = 3600.0 + 60.0
#: seconds slept at least, as in `rate`
_TICK = 0.005
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """So many segments of one sender, from so many seconds on from now."""

    sender: str
    wait: float
    segments: int
    seconds: float


def reserve(
    db: Connection, rates: Mapping[str, float], segments: int, least: int, within: float = float("inf")
) -> Slice:
    """Take the next slice of the sender that is free first; one that is more than `within` seconds away is only told.

    `rates` are segments per second. At most `segments`, and no more than a slice holds, but at least `least`.
    """
    now = _now(db)
    soonest = now + int(_FURTHEST * 1_000_000)
    free = {name: min(at, soonest) for name, at in _free_at(db, sorted(rates)).items()}
    sender = min(rates, key=lambda name: (max(free[name], now), -rates[name]))
    rate, start = rates[sender], max(free[sender], now)
    taken = max(least, min(segments, int(rate * _SLICE)))
    seconds, wait = taken / rate, (start - now) / 1_000_000
    if wait <= within:
        _set(db, sender, start + int(seconds * 1_000_000))
    return Slice(sender=sender, wait=wait, segments=taken, seconds=seconds)


def pause(db: Connection, sender: str, seconds: float) -> None:
    """Nobody's turn with this sender begins before then: the provider is throttling it."""
    free = _free_at(db, [sender])[sender]
    _set(db, sender, max(free, _now(db) + int(seconds * 1_000_000)))


def _now(db: Connection) -> int:
    return (server_clock.now(db) - _EPOCH) // _MICROSECOND


def _free_at(db: Connection, senders: Sequence[str]) -> dict[str, int]:
    """When each is free; nobody else takes a turn until this transaction ends."""
    names, values = lists.listed(senders)
    statement = (
        f"SELECT sender, free_at FROM paces WHERE sender IN ({names})"  # noqa: S608 -- names of parameters
        f" ORDER BY sender{locking.for_change(db)}"
    )
    found = db.execute(statement, values)
    if len(found) < len(senders):
        new = "INSERT INTO paces (sender, free_at) VALUES (:sender, 0) ON CONFLICT (sender) DO NOTHING"
        db.executemany(new, [{"sender": sender} for sender in senders])
        found = db.execute(statement, values)
    return {row.text("sender"): row.integer("free_at") for row in found}


def _set(db: Connection, sender: str, free_at: int) -> None:
    db.execute(
        "INSERT INTO paces (sender, free_at) VALUES (:sender, :free_at)"
        " ON CONFLICT (sender) DO UPDATE SET free_at = excluded.free_at",
        {"sender": sender, "free_at": free_at},
    )


#: pauses to be told to the others (sender -> seconds), segments at most, segments at least
Reserve = Callable[[Mapping[str, float], int, int], Awaitable[Slice]]


def over(db: Database, rates: Mapping[str, float], clock: Callable[[], float]) -> "SharedRate":
    """The rates of all processes on this database."""

    async def reserve_there(pauses: Mapping[str, float], segments: int, least: int) -> Slice:
        return await db.write(_reserve, rates, pauses, segments, least)

    return SharedRate(reserve=reserve_there, rates=rates, clock=clock)


@dataclass(slots=True, kw_only=True)
class SharedRate:
    """What a process's sender waits at, in the place of a `Bucket` or a `Pool`."""

    reserve: Reserve
    #: segments per second by sender; '' is the transport's own
    rates: Mapping[str, float]
    #: seconds, never going back
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    #: segments that are about to be taken, and those left of the slice
    _wanted: int = 0
    _left: int = 0
    _slice: Slice = field(default=Slice(sender="", wait=0, segments=0, seconds=0))
    #: when the next segment's turn is, and when the slice is lost, by `clock`
    _next: float = float("-inf")
    _lost_at: float = float("-inf")
    _stalled_until: float = float("-inf")
    #: until when nobody has a turn, as a slice that was too far away has shown
    _closed_until: float = float("-inf")
    #: pauses that the other processes do not know of yet, by sender: until when, by `clock`
    _news: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Segments per second of all senders together, over all processes."""
        return sum(self.rates.values())

    async def ahead(self, segments: int) -> None:
        """So many segments are about to be taken: one slice for them, where one holds them."""
        self._wanted = segments

    async def take(self, segments: int) -> str:
        """Wait for a turn; whose it is. Paused where it is far away: another process was told to wait for long."""
        if (stalled := self._stalled_until - self.clock()) > 0:
            await self.sleep(stalled)
        if not self._has(segments):
            await self._reserve(max(segments, self._wanted), segments)
            if self._slice.wait > HOLD:
                self._closed_until, self._left = self.clock() + self._slice.wait, 0
                raise Paused
        self._left -= segments
        self._wanted -= segments
        wait = self._next - self.clock()
        self._next += segments * self._slice.seconds / self._slice.segments
        if wait > 0:
            await self.sleep(max(wait, _TICK))
        return self._slice.sender

    def paused(self) -> float:
        """See `Pace`."""
        news = [self._news.get(name, 0.0) for name in self.rates]
        return max(0.0, max(self._stalled_until, self._closed_until, min(news)) - self.clock())

    def pause(self, seconds: float, sender: str | None = None) -> None:
        """The provider throttles a sender, or all: no turn of any process begins before then."""
        until = self.clock() + seconds
        for name in self.rates if sender is None else (sender,):
            self._news[name] = max(until, self._news.get(name, until))

    def stall(self, seconds: float) -> None:
        """The provider cannot be reached from here; others may still reach it."""
        self._stalled_until = max(self._stalled_until, self.clock() + seconds)

    def _has(self, segments: int) -> bool:
        return self._left >= segments and self.clock() <= self._lost_at and not self._news

    async def _reserve(self, segments: int, least: int) -> None:
        news, asked_at = dict(self._news), self.clock()
        pauses = {name: until - asked_at for name, until in news.items() if name in self.rates}
        self._slice = await self.reserve(pauses, segments, least)
        for name, until in news.items():
            if self._news.get(name) == until:
                del self._news[name]
        self._left = self._slice.segments
        self._next = self.clock() + self._slice.wait
        self._lost_at = self._next + self._slice.seconds + _LATE


def _reserve(
    db: Connection, rates: Mapping[str, float], pauses: Mapping[str, float], segments: int, least: int
) -> Slice:
    for sender in sorted(pauses):
        pause(db, sender, pauses[sender])
    return reserve(db, rates, segments, least, within=HOLD)
