"""The provider's later words: kept all, applied only upwards in rank, in whatever order and however often.

A receipt may come before the answer to the POST is recorded; it waits for its message then. Where the provider hands
our own id back, its receipt also proves what an attempt without an answer has become.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from delivery import broadcasts, chunks, undelivered
from delivery.states import TOLD, MessageState, after_receipt
from delivery.transport import Receipt
from delivery.undelivered import Mask, NotDelivered
from storage import times
from storage.connection import Connection
from storage.rows import Row

T = TypeVar("T")

_KEEP = """
INSERT INTO receipts (provider_id, message_id, status, error_code, received_at)
VALUES (:provider_id, :message_id, :status, :error_code, :received_at)
ON CONFLICT (provider_id, status) DO NOTHING
"""
_BY_PROVIDER = "SELECT id, broadcast_id, state, provider_id FROM messages WHERE provider_id IN :chunk"
# Our own id is believed only for a message whose provider's id we never learnt.
_BY_MESSAGE = (
    "SELECT m.id, m.broadcast_id, m.state, m.provider_id,"
    " (SELECT count(*) FROM attempts a WHERE a.message_id = m.id) AS attempts FROM messages m"
    " WHERE m.id IN :chunk AND m.provider_id IS NULL AND m.state IN ('queued', 'handing', 'uncertain')"
)
_APPLY = """
UPDATE messages SET state = :state, provider_id = :provider_id, reason = :reason, settled_at = :at
WHERE id = :id AND state = :before
"""
# The answer to the open attempt will say the same, or nothing at all.
_ADOPT = "UPDATE messages SET provider_id = :provider_id WHERE id = :id AND state = 'handing' AND provider_id IS NULL"
_EARLY = "SELECT provider_id, status, error_code, received_at FROM receipts WHERE provider_id IN :chunk ORDER BY id"
_ONE_AT_A_TIME = """
INSERT INTO counters (name, value) VALUES ('receipts', 1)
ON CONFLICT (name) DO UPDATE SET value = counters.value + 1
"""
#: what proves that an attempt was taken although we queued the text again
_PROOF = frozenset({MessageState.ACCEPTED, MessageState.SENT, MessageState.DELIVERED})


@dataclass(slots=True, kw_only=True)
class _Message:
    """A message and what the receipts of one chunk make of it."""

    id: int
    broadcast_id: int
    before: MessageState
    provider_id: str
    #: the provider's id came with the receipt
    adopted: bool
    state: MessageState
    reason: str = ""
    code: str = ""
    at: str = ""

    def hear(self, status: MessageState, code: str | None, at: str) -> None:
        """One receipt."""
        after = self._after(status)
        if after is self.state:
            return
        reason = "" if after in TOLD else f"the carrier says {status}" + (f" ({code})" if code else "")
        self.state, self.reason, self.code, self.at = after, reason, code or "", at

    def _after(self, status: MessageState) -> MessageState:
        match self.state:
            case MessageState.HANDING:
                return self.state  # the answer to the open attempt comes first
            case MessageState.QUEUED:
                return status if self.adopted and status in _PROOF else self.state
            case _:
                return after_receipt(self.state, status)


def one_at_a_time(db: Connection) -> None:
    """Where transactions run side by side, a receipt and the answer it belongs to must not miss each other.

    To be called before either is written: the row stays locked until the transaction ends.
    """
    db.execute(_ONE_AT_A_TIME)


def record(db: Connection, receipts: Sequence[Receipt], mask: Mask | None = None) -> None:
    """Keep receipts, move their messages up, and do what a failure asks for; receipts of unknown messages wait."""
    one_at_a_time(db)
    for part in _parts(receipts):
        _record(db, part, mask)


def apply_early(db: Connection, provider_ids: Collection[str]) -> None:
    """Apply receipts that were here before their messages knew the provider's id."""
    for part in _parts(list(provider_ids)):
        waiting = db.execute(_EARLY, chunks.parameters(part))
        if not waiting:
            continue
        known = _by_provider(db, sorted({row.text("provider_id") for row in waiting}))
        for row in waiting:
            status = MessageState(row.text("status"))
            known[row.text("provider_id")].hear(status, row.optional_text("error_code"), row.text("received_at"))
        _apply(db, known.values())


def _record(db: Connection, receipts: Sequence[Receipt], mask: Mask | None) -> None:
    known = _by_provider(db, list({receipt.provider_id for receipt in receipts}))
    known |= _by_message(db, [receipt for receipt in receipts if receipt.provider_id not in known])
    db.executemany(_KEEP, [_row(receipt, known.get(receipt.provider_id)) for receipt in receipts])
    for receipt in receipts:
        if (message := known.get(receipt.provider_id)) is not None:
            message.hear(receipt.status, receipt.error_code, times.to_text(receipt.received_at))
    _apply(db, known.values(), mask)


def _row(receipt: Receipt, message: _Message | None) -> dict[str, object]:
    return {
        "provider_id": receipt.provider_id,
        "message_id": message.id if message is not None else None,
        "status": receipt.status,
        "error_code": receipt.error_code,
        "received_at": times.to_text(receipt.received_at),
    }


def _by_provider(db: Connection, provider_ids: Sequence[str]) -> dict[str, _Message]:
    """provider id -> message that is known to have it."""
    rows = db.execute(_BY_PROVIDER, chunks.parameters(provider_ids))
    return {row.text("provider_id"): _message(row, row.text("provider_id"), adopted=False) for row in rows}


def _by_message(db: Connection, receipts: Sequence[Receipt]) -> dict[str, _Message]:
    """provider id -> message that has none yet and that the receipt names."""
    named = {receipt.message_id: receipt for receipt in receipts if receipt.message_id is not None}
    if not named:
        return {}
    found: dict[str, _Message] = {}
    for row in db.execute(_BY_MESSAGE, chunks.parameters(list(named))):
        receipt = named[row.integer("id")]
        if row.text("state") != MessageState.QUEUED or 0 < (receipt.attempt or 0) <= row.integer("attempts"):
            found[receipt.provider_id] = _message(row, receipt.provider_id, adopted=True)
    return found


def _message(row: Row, provider_id: str, *, adopted: bool) -> _Message:
    state = MessageState(row.text("state"))
    return _Message(
        id=row.integer("id"),
        broadcast_id=row.integer("broadcast_id"),
        before=state,
        provider_id=provider_id,
        adopted=adopted,
        state=state,
    )


def _apply(db: Connection, messages: Collection[_Message], mask: Mask | None = None) -> None:
    changed = [message for message in messages if message.state is not message.before]
    handing = [message for message in messages if message.adopted and message.before is MessageState.HANDING]
    db.executemany(
        _APPLY,
        [
            {
                "id": message.id,
                "before": message.before,
                "state": message.state,
                "provider_id": message.provider_id,
                "reason": message.reason,
                "at": message.at,
            }
            for message in changed
        ],
    )
    db.executemany(_ADOPT, [{"id": message.id, "provider_id": message.provider_id} for message in handing])
    broadcasts.complete(db, sorted({one.broadcast_id for one in changed if one.before is MessageState.QUEUED}))
    for message in changed:
        if message.state not in TOLD and message.code:
            failure = NotDelivered(message_id=message.id, code=message.code)
            undelivered.follow(db, failure, mask, times.from_text(message.at))


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(items), chunks.SIZE):
        yield items[first : first + chunks.SIZE]
