"""Reads broadcasts for the pages that look back. Owns their SQL; reads no person and no number."""

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from delivery import broadcasts
from storage import audit, times
from storage.audit import Entry
from storage.connection import Connection
from storage.rows import Row
from web.console import reach
from web.console.reach import Cell

PAGE = 25
#: texts on one page: a place's, in all languages, as they changed
_TEXTS = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for; empty strings for anything."""

    hazard: str = ""
    origin: str = ""
    state: str = ""
    #: words of the texts, of the reason, or of the telegram's type
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
    #: ids below it
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A broadcast in the list."""

    id: int
    origin: str
    hazard: str
    state: str
    reason: str
    form: str
    seen_at: datetime
    planned_segments: int
    first_handover_at: datetime | None
    last_handover_at: datetime | None
    alert_id: int | None
    excluded: Mapping[str, int]
    telegram_id: int | None
    telegram_type: str
    msg_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text as it was sent."""

    id: int
    language: str
    form: str
    text: str
    encoding: str
    units: int
    segments: int
    catalogue: str
    #: new, raised, lifted …; of a correction "correction" or "lesson"; '' for a lesson or a welcome itself
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything about a broadcast."""

    sent: Sent
    cells: tuple[Cell, ...]
    counted_at: datetime | None
    #: what people did about it, oldest first
    done: tuple[Entry, ...]
    #: place -> grade, of the alert
    places: Mapping[str, str]
    #: how many have answered a lesson
    answered: int
    created_at: datetime
    planned_at: datetime | None
    expires_at: datetime
    file_name: str


_COLUMNS = (
    "b.id, b.origin, b.hazard, b.state, b.reason, b.form, b.seen_at, b.planned_segments, b.first_handover_at,"
    " b.last_handover_at, b.alert_id, b.excluded, b.created_at, b.planned_at, b.expires_at, t.id AS telegram_id,"
    " t.type AS telegram_type, t.file_name, a.msg_type, a.places"
)
_FROM = "FROM broadcasts b LEFT JOIN alerts a ON a.id = b.alert_id LEFT JOIN telegrams t ON t.digest = a.digest"
#: what has a question
_ANSWERED = ("lesson", "correction")
#: broadcasts whose texts are shown: those of codes and replies are nobody's to read
_SHOWN = "b.origin IN (" + ", ".join(f"'{origin}'" for origin in sorted(broadcasts.SHOWN)) + ")"
#: how words may be written in a text; SQLite's lower() knows ASCII only
_WRITTEN: tuple[Callable[[str], str], ...] = (str, str.lower, str.upper, str.capitalize, str.title)


def found(db: Connection, search: Search, within: frozenset[str] | None) -> list[Sent]:
    """A page of broadcasts that told somebody in these places, newest first; one more than PAGE if there are more."""
    condition, values = reach.seen_condition(within)
    conditions = [condition]
    for name in ("hazard", "origin", "state"):
        if chosen := getattr(search, name):
            conditions.append(f"b.{name} = :{name}")
            values[name] = chosen
    if search.words:
        names, patterns = _patterns(search.words)
        seen, of_places = reach.text_condition(within)
        conditions.append(_containing(names, seen))
        values |= patterns | of_places
    for name, comparison in (("since", ">="), ("until", "<")):
        if moment := getattr(search, name):
            conditions.append(f"b.seen_at {comparison} :{name}")
            values[name] = times.to_text(moment)
    if search.before is not None:
        conditions.append("b.id < :before")
        values["before"] = search.before
    where = " AND ".join(conditions)
    rows = db.execute(
        f"SELECT {_COLUMNS} {_FROM} WHERE {where} ORDER BY b.id DESC LIMIT :limit",
        values | {"limit": PAGE + 1},
    )
    return [_sent(row) for row in rows]


def story(db: Connection, broadcast_id: int, within: frozenset[str] | None) -> Story | None:
    """One broadcast; None where it told nobody in these places."""
    condition, values = reach.seen_condition(within)
    rows = db.execute(
        f"SELECT {_COLUMNS} {_FROM} WHERE b.id = :id AND {condition}",
        values | {"id": broadcast_id},
    )
    if not rows:
        return None
    row = rows[0]
    places: dict[str, Any] = json.loads(row.optional_text("places") or "{}")
    return Story(
        sent=_sent(row),
        cells=tuple(reach.cells(db, [broadcast_id], within).get(broadcast_id, ())),
        counted_at=reach.counted_at(db, [broadcast_id]).get(broadcast_id),
        done=tuple(one for one in audit.about(db, f"broadcast:{broadcast_id}") if _is_theirs(one, within)),
        places={place: str(grade) for place, grade in places.items()},
        answered=_answered(db, broadcast_id, within) if row.text("origin") in _ANSWERED else 0,
        created_at=row.time("created_at"),
        planned_at=row.optional_time("planned_at"),
        expires_at=row.time("expires_at"),
        file_name=row.optional_text("file_name") or "",
    )


def _is_theirs(one: Entry, within: frozenset[str] | None) -> bool:
    """What people of other municipalities did about the same broadcast is theirs to know."""
    return within is None or not one.municipality or one.municipality in within


def telegram(db: Connection, telegram_id: int) -> tuple[str, bytes] | None:
    """File name and raw bytes of a telegram, as it came from JMA."""
    rows = db.execute("SELECT file_name, body FROM telegrams WHERE id = :id", {"id": telegram_id})
    return (rows[0].text("file_name"), zlib.decompress(rows[0].blob("body"))) if rows else None


def texts(db: Connection, broadcast_id: int, place: str, within: frozenset[str] | None) -> tuple[Text, ...]:
    """Word for word what was sent to a place; to anywhere of the reader's for '' and for lessons and welcomes."""
    condition, values = reach.text_condition(within)
    rows = db.execute(
        "SELECT x.id, x.text_key, x.language, x.form, x.text, x.encoding, x.units, x.segments, x.catalogue, b.origin"  # noqa: S608 -- our own words
        " FROM texts x JOIN broadcasts b ON b.id = x.broadcast_id WHERE x.broadcast_id = :id"
        f" AND {_SHOWN}"
        f" AND (b.origin <> 'alert' OR x.text_key LIKE :place) AND {condition}"
        " ORDER BY x.language, x.id LIMIT :limit",
        values | {"id": broadcast_id, "place": f"{broadcast_id}|%{place}=%", "limit": _TEXTS},
    )
    return tuple(_text(row) for row in rows)


def _text(row: Row) -> Text:
    return Text(
        id=row.integer("id"),
        language=row.text("language"),
        form=row.text("form"),
        text=row.text("text"),
        encoding=row.text("encoding"),
        units=row.integer("units"),
        segments=row.integer("segments"),
        catalogue=row.text("catalogue"),
        kind=row.text("text_key").split("|")[1] if row.text("origin") in ("alert", "correction") else "",
    )


def _answered(db: Connection, broadcast_id: int, within: frozenset[str] | None) -> int:
    """How many have answered a lesson; what they answered stands in the totals of lessons alone."""
    counted = reach.cells(db, [broadcast_id], None).get(broadcast_id, ())
    # Where all of it went to the reader's places no row of a message is needed, only the index of its broadcast.
    here = None if within and counted and all(cell.place in within for cell in counted) else within
    condition, values = reach.message_condition(here)
    rows = db.execute(
        "SELECT count(*) AS n FROM messages m JOIN answered_lessons q ON q.message_id = m.id"  # noqa: S608 -- our own words
        f" WHERE m.broadcast_id = :id{condition}",
        values | {"id": broadcast_id},
    )
    return rows[0].integer("n")


def _patterns(words: str) -> tuple[Sequence[str], dict[str, object]]:
    """LIKE patterns; that is enough for the few thousand texts of a year, and works for Japanese on both engines."""
    escaped = words.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    written = list(dict.fromkeys(change(escaped) for change in _WRITTEN))
    patterns: dict[str, object] = {f"words{number}": f"%{one}%" for number, one in enumerate(written)}
    return list(patterns), patterns


def _containing(names: Sequence[str], seen: str) -> str:
    """A condition: the reason, the telegram's type or a text that meets `seen` holds one of these."""

    def any_of(column: str) -> str:
        return " OR ".join(f"{column} LIKE :{name} ESCAPE '!'" for name in names)

    texts = (
        f"SELECT 1 FROM texts x WHERE {_SHOWN} AND x.broadcast_id = b.id"  # noqa: S608
        f" AND ({any_of('x.text')}) AND {seen}"
    )
    return f"({any_of('b.reason')} OR {any_of('t.type')} OR EXISTS ({texts}))"


def _sent(row: Row) -> Sent:
    return Sent(
        id=row.integer("id"),
        origin=row.text("origin"),
        hazard=row.text("hazard"),
        state=row.text("state"),
        reason=row.text("reason"),
        form=row.text("form"),
        seen_at=row.time("seen_at"),
        planned_segments=row.integer("planned_segments"),
        first_handover_at=row.optional_time("first_handover_at"),
        last_handover_at=row.optional_time("last_handover_at"),
        alert_id=row.optional_integer("alert_id"),
        excluded={str(reason): int(people) for reason, people in json.loads(row.text("excluded")).items()},
        telegram_id=row.optional_integer("telegram_id"),
        telegram_type=row.optional_text("telegram_type") or "",
        msg_type=row.optional_text("msg_type") or "",
    )
