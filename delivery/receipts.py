"""The provider's later words: kept all, applied only upwards in rank, in whatever order and however often.

A receipt may come before the answer to the POST is recorded; it waits for its message then.
"""

from collections.abc import Iterable, Sequence

from delivery.states import TOLD, MessageState, after_receipt
from delivery.transport import Receipt
from storage import times
from storage.connection import Connection
from storage.rows import Row

_KEEP = """
INSERT INTO receipts (provider_id, message_id, status, error_code, received_at)
VALUES (:provider_id, :message_id, :status, :error_code, :received_at)
ON CONFLICT (provider_id, status) DO NOTHING
"""
_BY_PROVIDER = "SELECT id, state, provider_id FROM messages WHERE provider_id = :provider_id"
# Our own id is believed only for a message whose provider's id we never learnt. While its attempt is open the
# answer will bring it.
_BY_MESSAGE = """
SELECT id, state, provider_id FROM messages
WHERE id = :message_id AND provider_id IS NULL AND state = 'uncertain'
"""
_APPLY = """
UPDATE messages SET state = :state, provider_id = :provider_id, reason = :reason, settled_at = :at
WHERE id = :id AND state = :before
"""


_ONE_AT_A_TIME = """
INSERT INTO counters (name, value) VALUES ('receipts', 1)
ON CONFLICT (name) DO UPDATE SET value = counters.value + 1
"""


def one_at_a_time(db: Connection) -> None:
    """Where transactions run side by side, a receipt and the answer it belongs to must not miss each other.

    To be called before either is written: the row stays locked until the transaction ends.
    """
    db.execute(_ONE_AT_A_TIME)


def record(db: Connection, receipts: Sequence[Receipt]) -> None:
    """Keep receipts and move their messages up; receipts of unknown messages wait."""
    one_at_a_time(db)
    for receipt in receipts:
        row = _message(db, receipt)
        db.execute(
            _KEEP,
            {
                "provider_id": receipt.provider_id,
                "message_id": row.integer("id") if row else None,
                "status": receipt.status,
                "error_code": receipt.error_code,
                "received_at": times.to_text(receipt.received_at),
            },
        )
        if row is not None:
            at = times.to_text(receipt.received_at)
            _apply(db, row, receipt.provider_id, receipt.status, receipt.error_code, at)


def apply_early(db: Connection, provider_ids: Iterable[str]) -> None:
    """Apply receipts that were here before their messages knew the provider's id."""
    for provider_id in provider_ids:
        waiting = db.execute(
            "SELECT status, error_code, received_at FROM receipts WHERE provider_id = :provider_id ORDER BY id",
            {"provider_id": provider_id},
        )
        for receipt in waiting:
            row = db.execute(_BY_PROVIDER, {"provider_id": provider_id})[0]
            status = MessageState(receipt.text("status"))
            _apply(db, row, provider_id, status, receipt.optional_text("error_code"), receipt.text("received_at"))


def _message(db: Connection, receipt: Receipt) -> Row | None:
    rows = db.execute(_BY_PROVIDER, {"provider_id": receipt.provider_id})
    if not rows and receipt.message_id is not None:
        rows = db.execute(_BY_MESSAGE, {"message_id": receipt.message_id})
    return rows[0] if rows else None


def _apply(db: Connection, row: Row, provider_id: str, status: MessageState, code: str | None, at: str) -> None:
    before = MessageState(row.text("state"))
    after = after_receipt(before, status)
    if after is before:
        return
    reason = "" if after in TOLD else f"the carrier says {status}" + (f" ({code})" if code else "")
    db.execute(
        _APPLY,
        {
            "id": row.integer("id"),
            "before": before,
            "state": after,
            "provider_id": provider_id,
            "reason": reason,
            "at": at,
        },
    )
