"""What came of a drill, by language; and its closing, after which nobody can be found in it any more."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from campaigns.drills import store, wording
from campaigns.drills.store import Audience, Drill
from storage import times
from storage.connection import Connection
from subscribers import disclosure
from subscribers.disclosure import Told

COLUMNS = ("texts", "arrived", "failed", "asked", "yes", "no")
_ARRIVED = frozenset({"delivered"})
_FAILED = frozenset({"undelivered", "failed", "expired", "withdrawn"})
_COUNTS = """
SELECT moment, language, state, count(*) AS messages FROM drill_messages WHERE drill_id = :id
GROUP BY moment, language, state
UNION ALL SELECT moment, language, state, messages FROM drill_totals WHERE drill_id = :id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Counts as they may be told: of people, small ones as "<5"."""

    #: language -> column -> count
    by_language: Mapping[str, Mapping[str, Told]]
    #: answers of simulated phones are made up
    made_up: bool

    def to_json(self) -> dict[str, object]:
        """The document of `drill results`."""
        return {"made_up": self.made_up, "by_language": {tag: dict(row) for tag, row in self.by_language.items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownText:
    """One text word for word."""

    moment: int
    place: str
    language: str
    text: str
    segments: int


def read(db: Connection, drill: Drill) -> Results:
    """The results so far."""
    counts: defaultdict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    for row in db.execute(_COUNTS, {"id": drill.id}):
        language, number = counts[row.text("language")], row.integer("messages")
        for column in _columns(row.text("state"), asks=row.integer("moment") == len(drill.script.moments)):
            language[column] += number
    for row in db.execute("SELECT language, digit, people FROM drill_answers WHERE drill_id = :id", {"id": drill.id}):
        counts[row.text("language")]["yes" if row.text("digit") == wording.YES else "no"] += row.integer("people")
    exact = {tag: counts[tag] for tag in sorted(counts)}
    simulated = drill.audience is Audience.SIMULATED
    return Results(by_language=exact if simulated else _told(exact), made_up=simulated)


def texts(db: Connection, drill_id: int) -> list[ShownText]:
    """Every text of a drill, in its order."""
    rows = db.execute(
        "SELECT * FROM drill_texts WHERE drill_id = :id ORDER BY moment, language, place", {"id": drill_id}
    )
    return [
        ShownText(
            moment=row.integer("moment"),
            place=row.text("place"),
            language=row.text("language"),
            text=row.text("text"),
            segments=row.integer("segments"),
        )
        for row in rows
    ]


def may_close(drill: Drill, now: datetime) -> bool:
    """False while answers may still come."""
    return drill.ended_at is not None and now >= drill.ended_at + store.ANSWERS


def close(db: Connection, drill: Drill, now: datetime) -> None:
    """A day after its end only totals are left of a drill."""
    one = {"id": drill.id}
    db.execute(
        "INSERT INTO drill_totals (drill_id, moment, language, state, messages)"
        " SELECT drill_id, moment, language, state, count(*) FROM drill_messages WHERE drill_id = :id"
        " GROUP BY drill_id, moment, language, state",
        one,
    )
    db.execute("DELETE FROM drill_messages WHERE drill_id = :id", one)
    db.execute("UPDATE drills SET closed_at = :now WHERE id = :id", one | {"now": times.to_text(now)})


def _columns(state: str, *, asks: bool) -> tuple[str, ...]:
    found = ["texts"]
    if state in _ARRIVED:
        found.append("arrived")
        if asks:
            found.append("asked")
    if state in _FAILED:
        found.append("failed")
    return tuple(found)


def _told(exact: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, Told]]:
    """All counts as one table: no small one can be had from the others."""
    flat = {f"{tag} {column}": number for tag, row in exact.items() for column, number in row.items()}
    told = disclosure.table(flat)
    return {tag: {column: told[f"{tag} {column}"] for column in row} for tag, row in exact.items()}
