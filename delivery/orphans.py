"""What a worker that is gone had in hand: its open attempts have an unknown outcome; they are looked up."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from delivery import chunks, receipts
from storage import leases, times
from storage.connection import Connection

# The condition `state IN …` is that of the index over open messages: without it all of them are read.
_LEFT = """
UPDATE attempts SET finished_at = :now, outcome = 'unknown', error_code = 'worker lost'
WHERE finished_at IS NULL AND worker_id = :worker AND message_id IN
    (SELECT id FROM messages WHERE state IN ('handing', 'uncertain') AND state = 'handing')
RETURNING message_id
"""
# a receipt has named them: the provider has them
_NAMED = (
    "UPDATE messages SET state = 'accepted', settled_at = :now"
    " WHERE id IN :chunk AND state = 'handing' AND provider_id IS NOT NULL RETURNING provider_id"
)
_UNKNOWN = (
    "UPDATE messages SET state = 'uncertain', settled_at = :now, reason = 'the worker was lost while handing over'"
    " WHERE id IN :chunk AND state = 'handing'"
)


def bury(db: Connection, worker_id: int, silence: timedelta, now: datetime) -> int | None:
    """Take a worker for dead that has not been seen for so long; how many texts it had in hand. None if it lives."""
    receipts.one_at_a_time(db)
    if not leases.bury(db, worker_id, silence):
        return None
    return _settle_all(db, worker_id, now)


def end(db: Connection, worker_id: int, now: datetime) -> int:
    """A worker has ended; how many texts it had in hand still, as where it was stopped hard."""
    receipts.one_at_a_time(db)
    texts = _settle_all(db, worker_id, now)
    leases.unregister(db, worker_id)
    return texts


def _settle_all(db: Connection, worker_id: int, now: datetime) -> int:
    at: dict[str, object] = {"now": times.to_text(now)}
    left = [row.integer("message_id") for row in db.execute(_LEFT, at | {"worker": worker_id})]
    for first in range(0, len(left), chunks.SIZE):
        _settle(db, left[first : first + chunks.SIZE], at)
    return len(left)


def _settle(db: Connection, ids: Sequence[int], at: dict[str, object]) -> None:
    which = chunks.parameters(ids) | at
    known = [row.text("provider_id") for row in db.execute(_NAMED, which)]
    if known:
        receipts.apply_early(db, known)
    db.execute(_UNKNOWN, which)
