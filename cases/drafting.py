"""Drafts of cases that broadcasts leave behind: what was told where, in which languages, and what did not arrive.

Each municipality with accounts whose people were told gets a draft of its own; where none has an account, the one with
most texts. Reads counts only, no person. While it is a draft its counts follow the receipts; people's words stay.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts import hazards
from alerts.japan import JST
from alerts.places import PlaceTable
from alerts.vocabulary import NONE, Hazard
from cases import case, facts, store
from cases.case import Content
from cases.facts import Facts
from cases.searching import Labels
from delivery import counting, states
from storage import times
from storage.connection import Connection
from storage.database import Database
from storage.rows import Row
from subscribers import disclosure

#: nobody knows of these texts that somebody has read them
_NOT_REACHED: Final = frozenset({"handed", "unknown", "failed", "waiting"})
#: broadcasts in one transaction: a warning must not wait for this
_AT_ONCE: Final = 5
#: receipts may come for so long
_STILL_MOVING: Final = timedelta(days=4)

# What two people sent by hand is an alert's broadcast too; drills, lessons and answers to people are not.
_ALERTS: Final = (
    "SELECT b.id, b.hazard, b.seen_at, b.first_handover_at, b.last_handover_at, a.places FROM broadcasts b"
    " LEFT JOIN alerts a ON a.id = b.alert_id"
    " WHERE b.origin = 'alert' AND b.state IN ('complete', 'withdrawn') AND (a.id IS NULL OR a.status = 'Actual')"
)
# What was never counted had no texts.
_NOT_DRAFTED: Final = (
    " AND EXISTS (SELECT 1 FROM counted_broadcasts n WHERE n.broadcast_id = b.id)"
    " AND NOT EXISTS (SELECT 1 FROM drafted_broadcasts d WHERE d.broadcast_id = b.id)"
)
_DUE: Final = _ALERTS + _NOT_DRAFTED
_OLD_COUNTS: Final = (
    "SELECT c.id, c.municipality, c.broadcast_id, n.counted_at FROM cases c"
    " JOIN counted_broadcasts n ON n.broadcast_id = c.broadcast_id"
    " WHERE c.state = 'draft' AND c.created_at >= :since AND (c.facts_at IS NULL OR c.facts_at < n.counted_at)"
    " ORDER BY c.id LIMIT :limit"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafter:
    """Writes the drafts of one service."""

    db: Database
    places: PlaceTable
    labels: Labels
    clock: Callable[[], datetime]

    async def step(self) -> int:
        """Write what is due; how many drafts were written or brought up to date."""
        done = 0
        while await self.db.read(due, self.clock()):
            done += await self.db.write(write_due, self.places, self.labels, self.clock())
        return done


def due(db: Connection, now: datetime) -> bool:
    """Whether `write_due` has anything to do."""
    return bool(db.execute(_DUE + " LIMIT 1") or _old_counts(db, now, 1))


def write_due(db: Connection, places: PlaceTable, labels: Labels, now: datetime) -> int:
    """Drafts of the next few broadcasts, and the counts of drafts whose receipts have come in."""
    done = 0
    for row in db.execute(_DUE + " ORDER BY b.id LIMIT :limit", {"limit": _AT_ONCE}):
        done += len(_drafts(db, row, None, places, labels, now))
        db.execute(
            "INSERT INTO drafted_broadcasts (broadcast_id, drafted_at) VALUES (:id, :now)"
            " ON CONFLICT (broadcast_id) DO NOTHING",
            {"id": row.integer("id"), "now": times.to_text(now)},
        )
    return done + _count_again(db, places, now)


def write_one(
    db: Connection, broadcast_id: int, municipality: str | None, places: PlaceTable, labels: Labels, now: datetime
) -> list[int] | None:
    """Drafts of one broadcast, also for a municipality without an account; None where it is no complete warning.

    Where there is a case already, a second one is not written.
    """
    rows = db.execute(_ALERTS + " AND b.id = :id", {"id": broadcast_id})
    return _drafts(db, rows[0], municipality, places, labels, now) if rows else None


def _drafts(
    db: Connection, row: Row, municipality: str | None, places: PlaceTable, labels: Labels, now: datetime
) -> list[int]:
    broadcast_id = row.integer("id")
    cells, counted_at = _cells(db, broadcast_id)
    told = _by_municipality(cells, places)
    chosen = _owners(db, told) if municipality is None else [municipality] if municipality in told else []
    made: list[int] = []
    for code in chosen:
        if _is_there(db, broadcast_id, code):
            continue
        content = _content(row, told[code])
        found = _facts(row, told[code])
        made.append(
            store.insert(
                db,
                municipality=code,
                content=content,
                labels=labels,
                now=now,
                found=found,
                counted_at=counted_at,
                broadcast_id=broadcast_id,
            )
        )
    return made


def _count_again(db: Connection, places: PlaceTable, now: datetime) -> int:
    old = _old_counts(db, now, 4 * _AT_ONCE)
    for one in old:
        broadcast_id = one.integer("broadcast_id")
        rows = db.execute(_ALERTS + " AND b.id = :id", {"id": broadcast_id})
        told = _by_municipality(_cells(db, broadcast_id)[0], places).get(one.text("municipality"))
        values: dict[str, object] = {"id": one.integer("id"), "at": one.text("counted_at")}
        if not rows or told is None:
            db.execute("UPDATE cases SET facts_at = :at WHERE id = :id", values)
            continue
        values["facts"] = json.dumps(facts.to_json(_facts(rows[0], told)), ensure_ascii=False)
        db.execute("UPDATE cases SET facts = :facts, facts_at = :at WHERE id = :id", values)
    return len(old)


def _old_counts(db: Connection, now: datetime, limit: int) -> list[Row]:
    return db.execute(_OLD_COUNTS, {"since": times.to_text(now - _STILL_MOVING), "limit": limit})


def _cells(db: Connection, broadcast_id: int) -> tuple[Mapping[counting.Cell, int], datetime | None]:
    """The counted rows, which stay when messages are forgotten, and when they were counted."""
    rows = db.execute(
        "SELECT place, language, state, messages FROM broadcast_counts WHERE broadcast_id = :id", {"id": broadcast_id}
    )
    counted = db.execute("SELECT counted_at FROM counted_broadcasts WHERE broadcast_id = :id", {"id": broadcast_id})
    cells = {(row.text("place"), row.text("language"), row.text("state")): row.integer("messages") for row in rows}
    return cells, counted[0].time("counted_at") if counted else None


def _by_municipality(cells: Mapping[counting.Cell, int], places: PlaceTable) -> dict[str, dict[counting.Cell, int]]:
    """A ward counts to its city."""
    found: dict[str, dict[counting.Cell, int]] = {}
    for cell, number in cells.items():
        found.setdefault(places.city_of(cell[0]) or cell[0], {})[cell] = number
    return found


def _owners(db: Connection, told: Mapping[str, Mapping[counting.Cell, int]]) -> list[str]:
    """Whoever has somebody to complete the draft; else where most texts went."""
    rows = db.execute(
        "SELECT DISTINCT g.municipality FROM user_grants g JOIN users u ON u.id = g.user_id WHERE u.disabled_at IS NULL"
    )
    with_accounts = sorted({row.text("municipality") for row in rows} & told.keys())
    if with_accounts or not told:
        return with_accounts
    return [max(sorted(told), key=lambda code: sum(told[code].values()))]


def _is_there(db: Connection, broadcast_id: int, municipality: str) -> bool:
    return bool(
        db.execute(
            "SELECT 1 FROM cases WHERE broadcast_id = :id AND municipality = :municipality",
            {"id": broadcast_id, "municipality": municipality},
        )
    )


def _content(row: Row, cells: Mapping[counting.Cell, int]) -> Content:
    return Content(
        hazard=Hazard(row.text("hazard")),
        happened_on=row.time("seen_at").astimezone(JST).date(),
        places=tuple(sorted({place for place, _, _ in cells}))[: case.MOST_PLACES],
        languages=tuple(sorted({language for _, language, _ in cells})),
    )


def _facts(row: Row, cells: Mapping[counting.Cell, int]) -> Facts:
    parts: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    unreached: Counter[str] = Counter()
    for (_, language, state), number in cells.items():
        part = states.part(state)
        parts[part] += number
        languages[language] += number
        if part in _NOT_REACHED:
            unreached[language] += number
    total, (by_part, by_language) = disclosure.together(sum(languages.values()), parts, languages)
    return Facts(
        grade=_grade(row, {place for place, _, _ in cells}),
        total=total,
        by_part={part: by_part[part] for part in facts.PARTS if parts[part]},
        by_language=dict(sorted(by_language.items())),
        unreached=disclosure.table(dict(sorted(unreached.items()))),
        first_minutes=_minutes(row, "first_handover_at"),
        last_minutes=_minutes(row, "last_handover_at"),
    )


def _grade(row: Row, told: Iterable[str]) -> str:
    grades: dict[str, str] = json.loads(row.optional_text("places") or "{}")
    rule = hazards.rule(Hazard(row.text("hazard")))
    known: Sequence[str] = [grade for place in told if (grade := grades.get(place, NONE)) in rule.grades]
    return rule.highest(list(known)) if known else ""


def _minutes(row: Row, name: str) -> float | None:
    moment = row.optional_time(name)
    return None if moment is None else round((moment - row.time("seen_at")).total_seconds() / 60, 1)
