"""Answers to the question of a drill: counted by language, and not kept with whoever gave them."""

from datetime import datetime, timedelta

from storage import times
from storage.connection import Connection

#: how long a digit answers the question
STANDS = timedelta(hours=24)
DIGITS = ("1", "2")
_QUESTION = """
SELECT m.id, m.drill_id, m.language, m.answered FROM drill_messages m JOIN drills d ON d.id = m.drill_id
WHERE m.subscriber_id = :id AND m.asks = 1 AND m.created_at >= :since AND d.closed_at IS NULL
  AND m.state IN ('handing', 'accepted', 'sent', 'delivered', 'uncertain')
ORDER BY m.id DESC LIMIT 1
"""
_COUNT = """
INSERT INTO drill_answers (drill_id, language, digit, people) VALUES (:drill_id, :language, :digit, 1)
ON CONFLICT (drill_id, language, digit) DO UPDATE SET people = drill_answers.people + 1
"""


def take(db: Connection, subscriber_id: int, digit: str, now: datetime) -> bool:
    """Count a person's digit, the first one only; False where no question of a drill stands."""
    rows = db.execute(_QUESTION, {"id": subscriber_id, "since": times.to_text(now - STANDS)})
    if not rows:
        return False
    count(db, rows[0].integer("id"), digit)
    return True


def count(db: Connection, message_id: int, digit: str) -> bool:
    """Count one answer to one copy of the question; False where it was answered before, or by no digit of ours."""
    if digit not in DIGITS:
        return False
    rows = db.execute(
        "UPDATE drill_messages SET answered = 1 WHERE id = :id AND asks = 1 AND answered = 0"
        " RETURNING drill_id, language",
        {"id": message_id},
    )
    for row in rows:
        db.execute(_COUNT, {"drill_id": row.integer("drill_id"), "language": row.text("language"), "digit": digit})
    return bool(rows)
