"""What a person has chosen by SMS: a language, further places, in the registration that is the person's own.

It goes before what municipalities register, and no import touches it. It ends with the last of their registrations,
unless the person registered themself (`own`): then it stands without any.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage import audit, times
from storage.database import Connection
from subscribers import audience, own, store
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
    #: registering municipalities, the first one first; none for whoever registered themself alone
    municipalities: tuple[str, ...]
    #: where whoever registered themself lives; '' for others
    own_home: str = ""


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
    """Who has this number; None for whoever is not registered."""
    rows = db.execute("SELECT id FROM subscribers WHERE number_hash = :hash", {"hash": number_hash})
    return of(db, rows[0].integer("id")) if rows else None


def of(db: Connection, subscriber_id: int) -> Known | None:
    """Who is registered under this id; None for whoever is not registered, by a municipality or by themself."""
    rows = db.execute(
        "SELECT municipality, standing, places FROM registrations"
        " WHERE subscriber_id = :id AND (municipality <> :own OR standing = 1) ORDER BY id",
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
        municipalities=tuple(row.text("municipality") for row in rows if row.text("municipality") != OWN),
        own_home=next((row.text("places").split(",")[0] for row in rows if row.flag("standing")), ""),
    )


def set_language(db: Connection, subscriber_id: int, language: str, now: datetime) -> None:
    """From now on all texts come in this language."""
    _put(db, subscriber_id, language, _own(db, subscriber_id).places, now)
    _log(db, subscriber_id, "language changed by SMS", now)


def add_place(db: Connection, known: Known, place: str, now: datetime) -> Added:
    """One more place; the person is told at once what is in force there."""
    mine = _own(db, known.subscriber_id)
    if place in known.places:
        return Added.THERE
    if len(mine.further) >= MAX_FURTHER_PLACES:
        return Added.FULL
    _put(db, known.subscriber_id, mine.language, (*mine.places, place), now)
    store.tell_in_force(db, [(known.subscriber_id, False)], times.to_text(now))
    _log(db, known.subscriber_id, "place added by SMS", now)
    return Added.ADDED


def clear_places(db: Connection, subscriber_id: int, now: datetime) -> None:
    """Without the places the person has added; their home and the municipalities' stay."""
    mine = _own(db, subscriber_id)
    if mine.further:
        _put(db, subscriber_id, mine.language, mine.home, now)
        _log(db, subscriber_id, "places removed by SMS", now)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """What the person has chosen."""

    #: '' for none
    language: str = ""
    #: where they live, if they registered themself, then what they have added
    places: tuple[str, ...] = ()
    standing: bool = False

    @property
    def home(self) -> tuple[str, ...]:
        return self.places[:1] if self.standing else ()

    @property
    def further(self) -> tuple[str, ...]:
        return self.places[len(self.home) :]


def _own(db: Connection, subscriber_id: int) -> _Own:
    rows = db.execute(
        "SELECT language, places, standing FROM registrations WHERE subscriber_id = :id AND municipality = :own",
        {"id": subscriber_id, "own": OWN},
    )
    if not rows:
        return _Own()
    return _Own(
        language=rows[0].text("language"),
        places=tuple(filter(None, rows[0].text("places").split(","))),
        standing=rows[0].flag("standing"),
    )


def _put(db: Connection, subscriber_id: int, language: str, places: Sequence[str], now: datetime) -> None:
    made = db.execute(
        _PUT, {"id": subscriber_id, "language": language, "places": ",".join(places), "now": times.to_text(now)}
    )
    own.put_places(db, subscriber_id, made[0].integer("id"), places)


def _log(db: Connection, subscriber_id: int, action: str, now: datetime) -> None:
    audit.append(db, now=now, actor="resident", action=action, subject=f"resident:{subscriber_id}")
