"""STOP by any way: the person is stopped, and what is queued for them is withdrawn, in one transaction."""

from datetime import datetime

from delivery import broadcasts
from storage import times
from storage.connection import Connection
from subscribers import store as subscribers

_WITHDRAW = """
UPDATE messages SET state = 'withdrawn', reason = 'the person has stopped', settled_at = :now
WHERE state = 'queued' AND subscriber_id IN (SELECT id FROM subscribers WHERE number_hash = :number_hash)
  AND broadcast_id NOT IN (SELECT id FROM broadcasts WHERE origin = 'operator')
RETURNING broadcast_id
"""


def stop(db: Connection, number_hash: str, now: datetime) -> int:
    """Stop a number, known or not; how many queued texts were withdrawn."""
    subscribers.stop(db, number_hash, now)
    withdrawn = db.execute(_WITHDRAW, {"number_hash": number_hash, "now": times.to_text(now)})
    broadcasts.complete(db, sorted({row.integer("broadcast_id") for row in withdrawn}))
    return len(withdrawn)
