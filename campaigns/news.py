"""Whether we have heard what the authorities say at this moment: a lesson must not overtake a warning not yet read."""

from datetime import datetime, timedelta

from storage import times
from storage.connection import Connection

#: so long may lie between two good looks at a feed; a process that slept, or a blind feed, is beyond it
_FRESH = timedelta(minutes=2)
#: what is listed and could not be fetched for so long holds lessons no more: the poller has raised its alarm
_FETCHING = timedelta(minutes=2)


def is_heard(db: Connection, now: datetime) -> bool:
    """Every feed was seen lately, and what it listed has been read. True where no feed was ever polled."""
    row = db.execute(
        "SELECT (SELECT count(*) FROM feeds WHERE coalesce(last_success_at, failing_since) < :fresh)"
        " + (SELECT count(*) FROM (SELECT 1 AS one FROM feed_entries"
        " WHERE state = 'wanted' AND seen_at >= :listed LIMIT 1) AS w)"
        " + (SELECT count(*) FROM (SELECT 1 AS one FROM telegrams WHERE state = 'pending' LIMIT 1) AS p) AS n",
        {"fresh": times.to_text(now - _FRESH), "listed": times.to_text(now - _FETCHING)},
    )[0]
    return row.integer("n") == 0
