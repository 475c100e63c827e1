"""What was told in somebody's places lately, so that it can be taken back. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from alerts import hazards
from alerts.places import PlaceTable
from alerts.vocabulary import Hazard
from delivery import broadcasts
from delivery.byhand import submissions
from delivery.byhand.submissions import State, Submission
from storage import times
from storage.connection import Connection
from web.console.visitor import Visitor

_MOST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A broadcast as the list shows it."""

    id: int
    at: datetime
    hazard: Hazard
    grade: str
    places: tuple[str, ...]


def lately(db: Connection, visitor: Visitor, places: PlaceTable, since: datetime) -> list[Told]:
    """Broadcasts of alerts that told of a danger in the visitor's places, the newest first."""
    rows = db.execute(
        "SELECT id, created_at FROM broadcasts WHERE origin = 'alert' AND state IN ('planning', 'sending', 'complete')"
        " AND created_at >= :since ORDER BY id DESC LIMIT :limit",
        {"since": times.to_text(since), "limit": 10 * _MOST},
    )
    found = (of(db, row.integer("id"), row.time("created_at"), visitor, places) for row in rows)
    return list(islice((one for one in found if one is not None), _MOST))


def of(db: Connection, identity: int, at: datetime, visitor: Visitor, places: PlaceTable) -> Told | None:
    """One of them; None where nothing of it is the visitor's, or it told that something ended."""
    one = broadcasts.load(db, identity)
    rule = hazards.rule(one.hazard)
    seen = {
        place: change.after
        for place, change in one.changes.items()
        if is_seen(visitor, place, places) and rule.is_told(change.after)
    }
    if not seen:
        return None
    return Told(id=identity, at=at, hazard=one.hazard, grade=rule.highest([*seen.values()]), places=tuple(seen))


def waiting(db: Connection, identity: int, visitor: Visitor, places: PlaceTable) -> list[Submission]:
    """What waits for a second person about a broadcast, in the visitor's places."""
    return [
        one
        for one in submissions.of_broadcast(db, identity)
        if one.state is State.WAITING and any(is_seen(visitor, area, places) for area in one.areas)
    ]


def is_seen(visitor: Visitor, area: str, places: PlaceTable) -> bool:
    """Whether an area is the visitor's to see: itself, or the city that it is a ward of."""
    city = places.city_of(area)
    return visitor.sees(area) or (city is not None and visitor.sees(city))
