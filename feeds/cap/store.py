"""Rows of what sources send: stored before it is read, each once. Owns their SQL; decides nothing."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from feeds.cap.message import Key
from feeds.cap.understanding import Does, Word
from storage import times
from storage.connection import Connection

#: messages of one source that count and are read at every look
MOST_WORDS = 5_000
#: messages of one source that may wait to be read
MOST_WAITING = 200


class State(StrEnum):
    """What has become of a message."""

    PENDING = "pending"
    COUNTS = "counts"
    #: it counted, and its chain has been over for long
    SETTLED = "settled"
    RECORDED = "recorded"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A stored message with its bytes."""

    id: int
    source: str
    digest: str
    body: bytes


def add(db: Connection, source: str, body: bytes, now: datetime) -> bool:
    """Keep a message; False where the same bytes of this source are there."""
    rows = db.execute(
        "INSERT INTO source_messages (source, digest, received_at, size, body, state) VALUES (:source, :digest, :now,"
        " :size, :body, 'pending') ON CONFLICT (source, digest) DO NOTHING RETURNING id",
        {
            "source": source,
            "digest": hashlib.sha256(body).hexdigest(),
            "now": times.to_text(now),
            "size": len(body),
            "body": zlib.compress(body),
        },
    )
    return bool(rows)


def waiting(db: Connection, source: str) -> int:
    """How many have not been read."""
    rows = db.execute(
        "SELECT count(*) AS n FROM source_messages WHERE source = :source AND state = 'pending'", {"source": source}
    )
    return rows[0].integer("n")


def pending(db: Connection, source: str, now: datetime, limit: int = 100) -> list[Raw]:
    """The oldest that are to be read now."""
    rows = db.execute(
        "SELECT id, source, digest, body FROM source_messages WHERE source = :source AND state = 'pending'"
        " AND (due_at IS NULL OR due_at <= :now) ORDER BY id LIMIT :limit",
        {"source": source, "now": times.to_text(now), "limit": limit},
    )
    return [
        Raw(
            id=row.integer("id"),
            source=row.text("source"),
            digest=row.text("digest"),
            body=zlib.decompress(row.blob("body")),
        )
        for row in rows
    ]


def postpone(db: Connection, identity: int, until: datetime) -> None:
    """It counts from then on."""
    db.execute(
        "UPDATE source_messages SET due_at = :until WHERE id = :id", {"id": identity, "until": times.to_text(until)}
    )


def named(db: Connection, source: str, key: Key) -> bool:
    """Whether a message of this name is there already."""
    return bool(
        db.execute(
            "SELECT id FROM source_messages WHERE source = :source AND name = :name",
            {"source": source, "name": _name(key)},
        )
    )


def mark(
    db: Connection, identity: int, state: State, reason: str, now: datetime, *, key: Key | None, word: Word | None
) -> None:
    """Note what became of a message."""
    db.execute(
        "UPDATE source_messages SET state = :state, reason = :reason, name = :name, word = :word, read_at = :now"
        " WHERE id = :id",
        {
            "id": identity,
            "state": state,
            "reason": reason,
            "name": _name(key) if key else None,
            "word": _word(word) if word else "",
            "now": times.to_text(now),
        },
    )


def reread(db: Connection, source: str) -> int:
    """Let everything of a source that is in quarantine be read again; how many."""
    return db.execute_count(
        "UPDATE source_messages SET state = 'pending', reason = '', name = NULL"
        " WHERE source = :source AND state = 'quarantined'",
        {"source": source},
    )


def words(db: Connection, source: str, most: int = MOST_WORDS) -> list[Word]:
    """Everything of a source that counts, of a great number the newest."""
    rows = db.execute(
        "SELECT word FROM source_messages WHERE source = :source AND state = 'counts' ORDER BY id DESC LIMIT :most",
        {"source": source, "most": most},
    )
    return [_from_word(json.loads(row.text("word"))) for row in reversed(rows)]


def count_words(db: Connection, source: str) -> int:
    """How many of a source count."""
    rows = db.execute(
        "SELECT count(*) AS n FROM source_messages WHERE source = :source AND state = 'counts'", {"source": source}
    )
    return rows[0].integer("n")


def set_aside(db: Connection, source: str, keys: Iterable[Key]) -> None:
    """Read these no more; they are kept."""
    db.executemany(
        "UPDATE source_messages SET state = 'settled' WHERE source = :source AND name = :name AND state = 'counts'",
        [{"source": source, "name": _name(key)} for key in keys],
    )


def counted(db: Connection) -> dict[tuple[str, str], int]:
    """(source, state) -> messages."""
    rows = db.execute("SELECT source, state, count(*) AS n FROM source_messages GROUP BY source, state")
    return {(row.text("source"), row.text("state")): row.integer("n") for row in rows}


def quarantined(db: Connection, source: str, limit: int = 20) -> list[tuple[str, str]]:
    """The newest in quarantine: (beginning of the digest, reason)."""
    rows = db.execute(
        "SELECT digest, reason FROM source_messages WHERE source = :source AND state = 'quarantined'"
        " ORDER BY id DESC LIMIT :limit",
        {"source": source, "limit": limit},
    )
    return [(row.text("digest")[:12], row.text("reason")) for row in rows]


def asked(db: Connection, source: str) -> Mapping[str, Sequence[str]] | None:
    """What people were asked to sign last: place -> (grade, issued); None where it is to be looked at again."""
    rows = db.execute("SELECT asked FROM sources WHERE name = :name", {"name": source})
    text = rows[0].text("asked") if rows else ""
    found: Mapping[str, Sequence[str]] | None = json.loads(text) if text else None
    return found


def set_asked(db: Connection, source: str, changes: Mapping[str, Sequence[str]] | None) -> None:
    """Note it; None: look again."""
    text = "" if changes is None else json.dumps(changes, sort_keys=True)
    db.execute(
        "INSERT INTO sources (name, asked) VALUES (:name, :asked)"
        " ON CONFLICT (name) DO UPDATE SET asked = excluded.asked",
        {"name": source, "asked": text},
    )


def note_poll(db: Connection, source: str, error: str, now: datetime) -> datetime | None:
    """What became of a poll; since when polls have failed, None after a good one."""
    rows = db.execute(
        "INSERT INTO sources (name, polled_at, failing_since, last_error) VALUES (:name, :now,"
        " CASE WHEN :error = '' THEN NULL ELSE :now END, :error)"
        " ON CONFLICT (name) DO UPDATE SET polled_at = excluded.polled_at, last_error = excluded.last_error,"
        " failing_since = CASE WHEN :error = '' THEN NULL ELSE coalesce(sources.failing_since, :now) END"
        " RETURNING failing_since",
        {"name": source, "now": times.to_text(now), "error": error},
    )
    return rows[0].optional_time("failing_since")


def _name(key: Key) -> str:
    return f"{key.sender},{key.identifier}"


def _word(word: Word) -> str:
    return json.dumps(
        {
            "key": [word.key.sender, word.key.identifier],
            "sent": word.sent.isoformat(),
            "does": word.does,
            "references": [[key.sender, key.identifier] for key in word.references],
            "places": dict(word.places),
            "valid_until": word.valid_until.isoformat(),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _from_word(row: Mapping[str, Any]) -> Word:
    return Word(
        key=Key(*row["key"]),
        sent=datetime.fromisoformat(row["sent"]),
        does=Does(row["does"]),
        references=tuple(Key(*key) for key in row["references"]),
        places=row["places"],
        valid_until=datetime.fromisoformat(row["valid_until"]),
    )
