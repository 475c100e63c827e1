"""Rows of bulletins, and the state they are made of. Owns the SQL; decides nothing."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from alerts import codec
from alerts.places import PlaceTable
from alerts.vocabulary import NONE, Hazard, InfoType, Kind, MsgType
from delivery.bulletins.bulletin import Bulletin, Chain, Issued, Now, Reference, Standing, Word
from storage import lists, times
from storage.connection import Connection
from storage.rows import Row

#: a bulletin that has expired for longer is forgotten
LATELY = timedelta(days=7)
#: what waits for two people, or did so in vain
_HELD = "(b.decision = 'hold' AND (b.state = 'held' OR (b.state = 'withdrawn' AND b.first_handover_at IS NULL)))"

#: those of a chain that a reader may still believe when `sent` is said
_BELIEVED = "chain = :chain AND number >= :first AND (number = :first OR expires > :sent)"


def state_of(db: Connection, hazard: Hazard, places: PlaceTable, now: datetime) -> dict[Chain, Now]:
    """Everything of one hazard that is in force or was, by event and prefecture."""
    rows = db.execute(
        "SELECT f.*, b.alert_id, t.type, r.body,"  # noqa: S608 -- fixed words
        f" CASE WHEN {_HELD} THEN 1 ELSE 0 END AS held,"
        " (SELECT count(*) FROM struck s WHERE s.hazard = f.hazard AND s.event = f.event AND s.place = f.place"
        " AND s.digest = f.digest) AS struck"
        " FROM in_force f LEFT JOIN broadcasts b ON b.id = f.broadcast_id LEFT JOIN telegrams t ON t.digest = f.digest"
        " LEFT JOIN reports r ON r.digest = f.digest AND r.hazard = f.hazard AND f.grade = 'none'"
        " WHERE f.hazard = :hazard AND (f.grade <> 'none' OR f.event IN (SELECT event FROM bulletins"
        " WHERE hazard = :hazard AND state = 'standing' AND expires > :lately))",
        {"hazard": hazard, "lately": times.to_text(now - LATELY)},
    )
    words: dict[Chain, dict[str, Word]] = {}
    held: dict[Chain, set[str]] = {}
    ends: dict[Chain, dict[str, tuple[Kind, datetime]]] = {}
    for row in rows:
        place = places.place(row.text("place"))
        if place is None:
            continue
        chain = Chain(hazard=hazard, event=row.text("event"), prefecture=place.prefecture)
        known = words.setdefault(chain, {})
        ended = row.optional_time("ends_at")
        if row.flag("held"):
            held.setdefault(chain, set()).add(place.code)
        elif row.text("grade") != NONE and not (ended is not None and ended <= now):
            known[place.code] = _word(row)
        else:
            ends.setdefault(chain, {})[place.code] = (_end(row), row.time("since"))
    return {
        chain: Now(words=known, held=frozenset(held.get(chain, ())), ends=ends.get(chain))
        for chain, known in words.items()
    }


def _word(row: Row) -> Word:
    return Word(
        kind=Kind.NEW,
        grade=row.text("grade"),
        issued=row.time("since"),
        ends_at=row.optional_time("ends_at"),
        facts=codec.facts_from_text(row.text("facts")),
        telegram=row.optional_text("type") or "",
        alert_id=row.optional_integer("alert_id") or 0,
    )


def _end(row: Row) -> Kind:
    """Cancelled where a 取消, or two people, said that it was wrong."""
    body = row.optional_text("body")
    withdrawn = body is not None and json.loads(body).get("info_type") == InfoType.CANCEL
    return Kind.CANCELLED if withdrawn or row.integer("struck") else Kind.LIFTED


def newest(db: Connection, chains: Collection[Chain]) -> dict[Chain, Bulletin]:
    """The last bulletin of each chain that has one."""
    found: dict[Chain, Bulletin] = {}
    for marks, names in lists.portions(sorted(chain.name for chain in chains)):
        rows = db.execute(
            f"SELECT * FROM bulletins WHERE chain IN ({marks}) AND state <> 'superseded'",  # noqa: S608 -- marks
            names,
        )
        found |= {one.chain: one for one in map(_bulletin, rows)}
    return found


def since_first(db: Connection, last: Bulletin) -> list[Issued]:
    """The bulletins of its chain from the first one of what it tells of, which may still be believed.

    Without their bodies: each names all before it, so that those of a long night would be tens of megabytes.
    """
    rows = db.execute(
        f"SELECT identifier, number, sent, expires FROM bulletins WHERE {_BELIEVED} ORDER BY number",  # noqa: S608 -- fixed words
        _believed(last),
    )
    return [
        Issued(
            identifier=row.text("identifier"),
            number=row.integer("number"),
            sent=row.time("sent"),
            expires=row.time("expires"),
        )
        for row in rows
    ]


def _believed(last: Bulletin) -> dict[str, object]:
    return {"chain": last.chain.name, "first": last.first_number, "sent": times.to_text(last.sent)}


def add(db: Connection, made: Iterable[Bulletin]) -> None:
    """Keep new bulletins; the ones before them in their chains count no more. Conflict where a number is taken."""
    for one in made:
        db.execute(
            "UPDATE bulletins SET state = 'superseded' WHERE chain = :chain AND state <> 'superseded'",
            {"chain": one.chain.name},
        )
        db.execute(
            "INSERT INTO bulletins (identifier, chain, number, first_number, hazard, event, prefecture, msg_type,"
            " state, sent, expires, body) VALUES (:identifier, :chain, :number, :first_number, :hazard, :event,"
            " :prefecture, :msg_type, :state, :sent, :expires, :body)",
            {
                "identifier": one.identifier,
                "chain": one.chain.name,
                "number": one.number,
                "first_number": one.first_number,
                "hazard": one.chain.hazard,
                "event": one.chain.event,
                "prefecture": one.chain.prefecture,
                "msg_type": one.msg_type,
                "state": one.standing,
                "sent": times.to_text(one.sent),
                "expires": times.to_text(one.expires),
                "body": _body(one),
            },
        )


def current(db: Connection, now: datetime, prefecture: str = "", place: str = "") -> list[Bulletin]:
    """What a reader of Japan, a prefecture or a municipality shall know now; the newest first.

    All that is in force, and what has ended of late; of a municipality also what no longer names it, where a message
    that did is out.
    """
    rows = db.execute(
        "SELECT * FROM bulletins WHERE state <> 'superseded' AND expires > :now"
        " AND :prefecture IN ('', prefecture) AND :home IN ('', prefecture) ORDER BY sent DESC, id DESC",
        {"now": times.to_text(now), "prefecture": prefecture, "home": place[:2]},
    )
    found = [_bulletin(row) for row in rows]
    return [one for one in found if place in one.words or _named(db, one, place)] if place else found


def _named(db: Connection, last: Bulletin, place: str) -> bool:
    rows = db.execute(
        f"SELECT 1 AS one FROM bulletins WHERE {_BELIEVED} AND body LIKE :named LIMIT 1",  # noqa: S608 -- fixed words
        {**_believed(last), "named": f'%"{place}":{{%'},  # as `_body` writes a place's word
    )
    return bool(rows)


def before(db: Connection, one: Bulletin) -> Bulletin | None:
    """The one it replaces, if it goes on from another."""
    rows = db.execute(
        "SELECT * FROM bulletins WHERE chain = :chain AND number = :number AND number >= :first",
        {"chain": one.chain.name, "number": one.number - 1, "first": one.first_number},
    )
    return _bulletin(rows[0]) if rows else None


def find(db: Connection, identifier: str) -> Bulletin | None:
    """One of them, whatever has become of it."""
    rows = db.execute("SELECT * FROM bulletins WHERE identifier = :identifier", {"identifier": identifier})
    return _bulletin(rows[0]) if rows else None


def after(db: Connection, identity: int, limit: int) -> list[tuple[int, Bulletin]]:
    """The next ones in the order in which they were published, each with its row's id."""
    rows = db.execute(
        "SELECT * FROM bulletins WHERE id > :after ORDER BY id LIMIT :limit", {"after": identity, "limit": limit}
    )
    return [(row.integer("id"), _bulletin(row)) for row in rows]


def growing_old(db: Connection, before: datetime) -> set[Hazard]:
    """Hazards of which a standing bulletin expires before then."""
    rows = db.execute(
        "SELECT DISTINCT hazard FROM bulletins WHERE state = 'standing' AND expires <= :before",
        {"before": times.to_text(before)},
    )
    return {Hazard(row.text("hazard")) for row in rows}


def open_holds(db: Connection) -> tuple[int, ...]:
    """What waits for two people: when that changes, so may what can be told."""
    rows = db.execute("SELECT broadcast_id AS id FROM holds WHERE closed_at IS NULL ORDER BY broadcast_id")
    if rows:  # a part of one may be let go, as a broadcast of its own
        rows += db.execute("SELECT max(id) AS id FROM broadcasts")
    return tuple(row.integer("id") for row in rows)


def forget(db: Connection, now: datetime) -> int:
    """Bulletins that expired long ago, but for the first of what is still told; how many."""
    return db.execute_count(
        "DELETE FROM bulletins WHERE expires <= :before AND NOT EXISTS"
        " (SELECT 1 FROM bulletins later WHERE later.chain = bulletins.chain AND later.expires > :before"
        " AND later.first_number = bulletins.number)",
        {"before": times.to_text(now - LATELY)},
    )


def _body(one: Bulletin) -> str:
    words = {place: _word_to_json(word) for place, word in sorted(one.words.items())}
    references = [[each.identifier, each.sent.isoformat()] for each in one.references]
    return json.dumps({"words": words, "references": references}, ensure_ascii=False, separators=(",", ":"))


def _word_to_json(word: Word) -> dict[str, Any]:
    return {
        "kind": word.kind,
        "grade": word.grade,
        "issued": word.issued.isoformat(),
        "ends_at": word.ends_at.isoformat() if word.ends_at else None,
        "facts": codec.facts_to_json(word.facts),
        "telegram": word.telegram,
        "alert_id": word.alert_id,
    }


def _word_from_json(row: Mapping[str, Any]) -> Word:
    return Word(
        kind=Kind(row["kind"]),
        grade=row["grade"],
        issued=datetime.fromisoformat(row["issued"]),
        ends_at=datetime.fromisoformat(row["ends_at"]) if row["ends_at"] else None,
        facts=codec.facts_from_json(row["facts"]),
        telegram=row["telegram"],
        alert_id=row["alert_id"],
    )


def _bulletin(row: Row) -> Bulletin:
    body = json.loads(row.text("body"))
    return Bulletin(
        identifier=row.text("identifier"),
        chain=Chain(hazard=Hazard(row.text("hazard")), event=row.text("event"), prefecture=row.text("prefecture")),
        number=row.integer("number"),
        first_number=row.integer("first_number"),
        msg_type=MsgType(row.text("msg_type")),
        standing=Standing(row.text("state")),
        sent=row.time("sent"),
        expires=row.time("expires"),
        words={place: _word_from_json(word) for place, word in body["words"].items()},
        references=tuple(
            Reference(identifier=name, sent=datetime.fromisoformat(sent)) for name, sent in body["references"]
        ),
    )
