"""The log of inbound texts, without the texts: each counts once, and nobody is answered without end.

Owns the limits that break a loop with an answering machine or a mischief: far fewer than the provider allows
(its error 14107 comes at 30 answers in 30 seconds).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import times
from storage.connection import Connection

#: what is kept of replies is gone after this
KEPT = timedelta(hours=72)
#: answers to one number
_LIMITS = ((timedelta(minutes=5), 5), (timedelta(days=1), 20))
#: a text that asks for nothing we know is answered once in this time: a machine sends nothing else
_HELP_PAUSE = timedelta(hours=1)
#: tables and the column that tells the age of their rows
_AGEING = (
    ("inbound", "received_at"),
    ("place_choices", "asked_at"),
    ("kept_texts", "received_at"),
    ("triage", "said_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One inbound text."""

    provider_id: str
    number_hash: str
    command: str
    answered: bool


def is_new(db: Connection, provider_id: str) -> bool:
    """Whether this text was not taken before."""
    return not db.execute("SELECT 1 AS one FROM inbound WHERE provider_id = :id", {"id": provider_id})


def add(db: Connection, entry: Entry, now: datetime) -> None:
    """Note that a text was taken."""
    db.execute(
        "INSERT INTO inbound (provider_id, number_hash, received_at, command, answered)"
        " VALUES (:id, :number_hash, :now, :command, :answered) ON CONFLICT (provider_id) DO NOTHING",
        {
            "id": entry.provider_id,
            "number_hash": entry.number_hash,
            "now": times.to_text(now),
            "command": entry.command,
            "answered": int(entry.answered),
        },
    )


def may_answer(db: Connection, number_hash: str, now: datetime, *, is_other: bool) -> bool:
    """Whether this number may get one more answer now."""
    for span, most in _LIMITS:
        if _answers(db, number_hash, now - span, "%") >= most:
            return False
    return not (is_other and _answers(db, number_hash, now - _HELP_PAUSE, "other"))


def _answers(db: Connection, number_hash: str, since: datetime, command: str) -> int:
    counted = db.execute(
        "SELECT count(*) AS n FROM inbound WHERE number_hash = :number_hash AND answered = 1"
        " AND received_at > :since AND command LIKE :command",
        {"number_hash": number_hash, "since": times.to_text(since), "command": command},
    )
    return counted[0].integer("n")


def purge(db: Connection, now: datetime) -> int:
    """Forget what is older than 72 hours; how many rows."""
    before = {"before": times.to_text(now - KEPT)}
    return sum(
        db.execute_count(f"DELETE FROM {table} WHERE {column} < :before", before)  # noqa: S608 -- our own names only
        for table, column in _AGEING
    )


def purgeable(db: Connection, now: datetime) -> bool:
    """Whether `purge` has anything to do: reading is cheaper than writing every minute."""
    before = {"before": times.to_text(now - KEPT)}
    return any(_has_old(db, table, column, before) for table, column in _AGEING)


def _has_old(db: Connection, table: str, column: str, before: Mapping[str, object]) -> bool:
    return bool(db.execute(f"SELECT 1 AS one FROM {table} WHERE {column} < :before LIMIT 1", before))  # noqa: S608 -- our own names only
