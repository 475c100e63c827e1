"""Held broadcasts of feeds: each has a deadline; released by two people for their places, rejected, or overtaken.

Owns the rows of holds. The deadline is no end: people are called, and it may still be decided as long as it is so.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts import hazards, store
from alerts.vocabulary import Hazard
from delivery import broadcasts
from delivery.broadcasts import Broadcast, BroadcastState
from storage import lists, times
from storage.connection import Connection
from storage.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A held broadcast that nobody has decided on; times are UTC."""

    broadcast_id: int
    hazard: Hazard
    held_at: datetime
    deadline: datetime
    called_at: datetime | None
    reminded_at: datetime | None
    overdue_at: datetime | None


_OPEN = (
    "SELECT h.*, b.hazard, b.created_at FROM holds h JOIN broadcasts b ON b.id = h.broadcast_id"
    " WHERE h.closed_at IS NULL ORDER BY h.deadline, h.broadcast_id"
)
_NEW = (
    "SELECT b.id, b.hazard, b.created_at FROM broadcasts b WHERE b.state = 'held' AND NOT EXISTS"
    " (SELECT 1 FROM holds h WHERE h.broadcast_id = b.id) ORDER BY b.id"
)


def open_holds(db: Connection) -> list[Hold]:
    """Those that nobody has decided on, the nearest deadline first."""
    return [_hold(row) for row in db.execute(_OPEN)]


def unnoticed(db: Connection) -> bool:
    """Whether something is held that has no deadline yet."""
    return bool(db.execute(f"{_NEW} LIMIT 1"))


def notice(db: Connection) -> None:
    """Give what is newly held its deadline."""
    for row in db.execute(_NEW):
        within = hazards.rule(Hazard(row.text("hazard"))).decide
        db.execute(
            "INSERT INTO holds (broadcast_id, deadline) VALUES (:id, :deadline)",
            {"id": row.integer("id"), "deadline": times.to_text(row.time("created_at") + within)},
        )


def still_so(db: Connection, broadcast: Broadcast, now: datetime) -> list[str]:
    """The places of a held broadcast where what it would tell is still in force, and the newest word."""
    rows = store.in_force(db, broadcast.hazard, broadcast.event, list(broadcast.changes))
    return sorted(
        place
        for place, change in broadcast.changes.items()
        if (row := rows.get(place)) is not None
        and row.revision <= broadcast.revision
        and row.grade == change.after
        and (row.ends_at is None or row.ends_at > now)
    )


def release(db: Connection, broadcast_id: int, places: Sequence[str], by: str, why: str, now: datetime) -> int | None:
    """Let it go in some places: the broadcast that tells them. None where nothing of it is so any more.

    What belongs to others stays held, as a broadcast of its own.
    """
    found = broadcasts.load(db, broadcast_id)
    if found.state is not BroadcastState.HELD:
        return None
    going = [place for place in still_so(db, found, now) if place in set(places)]
    if not going:
        return None
    staying = [place for place in found.changes if place not in going]
    keep = hazards.rule(found.hazard).keep
    if not staying:
        db.execute(
            "UPDATE broadcasts SET state = 'planning', reason = :why, expires_at = :expires WHERE id = :id",
            {"id": broadcast_id, "why": why, "expires": times.to_text(now + keep)},
        )
        close(db, broadcast_id, "released", by, "", now)
        return broadcast_id
    made = _part(db, broadcast_id, going, why, now)
    _shrink(db, broadcast_id, staying)
    for marks, names in lists.portions(going):
        db.execute(
            "UPDATE in_force SET broadcast_id = :made WHERE hazard = :hazard AND event = :event"  # noqa: S608 -- marks
            f" AND broadcast_id = :held AND place IN ({marks})",
            {"made": made, "held": broadcast_id, "hazard": found.hazard, "event": found.event, **names},
        )
    return made


def _part(db: Connection, broadcast_id: int, places: Sequence[str], why: str, now: datetime) -> int:
    """A broadcast of its own for some places of a held one."""
    row = db.execute("SELECT * FROM broadcasts WHERE id = :id", {"id": broadcast_id})[0]
    keep = hazards.rule(Hazard(row.text("hazard"))).keep
    made = db.execute(
        "INSERT INTO broadcasts (origin, alert_id, hazard, event, revision, decision, reason, state, priority,"
        " snapshot, seen_at, created_at, expires_at) SELECT origin, alert_id, hazard, event, revision, decision, :why,"
        " 'planning', priority, :snapshot, seen_at, :now, :expires FROM broadcasts WHERE id = :id RETURNING id",
        {
            "id": broadcast_id,
            "why": why,
            "snapshot": _only(row.text("snapshot"), places),
            "now": times.to_text(now),
            "expires": times.to_text(now + keep),
        },
    )
    return made[0].integer("id")


def _shrink(db: Connection, broadcast_id: int, places: Sequence[str]) -> None:
    row = db.execute("SELECT snapshot FROM broadcasts WHERE id = :id", {"id": broadcast_id})[0]
    db.execute(
        "UPDATE broadcasts SET snapshot = :snapshot WHERE id = :id",
        {"id": broadcast_id, "snapshot": _only(row.text("snapshot"), places)},
    )


def _only(snapshot: str, places: Sequence[str]) -> str:
    whole = json.loads(snapshot)
    kept = {place: change for place, change in whole["changes"].items() if place in set(places)}
    return json.dumps(whole | {"changes": kept}, ensure_ascii=False)


def reject(db: Connection, broadcast_id: int, places: Sequence[str], *, by: str, why: str, now: datetime) -> bool:
    """It is not told in some places. False where it was decided already."""
    found = broadcasts.load(db, broadcast_id)
    if found.state is not BroadcastState.HELD:
        return False
    staying = [place for place in found.changes if place not in set(places)]
    if staying:
        _shrink(db, broadcast_id, staying)
        return True
    won = db.execute_count(
        "UPDATE broadcasts SET state = 'withdrawn' WHERE id = :id AND state = 'held'", {"id": broadcast_id}
    )
    if won:
        close(db, broadcast_id, "rejected", by, why, now)
    return won == 1


def overtake(db: Connection, broadcast_id: int, now: datetime) -> None:
    """What it would tell is not so any more."""
    db.execute("UPDATE broadcasts SET state = 'withdrawn' WHERE id = :id AND state = 'held'", {"id": broadcast_id})
    close(db, broadcast_id, "overtaken", "", "lifted, withdrawn, over or told by a newer broadcast", now)


def close(db: Connection, broadcast_id: int, outcome: str, by: str, why: str, now: datetime) -> None:
    """Nobody has to decide on it any more."""
    db.execute(
        "INSERT INTO holds (broadcast_id, deadline, closed_at, outcome, decided_by, why)"
        " VALUES (:id, :now, :now, :outcome, :by, :why) ON CONFLICT (broadcast_id) DO UPDATE"
        " SET closed_at = excluded.closed_at, outcome = excluded.outcome, decided_by = excluded.decided_by,"
        " why = excluded.why",
        {"id": broadcast_id, "outcome": outcome, "by": by, "why": why, "now": times.to_text(now)},
    )


def note(db: Connection, broadcast_id: int, column: str, now: datetime) -> None:
    """People were called: `called_at`, `reminded_at` or `overdue_at`."""
    assert column in ("called_at", "reminded_at", "overdue_at")
    db.execute(
        f"UPDATE holds SET {column} = :now WHERE broadcast_id = :id",  # noqa: S608 -- one of three names
        {"id": broadcast_id, "now": times.to_text(now)},
    )


def _hold(row: Row) -> Hold:
    return Hold(
        broadcast_id=row.integer("broadcast_id"),
        hazard=Hazard(row.text("hazard")),
        held_at=row.time("created_at"),
        deadline=row.time("deadline"),
        called_at=row.optional_time("called_at"),
        reminded_at=row.optional_time("reminded_at"),
        overdue_at=row.optional_time("overdue_at"),
    )
