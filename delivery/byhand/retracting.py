"""Takes back what was told and was no warning: nothing more of it leaves, and a broadcast will say that it was wrong.

Who hears that, when and in which words is for `campaigns.corrections`.
"""

from datetime import datetime, timedelta
from typing import Final

from delivery import broadcasts, priority
from delivery.broadcasts import BroadcastState, Origin
from delivery.byhand.submissions import Submission
from storage import audit, times
from storage.connection import Connection

#: a correction that is so late is not worth a text any more
KEEP: Final = timedelta(days=14)
#: how the key begins of what somebody gets once: that a broadcast, whose id follows, was wrong
KEY: Final = "correction:"
#: rows in one transaction: whoever writes beside us waits for it
SIZE: Final = 4_000
# A lesson that is complete too: copies that came too late would be brought back. A welcome's broadcast stands for its
# whole day and gathers those who register later: only copies of before are withdrawn, one by one.
_STOP = """
UPDATE broadcasts SET state = 'withdrawn'
WHERE id = :id AND origin = 'lesson' AND state IN ('planning', 'sending', 'complete')
"""
_OF_BEFORE = (
    "FROM messages WHERE broadcast_id = :id AND state = 'queued' AND kind IN ('lesson', 'welcome')"
    " AND created_at <= :signed"
)
_QUEUED = f"SELECT 1 AS one {_OF_BEFORE} LIMIT 1"
_WITHDRAW = f"""
UPDATE messages SET state = 'withdrawn', reason = 'it was taken back', settled_at = :now
WHERE state = 'queued' AND id IN (SELECT id {_OF_BEFORE} LIMIT :limit)
"""  # noqa: S608 -- our own words only


def retract(db: Connection, found: Submission, why: str, now: datetime) -> list[int]:
    """Stop what was signed to be wrong; the broadcast that will say so."""
    assert found.broadcast_id is not None
    db.execute(_STOP, {"id": found.broadcast_id})
    made = broadcasts.add(
        db,
        origin=Origin.CORRECTION,
        event=str(found.broadcast_id),
        reason=why,
        priority=priority.SERVICE,
        now=now,
        expires_at=now + KEEP,
        state=BroadcastState.PLANNING,
    )
    db.execute("UPDATE broadcasts SET planned_at = NULL WHERE id = :id", {"id": made})
    audit.append(
        db,
        now=now,
        actor="service",
        action="broadcast taken back",
        subject=f"broadcast:{found.broadcast_id}",
        municipality=found.municipality,
        details={"correction": made},
    )
    return [made]


def is_queued(db: Connection, found: Submission) -> bool:
    """Whether `withdraw` has anything to do."""
    which = {"id": found.broadcast_id, "signed": times.to_text(found.decided_at or found.deadline)}
    return bool(db.execute(_QUEUED, which))


def withdraw(db: Connection, found: Submission, now: datetime) -> int:
    """Withdraw some copies that were queued when it was signed; how many, fewer than `SIZE` at the end."""
    assert found.broadcast_id is not None
    signed = times.to_text(found.decided_at or now)
    which = {"id": found.broadcast_id, "signed": signed, "now": times.to_text(now), "limit": SIZE}
    changed = db.execute_count(_WITHDRAW, which)
    if changed:
        broadcasts.complete(db, [found.broadcast_id])
    return changed
