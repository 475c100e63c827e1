"""How fast each sender may hand over, in segments per second. Holds no clock of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

#: seconds of lateness that may be caught up at once: timers are coarser than the gaps at high rates
_SLACK = 0.05
#: seconds slept at least: a sleep for every text would cost more than the text; what is late is caught up
_TICK = 0.005
#: seconds that texts in hand wait at most: in a longer pause they go back, and are looked at anew when it is over.
#: Somebody may say STOP meanwhile, and a warning may be raised or lifted
HOLD = 2.0


class Paused(Exception):
    """The turn is further away than texts in hand should wait."""


class Pace(Protocol):
    """What a sender waits at. Here for one process; `shared_rate` has it for any number of them."""

    @property
    def rate(self) -> float | None:
        """Segments per second of all senders together; None for no limit."""
        ...

    async def ahead(self, segments: int) -> None:
        """So many segments are about to be taken."""
        ...

    async def take(self, segments: int) -> str:
        """Wait for a turn; whose it is. Paused where only asking shows that it is more than `HOLD` away."""
        ...

    def paused(self) -> float:
        """Seconds until anybody's turn may come again, as far as this process knows; 0 where nothing is paused."""
        ...

    def pause(self, seconds: float, sender: str | None = None) -> None:
        """The provider throttles a sender, or all: nobody's turn comes before then."""
        ...

    def stall(self, seconds: float) -> None:
        """The provider cannot be reached from here."""
        ...


@dataclass(slots=True, kw_only=True)
class Bucket:
    """Spaces texts by their segments: `n` segments keep the sender busy for n / rate seconds."""

    #: segments per second; None for no limit
    rate: float | None
    #: seconds, never going back
    clock: Callable[[], float]
    #: '' for the transport's own
    sender: str = ""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _free_at: float = field(default=float("-inf"))
    _paused_until: float = field(default=float("-inf"))

    def reserve(self, segments: int) -> float:
        """Take the next turn; seconds to wait until it comes."""
        now = self.clock()
        start = max(self._free_at, self._paused_until, now - _SLACK)
        if self.rate is not None:
            self._free_at = start + segments / self.rate
        return max(0.0, start - now)

    def wait(self) -> float:
        """Seconds until the next turn; negative where the sender has been idle."""
        return max(self._free_at, self._paused_until) - self.clock()

    async def ahead(self, segments: int) -> None:
        """So many segments are about to be taken: nothing to do where one process has the sender for itself."""

    async def take(self, segments: int) -> str:
        """Wait for a turn; whose it is."""
        wait = self.reserve(segments)
        if wait > 0:
            await self.sleep(max(wait, _TICK))
        return self.sender

    def paused(self) -> float:
        """See `Pace`."""
        return max(0.0, self._paused_until - self.clock())

    def pause(self, seconds: float, sender: str | None = None) -> None:
        """Nobody's turn comes before then: the provider is throttling this sender, or all."""
        if sender is None or sender == self.sender:
            self._paused_until = max(self._paused_until, self.clock() + seconds)

    def stall(self, seconds: float) -> None:
        """The provider cannot be reached."""
        self.pause(seconds)


@dataclass(slots=True, kw_only=True)
class Pool:
    """Several senders, each with its own bucket; a text goes by the one that is free first."""

    buckets: Sequence[Bucket]

    @property
    def rate(self) -> float | None:
        """Segments per second of all together; None where one has no limit."""
        rates = [bucket.rate for bucket in self.buckets]
        return None if None in rates else sum(rate for rate in rates if rate is not None)

    async def ahead(self, segments: int) -> None:
        """See `Bucket`."""

    async def take(self, segments: int) -> str:
        """Wait for a turn; whose it is."""
        return await min(self.buckets, key=Bucket.wait).take(segments)

    def paused(self) -> float:
        """See `Pace`."""
        return min(bucket.paused() for bucket in self.buckets)

    def pause(self, seconds: float, sender: str | None = None) -> None:
        """See `Bucket`."""
        for bucket in self.buckets:
            bucket.pause(seconds, sender)

    def stall(self, seconds: float) -> None:
        """See `Bucket`."""
        self.pause(seconds)
