"""Which evacuation site the texts of one hazard name, by place. Looked up once, and again when any site has changed.

`shelters.finding` decides; this module brings it the sites and the number of people.
"""

from datetime import datetime

from alerts.places import Place, PlaceTable
from alerts.report import Spot
from alerts.vocabulary import Hazard, Kind
from delivery import audience
from delivery.telling import Telling
from shelters import finding, latin, store
from shelters.finding import Here, Why
from shelters.site import Site
from storage.connection import Connection

#: texts that tell people to act; a withdrawal or an end sends nobody anywhere
_GOING = frozenset({Kind.NEW, Kind.RAISED})


class Sheltering:
    """The sites that texts of one hazard name, as they are now."""

    def __init__(self, places: PlaceTable, hazard: Hazard) -> None:
        """`look` first."""
        self._places = places
        self._hazard = hazard
        self._revision = -1
        self._named: dict[tuple[str, str], Spot | None] = {}

    def look(self, db: Connection) -> bool:
        """Forget what was found if any site has changed since; whether it did."""
        revision = store.revision(db)
        changed = revision != self._revision
        if changed:
            self._revision, self._named = revision, {}
        return changed

    def of(self, db: Connection, telling: Telling, now: datetime) -> Spot | None:
        """The site that this text names. Of several places none: it would be one reader's and not the other's."""
        if telling.kind not in _GOING or len(telling.places) != 1 or self._revision == 0:
            return None
        ((code, grade),) = telling.places
        if (code, grade) not in self._named:
            place = self._places.place(code)
            found = site(db, self._places, place, self._hazard, grade, now) if place else None
            self._named[code, grade] = spot(found) if isinstance(found, Site) else None
        return self._named[code, grade]


def site(db: Connection, places: PlaceTable, place: Place, hazard: Hazard, grade: str, now: datetime) -> Site | Why:
    """The site that texts to a whole place may name, or why they name none."""
    wanted = finding.need(hazard, grade, coastal=place.coastal)
    if wanted is None:
        return Why.NOT_NOW
    return finding.named(around(db, places, place, now), wanted, audience.registered(db, [place.code]))


def around(db: Connection, places: PlaceTable, place: Place, now: datetime) -> Here:
    """A place with its sites."""
    wards = places.wards_of(place.code)
    inside = {place.code, *wards, place.parent or place.code}
    return finding.at(place, wards, store.in_places(db, inside), now)


def spot(found: Site) -> Spot:
    """A site as texts name it."""
    entry = found.entry
    return Spot(ja=entry.name, latin=latin.name(entry.name, entry.kana, entry.english), kana=entry.kana)
