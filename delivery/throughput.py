"""How fast texts are really leaving, measured over the last half minute, for pages.

Attempts are found by their ids, which grow with time, so that the sending pays for no further index.
"""

from datetime import datetime, timedelta

from storage import times
from storage.connection import Connection

#: attempts looked at: so few say nothing of a sender that is very fast, and then nobody waits
_MOST = 2_000
_WINDOW = timedelta(seconds=30)
#: seconds; a shorter stretch says nothing of the speed
_LEAST = 3.0
#: seconds without a text after which what was before is another stretch
_GAP = 5.0
_LATEST = """
SELECT a.started_at, m.segments FROM attempts a JOIN messages m ON m.id = a.message_id
WHERE a.id > (SELECT max(id) FROM attempts) - :most AND a.outcome = 'accepted' AND a.started_at >= :since
ORDER BY a.id DESC
"""


def measured(db: Connection, now: datetime) -> float | None:
    """Segments per second of all senders together; None where too little is leaving to say."""
    segments, first = 0, now
    for row in db.execute(_LATEST, {"most": _MOST, "since": times.to_text(now - _WINDOW)}):
        started = row.time("started_at")
        if (first - started).total_seconds() > _GAP:
            break
        segments, first = segments + row.integer("segments"), min(first, started)
    seconds = (now - first).total_seconds()
    return segments / seconds if seconds >= _LEAST else None
