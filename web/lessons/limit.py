"""How many answers of one network address are counted: so that nobody alone makes the totals. In memory only."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

_PER_HOUR: Final = 12
_HOUR: Final = timedelta(hours=1)
_MOST: Final = 10_000


class Limit:
    """Answers by address within an hour. For one event loop."""

    def __init__(self, per_hour: int = _PER_HOUR) -> None:
        """Counts at most so many of one address."""
        self._per_hour = per_hour
        self._seen: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def counts(self, address: str, now: datetime) -> bool:
        """Whether one more answer of this address counts; of an address that says nothing each does."""
        if not address:
            return True
        since, answers = self._seen.get(address, (now, 0))
        if now - since >= _HOUR:
            since, answers = now, 0
        if answers >= self._per_hour:
            return False
        self._seen[address] = (since, answers + 1)
        self._seen.move_to_end(address)
        if len(self._seen) > _MOST:
            self._seen.popitem(last=False)
        return True
