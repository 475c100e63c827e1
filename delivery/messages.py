"""Rows of messages and their texts: made by planning, read by nobody but the outbox and the pages.

A text is written once per broadcast, kind, places and language; message rows hold its key, not its body.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from delivery import turns
from delivery.telling import Telling
from delivery.writing import Written
from storage import times
from storage.connection import Connection

_COLUMNS = (
    "broadcast_id",
    "subscriber_id",
    "change_key",
    "hazard",
    "event",
    "place",
    "grade",
    "told",
    "kind",
    "revision",
    "language",
    "text_id",
    "segments",
    "priority",
    "turn",
    "state",
    "created_at",
    "expires_at",
)
_INSERT = (
    ("INSERT INTO messages ({columns}) VALUES ({values}) ON CONFLICT (subscriber_id, change_key) DO NOTHING")
    .replace("{columns}", ", ".join(_COLUMNS))
    .replace("{values}", ", ".join(f":{name}" for name in _COLUMNS))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What all messages with one text have in common."""

    broadcast_id: int
    #: unique per person
    change_key: str
    #: of an alert, as are event, places and revision
    hazard: str = ""
    event: str = ""
    #: place -> grade that it speaks of, worst first
    places: Mapping[str, str] = field(default_factory=dict)
    kind: str
    revision: int = 0
    #: of the reader, also where another voice serves it
    language: str
    written: Written
    text_key: str
    priority: int
    expires_at: datetime

    def row(self, text_id: int, now: str) -> dict[str, object]:
        """The columns without the person."""
        place, grade = next(iter(self.places.items()), ("", ""))
        return {
            "broadcast_id": self.broadcast_id,
            "change_key": self.change_key,
            "hazard": self.hazard,
            "event": self.event,
            "place": place,
            "grade": grade,
            "told": json.dumps(dict(self.places), separators=(",", ":")) if len(self.places) > 1 else "",
            "kind": self.kind,
            "revision": self.revision,
            "language": self.language,
            "text_id": text_id,
            "segments": self.written.segments,
            "priority": self.priority,
            "state": "queued",
            "created_at": now,
            "expires_at": times.to_text(self.expires_at),
        }


def text_key(broadcast_id: int, telling: Telling, written: Written, version: str) -> str:
    """What makes a text of an alert this text and no other; facts may change while a grade stays."""
    places = "+".join(f"{place}={grade}" for place, grade in telling.places)
    digest = hashlib.sha256(written.text.encode()).hexdigest()[:12]
    return f"{broadcast_id}|{telling.kind}|{places}|{written.language}|{written.form}|{version}|{digest}"


def add(db: Connection, drafts: Sequence[tuple[Draft, Sequence[int]]], version: str, now: datetime) -> None:
    """Queue each draft for its people; a person who has a message of the same key keeps that one."""
    at = times.to_text(now)
    single: list[dict[str, object]] = []
    turns_of = _turns(db, drafts)
    for draft, people in drafts:
        row, numbers = draft.row(_text_id(db, draft, version), at), turns_of[draft.broadcast_id, draft.priority]
        copies = [{**row, "subscriber_id": person, "turn": next(numbers)} for person in people]
        if len(draft.places) > 1:
            _add_with_places(db, draft, copies)
        else:
            single.extend(copies)
    if single:
        db.executemany(_INSERT, single)


def _turns(db: Connection, drafts: Sequence[tuple[Draft, Sequence[int]]]) -> dict[tuple[int, int], Iterator[int]]:
    """The turns of all copies, by broadcast and priority."""
    counted: Counter[tuple[int, int]] = Counter()
    for draft, people in drafts:
        counted[draft.broadcast_id, draft.priority] += len(people)
    return {key: iter(turns.take(db, *key, count)) for key, count in counted.items()}


def _add_with_places(db: Connection, draft: Draft, copies: Iterable[Mapping[str, object]]) -> None:
    further = list(draft.places)[1:]
    for copy in copies:
        made = db.execute(_INSERT + " RETURNING id", copy)
        if not made:
            continue
        db.executemany(
            "INSERT INTO message_places (message_id, hazard, event, place, subscriber_id)"
            " VALUES (:message_id, :hazard, :event, :place, :subscriber_id)",
            [
                {
                    "message_id": made[0].integer("id"),
                    "hazard": draft.hazard,
                    "event": draft.event,
                    "place": place,
                    "subscriber_id": copy["subscriber_id"],
                }
                for place in further
            ],
        )


def _text_id(db: Connection, draft: Draft, version: str) -> int:
    key = {"text_key": draft.text_key}
    found = db.execute("SELECT id FROM texts WHERE text_key = :text_key", key)
    if not found:
        written = draft.written
        found = db.execute(
            "INSERT INTO texts (text_key, broadcast_id, language, form, text, encoding, units, segments, catalogue)"
            " VALUES (:text_key, :broadcast_id, :language, :form, :text, :encoding, :units, :segments, :catalogue)"
            # two processes may write the same text at once: the first one's stays
            " ON CONFLICT (text_key) DO UPDATE SET text_key = excluded.text_key RETURNING id",
            key
            | {
                "broadcast_id": draft.broadcast_id,
                "language": written.language,
                "form": written.form,
                "text": written.text,
                "encoding": written.encoding,
                "units": written.units,
                "segments": written.segments,
                "catalogue": version,
            },
        )
    return found[0].integer("id")
