"""What metrics count, read from the rows in one transaction. No value here can be a person's number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from delivery.providers import store as providers
from feeds.health import FeedState
from storage.connection import Connection
from web import queries

Labelled = Mapping[tuple[str, ...], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Numbers by label."""

    telegrams: Labelled  #: type, state
    alerts: Labelled  #: decision, status
    broadcasts: Labelled  #: origin, state
    messages: Labelled  #: hazard, state
    waiting: Labelled  #: hazard
    segments: Labelled  #: hazard
    notices: Labelled  #: kind
    #: points of a hundred by provider; empty before two providers were looked at
    shares: Labelled
    #: texts of the last quarter of an hour: provider, what became of them
    providers: Labelled
    feeds: tuple[FeedState, ...]
    #: from telegram seen to first text handed over, one per broadcast of an alert
    handover_seconds: tuple[float, ...]


def read(db: Connection) -> Counts:
    """Count everything."""
    return Counts(
        telegrams=_by(db, "SELECT type, state, count(*) AS n FROM telegrams GROUP BY type, state", "type", "state"),
        alerts=_by(
            db, "SELECT decision, status, count(*) AS n FROM alerts GROUP BY decision, status", "decision", "status"
        ),
        broadcasts=_by(
            db, "SELECT origin, state, count(*) AS n FROM broadcasts GROUP BY origin, state", "origin", "state"
        ),
        messages=_by(db, _MESSAGES, "hazard", "state"),
        waiting=_by(db, _WAITING, "hazard"),
        segments=_by(
            db, "SELECT hazard, sum(planned_segments) AS n FROM broadcasts GROUP BY hazard ORDER BY hazard", "hazard"
        ),
        notices=_by(db, "SELECT kind, count(*) AS n FROM notices WHERE resolved_at IS NULL GROUP BY kind", "kind"),
        shares={(name,): share for name, share in providers.shares(db).items()},
        providers=_providers(db),
        feeds=queries.feeds(db),
        handover_seconds=_handovers(db),
    )


# Grouped by broadcast first: that much the index on (broadcast_id, state) answers without reading messages.
_MESSAGES = (
    "SELECT b.hazard, m.state, sum(m.n) AS n FROM (SELECT broadcast_id, state, count(*) AS n FROM messages"
    " GROUP BY broadcast_id, state"
    " UNION ALL SELECT broadcast_id, state, messages FROM broadcast_totals) m"
    " JOIN broadcasts b ON b.id = m.broadcast_id GROUP BY b.hazard, m.state"
)

# What may leave now: not what is held for two people, nor what is tried again at its own time.
_WAITING = (
    "SELECT m.hazard, count(*) AS n FROM messages m JOIN broadcasts b ON b.id = m.broadcast_id"
    " WHERE m.state = 'queued' AND m.not_before IS NULL AND b.state NOT IN ('held', 'withdrawn') GROUP BY m.hazard"
)


def _by(db: Connection, sql: str, *labels: str) -> Labelled:
    return {tuple(row.text(label) for label in labels): int(row.number("n")) for row in db.execute(sql)}


def _providers(db: Connection) -> Labelled:
    look = providers.look(db)
    if look is None:
        return {}
    return {
        (name, what): count
        for name, one in look.counts.items()
        for what, count in (
            ("handed", one.handed),
            ("delivered", one.delivered),
            ("slow", one.slow),
            ("failed", one.failed),
        )
    }


def _handovers(db: Connection) -> tuple[float, ...]:
    rows = db.execute(
        "SELECT seen_at, first_handover_at FROM broadcasts WHERE origin = 'alert' AND first_handover_at IS NOT NULL"
    )
    return tuple(_seconds(row.time("seen_at"), row.time("first_handover_at")) for row in rows)


def _seconds(first: datetime, last: datetime) -> float:
    return (last - first).total_seconds()
