"""What a person has chosen by SMS: a language, further places. Owns the registration that is the person's own.

It goes before what municipalities register, no import touches it, and it ends with the last of their registrations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage import times
from storage.database import Connection
from subscribers import audience, store
from subscribers.registration import MAX_FURTHER_PLACES, OWN

#: how long the question "which of these places?" stands
_CHOICES_STAND_SECONDS = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Somebody who is registered, as replies need them."""

    subscriber_id: int
    #: active, stopped, unreachable
    state: str
    language: str
    #: home first
    places: tuple[str, ...]
    #: registering municipalities, the first one first
    municipalities: tuple[str, ...]


class Added(StrEnum):
    """What became of a further place."""

    ADDED = "added"
    THERE = "there"  #: the person hears of it already
    FULL = "full"


_PUT = """
INSERT INTO registrations
    (subscriber_id, municipality, language, places, groups, lessons, min_level, created_at, updated_at)
VALUES (:id, '', :language, :places, '', 0, 'L4', :now, :now)
ON CONFLICT (subscriber_id, municipality) DO UPDATE SET
    language = excluded.language, places = excluded.places, updated_at = excluded.updated_at
RETURNING id
"""


def find(db: Connection, number_hash: str) -> Known | None:
    """Who has this number; None for whoever no municipality has registered."""
    rows = db.execute("SELECT id FROM subscribers WHERE number_hash = :hash", {"hash": number_hash})
    return of(db, rows[0].integer("id")) if rows else None


def of(db: Connection, subscriber_id: int) -> Known | None:
    """Who is registered under this id; None for whoever no municipality has registered."""
    rows = db.execute(
        "SELECT municipality FROM registrations WHERE subscriber_id = :id AND municipality <> :own ORDER BY id",
        {"id": subscriber_id, "own": OWN},
    )
    resident = audience.resident(db, subscriber_id) if rows else None
    if resident is None:
        return None
    return Known(
        subscriber_id=subscriber_id,
        state=resident.state,
        language=resident.languages[resident.places[0]],
        places=resident.places,
        municipalities=tuple(row.text("municipality") for row in rows),
    )


def set_language(db: Connection, subscriber_id: int, language: str, now: datetime) -> None:
    """From now on all texts come in this language."""
    _put(db, subscriber_id, language, _own(db, subscriber_id)[1], now)


def add_place(db: Connection, known: Known, place: str, now: datetime) -> Added:
    """One more place; the person is told at once what is in force there."""
    language, places = _own(db, known.subscriber_id)
    if place in known.places:
        return Added.THERE
    if len(places) >= MAX_FURTHER_PLACES:
        return Added.FULL
    _put(db, known.subscriber_id, language, (*places, place), now)
    store.tell_in_force(db, [(known.subscriber_id, False)], times.to_text(now))
    return Added.ADDED


def clear_places(db: Connection, subscriber_id: int, now: datetime) -> None:
    """Without the places the person has added; the municipalities' stay."""
    language, places = _own(db, subscriber_id)
    if places:
        _put(db, subscriber_id, language, (), now)


def ask(db: Connection, subscriber_id: int, places: Sequence[str], now: datetime) -> None:
    """The next digit chooses one of these."""
    db.execute(
        "INSERT INTO place_choices (subscriber_id, places, asked_at) VALUES (:id, :places, :now)"
        " ON CONFLICT (subscriber_id) DO UPDATE SET places = excluded.places, asked_at = excluded.asked_at",
        {"id": subscriber_id, "places": ",".join(places), "now": times.to_text(now)},
    )


def asked(db: Connection, subscriber_id: int, now: datetime) -> tuple[datetime, tuple[str, ...]] | None:
    """What may be chosen by digit now, and since when."""
    rows = db.execute("SELECT places, asked_at FROM place_choices WHERE subscriber_id = :id", {"id": subscriber_id})
    if not rows or (now - rows[0].time("asked_at")).total_seconds() > _CHOICES_STAND_SECONDS:
        return None
    return rows[0].time("asked_at"), tuple(rows[0].text("places").split(","))


def answered(db: Connection, subscriber_id: int) -> None:
    """The question is closed."""
    db.execute("DELETE FROM place_choices WHERE subscriber_id = :id", {"id": subscriber_id})


def _own(db: Connection, subscriber_id: int) -> tuple[str, tuple[str, ...]]:
    """Language ('' for none) and places that the person has chosen."""
    rows = db.execute(
        "SELECT language, places FROM registrations WHERE subscriber_id = :id AND municipality = :own",
        {"id": subscriber_id, "own": OWN},
    )
    if not rows:
        return "", ()
    return rows[0].text("language"), tuple(filter(None, rows[0].text("places").split(",")))


def _put(db: Connection, subscriber_id: int, language: str, places: Sequence[str], now: datetime) -> None:
    made = db.execute(
        _PUT, {"id": subscriber_id, "language": language, "places": ",".join(places), "now": times.to_text(now)}
    )
    registration = made[0].integer("id")
    db.execute("DELETE FROM subscriber_places WHERE registration_id = :id", {"id": registration})
    db.executemany(
        "INSERT INTO subscriber_places (place, subscriber_id, registration_id) VALUES (:place, :person, :registration)",
        [{"place": place, "person": subscriber_id, "registration": registration} for place in places],
    )
