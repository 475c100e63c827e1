"""What texts would name in each place of a municipality, warning by warning, and of each site why not.

For whoever imports a list: what people will read is seen before the night it is needed.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypedDict

from alerts.places import Place, PlaceTable
from alerts.vocabulary import Hazard
from delivery import audience
from shelters import finding, importing, standing, store, word
from shelters.finding import Here, Nearest, Why
from shelters.importing import ImportResult, Task
from shelters.site import Site
from shelters.standing import Judged, Standing
from storage.connection import Connection

#: the grade that stands for a hazard: the highest at which people are told to go
SAMPLES: Final = (
    (Hazard.HEAVY_RAIN, "L4"),
    (Hazard.FLOOD, "L4"),
    (Hazard.LANDSLIDE, "L4"),
    (Hazard.STORM_SURGE, "L4"),
    (Hazard.TSUNAMI, "major_warning"),
    (Hazard.EARTHQUAKE, "6+"),
    (Hazard.VOLCANO, "V5"),
)


class NamedJson(TypedDict):
    """What texts of one warning name in one place: a site, or why none."""

    place: str
    hazard: str
    name: str | None
    why: str | None
    #: only where the municipality's word names it: kilometres to the farthest other site
    far_km: float | None


class SiteJson(TypedDict):
    """How one site stands in each warning."""

    name: str
    place: str
    texts: dict[str, str]


class ReportJson(TypedDict):
    """A report as the interface gives it."""

    places: list[NamedJson]
    sites: list[SiteJson]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByWord:
    """A site that is named only because the municipality has said that the nearest is."""

    #: to the site of the place that lies farthest, kilometres
    far_km: float
    #: more people are registered than it holds
    small: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What texts of one warning name in one place."""

    place: Place
    hazard: Hazard
    found: Site | Why
    by_word: ByWord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """One site of the list: by hazard whether texts of its place name it, and why not."""

    site: Site
    texts: dict[Hazard, Standing]

    def grouped(self) -> list[tuple[Standing, list[Hazard]]]:
        """The same by reason, where it is named first."""
        return [(one, has) for one in Standing if (has := [hazard for hazard, is_ in self.texts.items() if is_ is one])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A municipality's list, as its people will read it."""

    #: the municipality, then its wards that have sites of their own
    places: tuple[Named, ...] = ()
    sites: tuple[Stands, ...] = ()

    def to_json(self) -> ReportJson:
        """The document of `shelters import --json`."""
        return {
            "places": [
                {
                    "place": one.place.code,
                    "hazard": one.hazard.value,
                    "name": one.found.entry.name if isinstance(one.found, Site) else None,
                    "why": one.found.value if isinstance(one.found, Why) else None,
                    "far_km": round(one.by_word.far_km, 1) if one.by_word else None,
                }
                for one in self.places
            ],
            "sites": [
                {
                    "name": one.site.entry.name,
                    "place": one.site.entry.place,
                    "texts": {hazard.value: how.value for hazard, how in one.texts.items()},
                }
                for one in self.sites
            ],
        }


def report(
    db: Connection,
    table: PlaceTable,
    municipality: Place,
    now: datetime,
    *,
    listed: Sequence[Site] | None = None,
    nearest: Nearest | None = None,
    only: Collection[int] | None = None,
    summed: bool = True,
) -> Report:
    """Of the list as it is kept, or as it would be: `listed`; as if the municipality had given its word: `nearest`.

    Sites on others' lists count as they do for texts. `only`: how the sites of these ids stand, not all;
    not `summed`: nothing of places where none of these lies.
    """
    wards = table.wards_of(municipality.code)
    codes = {municipality.code, *wards, municipality.parent or municipality.code}
    own = tuple(store.on_list(db, municipality.code)) if listed is None else tuple(listed)
    others = store.in_places(db, codes, beside=municipality.code)
    keys = {site.entry.key for site in own} if others else set()
    sites = [*own, *(site for site in others if site.entry.key not in keys)]
    words = dict(word.given(db, {municipality.code, *(site.municipality for site in sites)}))
    if nearest is not None:
        words[municipality.code] = nearest
    named: list[Named] = []
    shown = [site for site in own if only is None or site.id in only]
    texts: dict[str, dict[Hazard, Standing]] = {site.entry.key: {} for site in shown}
    for place in _places(table, municipality, own if summed else shown):
        here = finding.at(place, table.wards_of(place.code), sites, now, words)
        people = audience.registered(db, [place.code])
        for hazard, grade in SAMPLES:
            judged = standing.judge(here, finding.need(hazard, grade, coastal=place.coastal), people, only)
            named.append(_named(here, hazard, judged, people))
            for site in shown:
                if site.entry.place == place.code:
                    texts[site.entry.key][hazard] = judged.standing[site.entry.key]
    return Report(places=tuple(named), sites=tuple(Stands(site=site, texts=texts[site.entry.key]) for site in shown))


def foreseen(db: Connection, task: Task, result: ImportResult, now: datetime) -> Report:
    """Of the list as it would be after an import that was only tried."""
    here = task.municipality
    listed = importing.foreseen(here, store.on_list(db, here.code), result.difference)
    return report(db, task.places, here, now, listed=listed)


def _named(here: Here, hazard: Hazard, judged: Judged, people: int) -> Named:
    found, by_word = judged.found, None
    if isinstance(found, Site) and judged.standing[found.entry.key] is Standing.NEAREST:
        by_word = ByWord(far_km=finding.farthest(found, here), small=not finding.holds(found, people))
    return Named(place=here.place, hazard=hazard, found=found, by_word=by_word)


def _places(table: PlaceTable, municipality: Place, own: Iterable[Site]) -> list[Place]:
    """The municipality first; a ward only where the list tells it from the others."""
    codes = dict.fromkeys([municipality.code, *sorted({site.entry.place for site in own})])
    return [place for code in codes if (place := table.place(code)) is not None]
