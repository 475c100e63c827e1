"""How far a broadcast is, for pages and the command line: counts, rate, minutes to the last person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from delivery import arrival
from delivery.states import MessageState
from storage.connection import Connection

_OPEN = (MessageState.QUEUED, MessageState.HANDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One broadcast as it stands."""

    #: planning, sending, complete, …
    state: str
    #: messages per state
    counts: Mapping[MessageState, int]
    #: segments that are not handed over yet, as far as planned
    segments_left: int
    #: segments per second since the first handover; None before there is anything to measure
    measured_rate: float | None
    #: by the measured rate, else by the sender's
    seconds_to_last: float
    first_handover_at: datetime | None
    last_handover_at: datetime | None


def progress(db: Connection, broadcast_id: int, rate: float) -> Progress:
    """Progress of one broadcast; `rate` is the sender's, in segments per second. LookupError if there is none."""
    rows = db.execute(
        "SELECT state, first_handover_at, last_handover_at FROM broadcasts WHERE id = :id", {"id": broadcast_id}
    )
    if not rows:
        raise LookupError(f"broadcast {broadcast_id}: there is none")
    counted = db.execute(
        "SELECT state, sum(n) AS n, sum(segments) AS segments FROM ("
        " SELECT state, count(*) AS n, sum(segments) AS segments FROM messages WHERE broadcast_id = :id GROUP BY state"
        " UNION ALL SELECT state, messages, segments FROM broadcast_totals WHERE broadcast_id = :id"
        ") counted GROUP BY state",
        {"id": broadcast_id},
    )
    segments = {MessageState(row.text("state")): int(row.number("segments")) for row in counted}
    left = sum(segments.get(state, 0) for state in _OPEN)
    first, last = rows[0].optional_time("first_handover_at"), rows[0].optional_time("last_handover_at")
    measured = _rate(sum(segments.values()) - left, first, last)
    return Progress(
        state=rows[0].text("state"),
        counts={MessageState(row.text("state")): int(row.number("n")) for row in counted},
        segments_left=left,
        measured_rate=measured,
        seconds_to_last=arrival.seconds_to_last(left, measured or rate),
        first_handover_at=first,
        last_handover_at=last,
    )


def _rate(segments: int, first: datetime | None, last: datetime | None) -> float | None:
    """Over at least a second: a few texts at once say nothing of the speed."""
    if first is None or last is None or (last - first).total_seconds() < 1 or not segments:
        return None
    return segments / (last - first).total_seconds()
