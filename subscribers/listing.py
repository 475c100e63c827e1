"""One municipality's own registrations, one by one or a page at a time. Refuses to show another's."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection, Row
from subscribers.registration import Registration

_SELECT = """
SELECT r.id, s.number_hash, s.number_sealed, r.language, r.places, r.groups, r.lessons, r.min_level,
       r.created_at, r.updated_at
FROM registrations r JOIN subscribers s ON s.id = r.subscriber_id
WHERE r.municipality = :municipality AND {which}
"""
_ONE = _SELECT.format(which="r.id = :id")
_BY_NUMBER = _SELECT.format(which="s.number_hash = :number_hash")
_PAGE = _SELECT.format(which="r.id > :after ORDER BY r.id LIMIT :limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A registration with its sealed number."""

    id: int
    number_hash: str
    number_sealed: bytes
    registration: Registration
    created_at: datetime
    updated_at: datetime


def one(db: Connection, municipality: str, registration_id: int) -> Registered | None:
    """The registration of this id, if it is this municipality's."""
    return _first(db.execute(_ONE, {"municipality": municipality, "id": registration_id}))


def by_number(db: Connection, municipality: str, number_hash: str) -> Registered | None:
    """What this municipality has registered for a number."""
    return _first(db.execute(_BY_NUMBER, {"municipality": municipality, "number_hash": number_hash}))


def page(db: Connection, municipality: str, *, after: int, limit: int) -> list[Registered]:
    """Registrations with an id above `after`, in the order of their ids."""
    return [_read(row) for row in db.execute(_PAGE, {"municipality": municipality, "after": after, "limit": limit})]


def registration(row: Row) -> Registration:
    """The registration that a row with its columns holds."""
    return Registration(
        language=row.text("language"),
        places=tuple(row.text("places").split(",")),
        groups=tuple(filter(None, row.text("groups").split(","))),
        lessons=row.flag("lessons"),
        min_level=row.text("min_level"),
    )


def _first(rows: list[Row]) -> Registered | None:
    return _read(rows[0]) if rows else None


def _read(row: Row) -> Registered:
    return Registered(
        id=row.integer("id"),
        number_hash=row.text("number_hash"),
        number_sealed=row.blob("number_sealed"),
        registration=registration(row),
        created_at=row.time("created_at"),
        updated_at=row.time("updated_at"),
    )
