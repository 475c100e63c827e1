"""The log of what people change: append-only rows, each carrying the hash of the one before.

Owns the chain; refuses to change or remove an entry. Never give it a phone number.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from storage import times
from storage.connection import Connection
from storage.rows import Row

#: `previous` of the first entry
_BEGINNING = "0" * 64
#: entries of the chain that `verify` holds at once
_AT_ONCE = 2_000
_COLUMNS = "number, at, actor, municipality, action, subject, details, previous, hash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change, as it is kept."""

    number: int
    at: datetime
    actor: str
    #: five digits, empty for the whole service
    municipality: str
    action: str
    subject: str
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Nothing was changed or removed."""

    entries: int
    #: hash of the newest entry: noted elsewhere, it proves later that nothing before it was changed
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The log is not what was written."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """Nothing was changed or removed up to here; what comes after it has not been looked at."""

    number: int = 0
    head: str = _BEGINNING


def append(
    db: Connection,
    *,
    now: datetime,
    actor: str,
    action: str,
    subject: str,
    municipality: str = "",
    details: Mapping[str, object] | None = None,
) -> None:
    """Add an entry, in the transaction of the change that it tells of."""
    # The counter's row is locked until the transaction ends: entries of two processes form one chain.
    counted = db.execute(
        "INSERT INTO counters (name, value) VALUES ('audit', 1)"
        " ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value"
    )
    number = counted[0].integer("value")
    before = db.execute("SELECT hash FROM audit_entries WHERE number = :number", {"number": number - 1})
    row: dict[str, object] = {
        "number": number,
        "at": times.to_text(now),
        "actor": actor,
        "municipality": municipality,
        "action": action,
        "subject": subject,
        "details": json.dumps(details or {}, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        "previous": before[0].text("hash") if before else _BEGINNING,
    }
    db.execute(
        f"INSERT INTO audit_entries ({_COLUMNS}) VALUES"  # noqa: S608 -- names of columns, a constant
        " (:number, :at, :actor, :municipality, :action, :subject, :details, :previous, :hash)",
        row | {"hash": _hash(row)},
    )


def latest(
    db: Connection, *, municipality: str | None = None, limit: int = 100, before: int | None = None
) -> list[Entry]:
    """The newest entries, newest first: of one municipality, or of all."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM audit_entries"  # noqa: S608 -- names of columns, a constant
        " WHERE (:all_places = 1 OR municipality = :municipality) AND number < :before"
        " ORDER BY number DESC LIMIT :limit",
        {
            "all_places": int(municipality is None),
            "municipality": municipality or "",
            "before": before if before is not None else 2**62,
            "limit": limit,
        },
    )
    return [_entry(row) for row in rows]


def newest(db: Connection) -> tuple[int, str] | None:
    """Number and hash of the newest entry; None before the first."""
    rows = db.execute("SELECT number, hash FROM audit_entries ORDER BY number DESC LIMIT 1")
    return (rows[0].integer("number"), rows[0].text("hash")) if rows else None


def hash_of(db: Connection, number: int) -> str | None:
    """The hash of one entry; None where there is none of this number."""
    rows = db.execute("SELECT hash FROM audit_entries WHERE number = :number", {"number": number})
    return rows[0].text("hash") if rows else None


def about(db: Connection, subject: str, limit: int = 100) -> list[Entry]:
    """The entries about one thing, oldest first."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM audit_entries WHERE subject = :subject"  # noqa: S608 -- names of columns, a constant
        " ORDER BY number LIMIT :limit",
        {"subject": subject, "limit": limit},
    )
    return [_entry(row) for row in rows]


def chosen(db: Connection, where: str, values: Mapping[str, object], *, limit: int) -> list[Entry]:
    """The newest entries that meet a condition, newest first. `where` is our own SQL, never anybody's words."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM audit_entries WHERE {where} ORDER BY number DESC LIMIT :limit",  # noqa: S608
        {**values, "limit": limit},
    )
    return [_entry(row) for row in rows]


def verify(db: Connection) -> Whole | Broken:
    """Walk the whole chain: every hash, every number, and that the newest entries were not cut off."""
    reached: Walked | Whole | Broken = Walked()
    while isinstance(reached, Walked):
        reached = walk(db, reached, _AT_ONCE)
    return reached


def walk(db: Connection, since: Walked, limit: int) -> Walked | Whole | Broken:
    """Check so many further entries at most; Whole or Broken where the walk ends."""
    head, number = since.head, since.number
    # below the first number too: nothing of ours has one of these
    after = {"after": number or -(2**62), "limit": limit}
    rows = db.execute(f"SELECT {_COLUMNS} FROM audit_entries WHERE number > :after ORDER BY number LIMIT :limit", after)  # noqa: S608
    for row in rows:
        number += 1
        if row.integer("number") != number:
            return Broken(number=number, reason="the entry is missing")
        if row.text("previous") != head or _hash(row) != row.text("hash"):
            return Broken(number=number, reason="the entry was changed")
        head = row.text("hash")
    return Walked(number=number, head=head) if len(rows) == limit else _ended(db, number, head)


def _ended(db: Connection, number: int, head: str) -> Whole | Broken:
    """Whether the newest entries are there."""
    counters = db.execute("SELECT value FROM counters WHERE name = 'audit'")
    counted = counters[0].integer("value") if counters else 0
    if counted != number:
        return Broken(number=number + 1, reason=f"{counted} entries were written, {number} are there")
    return Whole(entries=number, head=head)


def _hash(row: Mapping[str, object]) -> str:
    fields = [row[name] for name in _COLUMNS.split(", ")[:-1]]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


def _entry(row: Row) -> Entry:
    return Entry(
        number=row.integer("number"),
        at=row.time("at"),
        actor=row.text("actor"),
        municipality=row.text("municipality"),
        action=row.text("action"),
        subject=row.text("subject"),
        details=json.loads(row.text("details")),
    )
