"""The outbox of drills: texts that wait for the sender of drills, and what became of them.

Owns `drill_messages`; never reads or writes `messages`. A text leaves only while its drill runs, and to a person only
while they or their group agree: both are asked again when it is taken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from delivery.drilling import consent
from delivery.states import MessageState, after_receipt
from delivery.transport import (
    Accepted,
    BadNumber,
    OptedOut,
    OurFault,
    Outcome,
    Receipt,
    Retryable,
    Throttled,
    Unknown,
)
from storage import times
from storage.connection import Connection
from storage.rows import Row

#: the moment behind all others: that the drill has ended. Told also when it was stopped, to those who were told.
END: Final = 10_000
#: a text may leave while its drill runs; that it has ended, afterwards
_MAY_LEAVE = f"(d.state = 'running' OR (d.state IN ('done', 'stopped') AND m.moment = {END}))"
_QUEUE = """
INSERT INTO drill_messages
    (drill_id, moment, text_id, subscriber_id, phone, language, asks, state, created_at, expires_at)
VALUES (:drill_id, :moment, :text_id, :subscriber_id, :phone, :language, :asks, 'queued', :now, :expires_at)
ON CONFLICT DO NOTHING
"""
_SIMULATED = f"""
SELECT m.id, m.phone, t.text, t.segments, m.expires_at FROM drill_messages m
JOIN drills d ON d.id = m.drill_id JOIN drill_texts t ON t.id = m.text_id
WHERE m.state = 'queued' AND m.phone IS NOT NULL AND {_MAY_LEAVE} AND d.audience = 'simulated'
  AND d.id = :drill_id AND m.expires_at > :now ORDER BY m.id LIMIT :limit
"""  # noqa: S608 -- our own words only
_GROUP = f"""
SELECT m.id, s.number_sealed, t.text, t.segments, m.expires_at, d.group_name, r.groups, s.state AS person_state,
       p.subscriber_id AS person, g.group_name AS whole_group
FROM drill_messages m JOIN drills d ON d.id = m.drill_id JOIN drill_texts t ON t.id = m.text_id
JOIN subscribers s ON s.id = m.subscriber_id
LEFT JOIN registrations r ON r.subscriber_id = m.subscriber_id AND r.municipality = d.municipality
LEFT JOIN drill_people p ON p.subscriber_id = m.subscriber_id AND p.municipality = d.municipality
LEFT JOIN drill_groups g ON g.municipality = d.municipality AND g.group_name = d.group_name
WHERE m.state = 'queued' AND {_MAY_LEAVE} AND d.audience = 'group' AND d.id = :drill_id
  AND m.expires_at > :now ORDER BY m.id LIMIT :limit
"""  # noqa: S608 -- our own words only


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One text to one person or one simulated phone."""

    drill_id: int
    moment: int
    text_id: int
    language: str
    expires_at: datetime
    #: of a person, else None
    subscriber_id: int | None = None
    #: number of a simulated phone, else None
    phone: int | None = None
    #: whether it is the question at the end
    asks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A person or a simulated phone that may have got a text of a drill."""

    language: str
    subscriber_id: int | None
    phone: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A text that has been taken."""

    id: int
    text: str
    segments: int
    validity_seconds: int
    #: of a person
    number_sealed: bytes = b""
    #: of a simulated phone
    phone: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the transport said of one."""

    id: int
    outcome: Outcome


def queue(db: Connection, drafts: Iterable[Draft], now: datetime) -> None:
    """Put texts into the outbox; the same text to the same reader once."""
    db.executemany(
        _QUEUE,
        [
            {
                "drill_id": one.drill_id,
                "moment": one.moment,
                "text_id": one.text_id,
                "subscriber_id": one.subscriber_id,
                "phone": one.phone,
                "language": one.language,
                "asks": int(one.asks),
                "now": times.to_text(now),
                "expires_at": times.to_text(one.expires_at),
            }
            for one in drafts
        ],
    )


def claim_simulated(db: Connection, drill_id: int, now: datetime, limit: int) -> list[Claimed]:
    """The next texts to simulated phones."""
    _expire(db, drill_id, now)
    rows = db.execute(_SIMULATED, {"drill_id": drill_id, "now": times.to_text(now), "limit": limit})
    return [_claimed(row, now) for row in rows if _take(db, row, now)]


def claim_group(db: Connection, drill_id: int, now: datetime, limit: int) -> list[Claimed]:
    """The next texts to people; whoever has stopped, or does not agree any more, gets none."""
    _expire(db, drill_id, now)
    taken: list[Claimed] = []
    for row in db.execute(_GROUP, {"drill_id": drill_id, "now": times.to_text(now), "limit": limit}):
        if not _agrees(row):
            _settle(db, row.integer("id"), MessageState.WITHDRAWN, "has not agreed, or has stopped", "queued")
        elif _take(db, row, now):
            taken.append(_claimed(row, now))
    return taken


def record(db: Connection, answers: Sequence[Answered]) -> None:
    """Keep what the transport said. A text of unknown outcome is not repeated: it is only a drill."""
    for one in answers:
        match one.outcome:
            case Accepted(provider_id=provider_id):
                db.execute(
                    "UPDATE drill_messages SET provider_id = :provider_id,"
                    " state = CASE WHEN state = 'handing' THEN 'accepted' ELSE state END WHERE id = :id",
                    {"id": one.id, "provider_id": provider_id},
                )
            case Retryable() | Throttled():
                _settle(db, one.id, MessageState.QUEUED, "", "handing")
            case Unknown(code=code):
                _settle(db, one.id, MessageState.UNCERTAIN, code, "handing")
            case BadNumber(code=code) | OurFault(code=code):
                _settle(db, one.id, MessageState.FAILED, code, "handing")
            case OptedOut():
                _settle(db, one.id, MessageState.FAILED, "opted out", "handing")


def ours(receipts: Sequence[Receipt]) -> list[Receipt]:
    """Those that speak of drills: our own id comes back negative."""
    return [one for one in receipts if one.message_id is not None and one.message_id < 0]


def receive(db: Connection, receipts: Sequence[Receipt]) -> None:
    """The provider's later word; states only move up."""
    for one in ours(receipts):
        rows = db.execute("SELECT id, state FROM drill_messages WHERE id = :id", {"id": -(one.message_id or 0)})
        for row in rows:
            before = MessageState(row.text("state"))
            _settle(db, row.integer("id"), after_receipt(before, one.status), one.error_code or "", before)


def waits(db: Connection, drill_id: int) -> bool:
    """Whether any text of a drill may be taken."""
    return bool(
        db.execute("SELECT id FROM drill_messages WHERE drill_id = :id AND state = 'queued' LIMIT 1", {"id": drill_id})
    )


def told(db: Connection, drill_id: int) -> list[Told]:
    """Who may have got any text of a drill, in the language used then; nobody once they were told that it has ended."""
    rows = db.execute(
        "SELECT DISTINCT subscriber_id, phone, language FROM drill_messages WHERE drill_id = :id"
        " AND state NOT IN ('queued', 'withdrawn', 'expired', 'failed') AND NOT EXISTS"
        " (SELECT 1 FROM drill_messages e WHERE e.drill_id = :id AND e.moment = :end)",
        {"id": drill_id, "end": END},
    )
    return [
        Told(
            language=row.text("language"),
            subscriber_id=row.optional_integer("subscriber_id"),
            phone=row.optional_integer("phone"),
        )
        for row in rows
    ]


def unfinished(db: Connection, drill_id: int) -> int:
    """Texts of a drill that are on their way to the provider."""
    rows = db.execute(
        "SELECT count(*) AS n FROM drill_messages WHERE drill_id = :id AND state IN ('queued', 'handing')",
        {"id": drill_id},
    )
    return rows[0].integer("n")


def start_up(db: Connection) -> int:
    """After a crash: what had been taken may have left; how many."""
    return db.execute_count(
        "UPDATE drill_messages SET state = 'uncertain', reason = 'broken off' WHERE state = 'handing'"
        " AND drill_id IN (SELECT id FROM drills WHERE host = 'service')"
    )


def _agrees(row: Row) -> bool:
    if row["groups"] is None or row.text("person_state") != "active":
        return False
    person, whole = row["person"] is not None, row["whole_group"] is not None
    return consent.is_in(row.text("groups"), row.text("group_name"), person=person, whole_group=whole)


def _expire(db: Connection, drill_id: int, now: datetime) -> None:
    db.execute(
        "UPDATE drill_messages SET state = 'expired' WHERE drill_id = :id AND state = 'queued' AND expires_at <= :now",
        {"id": drill_id, "now": times.to_text(now)},
    )


def _take(db: Connection, row: Row, now: datetime) -> bool:
    """False where another process was first."""
    taken = db.execute_count(
        "UPDATE drill_messages SET state = 'handing', handed_at = :now WHERE id = :id AND state = 'queued'",
        {"id": row.integer("id"), "now": times.to_text(now)},
    )
    return taken == 1


def _claimed(row: Row, now: datetime) -> Claimed:
    return Claimed(
        id=row.integer("id"),
        text=row.text("text"),
        segments=row.integer("segments"),
        validity_seconds=max(1, int((row.time("expires_at") - now).total_seconds())),
        number_sealed=row.blob("number_sealed") if "number_sealed" in row else b"",
        phone=row.optional_integer("phone") if "phone" in row else None,
    )


def _settle(db: Connection, identity: int, state: MessageState, reason: str, before: str) -> None:
    db.execute(
        "UPDATE drill_messages SET state = :state, reason = :reason WHERE id = :id AND state = :before",
        {"id": identity, "state": state, "reason": reason, "before": before},
    )
