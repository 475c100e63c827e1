"""Rows of reports, of what is in force, and of alerts. Decides nothing; owns the SQL of `alerts`."""

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts import codec, kin, strand_store, strands
from alerts.history import Alert
from alerts.report import Facts, Report
from alerts.strands import PlaceState, strand_of
from alerts.vocabulary import NONE, Hazard, Status
from storage import lists, times
from storage.connection import Connection
from storage.rows import Row

#: one earthquake may come under two event ids (swarms): reports whose origins are this close are told as one
SAME_EARTHQUAKE = timedelta(minutes=3)
#: a newer report of these replaces the ones before, so that few are looked at
NEWEST_REPORTS = 20
_TSUNAMI_REPORTS = 400
_ALL = 1_000_000
#: names of the counters that tell which hazard's state was written
_VERSION = "in_force "


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
    #: the telegram that set the grade
    digest: str
    #: the grade decided last, where a rebuild has put another one in its place without telling anybody
    rebuilt_from: str | None = None

    @property
    def decided(self) -> str:
        """The grade that the last change led to: what the next one is compared with."""
        return self.grade if self.rebuilt_from is None else self.rebuilt_from


def event_of(db: Connection, report: Report) -> str:
    """What a person is told once of: '' for state hazards, the earthquake for earthquakes, the day for heat, the
    volcano for volcanoes (what one of them asks of people is never hidden by another one), what a report by hand says.

    A further id of an earthquake at the same minute joins the first one's event. How far apart they are is measured
    from the reports of the first id alone: a chain of small aftershocks must not make a second strong one the same.
    """
    if report.hazard in (Hazard.HEAT, Hazard.VOLCANO):  # tomorrow's heat comes while today's is in force, and is news
        return report.lineage[0]
    if report.by_hand:  # each notice, and each district of an evacuation, is told on its own
        return report.lineage[0].split(":", 2)[2]
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
            " AND origin BETWEEN :first AND :last AND (lineage = event OR lineage LIKE event || ' %')"
            " ORDER BY sent, digest LIMIT 1",
            near,
        )
    return rows[0].text("event") if rows else report.lineage[0]


def known_event(db: Connection, report: Report) -> str | None:
    """The event that a stored report belongs to; None for one that is not stored."""
    rows = db.execute(
        "SELECT event FROM reports WHERE digest = :digest AND hazard = :hazard",
        {"digest": report.digest, "hazard": report.hazard},
    )
    return rows[0].text("event") if rows else None


def reports_beside(db: Connection, report: Report, event: str) -> list[Report]:
    """The stored reports that can matter to this one's state, newest first; older ones where these lean on them."""
    if report.hazard is Hazard.EARTHQUAKE:
        return all_beside(db, report, event)
    if report.hazard is Hazard.TSUNAMI:
        return all_beside(db, report, event, _TSUNAMI_REPORTS)
    return all_beside(db, report, event, NEWEST_REPORTS)


def all_beside(db: Connection, report: Report, event: str, limit: int | None = None) -> list[Report]:
    """The stored reports of this one's strand, newest first: all, or so many."""
    where = "lineage = :lineage" if strand_of(report) else "event = :event"
    rows = db.execute(
        f"SELECT body FROM reports WHERE hazard = :hazard AND status = :status AND {where}"  # noqa: S608 -- fixed words
        " ORDER BY sent DESC, digest LIMIT :limit",
        {
            "hazard": report.hazard,
            "status": report.status,
            "event": event,
            "lineage": _lineage(report),
            "limit": limit or _ALL,
        },
    )
    return [_parsed(row.text("body")) for row in rows]


def of_kin(db: Connection, report: Report) -> list[Report]:
    """The stored reports of its family that can concern it, or it them."""
    bounds = kin.bounds(report)
    rows = db.execute(
        "SELECT body FROM reports WHERE hazard = :hazard AND status = :status"
        " AND lineage >= :first AND lineage < :beyond AND lineage LIKE :ending",
        {
            "hazard": report.hazard,
            "status": report.status,
            "first": bounds.first,
            "beyond": bounds.beyond,
            "ending": f"%{bounds.ending}",
        },
    )
    return [_parsed(row.text("body")) for row in rows]


#: the same few reports are read again with every further one of their strand
_parsed = functools.lru_cache(maxsize=2048)(codec.report_from_text)


def add_report(db: Connection, report: Report, event: str) -> bool:
    """Keep a report; False if the telegram was read before. What is read now replaces what was read then."""
    there = db.execute(
        "SELECT 1 AS one FROM reports WHERE digest = :digest AND hazard = :hazard",
        {"digest": report.digest, "hazard": report.hazard},
    )
    db.execute(
        "INSERT INTO reports (digest, hazard, status, lineage, event, origin, sent, body)"
        " VALUES (:digest, :hazard, :status, :lineage, :event, :origin, :sent, :body)"
        " ON CONFLICT (digest, hazard) DO UPDATE SET status = excluded.status, lineage = excluded.lineage,"
        " event = excluded.event, origin = excluded.origin, sent = excluded.sent, body = excluded.body",
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
    return not there


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
    for marks, names in lists.portions(places):
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


def held(db: Connection, among: Iterable[Hazard]) -> list[InForce]:
    """All rows of some hazards, also those of what has ended."""
    marks, wanted = lists.listed(among)
    rows = db.execute(f"SELECT * FROM in_force WHERE hazard IN ({marks}) AND event = ''", wanted)  # noqa: S608 -- marks
    return [_in_force(row) for row in rows]


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
        facts=codec.facts_from_text(row.text("facts")),
        broadcast_id=row.optional_integer("broadcast_id"),
        digest=row.text("digest"),
        rebuilt_from=row.optional_text("rebuilt_from"),
    )


def next_revision(db: Connection) -> int:
    """A number greater than every revision given before."""
    rows = db.execute("UPDATE counters SET value = value + 1 WHERE name = 'revision' RETURNING value")
    return rows[0].integer("value")


def set_in_force(db: Connection, rows: Iterable[InForce]) -> None:
    """Write rows of the state, new or in place of older ones."""
    rows = list(rows)
    _another_version(db, {row.hazard for row in rows})
    db.executemany(
        "INSERT INTO in_force (hazard, event, place, grade, since, revision, ends_at, digest, facts, broadcast_id,"
        " rebuilt_from) VALUES (:hazard, :event, :place, :grade, :since, :revision, :ends_at, :digest, :facts,"
        " :broadcast_id, :rebuilt_from)"
        " ON CONFLICT (hazard, event, place) DO UPDATE SET grade = excluded.grade, since = excluded.since,"
        " revision = excluded.revision, ends_at = excluded.ends_at, digest = excluded.digest,"
        " facts = excluded.facts, broadcast_id = excluded.broadcast_id, rebuilt_from = excluded.rebuilt_from",
        [_row(row) for row in rows],
    )


def versions(db: Connection) -> dict[str, int]:
    """Hazard -> a number that grows with every write of its state."""
    rows = db.execute("SELECT name, value FROM counters WHERE name LIKE :names", {"names": f"{_VERSION}%"})
    written = {row.text("name").removeprefix(_VERSION): row.integer("value") for row in rows}
    return {hazard.value: written.get(hazard, 0) for hazard in Hazard}


def _another_version(db: Connection, changed: Iterable[Hazard]) -> None:
    db.executemany(
        "INSERT INTO counters (name, value) VALUES (:name, 1)"
        " ON CONFLICT (name) DO UPDATE SET value = counters.value + 1",
        [{"name": f"{_VERSION}{hazard}"} for hazard in sorted(changed)],
    )


def _row(row: InForce) -> Mapping[str, object]:
    return {
        "hazard": row.hazard,
        "event": row.event,
        "place": row.place,
        "grade": row.grade,
        "since": times.to_text(row.since),
        "revision": row.revision,
        "ends_at": times.to_text(row.ends_at) if row.ends_at else None,
        "digest": row.digest,
        "facts": codec.facts_to_text(row.facts),
        "broadcast_id": row.broadcast_id,
        "rebuilt_from": row.rebuilt_from,
    }


def end_by_time(db: Connection, now: datetime) -> int:
    """Silently end what ends by itself; how many rows. Nobody is told, and no revision changes.

    Where another strand still holds the place, its grade is what remains.
    """
    remaining = strand_store.ended(db, now)
    for hazard, event, place in remaining:
        held = strand_store.at(db, hazard, event, [place]).get(place, {})
        left, row = strands.combine(hazard, held.values(), now), in_force(db, hazard, event, [place])[place]
        if left is not None:
            set_in_force(db, [with_state(row, left)])
    return len(remaining) + db.execute_count(
        "UPDATE in_force SET grade = :none, rebuilt_from = NULL"
        " WHERE grade <> :none AND ends_at IS NOT NULL AND ends_at <= :now",
        {"none": NONE, "now": times.to_text(now)},
    )


def with_state(row: InForce, state: PlaceState) -> InForce:
    """The row with another state, and nobody told of it."""
    return replace(
        row,
        grade=state.grade,
        since=state.since,
        digest=state.digest,
        ends_at=state.ends_at,
        facts=state.facts,
        rebuilt_from=None,
    )


def counts_by_status(db: Connection) -> dict[tuple[Status, str], int]:
    """How many alerts there are per status and decision."""
    rows = db.execute("SELECT status, decision, count(*) AS n FROM alerts GROUP BY status, decision")
    return {(Status(row.text("status")), row.text("decision")): row.integer("n") for row in rows}
