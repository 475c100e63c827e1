"""Rows of what each strand holds in force, place by place. Decides nothing; owns the SQL of `strand_places`."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from alerts import codec, hazards
from alerts.hazards import Ends
from alerts.strands import PlaceState
from alerts.vocabulary import NONE, Hazard
from storage import lists, times
from storage.connection import Connection
from storage.rows import Row

_STRUCK = (
    "(SELECT k.grade FROM struck k WHERE k.hazard = p.hazard AND k.event = p.event AND k.place = p.place"
    " AND k.digest = p.digest)"
)


def of(db: Connection, hazard: Hazard, event: str, strand: str) -> dict[str, PlaceState]:
    """All places of one strand, those whose time is over included."""
    rows = db.execute(
        "SELECT * FROM strand_places WHERE hazard = :hazard AND event = :event AND strand = :strand",
        {"hazard": hazard, "event": event, "strand": strand},
    )
    return {row.text("place"): _state(row) for row in rows}


def at(db: Connection, hazard: Hazard, event: str, places: Sequence[str]) -> dict[str, dict[str, PlaceState]]:
    """place -> strand -> what it holds there, of some places."""
    return _at(db, "p.event = :event", places, {"hazard": hazard, "event": event})


def of_other_events(
    db: Connection, hazard: Hazard, event: str, places: Sequence[str], moment: datetime
) -> dict[str, dict[str, PlaceState]]:
    """place -> strand -> what other events (earthquakes, volcanoes) that had begun hold there at a moment."""
    named: dict[str, object] = {"hazard": hazard, "event": event, "moment": times.to_text(moment)}
    # an index for each
    standing = "p.ends_at > :moment" if hazards.rule(hazard).ends is Ends.TIME else "p.ends_at IS NULL"
    return _at(db, f"p.event <> :event AND p.since <= :moment AND {standing}", places, named)


def _at(
    db: Connection, where: str, places: Sequence[str], named: Mapping[str, object]
) -> dict[str, dict[str, PlaceState]]:
    found: defaultdict[str, dict[str, PlaceState]] = defaultdict(dict)
    for marks, names in lists.portions(places):
        rows = db.execute(
            f"SELECT p.*, {_STRUCK} AS struck FROM strand_places p WHERE p.hazard = :hazard AND {where}"  # noqa: S608 -- ours
            f" AND p.place IN ({marks})",
            {**named, **names},
        )
        for row in rows:
            state = put_right(_state(row), row.optional_text("struck"))
            if state is not None:
                found[row.text("place")][row.text("strand")] = state
    return dict(found)


def put_right(state: PlaceState, grade: str | None) -> PlaceState | None:
    """What counts where two people have struck out what a telegram said: `grade` instead, or nothing."""
    if grade == NONE:
        return None
    return state if grade is None else dataclasses.replace(state, grade=grade)


def strike(db: Connection, hazard: Hazard, event: str, place: str, digest: str, grade: str, submission: int) -> None:
    """What a telegram said of a place counts as `grade` from now on."""
    db.execute(
        "INSERT INTO struck (hazard, event, place, digest, grade, submission_id)"
        " VALUES (:hazard, :event, :place, :digest, :grade, :submission)"
        " ON CONFLICT (hazard, event, place, digest) DO UPDATE SET grade = excluded.grade,"
        " submission_id = excluded.submission_id",
        {
            "hazard": hazard,
            "event": event,
            "place": place,
            "digest": digest,
            "grade": grade,
            "submission": submission,
        },
    )


def struck(db: Connection) -> dict[tuple[Hazard, str, str, str], str]:
    """(hazard, event, place, telegram) -> the grade that counts instead."""
    rows = db.execute("SELECT hazard, event, place, digest, grade FROM struck")
    return {
        (Hazard(row.text("hazard")), row.text("event"), row.text("place"), row.text("digest")): row.text("grade")
        for row in rows
    }


def replace(
    db: Connection,
    hazard: Hazard,
    event: str,
    strand: str,
    before: Mapping[str, PlaceState],
    after: Mapping[str, PlaceState],
) -> None:
    """Write what has changed of one strand."""
    key = {"hazard": hazard, "event": event, "strand": strand}
    gone = [key | {"place": place} for place in before if place not in after]
    if gone:
        db.executemany(
            "DELETE FROM strand_places WHERE hazard = :hazard AND event = :event AND strand = :strand"
            " AND place = :place",
            gone,
        )
    _put(db, [key | _row(place, one) for place, one in after.items() if before.get(place) != one])


def replace_all(db: Connection, strands: Mapping[tuple[Hazard, str, str], Mapping[str, PlaceState]]) -> None:
    """Put these strands, and no others."""
    db.execute("DELETE FROM strand_places")
    for (hazard, event, strand), held in strands.items():
        replace(db, hazard, event, strand, {}, held)


def _put(db: Connection, rows: Iterable[Mapping[str, object]]) -> None:
    db.executemany(
        "INSERT INTO strand_places (hazard, event, strand, place, grade, since, digest, ends_at, facts)"
        " VALUES (:hazard, :event, :strand, :place, :grade, :since, :digest, :ends_at, :facts)"
        " ON CONFLICT (hazard, event, place, strand) DO UPDATE SET grade = excluded.grade, since = excluded.since,"
        " digest = excluded.digest, ends_at = excluded.ends_at, facts = excluded.facts",
        rows,
    )


def _row(place: str, one: PlaceState) -> dict[str, object]:
    return {
        "place": place,
        "grade": one.grade,
        "since": times.to_text(one.since),
        "digest": one.digest,
        "ends_at": times.to_text(one.ends_at) if one.ends_at else None,
        "facts": codec.facts_to_text(one.facts),
    }


def _state(row: Row) -> PlaceState:
    return PlaceState(
        grade=row.text("grade"),
        since=row.time("since"),
        digest=row.text("digest"),
        ends_at=row.optional_time("ends_at"),
        facts=codec.facts_from_text(row.text("facts")),
    )


def ended(db: Connection, now: datetime) -> list[tuple[Hazard, str, str]]:
    """(hazard, event, place) whose row in `in_force` is over by time while another strand still holds the place."""
    rows = db.execute(
        "SELECT DISTINCT f.hazard, f.event, f.place FROM in_force f JOIN strand_places s"
        " ON s.hazard = f.hazard AND s.event = f.event AND s.place = f.place"
        " WHERE f.grade <> 'none' AND f.ends_at IS NOT NULL AND f.ends_at <= :now"
        " AND (s.ends_at IS NULL OR s.ends_at > :now)",
        {"now": times.to_text(now)},
    )
    return [(Hazard(row.text("hazard")), row.text("event"), row.text("place")) for row in rows]
