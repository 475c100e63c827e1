"""Who has passed the course, when, and which version of it. A pass counts for a year; wrong answers are not kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from storage import lists, times
from storage.connection import Connection

#: after which somebody takes the course again
COUNTS: timedelta = timedelta(days=365)


class Standing(StrEnum):
    """How somebody stands."""

    NEVER = "never"
    GOOD = "good"
    DUE = "due"  #: the last pass is a year old


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """Somebody answered every question right."""

    actor: str
    version: str
    at: datetime

    @property
    def until(self) -> datetime:
        """When it is due again."""
        return self.at + COUNTS


def record(db: Connection, actor: str, version: str, now: datetime) -> None:
    """One pass."""
    db.execute(
        "INSERT INTO course_passes (actor, version, passed_at) VALUES (:actor, :version, :now)",
        {"actor": actor, "version": version, "now": times.to_text(now)},
    )


def last(db: Connection, actor: str) -> Pass | None:
    """Their newest pass."""
    return latest(db, [actor]).get(actor)


def latest(db: Connection, actors: Iterable[str]) -> dict[str, Pass]:
    """The newest pass of each who has one."""
    found: dict[str, Pass] = {}
    for marks, names in lists.portions(sorted(set(actors))):
        rows = db.execute(
            f"SELECT actor, version, passed_at FROM course_passes WHERE actor IN ({marks}) ORDER BY id",  # noqa: S608 -- marks
            names,
        )
        for row in rows:
            one = Pass(actor=row.text("actor"), version=row.text("version"), at=row.time("passed_at"))
            found[one.actor] = one
    return found


def standing(one: Pass | None, now: datetime) -> Standing:
    """How somebody with this newest pass stands now."""
    if one is None:
        return Standing.NEVER
    return Standing.DUE if now >= one.until else Standing.GOOD
