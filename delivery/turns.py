"""Whose turn it is among broadcasts of one priority: a new one shares with those that wait, behind no long tail.

Each message has a turn; the queue goes by priority, then turn. A broadcast numbers its messages from the turn that
the queue has come to, so that two of them go in step, one message each.
"""

from storage.connection import Connection

_NOW_AT = "SELECT turn FROM messages WHERE state = 'queued' AND priority = :priority ORDER BY turn, id LIMIT 1"
_OWN = "SELECT next FROM turns WHERE broadcast_id = :broadcast_id AND priority = :priority"
_KEEP = """
INSERT INTO turns (broadcast_id, priority, next) VALUES (:broadcast_id, :priority, :next)
ON CONFLICT (broadcast_id, priority) DO UPDATE SET next = excluded.next
"""


def take(db: Connection, broadcast_id: int, priority: int, count: int) -> range:
    """The next turns for so many messages of one broadcast and priority."""
    whose = {"broadcast_id": broadcast_id, "priority": priority}
    queue = db.execute(_NOW_AT, {"priority": priority})
    own = db.execute(_OWN, whose)
    first = max(queue[0].integer("turn") if queue else 0, own[0].integer("next") if own else 0)
    db.execute(_KEEP, whose | {"next": first + count})
    return range(first, first + count)
