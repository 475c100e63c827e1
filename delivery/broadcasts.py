"""Rows of broadcasts: reading one with its changes, how far its planning is, its end. Decides nothing."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from alerts import codec
from alerts.changes import PlaceChange
from alerts.vocabulary import Hazard
from delivery import restoring
from storage import times
from storage.connection import Connection
from storage.rows import Row


class BroadcastState(StrEnum):
    """Where a broadcast is."""

    HELD = "held"  #: waits for two people
    PLANNING = "planning"  #: its first chunks may already be on their way
    SENDING = "sending"
    COMPLETE = "complete"
    WITHDRAWN = "withdrawn"


class Origin(StrEnum):
    """Why there is a broadcast."""

    ALERT = "alert"
    LESSON = "lesson"
    WELCOME = "welcome"
    OPERATOR = "operator"
    REPLY = "reply"
    PROBE = "probe"
    #: that a lesson or a welcome was wrong
    CORRECTION = "correction"


#: whose texts pages show: those of codes and replies are for one person
SHOWN: Final = frozenset({Origin.ALERT, Origin.LESSON, Origin.WELCOME, Origin.CORRECTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """An alert's broadcast, as planning needs it."""

    id: int
    #: the alert it tells of; None for what no telegram said
    alert_id: int | None
    hazard: Hazard
    event: str
    revision: int
    state: BroadcastState
    #: '' until planning has begun
    form: str
    priority: int
    expires_at: datetime
    cursor: str
    changes: Mapping[str, PlaceChange]
    #: its texts may have left since then, unknown to this database
    doubtful_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """What one chunk adds to its broadcast."""

    cursor: str
    planned: int
    segments: int
    excluded: Mapping[str, int]
    finished: bool


def to_plan(db: Connection) -> list[int]:
    """Ids of broadcasts that are not planned to their end, the most urgent first."""
    return [identity for _, identity in unplanned(db)]


def unplanned(db: Connection) -> list[tuple[int, int]]:
    """The same with their priorities: (priority, id)."""
    rows = db.execute(
        "SELECT id, priority FROM broadcasts WHERE state = 'planning' AND origin = 'alert'"
        " ORDER BY priority, id LIMIT 100"
    )
    return [(row.integer("priority"), row.integer("id")) for row in rows]


def load(db: Connection, broadcast_id: int) -> Broadcast:
    """One alert's broadcast with its changes. LookupError if there is none."""
    rows = db.execute("SELECT * FROM broadcasts WHERE id = :id AND origin = 'alert'", {"id": broadcast_id})
    if not rows:
        raise LookupError(f"broadcast {broadcast_id}: no alert's broadcast of this id")
    found = _broadcast(rows[0])
    issued = min((change.issued for change in found.changes.values()), default=rows[0].time("seen_at"))
    return replace(found, doubtful_since=restoring.since(db, issued))


def position(db: Connection, broadcast_id: int) -> tuple[BroadcastState, str]:
    """State and cursor as they are now."""
    rows = db.execute("SELECT state, cursor FROM broadcasts WHERE id = :id", {"id": broadcast_id})
    return BroadcastState(rows[0].text("state")), rows[0].text("cursor")


def begin(db: Connection, broadcast_id: int, form: str, expires_at: datetime) -> None:
    """Planning starts: the form that everybody gets, and until when."""
    db.execute(
        "UPDATE broadcasts SET form = :form, expires_at = :expires_at WHERE id = :id",
        {"id": broadcast_id, "form": form, "expires_at": times.to_text(expires_at)},
    )


def advance(db: Connection, broadcast_id: int, step: Advance, now: datetime) -> None:
    """Commit a chunk's cursor and counts beside its messages."""
    rows = db.execute("SELECT excluded FROM broadcasts WHERE id = :id", {"id": broadcast_id})
    excluded = Counter(json.loads(rows[0].text("excluded"))) + Counter(dict(step.excluded))
    db.execute(
        "UPDATE broadcasts SET cursor = :cursor, planned = planned + :planned,"
        " planned_segments = planned_segments + :segments, excluded = :excluded,"
        " state = CASE WHEN :finished = 1 AND state = 'planning' THEN 'sending' ELSE state END,"
        " planned_at = CASE WHEN :finished = 1 THEN :now ELSE planned_at END WHERE id = :id",
        {
            "id": broadcast_id,
            "cursor": step.cursor,
            "planned": step.planned,
            "segments": step.segments,
            "excluded": json.dumps(excluded, ensure_ascii=False, sort_keys=True),
            "finished": int(step.finished),
            "now": times.to_text(now),
        },
    )


def complete(db: Connection, broadcast_ids: Iterable[int]) -> None:
    """Close those of these broadcasts that are planned and have nothing left to hand over."""
    for broadcast_id in broadcast_ids:
        db.execute(
            "UPDATE broadcasts SET state = 'complete' WHERE id = :id AND state = 'sending' AND NOT EXISTS"
            " (SELECT 1 FROM messages WHERE broadcast_id = :id AND state IN ('queued', 'handing'))",
            {"id": broadcast_id},
        )


def handed_over(db: Connection, broadcast_id: int, first: datetime, last: datetime) -> None:
    """Note when the first and the last text were handed over; later ones to newcomers do not count."""
    db.execute(
        "UPDATE broadcasts SET first_handover_at = coalesce(first_handover_at, :first), last_handover_at = :last"
        " WHERE id = :id AND state IN ('planning', 'sending', 'withdrawn')",
        {"id": broadcast_id, "first": times.to_text(first), "last": times.to_text(last)},
    )


def add(
    db: Connection,
    *,
    origin: Origin,
    event: str,
    reason: str,
    priority: int,
    now: datetime,
    expires_at: datetime,
    state: BroadcastState = BroadcastState.SENDING,
    planned: tuple[int, int] = (0, 0),
) -> int:
    """A broadcast that is no alert's, such as welcome texts; its id. Its messages are added by the caller.

    `planned`: how many texts, and how many segments, where that is known beforehand.
    """
    rows = db.execute(
        "INSERT INTO broadcasts (origin, hazard, event, revision, decision, reason, state, priority, snapshot,"
        " seen_at, created_at, expires_at, planned_at, planned, planned_segments)"
        " VALUES (:origin, '', :event, 0, 'send', :reason, :state, :priority, '{}', :now, :now, :expires_at,"
        " :now, :planned, :segments) RETURNING id",
        {
            "origin": origin,
            "event": event,
            "reason": reason,
            "state": state,
            "priority": priority,
            "now": times.to_text(now),
            "expires_at": times.to_text(expires_at),
            "planned": planned[0],
            "segments": planned[1],
        },
    )
    return rows[0].integer("id")


def of_day(
    db: Connection, *, origin: Origin, what: str, reason: str, priority: int, now: datetime, expires_at: datetime
) -> int:
    """The one broadcast that gathers texts of one sort for a day, made or opened again."""
    event = f"{what}:{now:%Y-%m-%d}"
    opened = db.execute(
        "UPDATE broadcasts SET state = 'sending' WHERE origin = :origin AND event = :event RETURNING id",
        {"origin": origin, "event": event},
    )
    if opened:
        return opened[0].integer("id")
    return add(db, origin=origin, event=event, reason=reason, priority=priority, now=now, expires_at=expires_at)


def _broadcast(row: Row) -> Broadcast:
    snapshot = json.loads(row.text("snapshot"))
    return Broadcast(
        id=row.integer("id"),
        alert_id=row.optional_integer("alert_id"),
        hazard=Hazard(row.text("hazard")),
        event=row.text("event"),
        revision=row.integer("revision"),
        state=BroadcastState(row.text("state")),
        form=row.text("form"),
        priority=row.integer("priority"),
        expires_at=row.time("expires_at"),
        cursor=row.text("cursor"),
        changes={place: codec.change_from_json(place, change) for place, change in snapshot["changes"].items()},
    )
