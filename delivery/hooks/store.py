"""Rows of webhooks: who is told, of what, and how far. Owns their SQL; sends nothing."""

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.vocabulary import NONE
from delivery.bulletins import store as bulletins
from delivery.bulletins.bulletin import Bulletin
from delivery.hooks import events
from delivery.hooks.events import Event, Type
from storage import audit, times
from storage.connection import Connection
from storage.rows import Row

#: what a hook may be called
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_BULLETINS, _BROADCASTS = "bulletins", "broadcasts"
#: rows of a look
_AT_ONCE = 500
_ENDS = {"complete": Type.BROADCAST_ENDED, "withdrawn": Type.BROADCAST_CANCELLED}


class State(StrEnum):
    """What has become of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Who is told."""

    id: int
    name: str
    url: str
    #: five digits, or '' for all
    municipality: str
    salt: str
    disabled_at: datetime | None
    disabled_why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One thing that is to be told to one hook."""

    id: int
    hook: Hook
    event: str
    body: str
    #: that were made before this one
    attempts: int

    @property
    def message_id(self) -> str:
        """The same for every attempt: receivers take it once."""
        return f"msg_{self.hook.salt[:8]}_{self.event}"


def add(db: Connection, *, name: str, url: str, municipality: str, salt: str, by: str, now: datetime) -> Hook:
    """A new hook. Conflict where the name is taken. What happened before is not told."""
    rows = db.execute(
        "INSERT INTO hooks (name, url, municipality, salt, created_at, created_by)"
        " VALUES (:name, :url, :municipality, :salt, :now, :by) RETURNING *",
        {
            "name": name,
            "url": url,
            "municipality": municipality,
            "salt": salt,
            "now": times.to_text(now),
            "by": by,
        },
    )
    _log(db, "webhook added", name, municipality, by, {"url": url}, now)
    return _hook(rows[0])


def remove(db: Connection, name: str, by: str, now: datetime) -> bool:
    """Forget a hook with all that it was to be told; False where there is none."""
    found = find(db, name)
    if found is None:
        return False
    db.execute("DELETE FROM hook_deliveries WHERE hook_id = :id", {"id": found.id})
    db.execute("DELETE FROM hooks WHERE id = :id", {"id": found.id})
    _log(db, "webhook removed", name, found.municipality, by, {}, now)
    return True


def disable(db: Connection, hook: Hook, why: str, now: datetime) -> None:
    """Tell it nothing more."""
    ended = db.execute_count(
        "UPDATE hooks SET disabled_at = :now, disabled_why = :why WHERE id = :id AND disabled_at IS NULL",
        {"id": hook.id, "now": times.to_text(now), "why": why},
    )
    if ended:  # of several answers that say so the first
        _log(db, "webhook disabled", hook.name, hook.municipality, "service", {"why": why}, now)


def enable(db: Connection, name: str, by: str, now: datetime) -> int | None:
    """Tell it again, and try once more what was given up; how many. None where there is no such hook."""
    found = find(db, name)
    if found is None:
        return None
    db.execute("UPDATE hooks SET disabled_at = NULL, disabled_why = '' WHERE id = :id", {"id": found.id})
    _log(db, "webhook enabled", name, found.municipality, by, {}, now)
    return db.execute_count(
        "UPDATE hook_deliveries SET state = 'waiting', attempts = 0, due_at = :now, settled_at = NULL"
        " WHERE hook_id = :id AND state = 'given_up'",
        {"id": found.id, "now": times.to_text(now)},
    )


def hooks(db: Connection) -> list[Hook]:
    """All of them, by name."""
    return [_hook(row) for row in db.execute("SELECT * FROM hooks ORDER BY name")]


def find(db: Connection, name: str) -> Hook | None:
    """One of them."""
    rows = db.execute("SELECT * FROM hooks WHERE name = :name", {"name": name})
    return _hook(rows[0]) if rows else None


def counts(db: Connection) -> dict[tuple[int, str], int]:
    """(hook, state) -> deliveries."""
    rows = db.execute("SELECT hook_id, state, count(*) AS n FROM hook_deliveries GROUP BY hook_id, state")
    return {(row.integer("hook_id"), row.text("state")): row.integer("n") for row in rows}


def last_answer(db: Connection, hook: Hook) -> str:
    """What came of the newest attempt."""
    rows = db.execute(
        "SELECT answer FROM hook_deliveries WHERE hook_id = :id AND attempts > 0 ORDER BY id DESC LIMIT 1",
        {"id": hook.id},
    )
    return rows[0].text("answer") if rows else ""


# what is to be told


def happened(db: Connection, public_url: str, now: datetime) -> list[Event]:
    """What has happened since the last look, and a note that it was seen. The first look of all begins here."""
    if _mark(db, _BULLETINS) is None:
        for name in (_BULLETINS, _BROADCASTS):
            newest = db.execute(f"SELECT coalesce(max(id), 0) AS n FROM {name}")  # noqa: S608 -- one of two names
            _set_mark(db, name, newest[0].integer("n"))
        return []
    found = [events.of_bulletin(one, bulletins.before(db, one), public_url) for one in _bulletins(db)]
    return [*found, *_of_broadcasts(db, now)]


def anything(db: Connection) -> bool:
    """Whether `happened` has something to look at; cheap."""
    after = _mark(db, _BULLETINS)
    if after is None:
        return True
    rows = db.execute("SELECT 1 AS one FROM bulletins WHERE id > :after LIMIT 1", {"after": after})
    return bool(rows) or bool(_open_broadcasts(db, 1))


def _bulletins(db: Connection) -> list[Bulletin]:
    found = bulletins.after(db, _mark(db, _BULLETINS) or 0, _AT_ONCE)
    if found:
        _set_mark(db, _BULLETINS, found[-1][0])
    return [one for _, one in found]


def _open_broadcasts(db: Connection, limit: int) -> list[Row]:
    """Broadcasts of alerts whose newest state is not told yet."""
    return db.execute(
        "SELECT b.id, b.state, b.hazard, b.event, b.snapshot, h.told FROM broadcasts b"
        " LEFT JOIN hook_broadcasts h ON h.broadcast_id = b.id WHERE b.origin = 'alert' AND b.id > :after"
        " AND ((h.told IS NULL AND b.state <> 'held') OR (h.told = 'started' AND b.state IN ('complete', 'withdrawn')))"
        " ORDER BY b.id LIMIT :limit",
        {"after": _mark(db, _BROADCASTS) or 0, "limit": limit},
    )


def _of_broadcasts(db: Connection, now: datetime) -> list[Event]:
    found: list[Event] = []
    rows = _open_broadcasts(db, _AT_ONCE)
    for row in rows:
        number, ends = row.integer("id"), _ENDS.get(row.text("state"))
        changes = json.loads(row.text("snapshot")).get("changes", {})
        places = {place: change["after"] or NONE for place, change in changes.items()}
        kinds = [*([] if row.optional_text("told") else [Type.BROADCAST_STARTED]), *([ends] if ends else [])]
        if ends is Type.BROADCAST_CANCELLED and not row.optional_text("told"):
            kinds = []  # nobody was told, and nobody hears that nobody was
        found += [
            events.of_broadcast(number, kind, now, row.text("hazard"), row.text("event"), places) for kind in kinds
        ]
        told = "started" if ends is None else "ended" if ends is Type.BROADCAST_ENDED else "cancelled"
        db.execute(
            "INSERT INTO hook_broadcasts (broadcast_id, told) VALUES (:id, :told)"
            " ON CONFLICT (broadcast_id) DO UPDATE SET told = excluded.told",
            {"id": number, "told": told},
        )
    if len(rows) < _AT_ONCE:
        _go_on(db)
    return found


def _go_on(db: Connection) -> None:
    """What is told to its end need not be looked at again."""
    rows = db.execute(
        "SELECT coalesce(min(CASE WHEN b.state IN ('complete', 'withdrawn') AND h.told IN ('ended', 'cancelled')"
        " THEN NULL ELSE b.id END) - 1, max(b.id)) AS n FROM broadcasts b"
        " LEFT JOIN hook_broadcasts h ON h.broadcast_id = b.id WHERE b.id > :after AND b.origin = 'alert'",
        {"after": _mark(db, _BROADCASTS) or 0},
    )
    settled = rows[0].optional_integer("n")
    if settled is not None:
        _set_mark(db, _BROADCASTS, settled)
        db.execute("DELETE FROM hook_broadcasts WHERE broadcast_id <= :id", {"id": settled})


def queue(db: Connection, hook: Hook, told: Iterable[tuple[Event, str]], now: datetime) -> None:
    """Write what a hook is to be told; the same event once."""
    db.executemany(
        "INSERT INTO hook_deliveries (hook_id, event, body, state, due_at, created_at)"
        " VALUES (:hook, :event, :body, 'waiting', :now, :now) ON CONFLICT (hook_id, event) DO NOTHING",
        [{"hook": hook.id, "event": one.key, "body": body, "now": times.to_text(now)} for one, body in told],
    )


def ping(db: Connection, hook: Hook, at: datetime, due: datetime) -> None:
    """Let a hook be told that it is tried, to see whether it arrives."""
    event = events.ping(f"ping.{at:%Y%m%dT%H%M%S}.{secrets.token_hex(4)}", at)
    queue(db, hook, [(event, event.body(None) or "")], due)


# deliveries


def due(db: Connection, now: datetime, limit: int, each: int) -> list[Delivery]:
    """What is to be tried now, the oldest first; of each hook a few, so that none holds up the others."""
    rows = db.execute(
        "SELECT d.delivery_id, d.event, d.body, d.attempts, h.* FROM (SELECT id AS delivery_id, hook_id, event, body,"
        " attempts, due_at, row_number() OVER (PARTITION BY hook_id ORDER BY due_at, id) AS place FROM hook_deliveries"
        " WHERE state = 'waiting' AND due_at <= :now) d JOIN hooks h ON h.id = d.hook_id"
        " WHERE d.place <= :each AND h.disabled_at IS NULL ORDER BY d.due_at, d.delivery_id LIMIT :limit",
        {"now": times.to_text(now), "limit": limit, "each": each},
    )
    return [
        Delivery(
            id=row.integer("delivery_id"),
            hook=_hook(row),
            event=row.text("event"),
            body=row.text("body"),
            attempts=row.integer("attempts"),
        )
        for row in rows
    ]


def begin(db: Connection, found: Iterable[Delivery], again_at: datetime) -> None:
    """An attempt begins: should the process die in it, another one follows."""
    db.executemany(
        "UPDATE hook_deliveries SET attempts = attempts + 1, due_at = :again WHERE id = :id",
        [{"id": one.id, "again": times.to_text(again_at)} for one in found],
    )


def settle(db: Connection, one: Delivery, state: State, answer: str, now: datetime, again: timedelta | None) -> None:
    """What came of an attempt; `again` is when the next one follows, where there is one."""
    db.execute(
        "UPDATE hook_deliveries SET state = :state, answer = :answer, due_at = :due,"
        " settled_at = CASE WHEN :state = 'waiting' THEN NULL ELSE :now END WHERE id = :id",
        {
            "id": one.id,
            "state": state,
            "answer": answer[:200],
            "due": times.to_text(now + (again or timedelta())),
            "now": times.to_text(now),
        },
    )


def forget(db: Connection, before: datetime) -> int:
    """Deliveries settled before then; how many."""
    return db.execute_count(
        "DELETE FROM hook_deliveries WHERE state <> 'waiting' AND settled_at < :before",
        {"before": times.to_text(before)},
    )


def _mark(db: Connection, name: str) -> int | None:
    rows = db.execute("SELECT value FROM hook_marks WHERE name = :name", {"name": name})
    return rows[0].integer("value") if rows else None


def _set_mark(db: Connection, name: str, value: int) -> None:
    db.execute(
        "INSERT INTO hook_marks (name, value) VALUES (:name, :value)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        {"name": name, "value": value},
    )


def _log(
    db: Connection, action: str, name: str, municipality: str, by: str, details: Mapping[str, object], now: datetime
) -> None:
    audit.append(
        db, now=now, actor=by, action=action, subject=f"webhook:{name}", municipality=municipality, details=details
    )


def _hook(row: Row) -> Hook:
    return Hook(
        id=row.integer("id"),
        name=row.text("name"),
        url=row.text("url"),
        municipality=row.text("municipality"),
        salt=row.text("salt"),
        disabled_at=row.optional_time("disabled_at"),
        disabled_why=row.text("disabled_why"),
    )
