"""How fast one sender may hand over, in segments per second. Holds no clock of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

#: seconds of lateness that may be caught up at once: timers are coarser than the gaps at high rates
_SLACK = 0.05


@dataclass(slots=True, kw_only=True)
class Bucket:
    """Spaces texts by their segments: `n` segments keep the sender busy for n / rate seconds."""

    #: segments per second; None for no limit
    rate: float | None
    #: seconds, never going back
    clock: Callable[[], float]
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

    async def take(self, segments: int) -> None:
        """Wait for a turn."""
        wait = self.reserve(segments)
        if wait > 0:
            await self.sleep(wait)

    def pause(self, seconds: float) -> None:
        """Nobody's turn comes before then: the provider is throttling."""
        self._paused_until = max(self._paused_until, self.clock() + seconds)
