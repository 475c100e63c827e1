"""Codes that people ask for by their number: how many they may ask for, whether one is right, when all is forgotten.

Owns the limits against mischief and toll fraud. A code is stored nowhere, not even hashed: the key outside the
database makes it of a salt and the number, so that a copy of the database tells no code. Refuses to say whether a
number is registered.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from storage import times
from storage.connection import Connection
from storage.rows import Row
from subscribers.msisdn import Msisdn
from subscribers.sealing import Sealer

VALID: Final = timedelta(minutes=10)
MOST_ATTEMPTS: Final = 5
#: between two codes to one number
COOLDOWN: Final = timedelta(seconds=60)
#: codes to one number, wrong ones and unread ones together
_PER_NUMBER: Final = ((timedelta(hours=1), 4), (timedelta(days=1), 8))
#: codes from one network address: a city hall on its day of registration must not be shut out
_PER_ADDRESS: Final = ((timedelta(hours=1), 30), (timedelta(days=1), 120))
_HOUR: Final = timedelta(hours=1)
#: numbers are forgotten after this, hashes of who asked after a day
_NUMBER_KEPT: Final = timedelta(hours=1)
_KEPT: Final = timedelta(days=1)
_ASKED: Final = "asked:"
#: of the rows that stand for numbers nobody has proved (`store.Role`)
_ROLE: Final = "asking"


_ERASE: Final = (
    "UPDATE subscribers SET number_sealed = :nothing, carrier = '', state = 'erased', number_hash = 'erased:' || id"
)
#: nobody waits for a text to this unproved number any more
_OVER: Final = (
    "role = :role AND length(number_sealed) > 0"
    " AND id NOT IN (SELECT addressee FROM asked_codes WHERE asked_at > :number)"
    " AND id NOT IN (SELECT addressee FROM joining WHERE asked_at > :number)"
)


class Purpose(StrEnum):
    """What a code opens."""

    JOIN = "join"
    ME = "me"
    #: nothing: somebody asked for the page of a number that is not registered, and must not learn that
    NOBODY = "nobody"


class Limit(StrEnum):
    """Why no code is sent now."""

    NUMBER = "number"  #: too many to this number
    ADDRESS = "address"  #: too many from this network address
    TOTAL = "total"  #: too many in this hour altogether


class Wrong(StrEnum):
    """Why digits open nothing."""

    CODE = "code"  #: other digits, or not the number's
    SPENT = "spent"  #: too many attempts
    OVER = "over"  #: too late, used before, or never asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Somebody who asks for a code."""

    number: Msisdn
    #: fingerprint of their network address; '' where that says nothing about them
    address_hash: str
    purpose: Purpose
    #: what they have chosen before, as JSON values
    answers: Mapping[str, object]
    #: codes in an hour, of all people together
    budget: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A code that may be sent."""

    #: what the page of the code holds; not stored
    ticket: str
    salt: str
    #: the subscriber's row that stands for the number while it is not proved
    addressee: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """The code was right: whoever typed it reads the texts to this number."""

    number: Msisdn
    number_hash: str
    answers: Mapping[str, object]


def ask(db: Connection, asking: Asking, sealer: Sealer, now: datetime) -> Asked | Limit:
    """Note one code; the same work whether or not anybody is registered. The caller queues its text."""
    number_hash = sealer.fingerprint(asking.number)
    limit = _limit(db, number_hash, asking.address_hash, asking.budget, now)
    if limit is not None:
        return limit
    addressee = addressed(db, asking.number, sealer, now)
    ticket, salt, expires_at = secrets.token_urlsafe(16), secrets.token_hex(16), now + VALID
    db.execute(
        "INSERT INTO asked_codes"
        " (ticket_hash, salt, purpose, number_hash, address_hash, addressee, answers, asked_at, expires_at)"
        " VALUES (:ticket, :salt, :purpose, :number, :address, :addressee, :answers, :now, :expires)",
        {
            "ticket": _hashed(ticket),
            "salt": salt,
            "purpose": asking.purpose,
            "number": number_hash,
            "address": asking.address_hash,
            "addressee": addressee,
            "answers": json.dumps(dict(asking.answers), ensure_ascii=False, sort_keys=True),
            "now": times.to_text(now),
            "expires": times.to_text(expires_at),
        },
    )
    return Asked(ticket=ticket, salt=salt, addressee=addressee, expires_at=expires_at)


def addressed(db: Connection, number: Msisdn, sealer: Sealer, now: datetime) -> int:
    """The row that texts to a number go to before it is proved; it says nothing about any registration."""
    rows = db.execute(
        "INSERT INTO subscribers (number_hash, number_sealed, role, state, created_at)"
        " VALUES (:hash, :sealed, :role, 'active', :now)"
        " ON CONFLICT (number_hash) DO UPDATE SET number_sealed = excluded.number_sealed, state = 'active'"
        " RETURNING id",
        {
            "hash": _ASKED + sealer.fingerprint(number),
            "sealed": sealer.seal(number),
            "role": _ROLE,
            "now": times.to_text(now),
        },
    )
    return rows[0].integer("id")


def prove(db: Connection, ticket: str, digits: str, purpose: Purpose, sealer: Sealer, now: datetime) -> Proved | Wrong:
    """Try some digits for something; every try counts, and a code opens once."""
    row = _row(db, ticket)
    fits = row is not None and row.text("purpose") in (purpose, Purpose.NOBODY)
    if row is None or not fits or row["used_at"] is not None or row.time("expires_at") <= now:
        return Wrong.OVER
    if row.integer("attempts") >= MOST_ATTEMPTS:
        return Wrong.SPENT
    number = sealer.open(row.blob("number_sealed"))
    right = secrets.compare_digest(sealer.code(number, row.text("salt")).encode(), digits.encode())
    if not right or row.text("purpose") == Purpose.NOBODY:
        db.execute("UPDATE asked_codes SET attempts = attempts + 1 WHERE id = :id", {"id": row.integer("id")})
        return Wrong.SPENT if row.integer("attempts") + 1 >= MOST_ATTEMPTS else Wrong.CODE
    db.execute(
        "UPDATE asked_codes SET used_at = :now WHERE id = :id", {"now": times.to_text(now), "id": row.integer("id")}
    )
    return Proved(number=number, number_hash=row.text("number_hash"), answers=json.loads(row.text("answers")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What is known of a code that somebody asks for once more."""

    number: Msisdn
    answers: Mapping[str, object]


def again(db: Connection, ticket: str, purpose: Purpose, sealer: Sealer) -> Again | None:
    """Whom another code for the same would go to; None where it is too late for that."""
    row = _row(db, ticket)
    if row is None or row.text("purpose") not in (purpose, Purpose.NOBODY):
        return None
    if row["used_at"] is not None or not row.blob("number_sealed"):
        return None
    return Again(number=sealer.open(row.blob("number_sealed")), answers=json.loads(row.text("answers")))


def purgeable(db: Connection, now: datetime) -> bool:
    """Whether `purge` has anything to do."""
    return bool(
        db.execute(
            f"SELECT 1 AS one FROM subscribers WHERE {_OVER}"  # noqa: S608 -- a constant
            " UNION ALL SELECT 1 FROM asked_codes WHERE asked_at < :row LIMIT 1",
            _ages(now) | {"role": _ROLE},
        )
    )


def purge(db: Connection, now: datetime) -> None:
    """Forget numbers an hour after their last code, and who asked for codes a day after."""
    ages = _ages(now)
    db.execute("DELETE FROM asked_codes WHERE asked_at < :row", {"row": ages["row"]})
    db.execute("DELETE FROM joining WHERE asked_at <= :number", {"number": ages["number"]})
    db.execute(
        f"{_ERASE} WHERE {_OVER}",
        {"nothing": b"", "role": _ROLE, "number": ages["number"]},
    )


def forget(db: Connection, number_hash: str) -> None:
    """Everything that was asked for by this number."""
    db.execute("DELETE FROM asked_codes WHERE number_hash = :hash", {"hash": number_hash})
    db.execute("DELETE FROM joining WHERE number_hash = :hash", {"hash": number_hash})
    db.execute(
        f"{_ERASE} WHERE number_hash = :hash",
        {"nothing": b"", "hash": _ASKED + number_hash},
    )


def in_last_hour(db: Connection, now: datetime) -> int:
    """Codes that were asked for in the last hour."""
    return _count(db, "1 = 1", {}, now - _HOUR)


def _limit(db: Connection, number_hash: str, address_hash: str, budget: int, now: datetime) -> Limit | None:
    if in_last_hour(db, now) >= budget:
        return Limit.TOTAL
    by_number, by_address = {"number": number_hash}, {"address": address_hash}
    if _count(db, "number_hash = :number", by_number, now - COOLDOWN):
        return Limit.NUMBER
    for span, most in _PER_NUMBER:
        if _count(db, "number_hash = :number", by_number, now - span) >= most:
            return Limit.NUMBER
    if address_hash:
        for span, most in _PER_ADDRESS:
            if _count(db, "address_hash = :address", by_address, now - span) >= most:
                return Limit.ADDRESS
    return None


def _count(db: Connection, which: str, params: Mapping[str, object], since: datetime) -> int:
    rows = db.execute(
        f"SELECT count(*) AS n FROM asked_codes WHERE {which} AND asked_at > :since",  # noqa: S608 -- our own words
        {**params, "since": times.to_text(since)},
    )
    return rows[0].integer("n")


def _row(db: Connection, ticket: str) -> Row | None:
    rows = db.execute(
        "SELECT c.*, s.number_sealed FROM asked_codes c JOIN subscribers s ON s.id = c.addressee"
        " WHERE c.ticket_hash = :ticket",
        {"ticket": _hashed(ticket)},
    )
    return rows[0] if rows else None


def _hashed(ticket: str) -> str:
    return hashlib.sha256(ticket.encode("utf-8", "replace")).hexdigest()


def _ages(now: datetime) -> dict[str, object]:
    return {"number": times.to_text(now - _NUMBER_KEPT), "row": times.to_text(now - _KEPT)}
