"""Settles texts of unknown outcome: looked up at the provider before anything is ever sent again.

Runs beside the sending. Each look-up has a time limit, and a text that cannot be settled is looked at again
after a growing wait, so that it holds up neither the warnings nor the other look-ups.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from delivery import chunks, newcomers, receipts
from delivery.joining import gap
from delivery.providers.shares import FIRST
from delivery.transport import CannotTell, Found, Lookup, NotThere, Transport
from storage import times
from storage.connection import Connection
from storage.database import Database, StorageUnavailable

_log = logging.getLogger(__name__)
#: texts looked up in one go
BATCH = 50
#: and of these at the same time
_SIDE_BY_SIDE = 8
_KNOWN = "SELECT subscriber_id, provider_id FROM messages WHERE subscriber_id IN :chunk AND provider_id IS NOT NULL"
#: the longest wait between two look-ups of one text
_LONGEST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """A text that may have been taken or not."""

    message_id: int
    subscriber_id: int
    number_sealed: bytes
    text: str
    change_key: str
    #: when the attempt began
    since: datetime
    expires_at: datetime
    #: who may have taken it
    provider: str = FIRST
    #: the provider's ids of other texts to the same person
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How patient look-ups are."""

    #: how long a provider's list may lag behind
    delay: timedelta = timedelta(0)
    #: seconds until the answer to one look-up is given up
    timeout: float = 15.0


def uncertain(db: Connection, now: datetime, delay: timedelta) -> list[Uncertain]:
    """Texts whose outcome has been unknown for `delay` and whose next look-up is due, oldest first."""
    rows = db.execute(
        "SELECT m.id, m.subscriber_id, s.number_sealed, t.text, m.change_key, m.handed_at, m.expires_at,"
        " (SELECT a.provider FROM attempts a WHERE a.message_id = m.id ORDER BY a.number DESC LIMIT 1) AS provider"
        " FROM messages m JOIN subscribers s ON s.id = m.subscriber_id JOIN texts t ON t.id = m.text_id"
        " WHERE m.state = 'uncertain' AND m.settled_at <= :before AND (m.not_before IS NULL OR m.not_before <= :now)"
        " ORDER BY m.settled_at, m.id LIMIT :limit",
        {"before": times.to_text(now - delay), "now": times.to_text(now), "limit": BATCH},
    )
    known = _known(db, sorted({row.integer("subscriber_id") for row in rows}))
    return [
        Uncertain(
            message_id=row.integer("id"),
            subscriber_id=row.integer("subscriber_id"),
            number_sealed=row.blob("number_sealed"),
            text=row.text("text"),
            change_key=row.text("change_key"),
            since=row.time("handed_at"),
            expires_at=row.time("expires_at"),
            provider=row.optional_text("provider") or FIRST,
            known=frozenset(known[row.integer("subscriber_id")]),
        )
        for row in rows
    ]


def _known(db: Connection, subscribers: Sequence[int]) -> Mapping[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    if subscribers:
        for row in db.execute(_KNOWN, chunks.parameters(subscribers)):
            found[row.integer("subscriber_id")].add(row.text("provider_id"))
    return found


def settle(db: Connection, one: Uncertain, answer: Lookup, now: datetime) -> None:
    """Write down what the provider said of one text; nothing where it has been handed over again meanwhile."""
    receipts.one_at_a_time(db)
    since = times.to_text(one.since)
    at: dict[str, object] = {"id": one.message_id, "now": times.to_text(now), "since": since}
    match answer:
        case Found(provider_id=provider_id) if _is_taken(db, provider_id):
            _not_there(db, one, now)  # that is another message with the same words
        case Found(provider_id=provider_id):
            db.execute(
                "UPDATE messages SET state = 'accepted', provider_id = :provider_id, reason = '', settled_at = :now"
                " WHERE id = :id AND state = 'uncertain' AND handed_at = :since",
                at | {"provider_id": provider_id},
            )
            receipts.apply_early(db, [provider_id])
        case NotThere():
            _not_there(db, one, now)
        case CannotTell():
            # behind the others, and less and less often
            again = now + min(_LONGEST_WAIT, max(timedelta(0), (now - one.since) / 2))
            db.execute(
                "UPDATE messages SET settled_at = :now, not_before = :again"
                " WHERE id = :id AND state = 'uncertain' AND handed_at = :since",
                at | {"again": times.to_text(again)},
            )
        case _:
            assert_never(answer)


def _is_taken(db: Connection, provider_id: str) -> bool:
    return bool(db.execute("SELECT id FROM messages WHERE provider_id = :provider_id", {"provider_id": provider_id}))


def _not_there(db: Connection, one: Uncertain, now: datetime) -> None:
    """Sent again if it is still worth hearing; else the person hears in other words what is still in force."""
    still_worth = one.expires_at > now
    changed = db.execute_count(
        "UPDATE messages SET state = :state, reason = :reason, settled_at = :now, not_before = NULL"
        " WHERE id = :id AND state = 'uncertain' AND handed_at = :since",
        {
            "id": one.message_id,
            "now": times.to_text(now),
            "since": times.to_text(one.since),
            "state": "queued" if still_worth else "failed",
            "reason": "" if still_worth else "the provider does not have it, and it is too late",
        },
    )
    if changed and not still_worth:
        newcomers.add(db, [one.subscriber_id], now)


async def reconcile(
    db: Database,
    transports: Mapping[str, Transport],
    unseal: Callable[[bytes], str],
    clock: Callable[[], datetime],
    limits: Limits,
    make_code: gap.MakeCode = gap.none,
) -> int:
    """Look up the texts that are due, some side by side; how many were looked at, `BATCH` if there may be more.

    `transports` by provider. A text whose provider is not among them stays uncertain: nobody else can say.
    """
    found = await db.read(uncertain, clock(), limits.delay)
    free = asyncio.Semaphore(_SIDE_BY_SIDE)

    def opened(text: Uncertain) -> tuple[str, str]:
        number = unseal(text.number_sealed)
        return number, gap.fill(text.text, text.change_key, number, make_code)

    async def one_by_one(one: Uncertain) -> None:
        async with free:
            await _settle(db, one, await _look_up(transports.get(one.provider), opened, one, limits), clock())

    async with asyncio.TaskGroup() as group:
        for one in found:
            group.create_task(one_by_one(one))
    return len(found)


async def _settle(db: Database, one: Uncertain, answer: Lookup, now: datetime) -> None:
    """Write it down; an answer that cannot be written leaves the text uncertain, behind the others."""
    try:
        await db.write(settle, one, answer, now)
    except StorageUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 -- one odd answer must not keep the other texts from being settled
        _log.error("lookup_not_settled", extra={"error": type(error).__name__, "message_id": one.message_id})
        await db.write(settle, one, CannotTell(), now)


async def _look_up(
    transport: Transport | None, opened: Callable[[Uncertain], tuple[str, str]], one: Uncertain, limits: Limits
) -> Lookup:
    if transport is None:
        return CannotTell()
    try:
        number, text = opened(one)
    except Exception:  # noqa: BLE001 -- erased meanwhile, or another key: this one cannot be looked up
        return CannotTell()
    try:
        async with asyncio.timeout(limits.timeout):
            return await transport.find(number, text, one.since, one.known)
    except Exception as error:  # noqa: BLE001 -- whatever a transport raises, the outcome stays unknown
        _log.warning("lookup_failed", extra={"error": type(error).__name__, "message_id": one.message_id})
        return CannotTell()
