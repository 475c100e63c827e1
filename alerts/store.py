"""Rows of reports, of what is in force, and of alerts. Decides nothing; owns the SQL of `alerts`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import codec
from alerts.history import Alert
from alerts.report import Facts, Report
from alerts.vocabulary import NONE, Hazard, Status
from storage import times
from storage.connection import Connection
from storage.rows import Row

#: one earthquake may come under two event ids (swarms): reports whose origins are this close are told as one
SAME_EARTHQUAKE = timedelta(minutes=3)
#: older reports of a weather region than this many cannot matter any more
_WEATHER_REPORTS = 20
_TSUNAMI_REPORTS = 400
_PLACES_AT_ONCE = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """One row of the state of Japan."""

    hazard: Hazard
    event: str
    place: str
    grade: str
    since: datetime
    revision: int
    ends_at: datetime | None
    facts: Facts
    broadcast_id: int | None


def event_of(db: Connection, report: Report) -> str:
    """What a person is told once of: '' for state hazards, the earthquake for earthquakes.

    A further id of an earthquake at the same minute joins the first one's event.
    """
    if report.hazard is not Hazard.EARTHQUAKE:
        return ""
    same: dict[str, object] = {"hazard": report.hazard, "status": report.status, "lineage": _lineage(report)}
    rows = db.execute(
        "SELECT event FROM reports WHERE hazard = :hazard AND status = :status AND lineage = :lineage LIMIT 1",
        same,
    )
    if not rows and report.origin is not None:
        near: dict[str, object] = {
            "hazard": report.hazard,
            "status": report.status,
            "first": times.to_text(report.origin - SAME_EARTHQUAKE),
            "last": times.to_text(report.origin + SAME_EARTHQUAKE),
        }
        rows = db.execute(
            "SELECT event FROM reports WHERE hazard = :hazard AND status = :status"
            " AND origin BETWEEN :first AND :last ORDER BY sent, digest LIMIT 1",
            near,
        )
    return rows[0].text("event") if rows else report.lineage[0]


def reports_beside(db: Connection, report: Report, event: str) -> list[Report]:
    """Every stored report that can matter to this one's state."""
    where, limit = "event = :event", _TSUNAMI_REPORTS
    if report.hazard not in (Hazard.EARTHQUAKE, Hazard.TSUNAMI):
        where, limit = "lineage = :lineage", _WEATHER_REPORTS
    rows = db.execute(
        f"SELECT body FROM reports WHERE hazard = :hazard AND status = :status AND {where}"  # noqa: S608 -- fixed words
        " ORDER BY sent DESC, digest LIMIT :limit",
        {
            "hazard": report.hazard,
            "status": report.status,
            "event": event,
            "lineage": _lineage(report),
            "limit": limit,
        },
    )
    return [codec.report_from_text(row.text("body")) for row in rows]


def add_report(db: Connection, report: Report, event: str) -> bool:
    """Keep a report; False if it was there already."""
    added = db.execute_count(
        "INSERT INTO reports (digest, hazard, status, lineage, event, origin, sent, body)"
        " VALUES (:digest, :hazard, :status, :lineage, :event, :origin, :sent, :body)"
        " ON CONFLICT (digest, hazard) DO NOTHING",
        {
            "digest": report.digest,
            "hazard": report.hazard,
            "status": report.status,
            "lineage": _lineage(report),
            "event": event,
            "origin": times.to_text(report.origin) if report.origin else None,
            "sent": times.to_text(report.sent),
            "body": codec.report_to_text(report),
        },
    )
    return added > 0


def _lineage(report: Report) -> str:
    return " ".join(report.lineage)


def add_alert(db: Connection, alert: Alert, event: str, now: datetime) -> int:
    """Keep an alert with its decision; its row id. Reading a telegram again replaces what was said before."""
    row = db.execute(
        "INSERT INTO alerts (identifier, digest, hazard, event, msg_type, status, sent, expires, decision, reason,"
        " places, decided_at) VALUES (:identifier, :digest, :hazard, :event, :msg_type, :status, :sent, :expires,"
        " :decision, :reason, :places, :now)"
        " ON CONFLICT (identifier) DO UPDATE SET decision = excluded.decision, reason = excluded.reason,"
        " places = excluded.places, decided_at = excluded.decided_at RETURNING id",
        {
            "identifier": alert.identifier,
            "digest": alert.digest,
            "hazard": alert.hazard,
            "event": event,
            "msg_type": alert.msg_type,
            "status": alert.status,
            "sent": times.to_text(alert.sent),
            "expires": times.to_text(alert.expires) if alert.expires else None,
            "decision": alert.action,
            "reason": alert.reason,
            "places": json.dumps(dict(alert.places), separators=(",", ":")),
            "now": times.to_text(now),
        },
    )
    return row[0].integer("id")


def in_force(db: Connection, hazard: Hazard, event: str, places: Sequence[str] | None = None) -> dict[str, InForce]:
    """The rows of one hazard (and earthquake), those at `none` included: of some places, or of all."""
    if places is None:
        return _in_force_where(db, hazard, event, "", {})
    found: dict[str, InForce] = {}
    for first in range(0, len(places), _PLACES_AT_ONCE):
        names = {f"p{number}": place for number, place in enumerate(places[first : first + _PLACES_AT_ONCE])}
        marks = ", ".join(f":{name}" for name in names)
        found |= _in_force_where(db, hazard, event, f" AND place IN ({marks})", names)
    return found


def _in_force_where(
    db: Connection, hazard: Hazard, event: str, where: str, names: Mapping[str, object]
) -> dict[str, InForce]:
    rows = db.execute(
        f"SELECT * FROM in_force WHERE hazard = :hazard AND event = :event{where}",  # noqa: S608 -- marks only
        {"hazard": hazard, "event": event, **names},
    )
    return {row.text("place"): _in_force(row) for row in rows}


def in_force_at(db: Connection, places: Iterable[str], now: datetime) -> list[InForce]:
    """What is in force in some places now, of every hazard."""
    found: list[InForce] = []
    for place in places:
        rows = db.execute(
            "SELECT * FROM in_force WHERE place = :place AND grade <> :none"
            " AND (ends_at IS NULL OR ends_at > :now) ORDER BY hazard, event",
            {"place": place, "none": NONE, "now": times.to_text(now)},
        )
        found.extend(_in_force(row) for row in rows)
    return found


def everything_in_force(db: Connection, now: datetime) -> list[InForce]:
    """The state of Japan."""
    rows = db.execute(
        "SELECT * FROM in_force WHERE grade <> :none AND (ends_at IS NULL OR ends_at > :now)"
        " ORDER BY hazard, event, place",
        {"none": NONE, "now": times.to_text(now)},
    )
    return [_in_force(row) for row in rows]


def _in_force(row: Row) -> InForce:
    return InForce(
        hazard=Hazard(row.text("hazard")),
        event=row.text("event"),
        place=row.text("place"),
        grade=row.text("grade"),
        since=row.time("since"),
        revision=row.integer("revision"),
        ends_at=row.optional_time("ends_at"),
        facts=codec.facts_from_json(json.loads(row.text("facts"))),
        broadcast_id=row.optional_integer("broadcast_id"),
    )


def next_revision(db: Connection) -> int:
    """A number greater than every revision given before."""
    rows = db.execute("UPDATE counters SET value = value + 1 WHERE name = 'revision' RETURNING value")
    return rows[0].integer("value")


def set_in_force(db: Connection, rows: Iterable[InForce], digest: str) -> None:
    """Write rows of the state, new or in place of older ones."""
    db.executemany(
        "INSERT INTO in_force (hazard, event, place, grade, since, revision, ends_at, digest, facts, broadcast_id)"
        " VALUES (:hazard, :event, :place, :grade, :since, :revision, :ends_at, :digest, :facts, :broadcast_id)"
        " ON CONFLICT (hazard, event, place) DO UPDATE SET grade = excluded.grade, since = excluded.since,"
        " revision = excluded.revision, ends_at = excluded.ends_at, digest = excluded.digest,"
        " facts = excluded.facts, broadcast_id = excluded.broadcast_id",
        [_row(row, digest) for row in rows],
    )


def _row(row: InForce, digest: str) -> Mapping[str, object]:
    return {
        "hazard": row.hazard,
        "event": row.event,
        "place": row.place,
        "grade": row.grade,
        "since": times.to_text(row.since),
        "revision": row.revision,
        "ends_at": times.to_text(row.ends_at) if row.ends_at else None,
        "digest": digest,
        "facts": json.dumps(codec.facts_to_json(row.facts), ensure_ascii=False, separators=(",", ":")),
        "broadcast_id": row.broadcast_id,
    }


def end_by_time(db: Connection, now: datetime) -> int:
    """Silently end what ends by itself; how many rows. Nobody is told, and no revision changes."""
    return db.execute_count(
        "UPDATE in_force SET grade = :none WHERE grade <> :none AND ends_at IS NOT NULL AND ends_at <= :now",
        {"none": NONE, "now": times.to_text(now)},
    )


def counts_by_status(db: Connection) -> dict[tuple[Status, str], int]:
    """How many alerts there are per status and decision."""
    rows = db.execute("SELECT status, decision, count(*) AS n FROM alerts GROUP BY status, decision")
    return {(Status(row.text("status")), row.text("decision")): row.integer("n") for row in rows}
