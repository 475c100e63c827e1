"""Rows of users, their roles, sessions and keys. Every change is an entry of the log (`storage.audit`).

Owns lockout and the life of a session. Refuses to hold a password, a cookie or a key: only their hashes.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import audit, times
from storage.database import Connection, Row
from web.accounts.roles import Grant, Principal, Role

#: wrong passwords in a row, of all strangers together, until an account rests for strangers; its owner's browsers are
#: let in all the same, and one address rests long before (`web.accounts.tries`)
MAX_FAILURES = 50
LOCKED_FOR = timedelta(minutes=15)
#: a session ends when nobody has used it for this long, and in any case after a working day and a night
IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=14)
KEY_PREFIX = "tmsb_"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account as sign-in needs it."""

    id: int
    name: str
    password_hash: str
    must_change: bool
    locked_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who has signed in."""

    user_id: int
    must_change: bool
    #: when it was last used, to the minute
    seen_at: datetime
    principal: Principal


def find(db: Connection, name: str) -> User | None:
    """The account of this name, unless it was disabled."""
    rows = db.execute(
        "SELECT id, name, password_hash, must_change, locked_until FROM users"
        " WHERE name = :name AND disabled_at IS NULL",
        {"name": name},
    )
    return _user(rows[0]) if rows else None


def any_user(db: Connection) -> bool:
    """Whether anybody has ever had an account."""
    return bool(db.execute("SELECT 1 AS one FROM users LIMIT 1"))


def add(db: Connection, name: str, password_hash: str, grant: Grant, *, actor: str, now: datetime) -> bool:
    """A new user with a role, or one more role for a known one, whose password stays. True: the user is new.

    An account that was disabled comes back with the new password and this role only.
    """
    known = find(db, name)
    if known is None:
        db.execute(
            "INSERT INTO users (name, password_hash, must_change, created_at) VALUES (:name, :hash, 1, :now)"
            " ON CONFLICT (name) DO UPDATE SET password_hash = excluded.password_hash, must_change = 1,"
            " failures = 0, locked_until = NULL, disabled_at = NULL",
            {"name": name, "hash": password_hash, "now": times.to_text(now)},
        )
    user = known or find(db, name)
    if user is None:
        raise LookupError(f"user {name} vanished within a transaction")
    db.execute(
        "INSERT INTO user_grants (user_id, municipality, role, supported_group, granted_at)"
        " VALUES (:user_id, :municipality, :role, :group, :now)"
        " ON CONFLICT (user_id, municipality, role, supported_group) DO NOTHING",
        {"user_id": user.id, "now": times.to_text(now), **_columns(grant)},
    )
    _log(db, now, actor, "user added" if known is None else "role given", f"user:{name}", grant)
    return known is None


def disable(db: Connection, name: str, *, actor: str, now: datetime) -> bool:
    """End an account: nobody signs in with it, its sessions and roles are gone. False: there is none."""
    user = find(db, name)
    if user is None:
        return False
    key = {"id": user.id, "now": times.to_text(now)}
    db.execute("UPDATE users SET disabled_at = :now WHERE id = :id", key)
    db.execute("DELETE FROM sessions WHERE user_id = :id", {"id": user.id})
    db.execute("DELETE FROM user_grants WHERE user_id = :id", {"id": user.id})
    audit.append(db, now=now, actor=actor, action="user ended", subject=f"user:{name}")
    return True


def take_role(db: Connection, name: str, municipality: str, *, actor: str, now: datetime) -> bool:
    """End the roles of an account for one municipality, at once; the last one ends the account. False: none there."""
    user = find(db, name)
    if user is None:
        return False
    who = {"id": user.id, "municipality": municipality}
    taken = db.execute(
        "DELETE FROM user_grants WHERE user_id = :id AND municipality = :municipality"
        " RETURNING municipality, role, supported_group",
        who,
    )
    for row in taken:
        _log(db, now, actor, "role taken", f"user:{name}", _grant(row))
    if not taken:
        return False
    db.execute("DELETE FROM sessions WHERE user_id = :id", {"id": user.id})
    if not db.execute("SELECT 1 AS one FROM user_grants WHERE user_id = :id LIMIT 1", {"id": user.id}):
        disable(db, name, actor=actor, now=now)
    return True


def has_role(db: Connection, name: str, municipality: str) -> bool:
    """Whether an account has any role in a municipality."""
    rows = db.execute(
        "SELECT 1 AS one FROM user_grants g JOIN users u ON u.id = g.user_id"
        " WHERE u.name = :name AND g.municipality = :municipality LIMIT 1",
        {"name": name, "municipality": municipality},
    )
    return bool(rows)


def set_password(db: Connection, user_id: int, password_hash: str, *, actor: str, now: datetime, once: bool) -> None:
    """A new password; all sessions of the account end. `once`: it has to be replaced at the next sign-in."""
    db.execute(
        "UPDATE users SET password_hash = :hash, must_change = :once, failures = 0, locked_until = NULL WHERE id = :id",
        {"id": user_id, "hash": password_hash, "once": int(once)},
    )
    db.execute("DELETE FROM sessions WHERE user_id = :id", {"id": user_id})
    audit.append(db, now=now, actor=actor, action="password set", subject=f"user id {user_id}")


def refuse(db: Connection, user: User, now: datetime) -> None:
    """Count a stranger's wrong password; after many in a row the account rests for all strangers."""
    counted = db.execute("UPDATE users SET failures = failures + 1 WHERE id = :id RETURNING failures", {"id": user.id})
    if counted[0].integer("failures") >= MAX_FAILURES:
        db.execute(
            "UPDATE users SET failures = 0, locked_until = :until WHERE id = :id",
            {"id": user.id, "until": times.to_text(now + LOCKED_FOR)},
        )
        audit.append(db, now=now, actor=f"user:{user.name}", action="account locked", subject=f"user:{user.name}")


def log_rest(db: Connection, user: User, now: datetime, *, known: bool) -> None:
    """Somebody guesses: an entry of the log each time that a browser or an address has to rest for an account."""
    subject, details = f"user:{user.name}", {"known browser": known}
    audit.append(db, now=now, actor=subject, action="wrong passwords", subject=subject, details=details)


def open_session(db: Connection, user: User, now: datetime) -> str:
    """The cookie of a new session."""
    token = secrets.token_urlsafe(32)
    db.execute("UPDATE users SET failures = 0, locked_until = NULL WHERE id = :id", {"id": user.id})
    db.execute(
        "DELETE FROM sessions WHERE created_at < :oldest OR seen_at < :idle",
        {"oldest": times.to_text(now - LONGEST), "idle": times.to_text(now - IDLE)},
    )
    db.execute(
        "INSERT INTO sessions (token_hash, user_id, created_at, seen_at) VALUES (:hash, :user, :now, :now)",
        {"hash": _hash(token), "user": user.id, "now": times.to_text(now)},
    )
    audit.append(db, now=now, actor=f"user:{user.name}", action="signed in", subject=f"user:{user.name}")
    return token


def session(db: Connection, token: str, now: datetime) -> Session | None:
    """Who this cookie belongs to, if the session still lives."""
    return sessions(db, (token,), now).get(token)


def sessions(db: Connection, tokens: Collection[str], now: datetime) -> dict[str, Session]:
    """Who these cookies belong to, of those whose session still lives."""
    of = {_hash(token): token for token in tokens}
    rows = db.execute(
        "SELECT s.token_hash, u.id, u.name, u.must_change, s.seen_at FROM sessions s JOIN users u ON u.id = s.user_id"
        " WHERE s.token_hash IN :hashes AND s.created_at >= :oldest AND s.seen_at >= :idle AND u.disabled_at IS NULL",
        {"hashes": list(of), "oldest": times.to_text(now - LONGEST), "idle": times.to_text(now - IDLE)},
    )
    granted: dict[int, list[Grant]] = {}
    for row in db.execute(
        "SELECT user_id, municipality, role, supported_group FROM user_grants WHERE user_id IN :users"
        " ORDER BY user_id, municipality, role, supported_group",
        {"users": sorted({row.integer("id") for row in rows})},
    ):
        granted.setdefault(row.integer("user_id"), []).append(_grant(row))
    return {
        of[row.text("token_hash")]: Session(
            user_id=row.integer("id"),
            must_change=row.flag("must_change"),
            seen_at=row.time("seen_at"),
            principal=Principal(name=f"user:{row.text('name')}", grants=tuple(granted.get(row.integer("id"), ()))),
        )
        for row in rows
    }


def touch(db: Connection, token: str, now: datetime) -> None:
    """The session was used."""
    db.execute(
        "UPDATE sessions SET seen_at = :now WHERE token_hash = :hash",
        {"hash": _hash(token), "now": times.to_text(now)},
    )


def close_session(db: Connection, token: str) -> None:
    """Signed out."""
    db.execute("DELETE FROM sessions WHERE token_hash = :hash", {"hash": _hash(token)})


def add_key(db: Connection, name: str, grant: Grant, *, actor: str, now: datetime, owner: str = "") -> str | None:
    """A key for a program, to be shown once; None where the name is taken. A revoked name is not used again.

    `owner`: name of the user who answers for it; '' for nobody, and then what it submits has no first signature.
    """
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    added = db.execute_count(
        "INSERT INTO api_keys (key_hash, name, municipality, role, supported_group, created_at)"
        " VALUES (:hash, :name, :municipality, :role, :group, :now) ON CONFLICT (name) DO NOTHING",
        {"hash": _hash(key), "name": name, "now": times.to_text(now), **_columns(grant)},
    )
    if not added:
        return None
    _log(db, now, actor, "key made", f"key:{name}", grant)
    if owner:
        own_key(db, name, owner, actor=actor, now=now)
    return key


def key_works(db: Connection, name: str, municipality: str) -> bool:
    """Whether there is such a key of a municipality that was not ended."""
    rows = db.execute(
        "SELECT 1 AS one FROM api_keys WHERE name = :name AND municipality = :municipality AND revoked_at IS NULL",
        {"name": name, "municipality": municipality},
    )
    return bool(rows)


def own_key(db: Connection, name: str, owner: str, *, actor: str, now: datetime) -> bool:
    """Say which user answers for a key from now on. False: there is no such key that works."""
    found = db.execute(
        "UPDATE api_keys SET owner = :owner WHERE name = :name AND revoked_at IS NULL RETURNING municipality",
        {"owner": owner, "name": name},
    )
    for row in found:
        audit.append(
            db,
            now=now,
            actor=actor,
            action="key given to",
            subject=f"key:{name}",
            municipality=row.text("municipality"),
            details={"owner": owner},
        )
    return bool(found)


def revoke_key(db: Connection, name: str, *, actor: str, now: datetime) -> bool:
    """End a key; it is refused from now on. False: there is none that works."""
    ended = db.execute(
        "UPDATE api_keys SET revoked_at = :now WHERE name = :name AND revoked_at IS NULL RETURNING municipality",
        {"name": name, "now": times.to_text(now)},
    )
    for row in ended:
        place = row.text("municipality")
        audit.append(db, now=now, actor=actor, action="key ended", subject=f"key:{name}", municipality=place)
    return bool(ended)


def key_holder(db: Connection, key: str) -> Principal | None:
    """Who a key belongs to, unless it was revoked. An owner whose account has ended answers for nothing."""
    rows = db.execute(
        "SELECT k.name, k.municipality, k.role, k.supported_group, u.name AS owner FROM api_keys k"
        " LEFT JOIN users u ON u.name = k.owner AND u.disabled_at IS NULL"
        " WHERE k.key_hash = :hash AND k.revoked_at IS NULL",
        {"hash": _hash(key)},
    )
    if not rows:
        return None
    owner = rows[0].optional_text("owner")
    return Principal(
        name=f"key:{rows[0].text('name')}", grants=(_grant(rows[0]),), owner=f"user:{owner}" if owner else ""
    )


def _log(db: Connection, now: datetime, actor: str, action: str, subject: str, grant: Grant) -> None:
    group: dict[str, object] = {"group": grant.group} if grant.group else {}
    details = {"role": grant.role.value, **group}
    audit.append(
        db, now=now, actor=actor, action=action, subject=subject, municipality=grant.municipality, details=details
    )


def _hash(secret: str) -> str:
    """Of cookies and keys, which are random and long: nothing to guess, so nothing slow is needed."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _columns(grant: Grant) -> dict[str, object]:
    return {"municipality": grant.municipality, "role": grant.role.value, "group": grant.group}


def _grant(row: Row) -> Grant:
    return Grant(municipality=row.text("municipality"), role=Role(row.text("role")), group=row.text("supported_group"))


def _user(row: Row) -> User:
    return User(
        id=row.integer("id"),
        name=row.text("name"),
        password_hash=row.text("password_hash"),
        must_change=row.flag("must_change"),
        locked_until=row.optional_time("locked_until"),
    )
