"""The first text of a new person: who sends, what comes, how to stop. One broadcast per municipality and day.

Who registered themself is welcomed for the place where they live, and by the page where they can stop.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from delivery import broadcasts, chunks, messages, priority
from delivery.broadcasts import Origin
from delivery.messages import Draft
from delivery.writing import Unwritable, Writer
from storage.connection import Connection
from storage.rows import Row

KIND = "welcome"
_KEEP = timedelta(hours=24)
_REGISTRATIONS = (
    "SELECT r.subscriber_id, r.municipality, coalesce(nullif(o.language, ''), r.language) AS language,"
    " r.places, r.created_at"
    " FROM registrations r JOIN subscribers s ON s.id = r.subscriber_id"
    " LEFT JOIN registrations o ON o.subscriber_id = r.subscriber_id AND o.municipality = ''"
    " WHERE r.subscriber_id IN :chunk AND (r.municipality <> '' OR r.standing = 1) AND s.state = 'active'"
    " ORDER BY r.subscriber_id, r.id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whom:
    """Who is welcomed alike."""

    #: where the text says that it speaks for
    place: str
    language: str
    #: when somebody registered themself, so that whoever comes back is welcomed again; '' by a municipality
    themself: str = ""


def queue(db: Connection, subscriber_ids: Sequence[int], writer: Writer, now: datetime) -> None:
    """Queue a welcome for every registration of these people; one that was welcomed by it already keeps that."""
    drafts: dict[_Whom, tuple[Draft, list[int]]] = {}
    silent: set[_Whom] = set()
    for row in db.execute(_REGISTRATIONS, chunks.parameters(subscriber_ids)):
        whom = _whom(row)
        if whom not in drafts and whom not in silent:
            try:
                drafts[whom] = (_draft(db, whom, writer, now), [])
            except Unwritable as error:
                silent.add(whom)
                _complain(db, whom, error, now)
        if whom in drafts:
            drafts[whom][1].append(row.integer("subscriber_id"))
    messages.add(db, list(drafts.values()), writer.version, now)


def _whom(row: Row) -> _Whom:
    municipality, language = row.text("municipality"), row.text("language")
    if municipality:
        return _Whom(place=municipality, language=language)
    return _Whom(place=row.text("places").split(",")[0], language=language, themself=row.text("created_at"))


def _draft(db: Connection, whom: _Whom, writer: Writer, now: datetime) -> Draft:
    written = writer.welcome(whom.place, whom.language, themself=bool(whom.themself))
    broadcast_id = _broadcast(db, whom.place, now)
    digest = hashlib.sha256(written.text.encode()).hexdigest()[:12]
    return Draft(
        broadcast_id=broadcast_id,
        change_key=f"welcome:self:{whom.themself}" if whom.themself else f"welcome:{whom.place}",
        places={whom.place: ""},
        kind=KIND,
        language=whom.language,
        written=written,
        text_key=f"{broadcast_id}|welcome|{written.language}|{writer.version}|{digest}",
        priority=priority.SERVICE,
        expires_at=now + _KEEP,
    )


def _broadcast(db: Connection, municipality: str, now: datetime) -> int:
    return broadcasts.of_day(
        db,
        origin=Origin.WELCOME,
        what=municipality,
        reason=f"people newly registered in {municipality}",
        priority=priority.SERVICE,
        now=now,
        expires_at=now + 2 * _KEEP,
    )


def _complain(db: Connection, whom: _Whom, error: Unwritable, now: datetime) -> None:
    notice = Notice(
        kind=NoticeKind.TEXT,
        subject=f"welcome {whom.place} {whom.language}",
        text=f"New people are not welcomed, because no text could be made: {error}.",
        places=(whom.place,),
    )
    noticeboard.add(db, notice, now)
