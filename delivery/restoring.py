"""What a backup that was put back leaves in doubt: whatever had not left then may have left since.

It is looked up at the provider before it is sent (design, rule 9), and so is what telegrams from before the restoring
lead to, for the people they tell of may have been told by the database that is gone. Sends nothing itself.
"""

from datetime import UTC, datetime

from storage import times
from storage.connection import Connection

_NAME = "restored"
_WHY = "a backup was restored: it may have left meanwhile"
# Whatever is withdrawn or past its time is not sent anyway. Since: nobody can have sent it before it was queued.
_DOUBT = """
UPDATE messages SET state = 'uncertain', reason = :why, handed_at = created_at, settled_at = :now, not_before = NULL
WHERE state = 'queued' AND expires_at > :now AND NOT EXISTS
    (SELECT 1 FROM broadcasts b WHERE b.id = messages.broadcast_id AND b.state = 'withdrawn')
"""
_DRILLS = "UPDATE drill_messages SET state = 'withdrawn', reason = :why WHERE state = 'queued'"
_REMEMBER = """
INSERT INTO counters (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""


def doubt(db: Connection, now: datetime) -> int:
    """Right after restoring, before anything may send: how many texts are to be looked up that waited in the backup."""
    db.execute(_REMEMBER, {"name": _NAME, "value": int(now.timestamp()) + 1})
    at: dict[str, object] = {"why": _WHY, "now": times.to_text(now)}
    db.execute(_DRILLS, {"why": _WHY})
    return db.execute_count(_DOUBT, at)


def since(db: Connection, first: datetime) -> datetime | None:
    """From when on texts of what began at `first` may have left already, unknown to this database; None for never."""
    rows = db.execute("SELECT value FROM counters WHERE name = :name", {"name": _NAME})
    restored = datetime.fromtimestamp(rows[0].integer("value"), UTC) if rows else None
    return first if restored is not None and first <= restored else None
