"""Numbers that were in charge, on duty or tried with a lesson, and are no more: residents' again, or forgotten.

Nobody else erases them: `store.erase` leaves a number in charge alone.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from storage import audit, times
from storage.connection import Connection
from subscribers import store

#: a text to them may be on its way for so long
_WAITED: Final = timedelta(hours=20)
_NO_MORE = """
SELECT s.id, s.number_hash FROM subscribers s
WHERE s.role = 'operator' AND length(s.number_sealed) > 0 AND s.created_at < :since
  AND NOT EXISTS (SELECT 1 FROM duty d WHERE d.number_hash = s.number_hash)
  AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.subscriber_id = s.id AND m.created_at >= :since)
ORDER BY s.id
"""


def due(db: Connection, in_charge: Collection[str], now: datetime) -> list[tuple[int, str]]:
    """(id, number hash) of numbers that are in charge no more. `in_charge`: hashes of the numbers of the settings."""
    rows = db.execute(_NO_MORE, {"since": times.to_text(now - _WAITED)})
    found = [(row.integer("id"), row.text("number_hash")) for row in rows]
    return [one for one in found if one[1] not in in_charge]


def release(db: Connection, in_charge: Collection[str], now: datetime) -> int:
    """How many were let go; of those whom nobody has registered nothing but an id is left."""
    numbers = due(db, in_charge, now)
    for identity, number_hash in numbers:
        db.execute("UPDATE subscribers SET role = 'resident' WHERE id = :id", {"id": identity})
        if not db.execute("SELECT 1 AS one FROM registrations WHERE subscriber_id = :id LIMIT 1", {"id": identity}):
            store.erase(db, number_hash)
        audit.append(db, now=now, actor="the service", action="number let go", subject=f"resident:{identity}")
    return len(numbers)
