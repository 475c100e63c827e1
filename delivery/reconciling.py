"""Settles texts of unknown outcome: looked up at the provider before anything is ever sent again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from delivery import newcomers, receipts
from delivery.transport import CannotTell, Found, Lookup, NotThere, Transport
from storage import times
from storage.connection import Connection
from storage.database import Database

#: texts looked up in one go
_BATCH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """A text that may have been taken or not."""

    message_id: int
    subscriber_id: int
    number_sealed: bytes
    text: str
    #: when the attempt began
    since: datetime
    expires_at: datetime


def uncertain(db: Connection, before: datetime) -> list[Uncertain]:
    """Texts whose outcome has been unknown since before a time, oldest first."""
    rows = db.execute(
        "SELECT m.id, m.subscriber_id, s.number_sealed, t.text, m.handed_at, m.expires_at"
        " FROM messages m JOIN subscribers s ON s.id = m.subscriber_id JOIN texts t ON t.id = m.text_id"
        " WHERE m.state = 'uncertain' AND m.settled_at <= :before ORDER BY m.settled_at, m.id LIMIT :limit",
        {"before": times.to_text(before), "limit": _BATCH},
    )
    return [
        Uncertain(
            message_id=row.integer("id"),
            subscriber_id=row.integer("subscriber_id"),
            number_sealed=row.blob("number_sealed"),
            text=row.text("text"),
            since=row.time("handed_at"),
            expires_at=row.time("expires_at"),
        )
        for row in rows
    ]


def settle(db: Connection, one: Uncertain, answer: Lookup, now: datetime) -> None:
    """Write down what the provider said of one text."""
    receipts.one_at_a_time(db)
    at: dict[str, object] = {"id": one.message_id, "now": times.to_text(now)}
    match answer:
        case Found(provider_id=provider_id) if _is_taken(db, provider_id):
            _not_there(db, one, now)  # that is another message with the same words
        case Found(provider_id=provider_id):
            db.execute(
                "UPDATE messages SET state = 'accepted', provider_id = :provider_id, reason = '', settled_at = :now"
                " WHERE id = :id AND state = 'uncertain'",
                at | {"provider_id": provider_id},
            )
            receipts.apply_early(db, [provider_id])
        case NotThere():
            _not_there(db, one, now)
        case CannotTell():
            # behind the others, and not before the provider's list has had time again
            db.execute("UPDATE messages SET settled_at = :now WHERE id = :id AND state = 'uncertain'", at)
        case _:
            assert_never(answer)


def _is_taken(db: Connection, provider_id: str) -> bool:
    return bool(db.execute("SELECT id FROM messages WHERE provider_id = :provider_id", {"provider_id": provider_id}))


def _not_there(db: Connection, one: Uncertain, now: datetime) -> None:
    """Sent again if it is still worth hearing; else the person hears in other words what is still in force."""
    still_worth = one.expires_at > now
    changed = db.execute_count(
        "UPDATE messages SET state = :state, reason = :reason, settled_at = :now"
        " WHERE id = :id AND state = 'uncertain'",
        {
            "id": one.message_id,
            "now": times.to_text(now),
            "state": "queued" if still_worth else "failed",
            "reason": "" if still_worth else "the provider does not have it, and it is too late",
        },
    )
    if changed and not still_worth:
        newcomers.add(db, [one.subscriber_id], now)


async def reconcile(
    db: Database,
    transport: Transport,
    unseal: Callable[[bytes], str],
    now: datetime,
    delay: timedelta = timedelta(0),
) -> int:
    """Look up texts that have been uncertain for `delay`, which allows for the provider's list; how many."""
    found = await db.read(uncertain, now - delay)
    for one in found:
        answer = await _look_up(transport, unseal, one)
        await db.write(settle, one, answer, now)
    return len(found)


async def _look_up(transport: Transport, unseal: Callable[[bytes], str], one: Uncertain) -> Lookup:
    try:
        number = unseal(one.number_sealed)
    except Exception:  # noqa: BLE001 -- erased meanwhile, or another key: this one cannot be looked up
        return CannotTell()
    try:
        return await transport.find(number, one.text, one.since)
    except Exception:  # noqa: BLE001 -- whatever a transport raises, the outcome stays unknown
        return CannotTell()
