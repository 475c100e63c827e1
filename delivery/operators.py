"""Tells the people in charge of what cannot wait: urgent notices, by SMS, few and short.

Notices of one kind go together in one text, and one kind at most once in a while; the console shows them all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from alerts.notices import NoticeKind
from delivery import broadcasts, messages, priority
from delivery.broadcasts import Origin
from delivery.messages import Draft
from delivery.writing import counted
from storage import times
from storage.connection import Connection
from subscribers import store as subscribers

KIND = "operator"
#: one kind is not told of again before
QUIET = timedelta(minutes=15)
_KEEP = timedelta(hours=6)
#: UTF-16 units of a subject, so that every text stays within two segments
_SUBJECT = 40

#: what has happened, in English and in Japanese
_WORDS: Mapping[str, tuple[str, str]] = {
    NoticeKind.BLIND: ("cannot read the feed", "フィードを受信できません"),
    NoticeKind.SILENT: ("the feed is silent", "フィードの更新が止まっています"),
    NoticeKind.UNREADABLE: ("unreadable telegram", "読めない電文があります"),
    NoticeKind.UNKNOWN_CODE: ("unknown code", "未知のコードがあります"),
    NoticeKind.UNKNOWN_PLACE: ("unknown place code", "未知の地域コードがあります"),
    NoticeKind.NO_AREA: ("alert without a place", "対象地域のない警報です"),
    NoticeKind.PROVIDER: ("SMS provider trouble", "SMS送信に問題があります"),
    NoticeKind.TEXT: ("no text could be made", "文面を作れません"),
}
_OTHER = ("needs attention", "確認が必要です")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One number of the settings, hashed and sealed."""

    number_hash: str
    number_sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    id: int
    kind: str
    subject: str


def tell(db: Connection, operators: Sequence[Operator], now: datetime) -> int:
    """Queue texts about urgent notices nobody was told of yet; how many texts. Nothing without operators."""
    if not operators:
        return 0
    due = _due(db, now)
    if not due:
        return 0
    ids = sorted({subscribers.ensure_operator(db, one.number_hash, one.number_sealed, now) for one in operators})
    for kind, group in groupby(due, key=lambda notice: notice.kind):
        _queue(db, kind, list(group), ids, now)
    return len({notice.kind for notice in due}) * len(ids)


def wording(kind: str, subjects: Sequence[str]) -> str:
    """The text about notices of one kind: English, then Japanese, at most two segments."""
    english, japanese = _WORDS.get(kind, _OTHER)
    subject = subjects[0] if len(subjects[0]) <= _SUBJECT else subjects[0][: _SUBJECT - 3] + "..."
    more = f" (+{len(subjects) - 1})" if len(subjects) > 1 else ""
    return f"TOMOSHIBI: {english}: {subject}{more}\n{japanese}"


def _due(db: Connection, now: datetime) -> list[_Open]:
    rows = db.execute(
        "SELECT id, kind, subject FROM notices n WHERE urgent = 1 AND told_at IS NULL AND resolved_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM notices t WHERE t.kind = n.kind AND t.told_at > :quiet)"
        " ORDER BY kind, id",
        {"quiet": times.to_text(now - QUIET)},
    )
    return [_Open(id=row.integer("id"), kind=row.text("kind"), subject=row.text("subject")) for row in rows]


def _queue(db: Connection, kind: str, group: Sequence[_Open], people: Sequence[int], now: datetime) -> None:
    first = group[0].id
    broadcast_id = broadcasts.add(
        db,
        origin=Origin.OPERATOR,
        event=f"notice:{first}",
        reason=f"{kind}: {len(group)} urgent",
        priority=priority.SERVICE,
        now=now,
        expires_at=now + _KEEP,
    )
    draft = Draft(
        broadcast_id=broadcast_id,
        change_key=f"notice:{first}",
        hazard="",
        event="",
        places={},
        kind=KIND,
        revision=0,
        language="en",
        written=counted(wording(kind, [notice.subject for notice in group]), "en"),
        text_key=f"{broadcast_id}|operator",
        priority=priority.SERVICE,
        expires_at=now + _KEEP,
    )
    messages.add(db, [(draft, people)], "", now)
    db.executemany(
        "UPDATE notices SET told_at = :now WHERE id = :id",
        [{"id": notice.id, "now": times.to_text(now)} for notice in group],
    )
