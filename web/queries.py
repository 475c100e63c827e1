"""Reads what the console shows, in one transaction. Owns the SQL of the pages; writes nothing.

No query reads a phone number, and none scans the telegrams' bodies or all messages.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts import codec
from alerts import store as alerts_store
from alerts.vocabulary import NONE, Hazard
from delivery import outcomes, throughput
from feeds.health import FeedState
from storage import times
from storage.connection import Connection
from storage.rows import Row
from web import headings, own_queries
from web.console import reach
from web.console.reach import Cell
from web.headings import Heading
from web.snapshot import (
    BroadcastRow,
    Country,
    DecidedRow,
    Leaving,
    Snapshot,
    Source,
    StandingRow,
    TelegramRow,
    Words,
)

TELEGRAMS = 30
BROADCASTS = 10
_ALERTS = 400
_LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was read before, of which only what has moved is read again."""

    country: Country | None = None
    #: of this moment
    leaving: Leaving | None = None
    #: of the same places, as are the texts
    broadcasts: tuple[BroadcastRow, ...] = ()
    words: Words | None = None


def snapshot(db: Connection, now: datetime, within: frozenset[str] | None = None, seen: Seen | None = None) -> Snapshot:
    """Read the whole console; what is of a municipality for these places only, None for all."""
    seen = seen or Seen()
    broadcasts = _broadcasts(db, within, seen.broadcasts)
    return Snapshot(
        country=_country(db, now, seen.country),
        broadcasts=broadcasts,
        leaving=seen.leaving or Leaving(queue=_queue(db), measured=throughput.measured(db, now)),
        feeds=feeds(db),
        words=own_queries.words(db, within, broadcasts, seen.words),
        open_notices=own_queries.open_notices(db, within),
        notices=own_queries.notices(db, within),
        lessons=own_queries.lessons(db, within),
        waiting=own_queries.waiting(db, within),
        nearby=own_queries.nearby(db, within),
    )


def _country(db: Connection, now: datetime, seen: Country | None) -> Country:
    """Rows whose marks have not moved are those that were read before."""
    marks = _marks(db, now)
    force, came = (seen if seen and seen.marks[part] == mark else None for part, mark in enumerate(marks))
    return Country(
        marks=marks,
        standing=force.standing if force else _standing(db, now),
        sources=force.sources if force else _sources(db),
        telegrams=came.telegrams if came else _telegrams(db),
        quarantined=came.quarantined
        if came
        else _count(db, "SELECT count(*) AS n FROM telegrams WHERE state = 'quarantined'"),
        quarantine=came.quarantine if came else _quarantine(db),
    )


def _marks(db: Connection, now: datetime) -> tuple[tuple[object, ...], ...]:
    """Of what is in force, of the telegrams with what was decided."""
    (row,) = db.execute(
        "SELECT (SELECT max(id) FROM telegrams) AS telegram, (SELECT max(id) FROM alerts) AS alert,"
        " (SELECT count(*) FROM telegrams WHERE state = 'pending') AS pending,"
        " (SELECT count(*) FROM telegrams WHERE state = 'quarantined') AS quarantined,"
        " (SELECT count(*) FROM in_force WHERE grade <> 'none' AND (ends_at IS NULL OR ends_at > :now)) AS standing",
        {"now": times.to_text(now)},
    )
    came = tuple(row[name] for name in ("telegram", "alert", "pending", "quarantined"))
    versions = tuple(sorted(alerts_store.versions(db).items()))
    return ((row["standing"], versions), came)


def fingerprint(db: Connection, now: datetime) -> tuple[object, ...]:
    """A value that differs when something worth showing has changed; cheap enough for every second."""
    newest = db.execute(
        "SELECT (SELECT max(id) FROM telegrams) AS telegram,"
        " (SELECT count(*) FROM telegrams WHERE state = 'pending') AS pending,"
        " (SELECT max(id) FROM alerts) AS alert, (SELECT value FROM counters WHERE name = 'revision') AS revision,"
        " (SELECT max(id) FROM texts) AS text, (SELECT max(id) FROM attempts) AS attempt,"
        " (SELECT max(id) FROM receipts) AS receipt,"
        " (SELECT count(*) FROM in_force WHERE grade <> 'none' AND (ends_at IS NULL OR ends_at > :now)) AS standing,"
        " (SELECT max(last_at) FROM notices WHERE resolved_at IS NULL) AS notice,"
        " (SELECT count(*) FROM notices WHERE resolved_at IS NULL) AS notices",
        {"now": times.to_text(now)},
    )
    lists = (
        "SELECT id, state, planned, last_handover_at FROM broadcasts ORDER BY id DESC LIMIT 10",
        "SELECT name, content_at, failures, blind_since FROM feeds ORDER BY name",
        "SELECT id, state, due_at, reason FROM campaign_lessons WHERE state IN ('waiting', 'held')"
        " ORDER BY due_at, id LIMIT 100",
        "SELECT id, state FROM campaigns WHERE state = 'waiting' ORDER BY id",
        "SELECT id, state, deadline FROM submissions WHERE state IN ('waiting', 'approved') ORDER BY id",
        "SELECT broadcast_id, deadline, overdue_at FROM holds WHERE closed_at IS NULL ORDER BY broadcast_id",
    )
    rows = [*newest, *(row for sql in lists for row in db.execute(sql))]
    return tuple(tuple(row.values()) for row in rows)


def feeds(db: Connection) -> tuple[FeedState, ...]:
    """Every feed that was ever polled, as far as its health goes."""
    rows = db.execute(
        "SELECT name, last_success_at, content_at, failing_since, failures, last_error FROM feeds ORDER BY name"
    )
    return tuple(
        FeedState(
            name=row.text("name"),
            last_success_at=row.optional_time("last_success_at"),
            content_at=row.optional_time("content_at"),
            failing_since=row.optional_time("failing_since"),
            failures=row.integer("failures"),
            last_error=row.optional_text("last_error"),
        )
        for row in rows
    )


def provider_trouble(db: Connection, providers: int = 1) -> tuple[str, ...]:
    """What is wrong with the SMS provider, from its open notices; of two, nothing as long as one is well."""
    rows = db.execute(
        "SELECT subject, text FROM notices WHERE kind = 'provider' AND resolved_at IS NULL ORDER BY id LIMIT :limit",
        {"limit": _LISTED},
    )
    if len({outcomes.whose(row.text("subject")) for row in rows}) < providers:
        return ()
    return tuple(row.text("text") for row in rows)


def _count(db: Connection, sql: str) -> int:
    return db.execute(sql)[0].integer("n")


def _standing(db: Connection, now: datetime) -> tuple[StandingRow, ...]:
    rows = db.execute(
        "SELECT hazard, event, place, grade, since, ends_at, facts, digest FROM in_force WHERE grade <> :none"
        " AND (ends_at IS NULL OR ends_at > :now) ORDER BY hazard, event, place",
        {"none": NONE, "now": times.to_text(now)},
    )
    return tuple(
        StandingRow(
            hazard=Hazard(row.text("hazard")),
            event=row.text("event"),
            place=row.text("place"),
            grade=row.text("grade"),
            since=row.time("since"),
            ends_at=row.optional_time("ends_at"),
            facts=codec.facts_from_text(row.text("facts")),
            digest=row.text("digest"),
        )
        for row in rows
    )


def _sources(db: Connection) -> Mapping[tuple[str, str], Source]:
    rows = db.execute(
        "SELECT r.digest, r.hazard, r.sent, t.type FROM reports r LEFT JOIN telegrams t ON t.digest = r.digest"
        " WHERE r.digest IN (SELECT digest FROM in_force WHERE grade <> 'none')"
    )
    return {
        (row.text("digest"), row.text("hazard")): Source(type=row.optional_text("type") or "", sent=row.time("sent"))
        for row in rows
    }


def _telegrams(db: Connection) -> tuple[TelegramRow, ...]:
    rows = db.execute(
        "SELECT id, digest, type, received_at, state, reason FROM telegrams ORDER BY id DESC LIMIT :limit",
        {"limit": TELEGRAMS},
    )
    decided: dict[str, list[DecidedRow]] = {}
    # Only the newest alerts: there is no index by telegram, and the newest telegrams have the newest alerts.
    alerts = db.execute(
        "SELECT digest, hazard, msg_type, status, decision, reason,"
        " length(places) - length(replace(places, ':', '')) AS places FROM alerts ORDER BY id DESC LIMIT :limit",
        {"limit": _ALERTS},
    )
    for row in alerts:
        decided.setdefault(row.text("digest"), []).append(
            DecidedRow(
                hazard=row.text("hazard"),
                msg_type=row.text("msg_type"),
                status=row.text("status"),
                decision=row.text("decision"),
                reason=row.text("reason"),
                places=row.integer("places"),
            )
        )
    return tuple(_telegram(row, tuple(decided.get(row.text("digest"), ()))) for row in rows)


def _telegram(row: Row, decided: tuple[DecidedRow, ...]) -> TelegramRow:
    return TelegramRow(
        id=row.integer("id"),
        type=row.text("type"),
        received_at=row.time("received_at"),
        state=row.text("state"),
        reason=row.text("reason"),
        decided=decided,
    )


def _quarantine(db: Connection) -> tuple[TelegramRow, ...]:
    rows = db.execute(
        "SELECT id, type, received_at, state, reason FROM telegrams WHERE state = 'quarantined'"
        " ORDER BY id DESC LIMIT :limit",
        {"limit": _LISTED},
    )
    return tuple(_telegram(row, ()) for row in rows)


_BROADCAST = (
    "b.id, b.origin, b.hazard, b.state, b.reason, b.form, b.priority, b.seen_at, b.planned, b.planned_segments,"
    " b.planned_at, b.first_handover_at, b.last_handover_at, b.excluded"
)


def _broadcasts(
    db: Connection, within: frozenset[str] | None, seen: Sequence[BroadcastRow]
) -> tuple[BroadcastRow, ...]:
    """The newest that told somebody there; what became of them comes from the counted rows (`delivery.counting`)."""
    condition, values = reach.seen_condition(within)
    rows = db.execute(
        f"SELECT {_BROADCAST}, c.version FROM broadcasts b LEFT JOIN counted_broadcasts c ON c.broadcast_id = b.id"  # noqa: S608
        f" WHERE {condition} ORDER BY b.id DESC LIMIT :limit",
        values | {"limit": BROADCASTS},
    )
    counted = {row.integer("id"): row.optional_text("version") or "" for row in rows}
    known = {one.id: one.cells for one in seen if counted.get(one.id) == one.version}
    cells = reach.cells(db, [number for number in counted if number not in known], within)
    told = {one.id: one.told for one in seen}
    told |= headings.read(db, counted.keys() - told.keys(), within)
    return tuple(
        _broadcast(row, known.get(number) or tuple(cells.get(number, ())), told.get(number))
        for number, row in zip(counted, rows, strict=True)
    )


def _queue(db: Connection) -> tuple[BroadcastRow, ...]:
    """What is being sent, to people anywhere."""
    rows = db.execute(
        f"SELECT {_BROADCAST}, c.version FROM broadcasts b LEFT JOIN counted_broadcasts c ON c.broadcast_id = b.id"  # noqa: S608 -- our own names only
        " WHERE b.state IN ('planning', 'sending') ORDER BY b.id"
    )
    return tuple(_broadcast(row, ()) for row in rows)


def _broadcast(row: Row, cells: tuple[Cell, ...], told: Heading | None = None) -> BroadcastRow:
    return BroadcastRow(
        id=row.integer("id"),
        origin=row.text("origin"),
        hazard=row.text("hazard"),
        state=row.text("state"),
        reason=row.text("reason"),
        form=row.text("form"),
        priority=row.integer("priority"),
        seen_at=row.time("seen_at"),
        planned=row.integer("planned"),
        planned_segments=row.integer("planned_segments"),
        planned_at=row.optional_time("planned_at"),
        first_handover_at=row.optional_time("first_handover_at"),
        last_handover_at=row.optional_time("last_handover_at"),
        excluded={str(reason): int(people) for reason, people in json.loads(row.text("excluded")).items()},
        version=row.optional_text("version") or "",
        cells=cells,
        told=told or Heading(),
    )
