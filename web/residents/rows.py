"""Reads an alert for its page, and what is in force for the start page. Owns the SQL of the residents' pages.

Never shows what is held for a second person, nor training and test. Reads no person.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts import codec, hazards
from alerts.changes import Cause, PlaceChange
from alerts.places import PlaceTable
from alerts.report import Facts
from alerts.vocabulary import NONE, Action, Hazard, Status
from storage import times
from storage.connection import Connection
from storage.rows import Row
from web.residents import story
from web.residents.story import Standing, Story, Told

#: a broadcast that people may know of
_SHOWN = "(state IN ('planning', 'sending', 'complete') OR (state = 'withdrawn' AND first_handover_at IS NOT NULL))"
_LATER = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a link names."""

    #: the row's number, or its CAP identifier
    alert: str
    #: five digits, or ''
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A hazard in force in a prefecture, by its worst place."""

    hazard: Hazard
    grade: str
    prefecture: str
    place: str
    #: the alert that told of it last; None where none did
    alert_id: int | None


def revision(db: Connection) -> int:
    """Differs when the state, a broadcast or an evacuation site differs."""
    rows = db.execute(
        "SELECT (SELECT coalesce(max(id), 0) FROM alerts) + (SELECT coalesce(max(id), 0) FROM broadcasts)"
        " + (SELECT sum(value) FROM counters WHERE name IN ('revision', 'shelters')) AS n"
    )
    return rows[0].integer("n")


def read(db: Connection, asked: Asked, places: PlaceTable, now: datetime) -> Story | None:
    """The story of the alert a link names, at its place or else at the worst; None where there is none to show."""
    told = _told(db, asked.alert)
    if told is None or not told.changes:
        return None
    standing = _standing(db, told)
    worst = story.in_force(hazards.rule(told.hazard), told, standing, now)[0].code
    place = _focus(told, asked.place, places) or worst
    return story.tell(told, place, _later(db, told, place), standing, now)


def warned(db: Connection, places: PlaceTable, now: datetime) -> tuple[Warned, ...]:
    """What people are told of and is in force, once for each hazard and prefecture."""
    rows = db.execute(
        "SELECT f.hazard, f.place, f.grade, b.alert_id FROM in_force f"  # noqa: S608 -- fixed words
        f" LEFT JOIN (SELECT id, alert_id FROM broadcasts WHERE {_SHOWN}) b ON b.id = f.broadcast_id"
        " WHERE f.grade <> 'none' AND (f.ends_at IS NULL OR f.ends_at > :now) ORDER BY f.hazard, f.place",
        {"now": times.to_text(now)},
    )
    worst: dict[tuple[Hazard, str], Warned] = {}
    for row in rows:
        hazard, grade, code = Hazard(row.text("hazard")), row.text("grade"), row.text("place")
        place, rule = places.place(code), hazards.rule(hazard)
        if place is None or rule.action(grade) is not Action.SEND:
            continue
        known = worst.get((hazard, place.prefecture))
        if known is None or rule.rank(grade) > rule.rank(known.grade):
            worst[hazard, place.prefecture] = Warned(
                hazard=hazard,
                grade=grade,
                prefecture=place.prefecture,
                place=code,
                alert_id=row.optional_integer("alert_id"),
            )
    return tuple(worst.values())


def _told(db: Connection, alert: str) -> Told | None:
    """The alert with what its broadcast says, or, of what is only recorded, with what it says itself."""
    column = "id" if alert.isdecimal() else "identifier"
    rows = db.execute(
        f"SELECT id, hazard, event, sent, decision, places FROM alerts WHERE {column} = :alert AND status = :status",  # noqa: S608 -- fixed words
        {"alert": int(alert) if alert.isdecimal() else alert, "status": Status.ACTUAL},
    )
    if not rows:
        return None
    row = rows[0]
    sent = db.execute(
        f"SELECT snapshot, CASE WHEN {_SHOWN} THEN 1 ELSE 0 END AS shown FROM broadcasts"  # noqa: S608 -- fixed words
        " WHERE alert_id = :id AND origin = 'alert' ORDER BY id",
        {"id": row.integer("id")},
    )
    if any(not one.flag("shown") for one in sent) or (row.text("decision") == Action.HOLD and not sent):
        return None
    changes = dict(_recorded(row))
    for one in sent:
        changes |= _changes(one)
    return Told(alert_id=row.integer("id"), hazard=Hazard(row.text("hazard")), event=row.text("event"), changes=changes)


def _recorded(row: Row) -> Iterator[tuple[str, PlaceChange]]:
    """Of each place that the alert left in force, without what led there."""
    for place, grade in json.loads(row.text("places")).items():
        if grade != NONE:
            yield (
                place,
                PlaceChange(
                    place=place,
                    before=NONE,
                    after=grade,
                    cause=Cause.ISSUED,
                    facts=Facts(),
                    higher=False,
                    issued=row.time("sent"),
                ),
            )


def _changes(row: Row) -> dict[str, PlaceChange]:
    snapshot = json.loads(row.text("snapshot"))
    return {place: codec.change_from_json(place, change) for place, change in snapshot.get("changes", {}).items()}


def _standing(db: Connection, told: Told) -> Mapping[str, Standing]:
    rows = db.execute(
        "SELECT place, grade, since, ends_at, facts FROM in_force WHERE hazard = :hazard AND event = :event",
        {"hazard": told.hazard, "event": told.event},
    )
    return {
        row.text("place"): Standing(
            grade=row.text("grade"),
            since=row.time("since"),
            ends_at=row.optional_time("ends_at"),
            facts=codec.facts_from_text(row.text("facts")),
        )
        for row in rows
        if row.text("place") in told.changes
    }


def _focus(told: Told, place: str, places: PlaceTable) -> str | None:
    """The place of the link as the alert knows it: a ward may stand under its city, and a city under its wards."""
    for code in (place, places.city_of(place) or "", *places.wards_of(place)):
        if code in told.changes:
            return code
    return None


def _later(db: Connection, told: Told, place: str) -> list[PlaceChange]:
    """What later broadcasts say of the place, oldest first."""
    rows = db.execute(
        f"SELECT snapshot FROM broadcasts WHERE origin = 'alert' AND hazard = :hazard AND event = :event"  # noqa: S608 -- fixed words
        f" AND alert_id > :alert AND snapshot LIKE :place AND {_SHOWN} ORDER BY id LIMIT :limit",
        {
            "hazard": told.hazard,
            "event": told.event,
            "alert": told.alert_id,
            "place": f'%"{place}"%',
            "limit": _LATER,
        },
    )
    return [change for row in rows if (change := _changes(row).get(place)) is not None]
