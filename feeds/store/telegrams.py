"""Rows of raw telegrams: stored before they are read, each once by its digest. Owns their SQL; reads none of them."""

import zlib
from collections.abc import Mapping
from datetime import datetime

from feeds.telegrams import Added, AlreadyThere, Packed, Quarantined, RawTelegram, Stored, TelegramState
from storage import times
from storage.connection import Connection
from storage.rows import Row


def add_telegram(db: Connection, telegram: Packed) -> Added:
    """Store a telegram as pending, unless the same bytes are there."""
    rows = db.execute(
        "INSERT INTO telegrams (digest, type, entry_id, file_name, received_at, size, body, state)"
        " VALUES (:digest, :type, :entry_id, :file_name, :received_at, :size, :body, :pending)"
        " ON CONFLICT (digest) DO NOTHING RETURNING id",
        {
            "digest": telegram.digest,
            "type": telegram.type,
            "entry_id": telegram.entry_id,
            "file_name": telegram.file_name,
            "received_at": times.to_text(telegram.received_at),
            "size": telegram.size,
            "body": telegram.packed,
            "pending": TelegramState.PENDING,
        },
    )
    if rows:
        return Stored(id=rows[0].integer("id"))
    there = db.execute("SELECT id FROM telegrams WHERE digest = :digest", {"digest": telegram.digest})
    return AlreadyThere(id=there[0].integer("id"))


def pending(db: Connection, limit: int) -> list[RawTelegram]:
    """The oldest telegrams that wait to be read, with their raw bytes."""
    rows = db.execute(
        "SELECT id, digest, type, file_name, received_at, body FROM telegrams WHERE state = 'pending'"
        " ORDER BY id LIMIT :limit",
        {"limit": limit},
    )
    return [_telegram(row) for row in rows]


def find_telegram(db: Connection, digest: str) -> RawTelegram | None:
    """One telegram by its digest."""
    rows = db.execute(
        "SELECT id, digest, type, file_name, received_at, body FROM telegrams WHERE digest = :digest",
        {"digest": digest},
    )
    return _telegram(rows[0]) if rows else None


def mark(db: Connection, telegram_id: int, state: str, reason: str, type_code: str, at: datetime) -> None:
    """Note what became of a telegram, and the type it turned out to be. ValueError for an unknown state."""
    db.execute(
        "UPDATE telegrams SET state = :state, reason = :reason, type = :type, read_at = :at WHERE id = :id",
        {
            "id": telegram_id,
            "state": TelegramState(state),
            "reason": reason,
            "type": type_code,
            "at": times.to_text(at),
        },
    )


def reread(db: Connection) -> int:
    """Let everything in quarantine be read again; how many telegrams."""
    return db.execute_count("UPDATE telegrams SET state = 'pending', reason = '' WHERE state = 'quarantined'")


def telegram_counts(db: Connection) -> Mapping[tuple[str, TelegramState], int]:
    """How many telegrams there are by type and state."""
    rows = db.execute("SELECT type, state, count(*) AS n FROM telegrams GROUP BY type, state ORDER BY type, state")
    return {(row.text("type"), TelegramState(row.text("state"))): row.integer("n") for row in rows}


def quarantined(db: Connection, limit: int = 200) -> list[Quarantined]:
    """The newest telegrams in quarantine, with the reasons."""
    rows = db.execute(
        "SELECT id, digest, type, file_name, received_at, reason FROM telegrams WHERE state = 'quarantined'"
        " ORDER BY id DESC LIMIT :limit",
        {"limit": limit},
    )
    return [_quarantined(row) for row in rows]


def _quarantined(row: Row) -> Quarantined:
    return Quarantined(
        id=row.integer("id"),
        digest=row.text("digest"),
        type=row.text("type"),
        file_name=row.text("file_name"),
        received_at=row.time("received_at"),
        reason=row.text("reason"),
    )


def _telegram(row: Row) -> RawTelegram:
    return RawTelegram(
        id=row.integer("id"),
        digest=row.text("digest"),
        type=row.text("type"),
        file_name=row.text("file_name"),
        received_at=row.time("received_at"),
        body=zlib.decompress(row.blob("body")),
    )
