"""Which lessons fit a place and people. Pure.

Of a place its tags follow from the tables where they can: the sea from its tsunami areas, a river from the flood
forecasts, a volcano that is watched all the time within thirty kilometres of its office, snow from the law on
regions of heavy snow, of the prefectures that lie in them whole. A slope nobody can tell from a table.
"""

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from alerts import distance, places
from alerts.places import PlaceTable
from alerts.places.rivers import RiverTable, load_rivers
from alerts.places.volcanoes import VolcanoTable, load_volcanoes
from alerts.vocabulary import Hazard
from campaigns.lessons.facts import Lesson, Phase
from subscribers.tags import Tag

#: kilometres
_NEAR_VOLCANO: Final = 30.0
#: Hokkaido, Aomori, Iwate, Akita, Yamagata, Niigata, Toyama, Ishikawa, Fukui, Tottori: regions of heavy snow as a whole
#: (豪雪地帯対策特別措置法)
_SNOW: Final = frozenset({"01", "02", "03", "05", "06", "15", "16", "17", "18", "31"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What lessons are looked for."""

    #: of the place and the person together
    tags: frozenset[Tag]
    #: 1 to 12
    month: int
    phase: Phase = Phase.BEFORE
    #: only lessons about one of these; about anything if empty
    hazards: frozenset[Hazard] = frozenset()


def choose(lessons: Mapping[str, Lesson], wanted: Wanted) -> tuple[str, ...]:
    """The lessons that fit, the best first: for people like these, then in season."""
    fitting = [lesson for lesson in lessons.values() if _fits(lesson, wanted)]
    order = {key: number for number, key in enumerate(lessons)}

    def rank(lesson: Lesson) -> tuple[bool, bool, int]:
        suits, timely = bool(lesson.suits & wanted.tags), wanted.month in lesson.months
        return not suits, not timely, order[lesson.id]

    return tuple(lesson.id for lesson in sorted(fitting, key=rank))


def next_one(lessons: Mapping[str, Lesson], wanted: Wanted, told: Collection[str]) -> str | None:
    """The best lesson that fits and was not told yet; None where there is none left."""
    return next((lesson for lesson in choose(lessons, wanted) if lesson not in told), None)


def _fits(lesson: Lesson, wanted: Wanted) -> bool:
    """Out of season it is not told; nor to those who are not near what it is about."""
    return (
        lesson.phase in (wanted.phase, Phase.ANY)
        and (not lesson.needs or bool(lesson.needs & wanted.tags))
        and (not wanted.hazards or bool(lesson.hazards & wanted.hazards))
        and (bool(wanted.hazards) or not lesson.months or wanted.month in lesson.months)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the tables know of what lies around places."""

    places: PlaceTable
    #: codes of places along a river of the flood forecasts
    along_rivers: frozenset[str]
    volcanoes: tuple[tuple[float, float], ...]

    def of_place(self, code: str) -> frozenset[Tag]:
        """The tags of a municipality or ward; none of a code that nobody has."""
        place = self.places.place(code)
        if place is None:
            return frozenset()
        here = (place.lat, place.lng)
        found = {
            Tag.NEAR_SEA: place.coastal,
            Tag.NEAR_RIVER: code in self.along_rivers,
            Tag.NEAR_VOLCANO: any(distance.kilometres(here, there) <= _NEAR_VOLCANO for there in self.volcanoes),
            Tag.SNOW_COUNTRY: place.prefecture in _SNOW,
        }
        return frozenset(tag for tag, holds in found.items() if holds)


@functools.cache
def load() -> Surroundings:
    """Of the tables of this release."""
    return surroundings(places.load(), load_rivers(), load_volcanoes())


def surroundings(table: PlaceTable, rivers: RiverTable, volcanoes: VolcanoTable) -> Surroundings:
    """Of these tables."""
    listed = {code for area in rivers.areas() for code in area.places}
    return Surroundings(
        places=table,
        along_rivers=frozenset(place.code for place in table.all() if {place.code, place.parent} & listed),
        volcanoes=tuple(one.position for one in volcanoes.all() if one.kana and one.position),
    )
