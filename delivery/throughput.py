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
#: by the second, the latest first
_LATEST = """
SELECT min(a.started_at) AS first, max(a.started_at) AS last, sum(m.segments) AS segments
FROM attempts a JOIN messages m ON m.id = a.message_id
WHERE a.id > (SELECT max(id) FROM attempts) - :most AND a.outcome = 'accepted' AND a.started_at >= :since
GROUP BY substr(a.started_at, 1, 19) ORDER BY last DESC
"""


def measured(db: Connection, now: datetime) -> float | None:
    """Segments per second of all senders together; None where too little is leaving to say."""
    segments, first = 0, now
    for row in db.execute(_LATEST, {"most": _MOST, "since": times.to_text(now - _WINDOW)}):
        if (first - row.time("last")).total_seconds() > _GAP:
            break
        segments, first = segments + int(row.number("segments")), min(first, row.time("first"))
    seconds = (now - first).total_seconds()
    return segments / seconds if seconds >= _LEAST else None
