"""Which broadcasts that were no warning can be put right, where, and who was told by them. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from campaigns.daylight import day_of
from delivery.broadcasts import Origin
from delivery.byhand import counted as counts
from delivery.byhand import retracting, submissions
from delivery.byhand.counted import Counted
from delivery.states import TOLD
from storage.connection import Connection
from storage.rows import Row

_STATES: Final = ", ".join(f"'{state}'" for state in sorted(TOLD))
# Who has heard of it hears no more.
_TOLD: Final = f"""
FROM messages m JOIN subscribers s ON s.id = m.subscriber_id AND s.state = 'active'
WHERE m.broadcast_id = :id AND m.kind IN ('lesson', 'welcome') AND m.state IN ({_STATES})
  AND NOT EXISTS (SELECT 1 FROM messages c WHERE c.subscriber_id = m.subscriber_id AND c.hazard = ''
    AND c.change_key = :key)
"""  # noqa: S608 -- our own words only
# Of one person who was welcomed twice on a day the last copy counts.
_PEOPLE: Final = f"""
SELECT m.subscriber_id, max(m.language) AS language, max(coalesce(m.handed_at, m.created_at)) AS at {_TOLD}
GROUP BY m.subscriber_id LIMIT :limit
"""
_ALL: Final = 2**31


class Says(StrEnum):
    """What was told."""

    LESSON = "lesson"
    WELCOME = "welcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A broadcast that can be taken back."""

    id: int
    says: Says
    #: municipality codes
    areas: tuple[str, ...]
    #: when it began, UTC
    at: datetime
    #: the lesson that it told, as plans call it
    lessons: tuple[str, ...] = ()
    #: it put another broadcast right
    is_correction: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who was told."""

    subscriber_id: int
    #: in which they were told
    language: str
    #: of Japan, on which their copy was handed over
    day: date


def find(db: Connection, broadcast_id: int) -> Subject | None:
    """One of them; None for a warning, an answer, a lesson that somebody tried on their own phone, and the like."""
    rows = db.execute(
        "SELECT b.id, b.origin, b.event, coalesce(b.first_handover_at, b.created_at) AS at, l.place, l.lesson"
        " FROM broadcasts b"
        " LEFT JOIN campaign_lessons l ON l.broadcast_id = b.id WHERE b.id = :id LIMIT 1",
        {"id": broadcast_id},
    )
    areas = _areas(db, rows[0]) if rows else ()
    if not areas:
        return None
    welcome = rows[0].text("origin") == Origin.WELCOME
    return Subject(
        id=broadcast_id,
        says=Says.WELCOME if welcome else Says.LESSON,
        areas=areas,
        at=rows[0].time("at"),
        lessons=_lessons(db, rows[0]),
        is_correction=rows[0].text("origin") == Origin.CORRECTION,
    )


def _areas(db: Connection, row: Row) -> tuple[str, ...]:
    """Of a correction those of the lesson that it told; what only took something back is not taken back itself."""
    place = row.optional_text("place")
    match row.text("origin"):
        case Origin.LESSON if place:
            return (place,)
        case Origin.WELCOME:
            return (row.text("event").rpartition(":")[0],)
        case Origin.CORRECTION:
            made = submissions.that_made(db, row.integer("id"))
            return made.areas if made is not None and made.body.get("instead") else ()
        case _:
            return ()


def _lessons(db: Connection, row: Row) -> tuple[str, ...]:
    if row.text("origin") != Origin.CORRECTION:
        return (row.text("lesson"),) if row.optional_text("lesson") else ()
    made = submissions.that_made(db, row.integer("id"))
    return (str(made.body["instead"]),) if made is not None else ()


def key(broadcast_id: int) -> str:
    """What somebody gets once: that this broadcast was wrong."""
    return f"{retracting.KEY}{broadcast_id}"


def people(db: Connection, broadcast_id: int, limit: int = _ALL) -> list[Reader]:
    """Those who were told and have not heard yet that it was wrong, so many at most."""
    rows = db.execute(_PEOPLE, _which(broadcast_id) | {"limit": limit})
    return [
        Reader(subscriber_id=row.integer("subscriber_id"), language=row.text("language"), day=day_of(row.time("at")))
        for row in rows
    ]


def is_anybody(db: Connection, broadcast_id: int) -> bool:
    """Whether `people` has anybody."""
    return bool(db.execute(f"SELECT 1 AS one {_TOLD} LIMIT 1", _which(broadcast_id)))


def counted(db: Connection, subject: Subject) -> Counted | None:
    """`count` of a large broadcast that nobody has put right so far, by what was counted beside the sender."""
    heard = any(one.made for one in submissions.of_broadcast(db, subject.id))
    # a correction is counted together with the right lesson that it told
    return None if heard or subject.is_correction else counts.of(db, subject.id)


def count(db: Connection, broadcast_id: int) -> Mapping[str, int]:
    """Language -> people who would hear it."""
    by_language = f"SELECT m.language, count(DISTINCT m.subscriber_id) AS n {_TOLD} GROUP BY m.language"
    return {row.text("language"): row.integer("n") for row in db.execute(by_language, _which(broadcast_id))}


def _which(broadcast_id: int) -> dict[str, object]:
    return {"id": broadcast_id, "key": key(broadcast_id)}


def queued(db: Connection, broadcast_id: int) -> int:
    """Copies that would be withdrawn."""
    rows = db.execute(
        "SELECT count(*) AS n FROM messages WHERE broadcast_id = :id AND state = 'queued'"
        " AND kind IN ('lesson', 'welcome')",
        {"id": broadcast_id},
    )
    return rows[0].integer("n")
