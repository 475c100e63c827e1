"""Shows a number to two people: the first asks, another one confirms. Audited, and the person is told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from delivery.twoway import answering
from delivery.twoway.answering import Answer, Words
from storage import audit, times
from storage.connection import Connection
from subscribers import choices

#: a request that nobody confirms ends by itself
_STANDS = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """Two people have signed."""

    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """For a second person."""

    first: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """There is no such case, or no longer."""


Result = Revealed | Waits | Missing


def reveal(db: Connection, municipality: str, case: int, who: str, words: Words, now: datetime) -> Result:
    """`who` signs for seeing the number of a case."""
    rows = db.execute(
        "SELECT t.subscriber_id, t.reveal_asked_by, t.reveal_asked_at, s.number_sealed FROM triage t"
        " JOIN subscribers s ON s.id = t.subscriber_id WHERE t.id = :id AND t.municipality = :m",
        {"id": case, "m": municipality},
    )
    if not rows:
        return Missing()
    row = rows[0]
    first, asked_at = row.text("reveal_asked_by"), row.optional_time("reveal_asked_at")
    if not first or first == who or asked_at is None or asked_at < now - _STANDS:
        _set(db, case, who, now)
        _log(db, municipality, case, who, "asked to see a number", now)
        return Waits(first=who)
    _set(db, case, "", now)
    _log(db, municipality, case, who, "number shown", now, first=first)
    _tell(db, row.integer("subscriber_id"), municipality, f"shown:{case}:{times.to_text(now)}", words, now)
    return Revealed(sealed=row.blob("number_sealed"))


def _set(db: Connection, case: int, who: str, now: datetime) -> None:
    db.execute(
        "UPDATE triage SET reveal_asked_by = :who, reveal_asked_at = :now WHERE id = :id",
        {"who": who, "now": times.to_text(now), "id": case},
    )


def _log(db: Connection, municipality: str, case: int, who: str, action: str, now: datetime, first: str = "") -> None:
    audit.append(
        db,
        now=now,
        actor=who,
        action=action,
        subject=f"triage:{case}",
        municipality=municipality,
        details={"asked_by": first} if first else None,
    )


def _tell(db: Connection, subscriber_id: int, municipality: str, key: str, words: Words, now: datetime) -> None:
    """The person hears of it in their language; whoever has left meanwhile hears nothing more."""
    known = choices.of(db, subscriber_id)
    if known is None:
        return
    text = words.say("number_shown", known.language, place=words.names((municipality,), known.language))
    queued = Answer(text=text, people=[subscriber_id], key=key, language=known.language)
    answering.queue(db, queued, words.version, now)
