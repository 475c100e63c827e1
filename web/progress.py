"""How far a broadcast has come, in numbers a person can add up. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from delivery import counting
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
    #: to the last person from now; None when nothing is waiting
    minutes_left: float | None
    #: others are handed over before it
    after_others: bool

    @property
    def state(self) -> str:
        """Of the broadcast when its messages were counted: it may be complete before they are counted again."""
        counted = counting.parse(self.row.version)
        behind = sum(counted.get(state, 0) for state in _WAITING) > 0 or (self.row.planned > 0 and not counted)
        return "sending" if self.row.state == "complete" and behind else self.row.state

    def late(self, now: datetime) -> bool:
        """Whether somebody should look who has not got it: a warning, old enough and still worth hearing."""
        asked = self.row.origin == "alert" and self.row.state != "withdrawn" and self.reach.missing > 0
        return asked and self.row.seen_at + reach.UNREACHED_AFTER <= now < self.row.seen_at + reach.UNREACHED_UNTIL


def of(
    rows: Sequence[BroadcastRow],
    rate: float,
    queue: Sequence[BroadcastRow] | None = None,
    seen: Sequence[Progress] = (),
) -> tuple[Progress, ...]:
    """Progress of each; `rate` is in segments per second of all senders together.

    `queue` is whatever is being sent anywhere, which a reader of some places is not shown; None: nothing but `rows`.
    `seen`: what was made before; of those very counts the reach is not added up again.
    """
    others, known = rows if queue is None else queue, {one.row.id: one for one in seen}
    return tuple(
        _progress(row, _reach(row, known.get(row.id)), (_before(row, others), _beside(row, others)), rate)
        for row in rows
    )


def _reach(row: BroadcastRow, seen: Progress | None) -> Reach:
    return seen.reach if seen is not None and seen.row.cells is row.cells else reach.of(row.cells)


def _waiting(row: BroadcastRow) -> float:
    """Segments not handed over yet, by the mean of those planned."""
    if row.state in _ENDED or not row.planned:
        return 0
    everywhere = counting.parse(row.version)
    return sum(everywhere.get(state, 0) for state in _WAITING) * row.planned_segments / row.planned


def _before(row: BroadcastRow, queue: Sequence[BroadcastRow]) -> float:
    """Segments of what is more urgent."""
    return sum(_waiting(other) for other in queue if other.priority < row.priority)


def _beside(row: BroadcastRow, queue: Sequence[BroadcastRow]) -> float:
    """Segments of equals that leave before the last of this one: they go in step, one text each (`delivery.turns`)."""
    mine = _waiting(row)
    return sum(min(mine, _waiting(one)) for one in queue if one.priority == row.priority and one.id != row.id)


def _progress(row: BroadcastRow, reached: Reach, others: tuple[float, float], rate: float) -> Progress:
    first, last, waiting = row.first_handover_at, row.last_handover_at, _waiting(row)
    done = last is not None and not waiting and row.planned_at is not None
    return Progress(
        row=row,
        reach=reached,
        first_seconds=(first - row.seen_at).total_seconds() if first else None,
        last_seconds=(last - row.seen_at).total_seconds() if last and done else None,
        minutes_left=(sum(others) + waiting) / rate / 60 if waiting else None,
        after_others=sum(others) > 0,
    )
