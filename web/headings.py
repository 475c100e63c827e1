"""What a broadcast of an alert told, in a word for its heading: the worst of the reader's places. Reads alone."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts import hazards
from alerts.changes import Cause
from alerts.vocabulary import NONE, Hazard
from storage.connection import Connection
from storage.lists import listed

#: of one place, as the snapshot of a broadcast holds it
_Change = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Beside its hazard."""

    #: '' where nothing is known of it
    grade: str = ""
    #: it says that what was told was wrong
    taken_back: bool = False


def read(db: Connection, broadcasts: Iterable[int], within: frozenset[str] | None) -> dict[int, Heading]:
    """Of those that are of alerts."""
    found = {}
    for broadcast, hazard, changes in _changes(db, broadcasts):
        mine = [change for place, change in changes.items() if within is None or place in within]
        found[broadcast] = _heading(hazard, mine)
    return found


def by_place(db: Connection, told: Mapping[int, Iterable[str]]) -> dict[tuple[int, str], Heading]:
    """What each broadcast of an alert told in some of its places. `told`: broadcast -> places."""
    return {
        (broadcast, place): _heading(hazard, [changes[place]])
        for broadcast, hazard, changes in _changes(db, told)
        for place in told[broadcast]
        if place in changes
    }


def _changes(db: Connection, broadcasts: Iterable[int]) -> Iterator[tuple[int, str, Mapping[str, _Change]]]:
    """Broadcast, hazard, place -> change: of those that are of alerts."""
    names, values = listed(broadcasts)
    if not names:
        return
    for row in db.execute(
        f"SELECT id, hazard, snapshot FROM broadcasts WHERE origin = 'alert' AND id IN ({names})",  # noqa: S608 -- names of parameters
        values,
    ):
        yield row.integer("id"), row.text("hazard"), json.loads(row.text("snapshot")).get("changes", {})


def _heading(hazard: str, changes: Sequence[_Change]) -> Heading:
    if not changes:
        return Heading()
    worst = hazards.rule(Hazard(hazard)).highest([change["after"] or NONE for change in changes])
    return Heading(grade=worst, taken_back=worst == NONE and all(one["cause"] == Cause.WITHDRAWN for one in changes))
