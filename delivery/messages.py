"""Rows of messages and their texts: made by planning, read by nobody but the outbox and the pages.

A text is written once per broadcast, kind, places and language; message rows hold its key, not its body.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from delivery import turns
from delivery.telling import Telling
from delivery.writing import Written
from storage import lists, times
from storage.connection import Connection
from storage.lists import Each

#: what the copies of one text have in common
_SHARED = (
    "broadcast_id",
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
    "state",
    "created_at",
    "expires_at",
    "handed_at",
    "settled_at",
)
_COLUMNS = (*_SHARED, "subscriber_id", "turn")
#: columns of a text's row: what its copies share, the people, and the first one's turn
_WIDTH = len(_SHARED) + 2
#: one statement for a whole chunk: a row for each text, which brings its people as a list
_INSERT = """
INSERT INTO messages ({columns})
SELECT {shared}, {person}, text.{first} + {position}
FROM (VALUES {texts}) AS text, {copies}
WHERE 1 = 1
ON CONFLICT (subscriber_id, hazard, change_key) DO NOTHING
""".replace("{columns}", ", ".join(_COLUMNS)).replace(
    "{shared}", ", ".join(f"text.column{number}" for number in range(1, len(_SHARED) + 1))
)
_PEOPLE, _FIRST = f"text.column{_WIDTH - 1}", f"column{_WIDTH}"
_KNOWN = "SELECT text_key, id FROM texts WHERE text_key IN :keys"
#: texts of one statement
_AT_ONCE = 100
#: a text's row, in the order of `_SHARED`, then its people and the first one's turn
_Copies = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What all messages with one text have in common."""

    broadcast_id: int
    #: unique per person; the same one never stands for two hazards
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
    #: it may have left since then, unknown to this database, and is looked up before it is sent
    doubtful_since: datetime | None = None

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
            "state": "queued" if self.doubtful_since is None else "uncertain",
            "created_at": now,
            "expires_at": times.to_text(self.expires_at),
            "handed_at": times.to_text(self.doubtful_since) if self.doubtful_since is not None else None,
            "settled_at": now if self.doubtful_since is not None else None,
        }


def text_key(broadcast_id: int, telling: Telling, written: Written, version: str) -> str:
    """What makes a text of an alert this text and no other; facts may change while a grade stays."""
    places = "+".join(f"{place}={grade}" for place, grade in telling.places)
    digest = hashlib.sha256(written.text.encode()).hexdigest()[:12]
    return f"{broadcast_id}|{telling.kind}|{places}|{written.language}|{written.form}|{version}|{digest}"


def add(db: Connection, drafts: Sequence[tuple[Draft, Sequence[int]]], version: str, now: datetime) -> None:
    """Queue each draft for its people; a person who has a message of the same key keeps that one."""
    at, turns_of, ids = times.to_text(now), _turns(db, drafts), _text_ids(db, [one for one, _ in drafts], version)
    single: list[_Copies] = []
    for draft, people in drafts:
        first = turns_of[draft.broadcast_id, draft.priority]
        turns_of[draft.broadcast_id, draft.priority] += len(people)
        shared = draft.row(ids[draft.text_key], at)
        copies = (*(shared[name] for name in _SHARED), list(people), first)
        if len(draft.places) > 1:
            _add_with_places(db, draft, copies)
        else:
            single.append(copies)
    for begin in range(0, len(single), _AT_ONCE):
        some = single[begin : begin + _AT_ONCE]
        db.execute(_insert(db, len(some)), _cells("t", some))


def _insert(db: Connection, texts: int) -> str:
    """The statement for the copies of so many texts."""
    copies = lists.each(db, _PEOPLE, "copy")
    return _filled(copies, texts)


@lru_cache(maxsize=512)
def _filled(copies: Each, texts: int) -> str:
    parts = {
        "person": copies.value,
        "position": copies.position,
        "copies": copies.source,
        "first": _FIRST,
        "texts": _table("t", texts, _WIDTH),
    }
    return _INSERT.format(**parts)


def _table(name: str, rows: int, columns: int) -> str:
    """The parameters of a table, as VALUES takes them."""
    lines = (", ".join(f":{name}{row}_{column}" for column in range(columns)) for row in range(rows))
    return ", ".join(f"({line})" for line in lines)


def _cells(name: str, rows: Sequence[Sequence[object]]) -> dict[str, object]:
    return {f"{name}{number}_{column}": value for number, row in enumerate(rows) for column, value in enumerate(row)}


def _turns(db: Connection, drafts: Sequence[tuple[Draft, Sequence[int]]]) -> dict[tuple[int, int], int]:
    """The first turn of all copies, by broadcast and priority."""
    counted: Counter[tuple[int, int]] = Counter()
    for draft, people in drafts:
        counted[draft.broadcast_id, draft.priority] += len(people)
    return {key: turns.take(db, *key, count).start for key, count in counted.items()}


def _add_with_places(db: Connection, draft: Draft, copies: _Copies) -> None:
    further = list(draft.places)[1:]
    made = db.execute(_insert(db, 1) + " RETURNING id, subscriber_id", _cells("t", [copies]))
    db.executemany(
        "INSERT INTO message_places (message_id, hazard, event, place, subscriber_id)"
        " VALUES (:message_id, :hazard, :event, :place, :subscriber_id)",
        [
            {
                "message_id": one.integer("id"),
                "hazard": draft.hazard,
                "event": draft.event,
                "place": place,
                "subscriber_id": one.integer("subscriber_id"),
            }
            for one in made
            for place in further
        ],
    )


def _text_ids(db: Connection, drafts: Sequence[Draft], version: str) -> dict[str, int]:
    """Text key -> id; what is not there yet is written."""
    rows = db.execute(_KNOWN, {"keys": [draft.text_key for draft in drafts]})
    found = {row.text("text_key"): row.integer("id") for row in rows}
    for draft in drafts:
        if draft.text_key not in found:
            found[draft.text_key] = _add_text(db, draft, version)
    return found


def _add_text(db: Connection, draft: Draft, version: str) -> int:
    written = draft.written
    rows = db.execute(
        "INSERT INTO texts (text_key, broadcast_id, language, form, text, encoding, units, segments, catalogue)"
        " VALUES (:text_key, :broadcast_id, :language, :form, :text, :encoding, :units, :segments, :catalogue)"
        # two processes may write the same text at once: the first one's stays
        " ON CONFLICT (text_key) DO UPDATE SET text_key = excluded.text_key RETURNING id",
        {
            "text_key": draft.text_key,
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
    return rows[0].integer("id")
