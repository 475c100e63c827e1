"""Rows of cases. Owns who sees what, that every change by people is logged, and that nobody writes over another."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from alerts.vocabulary import Hazard
from cases import facts, searching
from cases.case import Case, Content, LifeStage, Section, State
from cases.facts import Facts
from cases.searching import Labels
from cases.sharing import Shared
from storage import audit, times
from storage.connection import Connection
from storage.lists import listed
from storage.rows import Row

PAGE: Final = 25
_INSERT: Final = """
INSERT INTO cases (case_key, shared_key, municipality, keeper, imported, state, version, hazard, happened_on, places,
    languages, stages, texts, facts, facts_at, search, search_title, broadcast_id, created_at, updated_at, published_at)
VALUES (:key, :shared_key, :municipality, :keeper, :imported, :state, 1, :hazard, :happened_on, :places,
    :languages, :stages, :texts, :facts, :facts_at, :search, :search_title, :broadcast, :now, :now, :published_at)
RETURNING id
"""
_CHANGE: Final = """
UPDATE cases SET version = version + 1, hazard = :hazard, happened_on = :happened_on, places = :places,
    languages = :languages, stages = :stages, texts = :texts, search = :search, search_title = :search_title,
    updated_at = :now WHERE id = :id
"""


class Outcome(StrEnum):
    """What became of a change."""

    DONE = "done"
    GONE = "gone"  #: there is no such case, or it is not theirs
    OVERTAKEN = "overtaken"  #: somebody else changed it meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for; empty values for anything."""

    words: str = ""
    hazard: str = ""
    stage: str = ""
    state: str = ""
    #: whose cases
    municipality: str = ""
    #: how many of the first are left out
    skip: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Somebody changes one case."""

    id: int
    #: as they saw it; None where whatever stands there is meant
    version: int | None
    actor: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a file led to."""

    added: int
    changed: int
    same: int
    #: cases of our own, or of others than the file says: left as they are
    kept: int


def find(db: Connection, search: Search, keepers: Sequence[str] | None) -> list[Case]:
    """Cases that fit: everybody's published ones, and what these keep of their own; None sees all.

    Those whose title fits come first, then the newest. Without a word to look for, a search for words finds nothing.
    """
    patterns = searching.patterns(search.words)
    if search.words.strip() and not patterns:
        return []
    conditions, values = _conditions(search, keepers)
    in_title = []
    for number, pattern in enumerate(patterns):
        values[f"like{number}"] = pattern
        conditions.append(f"c.search LIKE :like{number}")
        in_title.append(f"c.search_title LIKE :like{number}")
    first = f"CASE WHEN {' AND '.join(in_title)} THEN 0 ELSE 1 END, " if in_title else ""
    limit = "" if search.limit is None else " LIMIT :limit OFFSET :skip"
    rows = db.execute(
        f"SELECT c.* FROM cases c WHERE {' AND '.join(conditions)}"  # noqa: S608 -- our own words only
        f" ORDER BY {first}c.happened_on DESC, c.id DESC{limit}",
        values if search.limit is None else values | {"limit": search.limit, "skip": search.skip},
    )
    return [_case(row) for row in rows]


def load(db: Connection, case_id: int, keepers: Sequence[str] | None) -> Case | None:
    """One case, if whoever keeps for these may see it."""
    condition, values = _visible(keepers)
    rows = db.execute(
        f"SELECT c.* FROM cases c WHERE c.id = :id AND c.state <> 'discarded' AND {condition}",  # noqa: S608
        values | {"id": case_id},
    )
    return _case(rows[0]) if rows else None


def counts(db: Connection) -> dict[tuple[str, str], int]:
    """Published cases by hazard and life stage, ('flood', '') for all of a hazard."""
    found: dict[tuple[str, str], int] = {}
    for row in db.execute(
        "SELECT hazard, stages, count(*) AS n FROM cases WHERE state = 'published' GROUP BY hazard, stages"
    ):
        for stage in ("", *_split(row.text("stages"))):
            place = (row.text("hazard"), stage)
            found[place] = found.get(place, 0) + row.integer("n")
    return found


def add(db: Connection, municipality: str, content: Content, labels: Labels, *, actor: str, now: datetime) -> int:
    """A new draft that somebody begins; its id."""
    made = insert(db, municipality=municipality, content=content, labels=labels, now=now)
    _log(db, "case begun", made, municipality, actor, now)
    return made


def insert(
    db: Connection,
    *,
    municipality: str,
    content: Content,
    labels: Labels,
    now: datetime,
    found: Facts | None = None,
    counted_at: datetime | None = None,
    broadcast_id: int | None = None,
) -> int:
    """The row of a new draft."""
    rows = db.execute(
        _INSERT,
        {
            "key": secrets.token_hex(16),
            "shared_key": None,
            "municipality": municipality,
            "keeper": municipality,
            "imported": 0,
            "state": State.DRAFT.value,
            "facts": _facts(found),
            "facts_at": times.to_text(counted_at) if counted_at else None,
            "broadcast": broadcast_id,
            "now": times.to_text(now),
            "published_at": None,
            **_columns(content, labels),
        },
    )
    return rows[0].integer("id")


def save(db: Connection, change: Change, content: Content, labels: Labels) -> Outcome:
    """Write down what a case says now; it stays where it is, draft or published."""
    held = _held(db, change)
    if isinstance(held, Outcome):
        return held
    if held.imported:
        return Outcome.GONE
    db.execute(_CHANGE, {"id": held.id, "now": times.to_text(change.now), **_columns(content, labels)})
    _log(db, "case changed", held.id, held.keeper, change.actor, change.now)
    return Outcome.DONE


def move(db: Connection, change: Change, state: State) -> Outcome:
    """Publish a case, take it back, or throw it away."""
    held = _held(db, change)
    if isinstance(held, Outcome):
        return held
    db.execute(
        "UPDATE cases SET version = version + 1, state = :state, updated_at = :now,"
        " published_at = CASE WHEN :state = 'published' THEN coalesce(published_at, :now) ELSE published_at END"
        " WHERE id = :id",
        {"id": held.id, "state": state.value, "now": times.to_text(change.now)},
    )
    action = {State.PUBLISHED: "published", State.DRAFT: "taken back", State.DISCARDED: "thrown away"}[state]
    _log(db, f"case {action}", held.id, held.keeper, change.actor, change.now)
    return Outcome.DONE


def take(
    db: Connection, shared: Sequence[Shared], labels: Labels, *, keeper: str, actor: str, now: datetime
) -> Imported:
    """The cases of a file, seen by their keeper alone until it shares them; '' keeps for all.

    What is here already is brought up to date: the keeper's own copy. What another municipality keeps stays as it is.
    """
    added = changed = same = kept = 0
    for one in shared:
        held = _copy(db, one, keeper)
        if held is None:
            _take_new(db, one, labels, keeper, now)
            added += 1
        elif not held.flag("imported") or held.text("municipality") != one.municipality:
            kept += 1
        elif _is_same(held, one):
            same += 1
        else:
            _take_again(db, held, one, labels, now)
            changed += 1
    done = Imported(added=added, changed=changed, same=same, kept=kept)
    if added or changed:
        details: dict[str, object] = {"added": added, "changed": changed}
        audit.append(
            db, now=now, actor=actor, action="cases imported", subject="cases", municipality=keeper, details=details
        )
    return done


def _copy(db: Connection, one: Shared, keeper: str) -> Row | None:
    """What is here of a case: where it comes from, the keeper's own copy, or the same as another one shares."""
    rows = db.execute(
        "SELECT * FROM cases WHERE (case_key = :key OR shared_key = :key)"
        " AND (imported = 0 OR keeper = :keeper OR state = 'published')"
        " ORDER BY imported, CASE WHEN keeper = :keeper THEN 0 ELSE 1 END, id",
        {"key": one.key, "keeper": keeper},
    )
    mine = next((row for row in rows if not row.flag("imported") or row.text("keeper") == keeper), None)
    return mine or next((row for row in rows if _is_same(row, one)), None)


def _take_new(db: Connection, one: Shared, labels: Labels, keeper: str, now: datetime) -> None:
    first = not db.execute("SELECT 1 AS one FROM cases WHERE case_key = :key", {"key": one.key})
    state = State.DRAFT if keeper else State.PUBLISHED
    db.execute(
        _INSERT,
        {
            "key": one.key if first else secrets.token_hex(16),
            "shared_key": None if first else one.key,
            "municipality": one.municipality,
            "keeper": keeper,
            "imported": 1,
            "state": state.value,
            "facts": _facts(one.facts),
            "facts_at": None,
            "broadcast": None,
            "now": times.to_text(now),
            "published_at": None if keeper else times.to_text(now),
            **_columns(one.content, labels),
        },
    )


def _take_again(db: Connection, held: Row, one: Shared, labels: Labels, now: datetime) -> None:
    back = State.DRAFT if held.text("keeper") else State.PUBLISHED
    db.execute(_CHANGE, {"id": held.integer("id"), "now": times.to_text(now), **_columns(one.content, labels)})
    db.execute(
        "UPDATE cases SET facts = :facts, state = CASE WHEN state = 'discarded' THEN :back ELSE state END"
        " WHERE id = :id",
        {"id": held.integer("id"), "facts": _facts(one.facts), "back": back.value},
    )


def _is_same(row: Row, one: Shared) -> bool:
    held = _case(row)
    return held.state is not State.DISCARDED and (held.content, held.facts) == (_filled(one.content), one.facts)


def _filled(content: Content) -> Content:
    """As it comes back from a row: sections without words are not there."""
    return Content(
        hazard=content.hazard,
        happened_on=content.happened_on,
        places=content.places,
        languages=content.languages,
        stages=tuple(stage for stage in LifeStage if stage in content.stages),
        texts={section: text for section in Section if (text := content.text(section))},
    )


def _held(db: Connection, change: Change) -> Case | Outcome:
    # The row is locked until the transaction ends: of two who change it at once one is told.
    rows = db.execute(
        "UPDATE cases SET state = state WHERE id = :id AND state <> 'discarded' RETURNING *", {"id": change.id}
    )
    if not rows:
        return Outcome.GONE
    held = _case(rows[0])
    return Outcome.OVERTAKEN if change.version not in (None, held.version) else held


def _conditions(search: Search, keepers: Sequence[str] | None) -> tuple[list[str], dict[str, object]]:
    condition, values = _visible(keepers)
    conditions = [condition, "c.state = :state" if search.state else "c.state <> 'discarded'"]
    if search.state:
        values["state"] = search.state
    for name in ("hazard", "municipality"):
        if chosen := getattr(search, name):
            conditions.append(f"c.{name} = :{name}")
            values[name] = chosen
    if search.stage:
        conditions.append("c.stages LIKE :stage")
        values["stage"] = f"%,{LifeStage(search.stage)},%"
    return conditions, values


def _visible(keepers: Sequence[str] | None) -> tuple[str, dict[str, object]]:
    if keepers is None:
        return "1 = 1", {}
    names, values = listed(keepers, "k")
    return (f"(c.state = 'published' OR c.keeper IN ({names}))" if names else "c.state = 'published'"), values


def _log(db: Connection, action: str, case_id: int, municipality: str, actor: str, now: datetime) -> None:
    audit.append(db, now=now, actor=actor, action=action, subject=f"case:{case_id}", municipality=municipality)


def _columns(content: Content, labels: Labels) -> Mapping[str, object]:
    stages = [stage.value for stage in LifeStage if stage in content.stages]
    texts = {section.value: text for section in Section if (text := content.text(section))}
    return {
        "hazard": content.hazard.value,
        "happened_on": content.happened_on.isoformat(),
        "places": ",".join(content.places),
        "languages": ",".join(content.languages),
        "stages": f",{','.join(stages)}," if stages else "",
        "texts": json.dumps(texts, ensure_ascii=False),
        "search": searching.whole(content, labels),
        "search_title": searching.index(content.text(Section.TITLE)),
    }


def _facts(found: Facts | None) -> str | None:
    return None if found is None else json.dumps(facts.to_json(found), ensure_ascii=False)


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def _case(row: Row) -> Case:
    kept = row.optional_text("facts")
    found = facts.from_json(json.loads(kept)) if kept else None
    return Case(
        id=row.integer("id"),
        key=row.optional_text("shared_key") or row.text("case_key"),
        municipality=row.text("municipality"),
        keeper=row.text("keeper"),
        imported=row.flag("imported"),
        state=State(row.text("state")),
        version=row.integer("version"),
        content=Content(
            hazard=Hazard(row.text("hazard")),
            happened_on=date.fromisoformat(row.text("happened_on")),
            places=_split(row.text("places")),
            languages=_split(row.text("languages")),
            stages=tuple(LifeStage(stage) for stage in _split(row.text("stages"))),
            texts={Section(name): text for name, text in json.loads(row.text("texts")).items()},
        ),
        facts=found if isinstance(found, Facts) else None,
        broadcast_id=row.optional_integer("broadcast_id"),
        created_at=row.time("created_at"),
        updated_at=row.time("updated_at"),
    )
