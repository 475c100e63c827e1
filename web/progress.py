"""How far a broadcast has come, in numbers a person can add up. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from web.console import reach
from web.console.reach import Reach
from web.snapshot import BroadcastRow

_WAITING = ("queued", "handing")
_ENDED = ("complete", "withdrawn", "held")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A broadcast as the page shows it."""

    row: BroadcastRow
    reach: Reach
    #: from telegram seen to the first and the last text handed over, in seconds
    first_seconds: float | None
    last_seconds: float | None
    #: to the last person from now, at the rate of the senders; None when nothing is waiting
    minutes_left: float | None
    #: others are handed over before it
    after_others: bool

    def late(self, now: datetime) -> bool:
        """Whether somebody should look who has not got it: a warning, old enough and still worth hearing."""
        asked = self.row.origin == "alert" and self.row.state != "withdrawn" and self.reach.missing > 0
        return asked and self.row.seen_at + reach.UNREACHED_AFTER <= now < self.row.seen_at + reach.UNREACHED_UNTIL


def of(rows: Sequence[BroadcastRow], rate: float) -> tuple[Progress, ...]:
    """Progress of each; `rate` is in segments per second of all senders together."""
    waiting = {row.id: _waiting(row) for row in rows}
    return tuple(_progress(row, _ahead(row, rows, waiting), waiting[row.id], rate) for row in rows)


def _waiting(row: BroadcastRow) -> float:
    """Segments not handed over yet, by the mean of those planned."""
    if row.state in _ENDED or not row.planned:
        return 0
    return sum(row.everywhere.get(state, 0) for state in _WAITING) * row.planned_segments / row.planned


def _ahead(row: BroadcastRow, rows: Sequence[BroadcastRow], waiting: Mapping[int, float]) -> float:
    return sum(waiting[other.id] for other in rows if (other.priority, other.id) < (row.priority, row.id))


def _progress(row: BroadcastRow, ahead: float, waiting: float, rate: float) -> Progress:
    first, last = row.first_handover_at, row.last_handover_at
    done = last is not None and not waiting and row.planned_at is not None
    return Progress(
        row=row,
        reach=reach.of(row.cells),
        first_seconds=(first - row.seen_at).total_seconds() if first else None,
        last_seconds=(last - row.seen_at).total_seconds() if last and done else None,
        minutes_left=(ahead + waiting) / rate / 60 if waiting else None,
        after_others=ahead > 0,
    )
