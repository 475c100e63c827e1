"""Rows of subscribers: who is there, who stopped, who is erased, who must be told what is in force.

Owns the state of a subscriber: active, paused, stopped, unreachable, erased. A stop outlives an erasure, as a keyed
hash without a number, so that no import can ever revive it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from storage import audit, times
from storage.database import Connection, Row
from subscribers import asked


class State(StrEnum):
    """Whether a subscriber can be texted."""

    ACTIVE = "active"
    PAUSED = "paused"  #: asked for a pause that ends by itself
    STOPPED = "stopped"  #: said STOP; only the person can take it back
    UNREACHABLE = "unreachable"
    ERASED = "erased"  #: number and hash are gone; the row stays for the messages that were sent


class Role(StrEnum):
    """Why we have the number."""

    RESIDENT = "resident"
    OPERATOR = "operator"
    ASKING = "asking"  #: a code was asked for; nobody is registered by that


#: what is kept of a person's replies, beside the log of inbound texts
_REPLIES = ("place_choices", "kept_texts", "triage", "consents", "drill_people", "drill_messages")
_ADD_SUBSCRIBER = """
INSERT INTO subscribers (number_hash, number_sealed, role, state, created_at)
VALUES (:number_hash, :number_sealed, :role, :state, :now)
ON CONFLICT (number_hash) DO NOTHING
"""
# Only an active person is told anything; `since` moves so that a row put again is not taken for the old one.
_ADD_NEWCOMER = """
INSERT INTO newcomers (subscriber_id, since, welcome)
SELECT id, :now, :welcome FROM subscribers WHERE id = :subscriber_id AND state = 'active'
ON CONFLICT (subscriber_id) DO UPDATE SET since = excluded.since, not_before = NULL,
    welcome = CASE WHEN excluded.welcome = 1 THEN 1 ELSE newcomers.welcome END
"""


def add(db: Connection, numbers: Iterable[tuple[str, bytes]], now: str) -> None:
    """Residents with these (hash, sealed number); whoever is known already stays as they are."""
    shared = _subscriber("", b"", Role.RESIDENT, State.ACTIVE, now)
    db.executemany(
        _ADD_SUBSCRIBER,
        [shared | {"number_hash": number_hash, "number_sealed": sealed} for number_hash, sealed in numbers],
    )


def tell_in_force(db: Connection, people: Iterable[tuple[int, bool]], now: str) -> None:
    """Have these active subscribers (id, whether they are welcomed too) told what is in force at their places."""
    db.executemany(
        _ADD_NEWCOMER,
        [{"subscriber_id": identity, "now": now, "welcome": int(welcome)} for identity, welcome in people],
    )


def declare(db: Connection, *, municipality: str, now: datetime, wording: str, file_digest: str, people: int) -> None:
    """Keep the municipality's declaration that the people of a file agreed."""
    db.execute(
        "INSERT INTO declarations (municipality, declared_at, wording, file_digest, people)"
        " VALUES (:municipality, :declared_at, :wording, :file_digest, :people)",
        {
            "municipality": municipality,
            "declared_at": times.to_text(now),
            "wording": wording,
            "file_digest": file_digest,
            "people": people,
        },
    )


def stop(db: Connection, number_hash: str, now: datetime) -> None:
    """The person said STOP: ends all registrations' texts. A number we do not know is remembered as well."""
    params = _subscriber(number_hash, b"", Role.RESIDENT, State.STOPPED, times.to_text(now))
    db.execute(_ADD_SUBSCRIBER, params)
    changed = db.execute(
        "UPDATE subscribers SET state = 'stopped', paused_until = NULL"
        " WHERE number_hash = :number_hash AND (state <> 'stopped' OR created_at = :now) RETURNING id",
        {"number_hash": number_hash, "now": times.to_text(now)},
    )
    _log(db, changed, "stopped", now)
    db.execute(
        "DELETE FROM newcomers WHERE subscriber_id IN (SELECT id FROM subscribers WHERE number_hash = :number_hash)",
        {"number_hash": number_hash},
    )


def give_up(db: Connection, subscriber_id: int, state: State, *, said_by: str, code: str, now: datetime) -> list[Row]:
    """A carrier or the provider takes nothing more for an active person; their row, none where nothing changed.

    Logged when the state changes, so at most once until the person comes back.
    """
    changed = db.execute(
        "UPDATE subscribers SET state = :state WHERE id = :id AND state = 'active' RETURNING id, number_sealed",
        {"id": subscriber_id, "state": state.value},
    )
    _log(db, changed, state.value, now, actor=said_by, details={"code": code} if code else None)
    return changed


def start_again(db: Connection, number_hash: str, number_sealed: bytes, now: datetime) -> bool:
    """The person took STOP back, or can be reached again: is told at once what is in force. False: unknown."""
    changed = db.execute(
        "UPDATE subscribers SET state = 'active', paused_until = NULL, number_sealed = :number_sealed"
        " WHERE number_hash = :number_hash AND state <> 'active' RETURNING id",
        {"number_hash": number_hash, "number_sealed": number_sealed},
    )
    tell_in_force(db, [(row.integer("id"), False) for row in changed], times.to_text(now))
    _log(db, changed, "started again", now)
    return bool(changed)


def erase_registration(db: Connection, number_hash: str, municipality: str) -> bool:
    """Remove one municipality's registration; with the last one the person is forgotten. False: had none."""
    params = {"number_hash": number_hash, "municipality": municipality}
    db.execute(
        "DELETE FROM subscriber_places WHERE registration_id IN ("
        " SELECT r.id FROM registrations r JOIN subscribers s ON s.id = r.subscriber_id"
        " WHERE s.number_hash = :number_hash AND r.municipality = :municipality)",
        params,
    )
    erased = db.execute_count(
        "DELETE FROM registrations WHERE municipality = :municipality AND subscriber_id IN"
        " (SELECT id FROM subscribers WHERE number_hash = :number_hash)",
        params,
    )
    left = db.execute(
        "SELECT r.id FROM registrations r JOIN subscribers s ON s.id = r.subscriber_id"
        " WHERE s.number_hash = :number_hash AND (r.municipality <> '' OR r.standing = 1) LIMIT 1",
        {"number_hash": number_hash},
    )
    if erased and not left:  # what the person chose goes with the last of them, unless they registered themself
        erase(db, number_hash)
    return erased > 0


def erase(db: Connection, number_hash: str) -> bool:
    """Remove all registrations of a person and forget the number; only a STOP is kept. False: unknown."""
    found = db.execute("SELECT id FROM subscribers WHERE number_hash = :number_hash", {"number_hash": number_hash})
    for row in found:
        subscriber = {"id": row.integer("id")}
        db.execute("DELETE FROM subscriber_places WHERE subscriber_id = :id", subscriber)
        db.execute("DELETE FROM registrations WHERE subscriber_id = :id", subscriber)
        for table in _REPLIES:
            db.execute(f"DELETE FROM {table} WHERE subscriber_id = :id", subscriber)  # noqa: S608 -- our own names only
        db.execute("DELETE FROM inbound WHERE number_hash = :number_hash", {"number_hash": number_hash})
        asked.forget(db, number_hash)
        _forget(db, number_hash)
    return bool(found)


def ensure_operator(db: Connection, number_hash: str, number_sealed: bytes, now: datetime) -> int:
    """The subscriber id of an operator's number, who may be a registered resident as well."""
    params = _subscriber(number_hash, number_sealed, Role.OPERATOR, State.ACTIVE, times.to_text(now))
    db.execute(_ADD_SUBSCRIBER, params)
    rows = db.execute(
        "UPDATE subscribers SET role = 'operator' WHERE number_hash = :number_hash RETURNING id",
        {"number_hash": number_hash},
    )
    return rows[0].integer("id")


def sealed_samples(db: Connection) -> list[tuple[str, bytes]]:
    """Fingerprint and sealed value of the probe and of somebody, to see at start whether the key is the right one."""
    rows = db.execute(
        "SELECT number_hash AS fingerprint, number_sealed AS sealed FROM subscribers"
        " WHERE length(number_sealed) > 0 AND role <> 'asking' ORDER BY id LIMIT 1"
    )
    rows += db.execute("SELECT fingerprint, sealed FROM key_probe")
    return [(row.text("fingerprint"), row.blob("sealed")) for row in rows]


def set_probe(db: Connection, fingerprint: str, sealed: bytes) -> None:
    """Keep what the key was first used for; the first one stays."""
    db.execute(
        "INSERT INTO key_probe (id, fingerprint, sealed) VALUES (1, :fingerprint, :sealed) ON CONFLICT (id) DO NOTHING",
        {"fingerprint": fingerprint, "sealed": sealed},
    )


def _log(
    db: Connection,
    changed: Iterable[Row],
    action: str,
    now: datetime,
    *,
    actor: str = "resident",
    details: Mapping[str, object] | None = None,
) -> None:
    """What people do themselves, and what a carrier says of them, stands in the log of changes too, under their id."""
    for row in changed:
        subject = f"resident:{row.integer('id')}"
        audit.append(db, now=now, actor=actor, action=action, subject=subject, details=details)


def _forget(db: Connection, number_hash: str) -> None:
    key = {"number_hash": number_hash, "nothing": b""}
    db.execute(
        "DELETE FROM newcomers WHERE subscriber_id IN (SELECT id FROM subscribers WHERE number_hash = :number_hash)",
        {"number_hash": number_hash},
    )
    # Who stopped stays known by the keyed hash alone; an operator's number belongs to the settings.
    db.execute(
        "UPDATE subscribers SET number_sealed = :nothing, carrier = ''"
        " WHERE number_hash = :number_hash AND role = 'resident' AND state = 'stopped'",
        key,
    )
    db.execute(
        "UPDATE subscribers SET number_sealed = :nothing, carrier = '', state = 'erased',"
        " number_hash = 'erased:' || id"
        " WHERE number_hash = :number_hash AND role = 'resident' AND state <> 'stopped'",
        key,
    )


def _subscriber(number_hash: str, number_sealed: bytes, role: Role, state: State, now: str) -> dict[str, object]:
    return {
        "number_hash": number_hash,
        "number_sealed": number_sealed,
        "role": role.value,
        "state": state.value,
        "now": now,
    }
