"""Rows of drills: who wants one, who agreed to it, how far it has come. Every change of state is conditional.

Owns the states: waiting → running ⇄ paused → done or stopped; or waiting → rejected or expired.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from campaigns.drills import script as scripts
from campaigns.drills.script import Script
from storage import audit, times
from storage.connection import Connection
from storage.rows import Row

#: a drill that nobody has signed by then is not played
DECIDE = timedelta(hours=24)
#: after the end answers are taken for so long
ANSWERS = timedelta(hours=24)


class Audience(StrEnum):
    """Who gets the texts of a drill."""

    SIMULATED = "simulated"  #: pretended phones; nobody
    GROUP = "group"  #: people who agreed, by the sender of drills


class Host(StrEnum):
    """Which process plays a drill."""

    SERVICE = "service"
    COMMAND = "command"


class State(StrEnum):
    """Where a drill is."""

    WAITING = "waiting"  #: for a second person
    RUNNING = "running"
    PAUSED = "paused"  #: a real warning came, or somebody paused it
    DONE = "done"
    STOPPED = "stopped"
    REJECTED = "rejected"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A drill that somebody wants."""

    municipality: str
    script: Script
    audience: Audience
    group: str = ""
    phones: int = 0
    #: seconds that a minute of the script lasts; 0: one thing right after the other
    pace: int = 60
    host: Host = Host.SERVICE
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One row; times are UTC."""

    id: int
    municipality: str
    script: Script
    audience: Audience
    group: str
    phones: int
    pace: int
    host: Host
    state: State
    reason: str
    submitted_by: str
    submitted_at: datetime
    decided_by: str
    started_at: datetime | None
    paused_at: datetime | None
    ended_at: datetime | None
    next_moment: int
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it may still tell anybody anything."""
        return self.state in (State.WAITING, State.RUNNING, State.PAUSED)

    def due_at(self) -> datetime | None:
        """When the next moment is to be told; None while nothing is."""
        if self.state is not State.RUNNING or self.started_at is None:
            return None
        return self.started_at + timedelta(seconds=self.script.minute(self.next_moment) * self.pace)


def add(db: Connection, new: New, now: datetime) -> int:
    """A new drill. To simulated phones it starts at once; with people it waits for a second person."""
    starts = new.audience is Audience.SIMULATED
    rows = db.execute(
        "INSERT INTO drills (municipality, scenario, script, audience, group_name, phones, pace, host, state,"
        " submitted_by, submitted_at, started_at) VALUES (:municipality, :scenario, :script, :audience, :group,"
        " :phones, :pace, :host, :state, :by, :now, :started) RETURNING id",
        {
            "municipality": new.municipality,
            "scenario": new.script.name,
            "script": json.dumps(new.script.to_json(), ensure_ascii=False),
            "audience": new.audience,
            "group": new.group,
            "phones": new.phones,
            "pace": new.pace,
            "host": new.host,
            "state": State.RUNNING if starts else State.WAITING,
            "by": new.by,
            "now": times.to_text(now),
            "started": times.to_text(now) if starts else None,
        },
    )
    identity = rows[0].integer("id")
    details = {"scenario": new.script.name, "audience": new.audience, "group": new.group, "phones": new.phones}
    log(db, identity, new.municipality, new.by, "drill started" if starts else "drill submitted", now, details)
    return identity


def find(db: Connection, identity: int) -> Drill | None:
    """One of them."""
    rows = db.execute("SELECT * FROM drills WHERE id = :id", {"id": identity})
    return _drill(rows[0]) if rows else None


def latest(db: Connection, limit: int = 50) -> list[Drill]:
    """The newest, newest first."""
    return [_drill(row) for row in db.execute("SELECT * FROM drills ORDER BY id DESC LIMIT :n", {"n": limit})]


def open_ones(db: Connection) -> list[Drill]:
    """Those that are not closed yet, oldest first."""
    return [_drill(row) for row in db.execute("SELECT * FROM drills WHERE closed_at IS NULL ORDER BY id")]


def move(db: Connection, drill: Drill, after: State, now: datetime, *, reason: str = "", by: str = "") -> bool:
    """From the state it was found in to another one; False where somebody was first. What waits is withdrawn."""
    ends = after in (State.DONE, State.STOPPED, State.REJECTED, State.EXPIRED)
    moved = db.execute_count(
        "UPDATE drills SET state = :after, reason = :reason, paused_at = :paused,"
        " started_at = COALESCE(:started, started_at), ended_at = :ended,"
        " decided_by = CASE WHEN :by = '' THEN decided_by ELSE :by END WHERE id = :id AND state = :before",
        {
            "id": drill.id,
            "before": drill.state,
            "after": after,
            "reason": reason,
            "by": by,
            "paused": times.to_text(now) if after is State.PAUSED else None,
            "started": _started(drill, after, now),
            "ended": times.to_text(now) if ends else None,
        },
    )
    if moved and after is not State.DONE:
        withdraw(db, drill.id, f"the drill was {after}" if ends else "the drill paused")
    return moved == 1


def _started(drill: Drill, after: State, now: datetime) -> str | None:
    """A drill that goes on has begun later by as long as it has paused."""
    if after is not State.RUNNING:
        return None
    if drill.started_at is None or drill.paused_at is None:
        return times.to_text(now)
    return times.to_text(drill.started_at + (now - drill.paused_at))


def withdraw(db: Connection, identity: int, why: str) -> None:
    """Texts that still wait are not handed over any more."""
    db.execute(
        "UPDATE drill_messages SET state = 'withdrawn', reason = :why WHERE drill_id = :id AND state = 'queued'",
        {"id": identity, "why": why},
    )


def advance(db: Connection, drill: Drill) -> bool:
    """One moment further; False where the drill does not run any more, or another process was first."""
    return (
        db.execute_count(
            "UPDATE drills SET next_moment = :next WHERE id = :id AND state = 'running' AND next_moment = :before",
            {"id": drill.id, "next": drill.next_moment + 1, "before": drill.next_moment},
        )
        == 1
    )


def log(
    db: Connection,
    identity: int,
    municipality: str,
    actor: str,
    action: str,
    now: datetime,
    details: dict[str, object] | None = None,
) -> None:
    """An entry of the log of changes."""
    audit.append(
        db,
        now=now,
        actor=actor,
        action=action,
        subject=f"drill:{identity}",
        municipality=municipality,
        details=details or {},
    )


def _drill(row: Row) -> Drill:
    return Drill(
        id=row.integer("id"),
        municipality=row.text("municipality"),
        script=scripts.from_json(json.loads(row.text("script"))),
        audience=Audience(row.text("audience")),
        group=row.text("group_name"),
        phones=row.integer("phones"),
        pace=row.integer("pace"),
        host=Host(row.text("host")),
        state=State(row.text("state")),
        reason=row.text("reason"),
        submitted_by=row.text("submitted_by"),
        submitted_at=row.time("submitted_at"),
        decided_by=row.text("decided_by"),
        started_at=row.optional_time("started_at"),
        paused_at=row.optional_time("paused_at"),
        ended_at=row.optional_time("ended_at"),
        next_moment=row.integer("next_moment"),
        closed_at=row.optional_time("closed_at"),
    )
