"""The first text of a new person: who sends, what comes, how to stop. One broadcast per municipality and day."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from delivery import broadcasts, chunks, messages, priority
from delivery.broadcasts import Origin
from delivery.messages import Draft
from delivery.writing import Unwritable, Writer
from storage.connection import Connection

KIND = "welcome"
_KEEP = timedelta(hours=24)
_REGISTRATIONS = chunks.statement(
    "SELECT r.subscriber_id, r.municipality, coalesce(nullif(o.language, ''), r.language) AS language"
    " FROM registrations r JOIN subscribers s ON s.id = r.subscriber_id"
    " LEFT JOIN registrations o ON o.subscriber_id = r.subscriber_id AND o.municipality = ''"
    " WHERE r.subscriber_id IN ({chunk}) AND r.municipality <> '' AND s.state = 'active' ORDER BY r.subscriber_id, r.id"
)


def queue(db: Connection, subscriber_ids: Sequence[int], writer: Writer, now: datetime) -> None:
    """Queue a welcome for every registration of these people; one that was welcomed by it already keeps that."""
    drafts: dict[tuple[str, str], tuple[Draft, list[int]]] = {}
    silent: set[tuple[str, str]] = set()
    for row in db.execute(_REGISTRATIONS, chunks.parameters(subscriber_ids)):
        key = (row.text("municipality"), row.text("language"))
        if key not in drafts and key not in silent:
            try:
                drafts[key] = (_draft(db, *key, writer, now), [])
            except Unwritable as error:
                silent.add(key)
                _complain(db, *key, error, now)
        if key in drafts:
            drafts[key][1].append(row.integer("subscriber_id"))
    messages.add(db, list(drafts.values()), writer.version, now)


def _draft(db: Connection, municipality: str, language: str, writer: Writer, now: datetime) -> Draft:
    written = writer.welcome(municipality, language)
    broadcast_id = _broadcast(db, municipality, now)
    digest = hashlib.sha256(written.text.encode()).hexdigest()[:12]
    return Draft(
        broadcast_id=broadcast_id,
        change_key=f"welcome:{municipality}",
        hazard="",
        event="",
        places={},
        kind=KIND,
        revision=0,
        language=language,
        written=written,
        text_key=f"{broadcast_id}|welcome|{written.language}|{writer.version}|{digest}",
        priority=priority.SERVICE,
        expires_at=now + _KEEP,
    )


def _broadcast(db: Connection, municipality: str, now: datetime) -> int:
    event = f"{municipality}:{now:%Y-%m-%d}"
    found = db.execute("SELECT id FROM broadcasts WHERE origin = 'welcome' AND event = :event", {"event": event})
    if found:
        db.execute("UPDATE broadcasts SET state = 'sending' WHERE id = :id", {"id": found[0].integer("id")})
        return found[0].integer("id")
    return broadcasts.add(
        db,
        origin=Origin.WELCOME,
        event=event,
        reason=f"people newly registered by {municipality}",
        priority=priority.SERVICE,
        now=now,
        expires_at=now + 2 * _KEEP,
    )


def _complain(db: Connection, municipality: str, language: str, error: Unwritable, now: datetime) -> None:
    notice = Notice(
        kind=NoticeKind.TEXT,
        subject=f"welcome {municipality} {language}",
        text=f"New people are not welcomed, because no text could be made: {error}.",
    )
    noticeboard.add(db, notice, now)
