"""Accepted imports, written down whole before anybody of them is registered, so that none stays half done.

Owns the list of who is still to be registered. Once it is committed the import will be finished: by whoever began
it, or after a crash by whoever comes next. Without that commit nothing of the file is in the database.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from storage import audit, times
from storage.database import Connection, Database
from subscribers import register, store
from subscribers.msisdn import Msisdn
from subscribers.register import Person, Tally
from subscribers.registration import Entry

#: People per transaction: few enough that a warning never waits long for the database.
CHUNK: Final = 4 * register.BATCH
#: an import that nobody has worked on for so long was broken off
_LEFT: Final = timedelta(seconds=15)
_NOBODY: Final = Msisdn("")
_PUT = "INSERT INTO accepted_people (import_id, number, body) VALUES (:id, :number, :body)"
_OPEN = """
SELECT p.import_id, p.number FROM accepted_people p JOIN accepted_imports i ON i.id = p.import_id
WHERE p.body <> '' AND (i.municipality = :municipality OR i.touched_at < :left)
ORDER BY p.import_id, p.number
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Whose import it is, and who answers for it."""

    municipality: str
    wording: str
    actor: str
    file_digest: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One transaction's worth of an accepted import."""

    import_id: int
    number: int


def accept(db: Connection, acceptance: Acceptance, people: Iterable[Sequence[Person]], now: datetime) -> list[Part]:
    """Write a whole import down, in parts of at most CHUNK people; to be registered with `finish`."""
    made = db.execute(
        "INSERT INTO accepted_imports (municipality, actor, wording, file_digest, people, touched_at)"
        " VALUES (:municipality, :actor, :wording, :file_digest, :people, :now) RETURNING id",
        asdict(acceptance) | {"now": times.to_text(now)},
    )
    import_id = made[0].integer("id")
    bodies = list(enumerate(map(_body, people), start=1))
    db.executemany(_PUT, [{"id": import_id, "number": number, "body": body} for number, body in bodies])
    return [Part(import_id=import_id, number=number) for number, _ in bodies]


def finish(db: Connection, part: Part, now: datetime, people: Sequence[Person] | None = None) -> Tally:
    """Register the people of one part, each once however often this is called; what it did, or had done.

    `people`: the same people, for whoever still has them and need not read them back.
    """
    key = {"id": part.import_id, "number": part.number, "now": times.to_text(now)}
    rows = db.execute(
        "SELECT body, added, changed, unchanged FROM accepted_people WHERE import_id = :id AND number = :number", key
    )
    if not rows:
        return Tally()
    row = rows[0]
    if not row.text("body"):
        return Tally(added=row.integer("added"), changed=row.integer("changed"), unchanged=row.integer("unchanged"))
    acceptance = _acceptance(db, part.import_id)
    tally = _register(db, acceptance, _people(row.text("body")) if people is None else people, now)
    if (tally.added or tally.changed) and not _has_changed(db, part.import_id):
        _declare(db, acceptance, now)
    db.execute(
        "UPDATE accepted_people SET body = '', added = :added, changed = :changed, unchanged = :unchanged"
        " WHERE import_id = :id AND number = :number",
        key | asdict(tally),
    )
    db.execute("UPDATE accepted_imports SET touched_at = :now WHERE id = :id", key)
    return tally


def forget(db: Connection, import_id: int) -> None:
    """All its people are registered: nothing is left to remember."""
    db.execute("DELETE FROM accepted_people WHERE import_id = :id", {"id": import_id})
    db.execute("DELETE FROM accepted_imports WHERE id = :id", {"id": import_id})


def left(db: Connection, municipality: str, now: datetime) -> list[Part]:
    """What is still to be registered of broken-off imports, and of all of this municipality ('' for none)."""
    rows = db.execute(_OPEN, {"municipality": municipality, "left": times.to_text(now - _LEFT)})
    return [Part(import_id=row.integer("import_id"), number=row.integer("number")) for row in rows]


def finish_left(db: Database, municipality: str, clock: Callable[[], datetime]) -> int:
    """Finish what others have left, in small transactions; how many parts there were. Blocks."""
    parts = db.read_sync(left, municipality, clock())
    for part in parts:
        db.write_sync(finish, part, clock())
    if db.read_sync(_done, clock()):
        db.write_sync(_forget_done, clock())
    return len(parts)


def _done(db: Connection, now: datetime) -> list[int]:
    """Imports without anything left to do that nobody works on."""
    rows = db.execute(
        "SELECT id FROM accepted_imports i WHERE touched_at < :left AND NOT EXISTS"
        " (SELECT 1 FROM accepted_people p WHERE p.import_id = i.id AND p.body <> '')",
        {"left": times.to_text(now - _LEFT)},
    )
    return [row.integer("id") for row in rows]


def _forget_done(db: Connection, now: datetime) -> None:
    for import_id in _done(db, now):
        forget(db, import_id)


def _acceptance(db: Connection, import_id: int) -> Acceptance:
    row = db.execute("SELECT * FROM accepted_imports WHERE id = :id", {"id": import_id})[0]
    return Acceptance(
        municipality=row.text("municipality"),
        wording=row.text("wording"),
        actor=row.text("actor"),
        file_digest=row.text("file_digest"),
        people=row.integer("people"),
    )


def _register(db: Connection, acceptance: Acceptance, people: Sequence[Person], now: datetime) -> Tally:
    tally, here = Tally(), acceptance.municipality
    for start in range(0, len(people), register.BATCH):
        tally += register.register(db, here, people[start : start + register.BATCH], now)
    if not (tally.added or tally.changed):
        return tally
    audit.append(
        db,
        now=now,
        actor=acceptance.actor,
        action="residents imported",
        subject=f"file:{acceptance.file_digest[:16]}",
        municipality=here,
        details={"added": tally.added, "changed": tally.changed},
    )
    return tally


def _has_changed(db: Connection, import_id: int) -> bool:
    sql = "SELECT 1 AS one FROM accepted_people WHERE import_id = :id AND added + changed > 0 LIMIT 1"
    return bool(db.execute(sql, {"id": import_id}))


def _declare(db: Connection, acceptance: Acceptance, now: datetime) -> None:
    """With the first change: nobody is registered without a declaration, and there is none for a file without news."""
    store.declare(
        db,
        municipality=acceptance.municipality,
        now=now,
        wording=acceptance.wording,
        file_digest=acceptance.file_digest,
        people=acceptance.people,
    )


# what is kept of a person: hash, sealed number, and which of the part's registrations is theirs


def _body(people: Sequence[Person]) -> str:
    said: dict[tuple[object, ...], int] = {}
    rows = [(one.number_hash, one.number_sealed.hex(), said.setdefault(_said(one.entry), len(said))) for one in people]
    return json.dumps({"said": list(said), "people": rows}, ensure_ascii=False, separators=(",", ":"))


def _said(entry: Entry) -> tuple[object, ...]:
    further, groups = entry.further, entry.groups
    return (entry.language, entry.home, further, groups, entry.lessons, entry.min_level, entry.supported_group)


def _people(body: str) -> list[Person]:
    found = json.loads(body)
    entries = [_entry(*said) for said in found["said"]]
    return [
        Person(number_hash=number_hash, number_sealed=bytes.fromhex(sealed), entry=entries[which])
        for number_hash, sealed, which in found["people"]
    ]


def _entry(
    language: str,
    home: str,
    further: Sequence[str] | None,
    groups: Sequence[str] | None,
    lessons: bool | None,
    min_level: str | None,
    supported_group: str,
) -> Entry:
    return Entry(
        number=_NOBODY,
        language=language,
        home=home,
        further=None if further is None else tuple(further),
        groups=None if groups is None else tuple(groups),
        lessons=lessons,
        min_level=min_level,
        supported_group=supported_group,
    )
