"""What a broadcast of an alert told, in a word for its heading: the worst of the reader's places. Reads alone."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from alerts import hazards
from alerts.changes import Cause
from alerts.vocabulary import NONE, Hazard
from storage.connection import Connection
from storage.lists import listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Beside its hazard."""

    #: '' where nothing is known of it
    grade: str = ""
    #: it says that what was told was wrong
    taken_back: bool = False


def read(db: Connection, broadcasts: Iterable[int], within: frozenset[str] | None) -> dict[int, Heading]:
    """Of those that are of alerts."""
    names, values = listed(broadcasts)
    if not names:
        return {}
    rows = db.execute(
        f"SELECT id, hazard, snapshot FROM broadcasts WHERE origin = 'alert' AND id IN ({names})",  # noqa: S608 -- names of parameters
        values,
    )
    return {row.integer("id"): _heading(row.text("hazard"), row.text("snapshot"), within) for row in rows}


def _heading(hazard: str, snapshot: str, within: frozenset[str] | None) -> Heading:
    changes = json.loads(snapshot).get("changes", {})
    mine = [change for place, change in changes.items() if within is None or place in within]
    if not mine:
        return Heading()
    worst = hazards.rule(Hazard(hazard)).highest([change["after"] or NONE for change in mine])
    return Heading(grade=worst, taken_back=worst == NONE and all(one["cause"] == Cause.WITHDRAWN for one in mine))
