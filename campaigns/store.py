"""Rows of campaigns: what is planned, by whom, and whether it runs. Every change of state is conditional.

Owns the states: waiting → running ⇄ paused → stopped; or waiting → rejected. That a series is over is seen from its
lessons (`campaigns.due`), not kept.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from campaigns import plan as plans
from campaigns.plan import Plan
from storage import audit, lists, times
from storage.connection import Connection
from storage.rows import Row


class State(StrEnum):
    """Where a campaign is."""

    WAITING = "waiting"  #: for a second person
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    REJECTED = "rejected"


#: what may still send something
OPEN = (State.WAITING, State.RUNNING, State.PAUSED)
#: the reason of what was paused when a change made it wait for a second person
WAS_PAUSED = "it was paused, and stays so when it is approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A campaign that somebody, or a rule, wants."""

    municipality: str
    plan: Plan
    people: int
    state: State
    by: str
    rule: str = ""
    event: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One row; times are UTC."""

    id: int
    municipality: str
    plan: Plan
    #: who would have got it when it was planned
    people: int
    state: State
    reason: str
    #: the rule that set it off, and what that saw; '' where somebody planned it
    rule: str
    event: str
    planned_by: str
    planned_at: datetime
    decided_by: str
    decided_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it may still send anything."""
        return self.state in OPEN

    @property
    def stays_paused(self) -> bool:
        """Whether it goes on only when somebody says so, also after a second signature."""
        return self.state is State.PAUSED or (self.state is State.WAITING and self.reason == WAS_PAUSED)


def add(db: Connection, new: New, now: datetime) -> int | None:
    """A new campaign; its id. None where its rule has set one off for the same event before."""
    rows = db.execute(
        "INSERT INTO campaigns (municipality, name, plan, people, state, rule, event, planned_by, planned_at)"
        " VALUES (:municipality, :name, :plan, :people, :state, :rule, :event, :by, :now)"
        " ON CONFLICT (rule, municipality, event) WHERE rule <> '' DO NOTHING RETURNING id",
        {
            "municipality": new.municipality,
            "name": new.plan.name,
            "plan": _written(new.plan),
            "people": new.people,
            "state": new.state,
            "rule": new.rule,
            "event": new.event,
            "by": new.by,
            "now": times.to_text(now),
        },
    )
    return rows[0].integer("id") if rows else None


def find(db: Connection, identity: int) -> Campaign | None:
    """One of them."""
    rows = db.execute("SELECT * FROM campaigns WHERE id = :id", {"id": identity})
    return _campaign(rows[0]) if rows else None


def of(db: Connection, municipalities: Sequence[str], *, before: int = 2**62, limit: int = 100) -> list[Campaign]:
    """The campaigns of some municipalities, the newest first."""
    found: list[Campaign] = []
    for marks, names in lists.portions(municipalities):
        rows = db.execute(
            f"SELECT * FROM campaigns WHERE municipality IN ({marks}) AND id < :before"  # noqa: S608 -- marks
            " ORDER BY id DESC LIMIT :limit",
            {**names, "before": before, "limit": limit},
        )
        found += [_campaign(row) for row in rows]
    return sorted(found, key=lambda one: -one.id)[:limit]


def waiting(db: Connection) -> list[tuple[Campaign, str]]:
    """Those that wait for a second person, each with the last call that was made for it."""
    rows = db.execute("SELECT * FROM campaigns WHERE state = 'waiting' ORDER BY id")
    return [(_campaign(row), row.text("called")) for row in rows]


def note_call(db: Connection, identity: int, step: str) -> None:
    """People on duty were called for it."""
    db.execute("UPDATE campaigns SET called = :step WHERE id = :id", {"id": identity, "step": step})


def latest(db: Connection, limit: int = 100) -> list[Campaign]:
    """The newest of all municipalities, newest first."""
    return [_campaign(row) for row in db.execute("SELECT * FROM campaigns ORDER BY id DESC LIMIT :n", {"n": limit})]


def move(db: Connection, campaign: Campaign, after: State, now: datetime, *, by: str = "", reason: str = "") -> bool:
    """From the state it was found in to another one; False where somebody was first."""
    return (
        db.execute_count(
            "UPDATE campaigns SET state = :after, reason = :reason,"
            " decided_by = CASE WHEN :by = '' THEN decided_by ELSE :by END,"
            " decided_at = CASE WHEN :by = '' THEN decided_at ELSE :now END WHERE id = :id AND state = :before",
            {
                "id": campaign.id,
                "before": campaign.state,
                "after": after,
                "reason": reason,
                "by": by,
                "now": times.to_text(now),
            },
        )
        > 0
    )


def change(db: Connection, campaign: Campaign, new: New, now: datetime) -> bool:
    """Another plan; False where its state is not what it was found in. Who planned it last has to be another
    than who approves it.
    """
    return (
        db.execute_count(
            "UPDATE campaigns SET name = :name, plan = :plan, people = :people, state = :after, reason = :reason,"
            " planned_by = :by, planned_at = CASE WHEN rule = '' THEN :now ELSE planned_at END, called = '',"
            " decided_by = '', decided_at = NULL WHERE id = :id AND state = :before",
            {
                "id": campaign.id,
                "name": new.plan.name,
                "plan": _written(new.plan),
                "people": new.people,
                "before": campaign.state,
                "after": new.state,
                "by": new.by,
                "reason": new.reason,
                "now": times.to_text(now),
            },
        )
        > 0
    )


def log(
    db: Connection,
    identity: int,
    municipality: str,
    actor: str,
    action: str,
    now: datetime,
    details: Mapping[str, object] | None = None,
) -> None:
    """An entry of the log of changes."""
    audit.append(
        db,
        now=now,
        actor=actor,
        action=action,
        subject=f"campaign:{identity}",
        municipality=municipality,
        details=details or {},
    )


def _written(plan: Plan) -> str:
    return json.dumps(plans.to_json(plan), ensure_ascii=False)


def _campaign(row: Row) -> Campaign:
    return Campaign(
        id=row.integer("id"),
        municipality=row.text("municipality"),
        plan=plans.from_json(json.loads(row.text("plan"))),
        people=row.integer("people"),
        state=State(row.text("state")),
        reason=row.text("reason"),
        rule=row.text("rule"),
        event=row.text("event"),
        planned_by=row.text("planned_by"),
        planned_at=row.time("planned_at"),
        decided_by=row.text("decided_by"),
        decided_at=row.optional_time("decided_at"),
    )
