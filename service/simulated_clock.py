"""The clock of a simulation: runs like a real one, and jumps forward to where the next thing happens."""

import time
from datetime import datetime, timedelta


class SimulatedClock:
    """Call it for the time; `jump` moves it forward, never back."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._begun = time.monotonic()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._begun)

    def jump(self, to: datetime) -> None:
        """Let it be `to` now, unless that is past already."""
        if to > self():
            self._start, self._begun = to, time.monotonic()
