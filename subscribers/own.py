"""What a person registers, sees, changes and takes back themself, once a code has proved their number.

Owns the registration that is the person's own (of no municipality), its consent, pauses, and the person's leaving.
Never touches what a municipality has registered; a STOP is taken back here alone, by the person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import audit, times
from storage.connection import Connection
from storage.rows import Row
from subscribers import registration, store, tags
from subscribers.registration import OWN, Registration
from subscribers.tags import Tag

#: of what people agree to, on the page and by SMS; changes whenever a sentence of it changes its meaning
WORDING = "2026-11"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What somebody has agreed to."""

    #: version of the wording
    wording: str
    #: in which it was read
    language: str
    #: page or sms
    way: str
    #: municipality of the QR code; '' for none
    invited_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One registration, as the person sees it."""

    #: '' for the person's own
    municipality: str
    #: '' where the person's own leaves it to the others
    language: str
    #: home first; none where the person's own adds none
    places: tuple[str, ...]
    groups: tuple[str, ...]
    lessons: bool
    min_level: str
    #: what the person told us so that lessons fit
    tags: tuple[Tag, ...]
    #: the person registered themself
    standing: bool
    #: threshold and lessons are the person's choice
    chosen: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text to the person."""

    at: datetime
    kind: str
    state: str
    text: str
    #: when the provider got it, and when it was known what became of it
    handed_at: datetime | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What is stored about one person, but for `further`."""

    subscriber_id: int
    number_sealed: bytes
    state: str
    since: datetime
    paused_until: datetime | None
    registrations: tuple[Registered, ...]
    #: with the time of each
    consents: tuple[tuple[datetime, Consent], ...]
    #: oldest first
    texts: tuple[Text, ...]
    #: what they wrote to us: time and what it was understood as; the words are not kept
    received: tuple[tuple[datetime, str], ...]

    @property
    def own(self) -> Registered | None:
        """The person's own registration."""
        return next((one for one in self.registrations if one.municipality == OWN), None)


_PUT = """
INSERT INTO registrations
    (subscriber_id, municipality, language, places, groups, lessons, min_level, tags, standing, chosen,
     created_at, updated_at)
VALUES (:id, '', :language, :places, '', :lessons, :min_level, :tags, :standing, 1, :now, :now)
ON CONFLICT (subscriber_id, municipality) DO UPDATE SET
    language = excluded.language, places = excluded.places, lessons = excluded.lessons, chosen = 1,
    min_level = excluded.min_level, tags = excluded.tags, updated_at = excluded.updated_at,
    standing = CASE WHEN excluded.standing = 1 THEN 1 ELSE registrations.standing END
RETURNING id
"""
_PAUSED = "SELECT id FROM subscribers WHERE state = 'paused' AND paused_until <= :now"


def is_registered(db: Connection, number_hash: str, *, by_themself: bool) -> bool:
    """Whether a number is registered, by its owner or by anybody, and its owner has not stopped."""
    rows = db.execute(
        "SELECT 1 AS one FROM subscribers s JOIN registrations r ON r.subscriber_id = s.id"
        " WHERE s.number_hash = :hash AND s.state <> 'stopped' AND (r.standing = 1 OR :any = 1) LIMIT 1",
        {"hash": number_hash, "any": int(not by_themself)},
    )
    return bool(rows)


def person(db: Connection, number_hash: str) -> int | None:
    """The id of whoever has a number and any registration."""
    rows = db.execute(
        "SELECT s.id FROM subscribers s WHERE s.number_hash = :hash"
        " AND EXISTS (SELECT 1 FROM registrations r WHERE r.subscriber_id = s.id)",
        {"hash": number_hash},
    )
    return rows[0].integer("id") if rows else None


def hash_of(db: Connection, subscriber_id: int) -> str | None:
    """The fingerprint of a person's number; None for nobody."""
    rows = db.execute("SELECT number_hash FROM subscribers WHERE id = :id", {"id": subscriber_id})
    return rows[0].text("number_hash") if rows else None


def log_leaving(db: Connection, subscriber_id: int, now: datetime) -> None:
    """The log keeps that somebody left, not who."""
    _log(db, subscriber_id, "left and was erased", now)


def register(db: Connection, number: tuple[str, bytes], wanted: Registration, consent: Consent, now: datetime) -> int:
    """The owner of a number, (hash, sealed), has proved it and agreed; the subscriber's id.

    Whoever has stopped comes back by this, and everybody is told at once what is in force.
    """
    at, (number_hash, sealed) = times.to_text(now), number
    store.add(db, [(number_hash, sealed)], at)
    # stopped, paused or lost before: who proves the number and registers wants to be warned
    subscriber_id = db.execute(
        "UPDATE subscribers SET state = 'active', paused_until = NULL, number_sealed = :sealed"
        " WHERE number_hash = :hash RETURNING id",
        {"hash": number_hash, "sealed": sealed},
    )[0].integer("id")
    is_new = not _standing(db, subscriber_id)
    _put(db, subscriber_id, wanted, at, standing=True)
    db.execute(
        "INSERT INTO consents (subscriber_id, wording, language, way, invited_by, agreed_at)"
        " VALUES (:id, :wording, :language, :way, :invited_by, :now)",
        {
            "id": subscriber_id,
            "wording": consent.wording,
            "language": consent.language,
            "way": consent.way,
            "invited_by": consent.invited_by,
            "now": at,
        },
    )
    store.tell_in_force(db, [(subscriber_id, is_new)], at)
    _log(
        db,
        subscriber_id,
        "registered themself" if is_new else "registered themself again",
        now,
        wording=consent.wording,
    )
    return subscriber_id


def change(db: Connection, subscriber_id: int, wanted: Registration, now: datetime) -> None:
    """Other language, places, threshold or lessons; what is newly in force for them is told at once.

    `places` of whoever is registered by municipalities alone are further ones, and may be none.
    """
    before = next((one for one in _registrations(db, subscriber_id) if one.municipality == OWN), None)
    _put(db, subscriber_id, wanted, times.to_text(now), standing=False)
    gained = before is None or registration.hears_more(wanted, _as_registration(before))
    if gained:
        store.tell_in_force(db, [(subscriber_id, False)], times.to_text(now))
    _log(db, subscriber_id, "changed their registration", now)


def pause(db: Connection, subscriber_id: int, until: datetime, now: datetime) -> bool:
    """No texts until then; False for whoever gets none anyway."""
    paused = db.execute_count(
        "UPDATE subscribers SET state = 'paused', paused_until = :until"
        " WHERE id = :id AND state IN ('active', 'paused')",
        {"id": subscriber_id, "until": times.to_text(until)},
    )
    if paused:
        db.execute("DELETE FROM newcomers WHERE subscriber_id = :id", {"id": subscriber_id})
        _log(db, subscriber_id, "paused", now)
    return paused > 0


def resume(db: Connection, subscriber_id: int, now: datetime) -> bool:
    """The pause is over; the person is told at once what is in force. False if there was none."""
    resumed = _resume(db, subscriber_id, now)
    if resumed:
        _log(db, subscriber_id, "resumed", now)
    return resumed


def pauses_over(db: Connection, now: datetime) -> list[int]:
    """Whose pause has ended by itself."""
    return [row.integer("id") for row in db.execute(_PAUSED, {"now": times.to_text(now)})]


def end_pauses(db: Connection, now: datetime) -> int:
    """End the pauses whose time has come; how many."""
    return sum(_resume(db, identity, now) for identity in pauses_over(db, now))


def text(row: Row) -> Text:
    """Of a row with the columns of a message and its words."""
    return Text(
        at=row.time("created_at"),
        kind=row.text("kind"),
        state=row.text("state"),
        text=row.text("text"),
        handed_at=row.optional_time("handed_at"),
        settled_at=row.optional_time("settled_at"),
    )


def stored(db: Connection, subscriber_id: int) -> Stored | None:
    """All that is stored about a person; None for whoever is not registered."""
    people = db.execute("SELECT * FROM subscribers WHERE id = :id AND role <> 'asking'", {"id": subscriber_id})
    registrations = _registrations(db, subscriber_id)
    if not people or not registrations:
        return None
    one = {"id": subscriber_id}
    consents = db.execute("SELECT * FROM consents WHERE subscriber_id = :id ORDER BY id", one)
    texts = db.execute(
        "SELECT m.created_at, m.handed_at, m.settled_at, m.kind, m.state, t.text FROM messages m"
        " JOIN texts t ON t.id = m.text_id WHERE m.subscriber_id = :id ORDER BY m.id",
        one,
    )
    received = db.execute(
        "SELECT received_at, command FROM inbound WHERE number_hash = :hash ORDER BY received_at",
        {"hash": people[0].text("number_hash")},
    )
    return Stored(
        subscriber_id=subscriber_id,
        number_sealed=people[0].blob("number_sealed"),
        state=people[0].text("state"),
        since=people[0].time("created_at"),
        paused_until=people[0].optional_time("paused_until"),
        registrations=tuple(registrations),
        consents=tuple((row.time("agreed_at"), _consent(row)) for row in consents),
        texts=tuple(map(text, texts)),
        received=tuple((row.time("received_at"), row.text("command")) for row in received),
    )


def _resume(db: Connection, subscriber_id: int, now: datetime) -> bool:
    changed = db.execute_count(
        "UPDATE subscribers SET state = 'active', paused_until = NULL WHERE id = :id AND state = 'paused'",
        {"id": subscriber_id},
    )
    if changed:
        store.tell_in_force(db, [(subscriber_id, False)], times.to_text(now))
    return changed > 0


def _standing(db: Connection, subscriber_id: int) -> bool:
    return bool(
        db.execute(
            "SELECT 1 AS one FROM registrations WHERE subscriber_id = :id AND standing = 1", {"id": subscriber_id}
        )
    )


def _put(db: Connection, subscriber_id: int, wanted: Registration, now: str, *, standing: bool) -> None:
    made = db.execute(
        _PUT,
        {
            "id": subscriber_id,
            "language": wanted.language,
            "places": ",".join(wanted.places),
            "lessons": int(wanted.lessons),
            "min_level": wanted.min_level,
            "tags": ",".join(wanted.tags),
            "standing": int(standing),
            "now": now,
        },
    )
    put_places(db, subscriber_id, made[0].integer("id"), wanted.places)


def put_places(db: Connection, subscriber_id: int, registration_id: int, places: Sequence[str]) -> None:
    """The places derived from one registration, instead of those it had."""
    db.execute("DELETE FROM subscriber_places WHERE registration_id = :id", {"id": registration_id})
    db.executemany(
        "INSERT INTO subscriber_places (place, subscriber_id, registration_id) VALUES (:place, :person, :registration)",
        [{"place": place, "person": subscriber_id, "registration": registration_id} for place in places],
    )


def _registrations(db: Connection, subscriber_id: int) -> list[Registered]:
    rows = db.execute("SELECT * FROM registrations WHERE subscriber_id = :id ORDER BY id", {"id": subscriber_id})
    return [
        Registered(
            municipality=row.text("municipality"),
            language=row.text("language"),
            places=tuple(filter(None, row.text("places").split(","))),
            groups=tuple(filter(None, row.text("groups").split(","))),
            lessons=row.flag("lessons"),
            min_level=row.text("min_level"),
            tags=tags.known(row.text("tags").split(",")),
            standing=row.flag("standing"),
            chosen=row.flag("chosen"),
            created_at=row.time("created_at"),
            updated_at=row.time("updated_at"),
        )
        for row in rows
    ]


def _as_registration(one: Registered) -> Registration:
    return Registration(
        language=one.language,
        places=one.places,
        groups=one.groups,
        lessons=one.lessons,
        min_level=one.min_level,
        tags=one.tags,
    )


def _consent(row: Row) -> Consent:
    return Consent(
        wording=row.text("wording"),
        language=row.text("language"),
        way=row.text("way"),
        invited_by=row.text("invited_by"),
    )


def _log(db: Connection, subscriber_id: int, action: str, now: datetime, **details: object) -> None:
    kept: Mapping[str, object] | None = details or None
    audit.append(db, now=now, actor="resident", action=action, subject=f"resident:{subscriber_id}", details=kept)
