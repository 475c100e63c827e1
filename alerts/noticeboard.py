"""Rows of notices: what those in charge must hear of. One is open per kind and subject, until it is resolved.

Owns the SQL; what a notice is stands in `alerts.notices`.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.notices import LASTING, Notice, NoticeKind
from storage import audit, times
from storage.connection import Connection
from storage.lists import listed
from storage.rows import Row

#: what people have closed is not opened again by the same cause before it was quiet for so long
QUIET = timedelta(days=1)
#: letters of a reason
LONGEST_WHY = 300


class Closed(StrEnum):
    """What came of closing a notice by hand."""

    CLOSED = "closed"
    GONE = "gone"  #: no open notice has this number
    LASTS = "lasts"  #: it closes when what it tells of is over


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNotice:
    """A notice with its history; times are UTC."""

    id: int
    notice: Notice
    first_at: datetime
    last_at: datetime
    #: how often it came up since it was opened
    times: int
    #: when it was told by SMS
    told_at: datetime | None
    resolved_at: datetime | None


def add(db: Connection, notice: Notice, now: datetime) -> bool:
    """Open a notice, or count an open one up with its newest text; True if it was opened.

    What people have closed is counted there while the very same goes on; more urgent, or in other words, it is news.
    """
    if _goes_on(db, notice, now):
        return False
    rows = db.execute(
        "INSERT INTO notices (kind, subject, text, urgent, since, first_at, last_at, places)"
        " VALUES (:kind, :subject, :text, :urgent, :since, :now, :now, :places)"
        " ON CONFLICT (kind, subject) WHERE resolved_at IS NULL DO UPDATE SET text = excluded.text,"
        " places = excluded.places,"
        " last_at = excluded.last_at, times = notices.times + 1,"
        " urgent = CASE WHEN excluded.urgent > notices.urgent THEN excluded.urgent ELSE notices.urgent END"
        " RETURNING times",
        {
            "kind": notice.kind,
            "subject": notice.subject,
            "text": notice.text,
            "urgent": int(notice.urgent),
            "since": times.to_text(notice.since) if notice.since else None,
            "now": times.to_text(now),
            "places": f" {' '.join(notice.places)} " if notice.places else "",
        },
    )
    return rows[0].integer("times") == 1


def _goes_on(db: Connection, notice: Notice, now: datetime) -> bool:
    counted = db.execute_count(
        "UPDATE notices SET last_at = :now, times = times + 1 WHERE id = (SELECT max(id) FROM notices"
        " WHERE kind = :kind AND subject = :subject AND closed_by <> '' AND last_at > :lately)"
        " AND text = :text AND urgent >= :urgent AND NOT EXISTS (SELECT 1 FROM notices other"
        " WHERE other.kind = :kind AND other.subject = :subject AND other.resolved_at IS NULL)",
        {
            "kind": notice.kind,
            "subject": notice.subject,
            "text": notice.text,
            "urgent": int(notice.urgent),
            "lately": times.to_text(now - QUIET),
            "now": times.to_text(now),
        },
    )
    return counted > 0


def close(db: Connection, identity: int, *, by: str, why: str, municipality: str, now: datetime) -> Closed:
    """Somebody closes an open notice that nothing else ends; it stands in the log, of whose municipality that is."""
    rows = db.execute("SELECT kind FROM notices WHERE id = :id AND resolved_at IS NULL", {"id": identity})
    if not rows:
        return Closed.GONE
    kind = NoticeKind(rows[0].text("kind"))
    if kind in LASTING:
        return Closed.LASTS
    db.execute(
        "UPDATE notices SET resolved_at = :now, last_at = CASE WHEN last_at > :now THEN last_at ELSE :now END,"
        " closed_by = :by, closed_why = :why WHERE id = :id AND resolved_at IS NULL",
        {"id": identity, "by": by, "why": why[:LONGEST_WHY], "now": times.to_text(now)},
    )
    audit.append(
        db,
        now=now,
        actor=by,
        action="notice closed",
        subject=f"notice:{identity}",
        municipality=municipality,
        details={"kind": kind, "why": why[:LONGEST_WHY]},
    )
    return Closed.CLOSED


def add_once(db: Connection, notice: Notice, now: datetime) -> bool:
    """Open a notice unless one of its kind and subject is open, which stays as it is; True if it was opened."""
    rows = db.execute(
        "SELECT id FROM notices WHERE kind = :kind AND subject = :subject AND resolved_at IS NULL",
        {"kind": notice.kind, "subject": notice.subject},
    )
    return not rows and add(db, notice, now)


def add_all(db: Connection, notices: Iterable[Notice], now: datetime) -> None:
    """`add` for each."""
    for notice in notices:
        add(db, notice, now)


def resolve(db: Connection, kind: NoticeKind, subject: str, now: datetime) -> bool:
    """Close the open notice; False if none was open."""
    changed = db.execute_count(
        "UPDATE notices SET resolved_at = :now WHERE kind = :kind AND subject = :subject AND resolved_at IS NULL",
        {"kind": kind, "subject": subject, "now": times.to_text(now)},
    )
    return changed > 0


def resolve_all(db: Connection, kind: NoticeKind, now: datetime) -> int:
    """Close every open notice of a kind that has not come up after `now`; how many."""
    return db.execute_count(
        "UPDATE notices SET resolved_at = :now WHERE kind = :kind AND resolved_at IS NULL AND last_at <= :now",
        {"kind": kind, "now": times.to_text(now)},
    )


def resolve_those(db: Connection, kind: NoticeKind, now: datetime, which: Callable[[str], bool]) -> int:
    """The same for those whose subject is one of `which`; how many."""
    return sum(
        db.execute_count(
            "UPDATE notices SET resolved_at = :now"
            " WHERE kind = :kind AND subject = :subject AND resolved_at IS NULL AND last_at <= :now",
            {"kind": kind, "subject": subject, "now": times.to_text(now)},
        )
        for subject in open_subjects(db, kind)
        if which(subject)
    )


def open_subjects(db: Connection, kind: NoticeKind) -> list[str]:
    """What the open notices of a kind are about."""
    rows = db.execute("SELECT subject FROM notices WHERE kind = :kind AND resolved_at IS NULL", {"kind": kind})
    return [row.text("subject") for row in rows]


def seen_by(within: Collection[str] | None) -> tuple[str, dict[str, object]]:
    """A condition on `notices`: it is of the service, or of one of these places; None for all."""
    if within is None:
        return "1 = 1", {}
    _, patterns = listed((f"% {place} %" for place in sorted(within)), "seen")
    return " OR ".join(["(places = ''", *(f"places LIKE :{name}" for name in patterns)]) + ")", patterns


def open_notices(db: Connection, within: Collection[str] | None = None) -> list[StoredNotice]:
    """All that are open, or those that these places may see: urgent ones first, then the newest."""
    condition, values = seen_by(within)
    rows = db.execute(
        "SELECT * FROM notices"  # noqa: S608 -- our own words
        f" WHERE resolved_at IS NULL AND {condition} ORDER BY urgent DESC, last_at DESC, id DESC",
        values,
    )
    return [_stored(row) for row in rows]


def _stored(row: Row) -> StoredNotice:
    return StoredNotice(
        id=row.integer("id"),
        notice=Notice(
            kind=NoticeKind(row.text("kind")),
            subject=row.text("subject"),
            text=row.text("text"),
            urgent=row.flag("urgent"),
            since=row.optional_time("since"),
            places=tuple(row.text("places").split()),
        ),
        first_at=row.time("first_at"),
        last_at=row.time("last_at"),
        times=row.integer("times"),
        told_at=row.optional_time("told_at"),
        resolved_at=row.optional_time("resolved_at"),
    )
