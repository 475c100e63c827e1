"""Tells the people in charge of what cannot wait: urgent notices by SMS, few, short, with the time; and their end.

Owns the SQL. When what is told, and in which words, is `delivery.alarms`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.notices import NoticeKind
from delivery import alarms, own_texts, priority
from delivery.alarms import Known, Text
from delivery.broadcasts import Origin
from delivery.own_texts import OwnText
from delivery.writing import counted
from storage import times
from storage.connection import Connection
from storage.rows import Row
from subscribers import store as subscribers

KIND = "operator"
_KEEP = timedelta(hours=6)
_COLUMNS = "n.id, n.kind, n.subject, coalesce(n.since, n.first_at) AS since, n.told_at, n.resolved_at"
_STATES = ", ".join(f"'{kind}'" for kind in sorted(alarms.STATES))
_UNTOLD = (
    f"SELECT {_COLUMNS}, 0 AS waits FROM notices n"  # noqa: S608 -- our own names only
    " WHERE n.urgent = 1 AND n.told_at IS NULL AND n.resolved_at IS NULL ORDER BY n.kind, n.id"
)
# What people believe to be so: told of, and not told that it is over.
_BELIEVED = (
    f"SELECT {_COLUMNS}, CASE WHEN EXISTS"  # noqa: S608 -- our own names only
    " (SELECT 1 FROM notices o WHERE o.told_in = n.told_in AND o.resolved_at IS NULL) OR EXISTS"
    " (SELECT 1 FROM messages m WHERE m.broadcast_id = n.told_in AND m.state <> 'queued') THEN 0 ELSE 1 END AS waits"
    f" FROM notices n WHERE n.told_at IS NOT NULL AND n.end_told_at IS NULL AND n.kind IN ({_STATES}) ORDER BY n.id"
)
_RECENT = (
    f"SELECT {_COLUMNS}, 0 AS waits FROM notices n"  # noqa: S608 -- our own names only
    " WHERE n.told_at IS NOT NULL AND n.told_at > :quiet ORDER BY n.id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One number of the settings, hashed and sealed."""

    number_hash: str
    number_sealed: bytes


def is_due(db: Connection, now: datetime) -> bool:
    """Whether `tell` has anything to do; cheap enough to ask before every chunk."""
    return bool(alarms.plan(_board(db, now), now))


def tell(db: Connection, operators: Sequence[Operator], now: datetime) -> int:
    """Queue texts about what nobody was told of yet; how many texts. Nothing without operators."""
    plan = alarms.plan(_board(db, now), now) if operators else alarms.Plan()
    if not plan:
        return 0
    for old, new in plan.same_again:
        _follow(db, old, new, now)
    _close(db, plan.closed, now)
    _withdraw(db, plan.withdrawn, now)
    if not plan.texts:
        return 0
    ids = sorted({subscribers.ensure_operator(db, one.number_hash, one.number_sealed, now) for one in operators})
    for text in plan.texts:
        _queue(db, text, ids, now)
    return len(plan.texts) * len(ids)


def _board(db: Connection, now: datetime) -> alarms.Board:
    quiet = {"quiet": times.to_text(now - alarms.QUIET)}
    return alarms.Board(
        untold=tuple(map(_known, db.execute(_UNTOLD))),
        believed=tuple(map(_known, db.execute(_BELIEVED))),
        recent=tuple(map(_known, db.execute(_RECENT, quiet))),
    )


def _known(row: Row) -> Known:
    return Known(
        id=row.integer("id"),
        kind=NoticeKind(row.text("kind")),
        subject=row.text("subject"),
        since=row.time("since"),
        told_at=row.optional_time("told_at"),
        resolved_at=row.optional_time("resolved_at"),
        waits=row.flag("waits"),
    )


def _queue(db: Connection, text: Text, people: Sequence[int], now: datetime) -> None:
    name = f"notice:{text.notices[0].id}{':over' if text.is_end else ''}"
    own = OwnText(
        text=counted(text.words, "en"),
        people=people,
        name=name,
        kind=KIND,
        origin=Origin.OPERATOR,
        reason=f"{text.notices[0].kind}: {len(text.notices)} {'over' if text.is_end else 'urgent'}",
        priority=priority.OPERATOR,
        keep=_KEEP,
    )
    broadcast_id = own_texts.queue(db, own, "", now)
    if text.is_end:
        _close(db, text.notices, now)
        return
    db.executemany(
        "UPDATE notices SET told_at = :now, told_in = :broadcast WHERE id = :id",
        [{"id": notice.id, "now": times.to_text(now), "broadcast": broadcast_id} for notice in text.notices],
    )


def _follow(db: Connection, old: Known, new: Known, now: datetime) -> None:
    """It is so again before anybody was told that it was over: nothing to tell, but its end will be."""
    db.execute(
        "UPDATE notices SET told_at = :now, told_in = (SELECT told_in FROM notices WHERE id = :old) WHERE id = :new",
        {"old": old.id, "new": new.id, "now": times.to_text(now)},
    )
    _close(db, [old], now)


def _close(db: Connection, notices: Iterable[Known], now: datetime) -> None:
    """Nothing is left to tell of their end."""
    db.executemany(
        "UPDATE notices SET end_told_at = :now WHERE id = :id",
        [{"id": notice.id, "now": times.to_text(now)} for notice in notices],
    )


def _withdraw(db: Connection, notices: Sequence[Known], now: datetime) -> None:
    """Over before the text had left: it does not leave any more."""
    for notice in notices:
        db.execute(
            "UPDATE broadcasts SET state = 'withdrawn' WHERE id = (SELECT told_in FROM notices WHERE id = :id)",
            {"id": notice.id},
        )
    _close(db, notices, now)
