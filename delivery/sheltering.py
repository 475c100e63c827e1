"""Which evacuation site the texts of one hazard name, by place. Looked up once, and again when any site has changed.

`shelters.finding` decides; this module brings it the sites and the number of people. A site is a help beside a
warning: whatever is wrong with one costs the line, never the warning.
"""

import logging
from collections.abc import Iterable
from datetime import datetime

from alerts import places
from alerts.places import Place, PlaceTable
from alerts.report import Spot
from alerts.vocabulary import Hazard, Kind
from delivery import audience
from delivery.telling import Telling
from shelters import finding, latin, store, word
from shelters.finding import Here, Why
from shelters.site import Site
from storage.connection import Connection
from storage.errors import StorageError
from templates_i18n.request import Shelter

_log = logging.getLogger(__name__)
#: texts that tell people to act; an end or a lower grade sends nobody anywhere
_GOING = frozenset({Kind.NEW, Kind.RAISED})


class Sheltering:
    """The sites that texts of one hazard name, as they are now. For one transaction after the other."""

    def __init__(self, hazard: Hazard) -> None:
        """`look` before `of`."""
        self._hazard = hazard
        self._at: tuple[Connection, datetime] | None = None
        self._revision = 0
        self._named: dict[tuple[str, str], Shelter | None] = {}

    def look(self, db: Connection, now: datetime) -> bool:
        """In this transaction; whether any site has changed since the last one, so that texts have to be made anew."""
        revision = store.revision(db)
        changed, self._at, self._revision = revision != self._revision, (db, now), revision
        if changed:
            self._named = {}
        return changed

    def of(self, telling: Telling) -> Shelter | None:
        """The site that this text names. Of several places none: it would be one reader's and not the other's."""
        if telling.kind not in _GOING or len(telling.places) != 1 or self._revision == 0:
            return None
        ((code, grade),) = telling.places
        if (code, grade) not in self._named:
            self._named[code, grade] = self._find(code, grade)
        return self._named[code, grade]

    def _find(self, code: str, grade: str) -> Shelter | None:
        table = places.load()
        place = table.place(code)
        if place is None or self._at is None:
            return None
        try:
            found = site(self._at[0], table, place, self._hazard, grade, self._at[1])
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever it is, people are warned
            _log.exception("no_shelter", extra={"place": code, "error": type(error).__name__})
            return None
        return named(found) if isinstance(found, Site) else None


def site(db: Connection, table: PlaceTable, place: Place, hazard: Hazard, grade: str, now: datetime) -> Site | Why:
    """The site that texts to a whole place may name, or why they name none."""
    return sites(db, table, place, [(hazard, grade)], now)[0]


def sites(
    db: Connection, table: PlaceTable, place: Place, wanted: Iterable[tuple[Hazard, str]], now: datetime
) -> list[Site | Why]:
    """`site` for several hazards and grades; sites and people are read once, and only where a text may name one."""
    needs = [finding.need(hazard, grade, coastal=place.coastal) for hazard, grade in wanted]
    if not any(needs):
        return [Why.NOT_NOW for _ in needs]
    here, people = around(db, table, place, now), audience.registered(db, [place.code])
    return [finding.named(here, need, people) if need is not None else Why.NOT_NOW for need in needs]


def around(db: Connection, table: PlaceTable, place: Place, now: datetime) -> Here:
    """A place with its sites."""
    wards = table.wards_of(place.code)
    inside = {place.code, *wards, place.parent or place.code}
    sites = store.in_places(db, inside)
    return finding.at(place, wards, sites, now, word.given(db, {site.municipality for site in sites}))


def named(found: Site) -> Shelter:
    """A site as texts name it. No way to it: nobody's home is known."""
    entry = found.entry
    spot = Spot(ja=entry.name, latin=latin.name(entry.name, entry.kana, entry.english), kana=entry.kana)
    return Shelter(name=spot, can_stay=entry.stays)
