"""The database's own clock: what processes on several machines share, whatever their clocks say."""

from datetime import datetime

from storage import times
from storage.connection import Connection

_SQLITE = "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z' AS now"
_POSTGRESQL = """
SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS now
"""


def now(db: Connection) -> datetime:
    """The time at the database, aware, UTC; it goes on within a transaction."""
    return times.from_text(db.execute(_SQLITE if db.engine == "sqlite" else _POSTGRESQL)[0].text("now"))
