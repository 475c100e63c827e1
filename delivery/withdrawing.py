"""Withdraws queued texts that a newer broadcast has overtaken, many at once.

None of them would be handed over anyway: the outbox looks when it takes one. This settles them without waiting for
their turn, so that pages and the estimate of arrival are true at once. Texts that speak of several places are left to
the outbox, which brings their people up to date.
"""

from datetime import datetime

from delivery import broadcasts
from storage import times
from storage.connection import Connection

#: rows in one transaction: whoever writes beside us waits for it
SIZE = 4_000
_OVERTAKEN = """
SELECT id FROM broadcasts
WHERE hazard = :hazard AND event = :event AND id < :id AND origin = 'alert' AND state IN ('planning', 'sending')
ORDER BY id
"""
_WITHDRAW = """
UPDATE messages SET state = 'withdrawn', reason = 'a newer state is being told', settled_at = :now
WHERE state = 'queued' AND id IN (
    SELECT m.id FROM messages m WHERE m.broadcast_id = :id AND m.state = 'queued' AND m.told = ''
      AND m.kind NOT IN ('lifted', 'cancelled') AND EXISTS (
        SELECT 1 FROM in_force f WHERE f.hazard = m.hazard AND f.event = m.event AND f.place = m.place
          AND f.revision > m.revision)
    LIMIT :limit)
"""


def overtaken(db: Connection, hazard: str, event: str, broadcast_id: int) -> list[int]:
    """Older broadcasts of the same hazard and event that may have something queued."""
    rows = db.execute(_OVERTAKEN, {"hazard": hazard, "event": event, "id": broadcast_id})
    return [row.integer("id") for row in rows]


def withdraw(db: Connection, broadcast_id: int, now: datetime) -> int:
    """Withdraw some of an older broadcast's texts; how many, fewer than `SIZE` at the end."""
    changed = db.execute_count(_WITHDRAW, {"id": broadcast_id, "now": times.to_text(now), "limit": SIZE})
    if changed < SIZE:
        broadcasts.complete(db, [broadcast_id])
    return changed
