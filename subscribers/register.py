"""The register: what one municipality has registered, compared with and changed by rows of a file.

Owns registrations and the places derived from them, and who must be told at once. Refuses to touch, or to
count, what another municipality has registered.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import times
from storage.database import Connection, Row
from subscribers import listing, registration, store
from subscribers.registration import Entry, Registration

#: Rows per transaction of an import.
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An accepted row with its number sealed."""

    number_hash: str
    number_sealed: bytes
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What some rows did, or would do, to one municipality's own registrations, or to a group in them."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            added=self.added + other.added,
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """One row against what is registered."""

    person: Person
    before: Registration | None
    after: Registration

    @property
    def key(self) -> str:
        return self.person.number_hash

    @property
    def adds(self) -> bool:
        """Whether they are new to whoever registers: to a municipality, or to the group of those who look after one.

        These do not hear whether the municipality knew somebody before.
        """
        return self.before is None or (self.before != self.after and bool(self.person.entry.supported_group))

    @property
    def moves(self) -> bool:
        return self.before is None or self.before.places != self.after.places


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A subscriber with the registration of one municipality, where there is one."""

    subscriber_id: int
    registered: Registration | None


#: One statement for a whole batch: a server far away answers once, not once for each person.
_SLOTS = [f"slot_{position}" for position in range(BATCH)]
_FIND = """
SELECT s.number_hash, s.id AS subscriber_id, r.id AS registration_id,
       r.language, r.places, r.groups, r.lessons, r.min_level
FROM subscribers s
LEFT JOIN registrations r ON r.subscriber_id = s.id AND r.municipality = :municipality
WHERE s.number_hash IN ({hashes})
""".format(hashes=", ".join(f":{name}" for name in _SLOTS))
_IDS = """
SELECT number_hash, id AS subscriber_id FROM subscribers WHERE number_hash IN ({hashes})
""".format(hashes=", ".join(f":{name}" for name in _SLOTS))
_PUT_REGISTRATION = """
INSERT INTO registrations
    (subscriber_id, municipality, language, places, groups, lessons, min_level, created_at, updated_at)
VALUES (:subscriber_id, :municipality, :language, :places, :groups, :lessons, :min_level, :now, :now)
ON CONFLICT (subscriber_id, municipality) DO UPDATE SET
    language = excluded.language, places = excluded.places, groups = excluded.groups,
    lessons = excluded.lessons, min_level = excluded.min_level, updated_at = excluded.updated_at
"""
_DROP_PLACES = """
DELETE FROM subscriber_places WHERE registration_id IN
    (SELECT id FROM registrations WHERE subscriber_id = :subscriber_id AND municipality = :municipality)
"""
_REGISTERED = """
SELECT subscriber_id, id FROM registrations WHERE municipality = :municipality AND subscriber_id IN ({ids})
""".format(ids=", ".join(f":{name}" for name in _SLOTS))
_ADD_PLACE = """
INSERT INTO subscriber_places (place, subscriber_id, registration_id)
VALUES (:place, :subscriber_id, :registration_id)
ON CONFLICT (place, subscriber_id, registration_id) DO NOTHING
"""


def compare(db: Connection, municipality: str, people: Sequence[Person]) -> Tally:
    """What `register` would do with these people; writes nothing."""
    return _count(_plan(_find(db, municipality, people), people))


def register(db: Connection, municipality: str, people: Sequence[Person], now: datetime) -> Tally:
    """Add or change one municipality's registrations of these people, each of them once; at most BATCH at a time.

    The tally speaks of the municipality's own registrations only: nobody learns whether a number is known
    elsewhere, or has stopped. New registrations get a welcome text, unless the person has stopped.
    """
    # One order for all: two imports at the same time cannot wait for each other in a circle.
    people = sorted(people, key=lambda person: person.number_hash)
    found = _find(db, municipality, people)
    plans = _plan(found, people)
    changes = [plan for plan in plans if plan.before != plan.after]
    if changes:
        _write(db, municipality, changes, found, times.to_text(now))
    return _count(plans)


def _write(db: Connection, municipality: str, changes: list[_Plan], found: Mapping[str, _Found], now: str) -> None:
    strangers = [plan.person for plan in changes if plan.key not in found]
    store.add(db, [(person.number_hash, person.number_sealed) for person in strangers], now)
    ids = {key: known.subscriber_id for key, known in found.items()} | _ids(db, strangers)
    columns = functools.cache(_columns)
    shared: dict[str, object] = {"municipality": municipality, "now": now}
    db.executemany(
        _PUT_REGISTRATION,
        [{"subscriber_id": ids[plan.key], **columns(plan.after), **shared} for plan in changes],
    )
    _write_places(db, municipality, ids, [plan for plan in changes if plan.moves])
    store.tell_in_force(
        db,
        [(ids[plan.key], plan.before is None) for plan in changes if registration.hears_more(plan.after, plan.before)],
        now,
    )


def _write_places(db: Connection, municipality: str, ids: Mapping[str, int], moved: list[_Plan]) -> None:
    db.executemany(
        _DROP_PLACES,
        [{"subscriber_id": ids[plan.key], "municipality": municipality} for plan in moved if plan.before],
    )
    people = [ids[plan.key] for plan in moved]
    rows = db.execute(_REGISTERED, {"municipality": municipality, **_slots(people)}) if people else []
    registered = dict(row.columns("subscriber_id", "id") for row in rows)
    db.executemany(
        _ADD_PLACE,
        [
            {"place": place, "subscriber_id": person, "registration_id": registered[person]}
            for person, plan in zip(people, moved, strict=True)
            for place in plan.after.places
        ],
    )


def _find(db: Connection, municipality: str, people: Sequence[Person]) -> dict[str, _Found]:
    """What is known of these people, by hash; ValueError for more than BATCH of them."""
    rows = db.execute(_FIND, {"municipality": municipality, **_these(people)}) if people else []
    return {
        row.text("number_hash"): _Found(subscriber_id=row.integer("subscriber_id"), registered=_registration(row))
        for row in rows
    }


def _ids(db: Connection, people: Sequence[Person]) -> dict[str, int]:
    """Hash -> id, of people who have just been added."""
    rows = db.execute(_IDS, _these(people)) if people else []
    return dict(row.columns("number_hash", "subscriber_id") for row in rows)


def _these(people: Sequence[Person]) -> dict[str, object]:
    hashes = [person.number_hash for person in people]
    if len(hashes) > BATCH:
        raise ValueError(f"{len(hashes)} people in one transaction; expected at most {BATCH}")
    return _slots(hashes)


def _slots(values: Sequence[object]) -> dict[str, object]:
    """Parameters of a list; unused slots repeat the last value."""
    return dict(zip(_SLOTS, [*values, *[values[-1]] * (BATCH - len(values))], strict=True))


def _plan(found: Mapping[str, _Found], people: Sequence[Person]) -> list[_Plan]:
    plans = []
    for person in people:
        known = found.get(person.number_hash)
        before = known.registered if known else None
        plans.append(_Plan(person=person, before=before, after=registration.merge(person.entry, before)))
    return plans


def _count(plans: Sequence[_Plan]) -> Tally:
    added = sum(plan.adds for plan in plans)
    unchanged = sum(plan.before == plan.after for plan in plans)
    return Tally(added=added, changed=len(plans) - added - unchanged, unchanged=unchanged)


def _registration(row: Row) -> Registration | None:
    return None if row.optional_integer("registration_id") is None else listing.registration(row)


def _columns(after: Registration) -> dict[str, object]:
    return {
        "language": after.language,
        "places": ",".join(after.places),
        "groups": ",".join(after.groups),
        "lessons": int(after.lessons),
        "min_level": after.min_level,
    }
