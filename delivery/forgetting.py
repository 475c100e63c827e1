"""Messages to one person are forgotten: those of the erased within a day, answers after 72 hours, all after a set time.

Owns the SQL and the totals that stay (`broadcast_totals`). Never forgets who was told of what is still in force: its
end goes to exactly them (design, rule 6).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from delivery import chunks
from delivery.twoway import received
from storage import audit, times
from storage.connection import Connection

#: messages in one transaction at most: a warning must not wait for this
CHUNK: Final = chunks.SIZE
#: a message that is on its way may still need its person; afterwards nothing of it does
_ON_ITS_WAY: Final = timedelta(hours=20)
_OPEN: Final = "('queued', 'handing', 'accepted', 'uncertain')"

# Erased, or stopped and erased: nothing is left of them but an id, and of the latter a keyed hash.
_OF_THE_ERASED = f"""
SELECT m.id FROM messages m JOIN subscribers s ON s.id = m.subscriber_id
WHERE (s.state = 'erased' OR (s.state = 'stopped' AND length(s.number_sealed) = 0))
  AND (m.state NOT IN {_OPEN} OR m.created_at < :waited)
ORDER BY m.id LIMIT :limit
"""  # noqa: S608 -- our own words only
_TOO_OLD = f"""
SELECT m.id FROM messages m WHERE m.created_at < :before AND m.state NOT IN {_OPEN}
  AND NOT EXISTS (SELECT 1 FROM in_force f WHERE f.hazard = m.hazard AND f.event = m.event AND f.grade <> 'none')
ORDER BY m.created_at, m.id LIMIT :limit
"""  # noqa: S608 -- our own words only
# Answers say what somebody has written, and who has called for help.
_REPLIES = f"""
SELECT m.id FROM messages m WHERE m.broadcast_id IN (SELECT b.id FROM broadcasts b WHERE b.origin = 'reply')
  AND m.created_at < :before AND m.state NOT IN {_OPEN}
ORDER BY m.id LIMIT :limit
"""  # noqa: S608 -- our own words only
_ADD_TOTALS = (
    "INSERT INTO broadcast_totals (broadcast_id, state, messages, segments)"
    " SELECT broadcast_id, state, count(*), sum(segments) FROM messages WHERE id IN :chunk"
    " GROUP BY broadcast_id, state"
    " ON CONFLICT (broadcast_id, state) DO UPDATE SET"
    " messages = broadcast_totals.messages + excluded.messages,"
    " segments = broadcast_totals.segments + excluded.segments"
)
_BROADCASTS = "SELECT DISTINCT broadcast_id FROM messages WHERE id IN :chunk"
#: what hangs on a message, and last the message itself
_DELETE = (
    "DELETE FROM receipts WHERE provider_id IN (SELECT provider_id FROM messages WHERE id IN :chunk)",
    "DELETE FROM receipts WHERE message_id IN :chunk",
    "DELETE FROM attempts WHERE message_id IN :chunk",
    "DELETE FROM message_places WHERE message_id IN :chunk",
    "DELETE FROM answered_lessons WHERE message_id IN :chunk",
    "UPDATE probes SET message_id = NULL WHERE message_id IN :chunk",
    "DELETE FROM messages WHERE id IN :chunk",
)
# Words of a warning or a lesson speak to everybody and stay; an answer or a welcome was written for somebody.
_TEXTS = """
DELETE FROM texts WHERE broadcast_id = :id
  AND EXISTS (SELECT 1 FROM broadcasts b WHERE b.id = :id AND b.origin NOT IN ('alert', 'lesson', 'correction'))
  AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.broadcast_id = :id AND m.text_id = texts.id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What one step took away."""

    erased: int = 0
    too_old: int = 0

    @property
    def messages(self) -> int:
        """How many messages."""
        return self.erased + self.too_old


def due(db: Connection, now: datetime, keep: timedelta) -> bool:
    """Whether `step` has anything to do."""
    return bool(_of_the_erased(db, now, 1) or _too_old(db, now, keep, 1))


def step(db: Connection, now: datetime, keep: timedelta) -> Forgotten:
    """Forget up to CHUNK messages, with receipts, attempts and texts that were for one person; to be called again."""
    erased = _of_the_erased(db, now, CHUNK)
    old = [] if erased else _too_old(db, now, keep, CHUNK)
    _forget(db, erased or old)
    done = Forgotten(erased=len(erased), too_old=len(old))
    if done.messages:
        details = {"of erased people": done.erased, "too old": done.too_old}
        audit.append(db, now=now, actor="the service", action="messages forgotten", subject="messages", details=details)
    return done


def _forget(db: Connection, ids: Sequence[int]) -> None:
    if not ids:
        return
    these = chunks.parameters(ids)
    touched = {row.integer("broadcast_id") for row in db.execute(_BROADCASTS, these)}
    db.execute(_ADD_TOTALS, these)
    for statement in _DELETE:
        db.execute(statement, these)
    for broadcast_id in sorted(touched):
        db.execute(_TEXTS, {"id": broadcast_id})


def _of_the_erased(db: Connection, now: datetime, limit: int) -> list[int]:
    params = {"waited": times.to_text(now - _ON_ITS_WAY), "limit": limit}
    return [row.integer("id") for row in db.execute(_OF_THE_ERASED, params)]


def _too_old(db: Connection, now: datetime, keep: timedelta, limit: int) -> list[int]:
    """Answers first: they go as soon as what they answer."""
    replies = {"before": times.to_text(now - min(keep, received.KEPT)), "limit": limit}
    params = {"before": times.to_text(now - keep), "limit": limit}
    rows = db.execute(_REPLIES, replies) or db.execute(_TOO_OLD, params)
    return [row.integer("id") for row in rows]
