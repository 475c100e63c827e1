"""Which evacuation sites fit a warning in a place, and which one a text may name. Pure.

A text goes to everybody of a municipality alike, for no address is stored. So it names a site only where that can
send nobody into danger or into a crowd: one the municipality has chosen, or one that is near for all and holds all.
Where the municipality has said that the nearest is to be named by itself (`Nearest`), it answers for the rest.
"""

import functools
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from importlib import resources
from types import MappingProxyType
from typing import Final

from alerts import distance
from alerts.places import Place
from alerts.vocabulary import Hazard
from shelters.site import Danger, Site, State

#: nobody who lives among a place's sites has farther than this to the one that is named
NEAR_KM: Final = 3.0
#: the same where a wave may come in minutes; 500 m is the most that the manual of 消防庁 lets a municipality plan on
#: foot (津波避難対策推進マニュアル検討会報告書, 2013)
WALK_KM: Final = 0.5
#: people a site is taken to hold where the list does not say
UNKNOWN_CAPACITY: Final = 300
#: a mark "open" is about one event; after this it says no more than the list
OPEN_FOR: Final = timedelta(hours=72)
#: kilometres by which sums of distances may differ
_ROUNDED: Final = 0.001
_NONE: Final[Mapping[str, "Nearest"]] = MappingProxyType({})


class Texts(StrEnum):
    """Whether texts of a grade may name a site."""

    NEAR = "near"
    WALK = "walk"
    CHOSEN = "chosen"
    NEVER = "never"


class Why(StrEnum):
    """Why a text names no site."""

    NOT_NOW = "not_now"  #: nobody is to go out
    NO_SITE = "no_site"  #: none is designated for this, or all are full or closed
    NOT_CHOSEN = "not_chosen"  #: it needs the municipality's choice
    SPREAD = "spread"  #: some people live too far from it
    TOO_FAR_ON_FOOT = "too_far_on_foot"  #: the same, where a wave may come first
    CROWD = "crowd"  #: more people are registered than it holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What is looked for in one warning."""

    #: each of these that the municipality designates any site for; empty: any site
    dangers: tuple[Danger, ...]
    texts: Texts
    #: these in any case
    always: frozenset[Danger] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """A municipality's word: texts name the nearest of its sites by themselves, also to those who live far from it."""

    #: how far its tsunami plan lets everybody walk before a wave (避難可能距離)
    walk_km: float = WALK_KM


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """A place and what is known of it."""

    place: Place
    #: every site of the place that is on the list
    sites: tuple[Site, ...]
    now: datetime
    #: the municipalities that have given their word, for the sites of their own lists
    nearest: Mapping[str, Nearest] = field(default_factory=lambda: _NONE)
    #: the outermost of them, degrees: some list has two thousand
    outer: tuple[tuple[float, float], ...] = field(init=False)
    #: kilometres; some of them lie at least so far apart
    across: float = field(init=False)
    #: some site has no coordinates
    unknown: bool = field(init=False)
    #: the sites as they stand now: usable ones first, those known to be open before them, each by distance
    ranked: tuple[Site, ...] = field(init=False)
    #: what the place has any site for
    dangers: frozenset[Danger] = field(init=False)

    def __post_init__(self) -> None:
        """Measure once how far the sites lie apart, and put them in order: every kind of warning asks for both."""
        points = [_point(site) for site in self.sites]
        outer, across = _extent(tuple(point for point in points if point is not None))
        standing = [_as_now(site, self.now) for site in self.sites]
        standing.sort(key=lambda site: (_RANK[site.state], _away(self.place, site), site.entry.name, site.id))
        designated = frozenset[Danger]().union(*{site.entry.dangers for site in self.sites})
        object.__setattr__(self, "outer", outer)
        object.__setattr__(self, "across", across)
        object.__setattr__(self, "unknown", None in points)
        object.__setattr__(self, "ranked", tuple(standing))
        object.__setattr__(self, "dangers", designated)


def need(hazard: Hazard, grade: str, *, coastal: bool = False) -> Need | None:
    """What a site must be safe from; None where no site is shown. `coastal`: the sea may follow an earthquake."""
    found = _needs().get(hazard)
    texts = found[1].get(grade) if found else None
    if found is None or texts is None:
        return None
    if not (coastal and hazard is Hazard.EARTHQUAKE):
        return Need(dangers=found[0], texts=texts)
    on_foot = Texts.WALK if texts is Texts.NEAR else texts
    return Need(dangers=found[0], texts=on_foot, always=frozenset({Danger.TSUNAMI}))


def fitting(here: Here, wanted: Need) -> tuple[Site, ...]:
    """The sites designated for it, usable ones first, those known to be open before them, each by distance."""
    asked = _asked(here, wanted)
    return () if asked is None else tuple(site for site in here.ranked if asked <= site.entry.dangers)


def named(here: Here, wanted: Need, people: int) -> Site | Why:
    """The site that a text to all `people` of the place may name, or why it names none."""
    return of_fitting(fitting(here, wanted), here, wanted, people)


def of_fitting(fit: Sequence[Site], here: Here, wanted: Need, people: int) -> Site | Why:
    """The same, where it is known which sites fit."""
    if wanted.texts is Texts.NEVER:
        return Why.NOT_NOW
    usable = asking(fit)
    if not usable:
        return Why.NO_SITE
    if chosen := [site for site in usable if site.chosen]:
        return chosen[0]
    if wanted.texts is Texts.CHOSEN:
        return Why.NOT_CHOSEN
    return _unchosen(usable, here, wanted, people)


def _unchosen(usable: Sequence[Site], here: Here, wanted: Need, people: int) -> Site | Why:
    # The first that will do: measuring costs more than anything else here, and some list has two thousand.
    maybe = () if _spread(here, wanted) else usable
    safe = (site for site in maybe if holds(site, people) and is_near(site, here, wanted))
    given = usable if here.nearest else ()
    if found := next(safe, None) or next((site for site in given if by_word(site, here, wanted)), None):
        return found
    if any(is_near(site, here, wanted) for site in maybe):
        return Why.CROWD
    return Why.TOO_FAR_ON_FOOT if wanted.texts is Texts.WALK else Why.SPREAD


def asking(fit: Sequence[Site]) -> list[Site]:
    """Of those that fit, in the order of `fitting`, the ones that texts may name: once some are known to be open, no
    other.
    """
    best = fit[0].state if fit else State.CLOSED
    return [site for site in fit if site.state is best] if best.usable else []


def by_word(site: Site, here: Here, wanted: Need) -> bool:
    """Whether the municipality's word lets texts name it although some live far from it, or more than it holds.

    Never before a wave: there the word only says how far is near.
    """
    return wanted.texts is Texts.NEAR and site.municipality in here.nearest and _point(site) is not None


def farthest(site: Site, here: Here) -> float:
    """Kilometres from it to the site of the place that lies farthest; 0 where nobody knows where it lies."""
    point = _point(site)
    return max((distance.kilometres(point, there) for there in here.outer), default=0.0) if point else 0.0


def holds(site: Site, people: int) -> bool:
    """Whether all of them find room."""
    return people <= (site.entry.capacity or UNKNOWN_CAPACITY)


def is_near(site: Site, here: Here, wanted: Need) -> bool:
    """Sites of any kind stand where people live: none of them may be far from this one.

    Where a wave may come first, neither may the municipal office, nor may anything be unknown.
    """
    point = _point(site)
    if point is None or _spread(here, wanted):
        return False
    if wanted.texts is not Texts.WALK:
        return all(distance.kilometres(point, there) <= NEAR_KM for there in here.outer)
    office = (here.place.lat, here.place.lng)
    walk = here.nearest.get(site.municipality, Nearest()).walk_km
    return not here.unknown and all(distance.kilometres(point, there) <= walk for there in (*here.outer, office))


def _spread(here: Here, wanted: Need) -> bool:
    """Whether the sites lie so far apart that none can be near: nothing is near to two twice as far from each other."""
    most = NEAR_KM
    if wanted.texts is Texts.WALK:
        most = max(word.walk_km for word in (Nearest(), *here.nearest.values()))
    return here.across > 2 * most + _ROUNDED


def at(
    place: Place, wards: Iterable[str], sites: Iterable[Site], now: datetime, nearest: Mapping[str, Nearest] = _NONE
) -> Here:
    """The place with those of some sites that lie in it: of a city all its wards', of a ward also those that the
    city's list has in no ward.
    """
    inside = {place.code, *wards, place.parent or place.code}
    here = tuple(site for site in sites if site.entry.place in inside)
    return Here(place=place, sites=here, now=now, nearest=nearest)


def _asked(here: Here, wanted: Need) -> frozenset[Danger] | None:
    """What a site must be designated for; None where the municipality designates sites for nothing of it."""
    asked = here.dangers.intersection(wanted.dangers)
    return asked | wanted.always if asked or not wanted.dangers else None


@functools.lru_cache(maxsize=64)  # sites are marked far more often than they move; a city has two dozen wards
def _extent(points: tuple[tuple[float, float], ...]) -> tuple[tuple[tuple[float, float], ...], float]:
    """The outermost points, and kilometres between two of them that lie far apart, if not the farthest."""
    outer = distance.outermost(points)
    far = max(outer, key=lambda there: distance.kilometres(outer[0], there), default=None)
    return outer, max((distance.kilometres(far, there) for there in outer), default=0.0) if far else 0.0


def _as_now(site: Site, now: datetime) -> Site:
    stale = site.state is State.OPEN and (site.state_at is None or now - site.state_at > OPEN_FOR)
    return replace(site, state=State.LISTED) if stale else site


def _away(place: Place, site: Site) -> float:
    """Kilometres from the municipal office; what has no coordinates stands last."""
    point = _point(site)
    return float("inf") if point is None else _measured((place.lat, place.lng), point)


@functools.lru_cache(maxsize=16384)  # of each site to its city's office and its ward's
def _measured(office: tuple[float, float], point: tuple[float, float]) -> float:
    return distance.kilometres(office, point)


def _point(site: Site) -> tuple[float, float] | None:
    entry = site.entry
    return None if entry.latitude is None or entry.longitude is None else (entry.latitude, entry.longitude)


_RANK: Final = {State.OPEN: 0, State.LISTED: 1, State.FULL: 2, State.CLOSED: 3}


@functools.cache
def _needs() -> Mapping[Hazard, tuple[tuple[Danger, ...], Mapping[str, Texts]]]:
    text = resources.files("shelters").joinpath("data/needs.toml").read_text(encoding="utf-8")
    return {
        Hazard(name): (
            tuple(Danger(danger) for danger in row["dangers"]),
            {grade: Texts(word) for grade, word in row["texts"].items()},
        )
        for name, row in tomllib.loads(text).items()
    }
