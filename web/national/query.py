"""Reads the state of Japan: plain values as they lie in the rows, for tens of thousands of them. Writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from alerts import store
from alerts.vocabulary import NONE
from storage import lists, times
from storage.connection import Connection
from web.national.asked import Asked


class Held(NamedTuple):
    """One hazard in force in one place; times as they are stored."""

    hazard: str
    event: str
    place: str
    grade: str
    since: str
    ends_at: str | None
    digest: str
    #: JSON
    facts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The telegram since which a grade is in force; `sent` as it is stored."""

    type: str
    sent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Japan:
    """What is in force, of one moment."""

    held: Sequence[Held]
    sources: Mapping[str, Source]

    def until(self) -> str | None:
        """When the first of it ends by itself, as stored."""
        return min((held.ends_at for held in self.held if held.ends_at is not None), default=None)


def read(db: Connection, asked: Asked, now: datetime) -> Japan:
    """What is in force now, by hazard, event and place."""
    where, values = _filters(asked)
    rows = db.execute(
        f"SELECT {', '.join(Held._fields)} FROM in_force"  # noqa: S608 -- names and marks only
        f" WHERE grade <> :none AND (ends_at IS NULL OR ends_at > :now){where} ORDER BY hazard, event, place",
        {"none": NONE, "now": times.to_text(now), **values},
    )
    held = [Held(*row.columns(*Held._fields)) for row in rows]
    return Japan(held=held, sources=_sources(db, {one.digest for one in held}))


def changed(db: Connection, kept: Mapping[str, tuple[int, str | None]], now: datetime) -> dict[str, tuple[int, Japan]]:
    """Hazard -> (version, what is in force), of those that are not as `kept`: hazard -> (version, first end)."""
    text = times.to_text(now)
    found: dict[str, tuple[int, Japan]] = {}
    for hazard, version in store.versions(db).items():
        known, until = kept.get(hazard, (-1, None))
        if known != version or (until is not None and until <= text):
            found[hazard] = (version, read(db, Asked(hazards=(hazard,)), now))
    return found


def _sources(db: Connection, digests: Iterable[str]) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for marks, names in lists.portions(sorted(digests)):
        rows = db.execute(
            "SELECT t.digest, t.type, min(r.sent) AS sent FROM telegrams t JOIN reports r ON r.digest = t.digest"  # noqa: S608
            f" WHERE t.digest IN ({marks}) GROUP BY t.digest, t.type",
            names,
        )
        found |= {row.text("digest"): Source(type=row.text("type"), sent=row.text("sent")) for row in rows}
    return found


def _filters(asked: Asked) -> tuple[str, dict[str, object]]:
    where = ""
    values: dict[str, object] = {}
    columns = {"hazard": asked.hazards, "place": asked.places, "substr(place, 1, 2)": asked.prefectures}
    for number, (column, wanted) in enumerate(columns.items()):
        if wanted:
            marks, names = lists.listed(wanted, f"f{number}_")
            where += f" AND {column} IN ({marks})"
            values |= names
    return where, values
