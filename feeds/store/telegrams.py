"""Rows of raw telegrams: stored before they are read, each once by its digest. Owns their SQL; reads none of them."""

import zlib
from collections.abc import Collection, Mapping
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


def pending(db: Connection, limit: int, now: datetime | None = None) -> list[RawTelegram]:
    """The oldest telegrams that wait to be read, with their raw bytes; those in quarantine until `now` first."""
    columns = "SELECT id, digest, type, file_name, received_at, body FROM telegrams"
    rows = db.execute(
        f"{columns} WHERE again_at <= :now AND state = 'quarantined' ORDER BY again_at LIMIT :limit",
        {"now": times.to_text(now) if now else "", "limit": limit},
    )
    rows += db.execute(
        f"{columns} WHERE state = 'pending' ORDER BY id LIMIT :limit",
        {"limit": limit - len(rows)},
    )
    return [_telegram(row) for row in rows]


def decided_after(db: Connection, after: int, limit: int) -> list[tuple[RawTelegram, str]]:
    """The next telegrams that were decided, by id above `after`, each with what became of it."""
    rows = db.execute(
        "SELECT id, digest, type, file_name, received_at, body, state FROM telegrams"
        " WHERE id > :after AND state <> 'pending' ORDER BY id LIMIT :limit",
        {"after": after, "limit": limit},
    )
    return [(_telegram(row), row.text("state")) for row in rows]


def decided_mark(db: Connection) -> tuple[int, int]:
    """Differs as soon as a further telegram has been decided."""
    row = db.execute("SELECT count(*) AS n, coalesce(max(id), 0) AS newest FROM telegrams WHERE state <> 'pending'")[0]
    return (row.integer("n"), row.integer("newest"))


def find_telegram(db: Connection, digest: str) -> RawTelegram | None:
    """One telegram by its digest."""
    rows = db.execute(
        "SELECT id, digest, type, file_name, received_at, body FROM telegrams WHERE digest = :digest",
        {"digest": digest},
    )
    return _telegram(rows[0]) if rows else None


def mark(
    db: Connection,
    telegram_id: int,
    state: str,
    reason: str,
    type_code: str,
    at: datetime,
    again_at: datetime | None = None,
) -> None:
    """Note what became of a telegram, and the type it turned out to be. ValueError for an unknown state.

    `again_at` is when one in quarantine is read again by itself.
    """
    db.execute(
        "UPDATE telegrams SET state = :state, reason = :reason, type = :type, read_at = :at, again_at = :again_at"
        " WHERE id = :id",
        {
            "id": telegram_id,
            "state": TelegramState(state),
            "reason": reason,
            "type": type_code,
            "at": times.to_text(at),
            "again_at": times.to_text(again_at) if again_at else None,
        },
    )


def reread(db: Connection, types: Collection[str] = ()) -> int:
    """Let everything in quarantine be read again, and what was ignored of some types; how many telegrams."""
    count = db.execute_count("UPDATE telegrams SET state = 'pending', reason = '' WHERE state = 'quarantined'")
    for code in types:
        count += db.execute_count(
            "UPDATE telegrams SET state = 'pending', reason = '' WHERE state = 'ignored' AND type = :code",
            {"code": code},
        )
    return count


def ignored_types(db: Connection) -> list[str]:
    """Types of which telegrams were ignored."""
    return [row.text("type") for row in db.execute("SELECT DISTINCT type FROM telegrams WHERE state = 'ignored'")]


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
