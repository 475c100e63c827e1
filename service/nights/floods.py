"""Rivers of a made-up night: each rises behind the typhoon and goes down again, station by station."""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from alerts import places
from alerts.places.rivers import RiverArea
from alerts.vocabulary import Hazard
from feeds.jma import compose
from service.nights.issued import Issued, Word

#: level of the whole -> Kind/Code: newly issued tens, and lifted
_CODES = {"2": "20", "3": "30", "4": "40", "5": "51", "": "10"}


def night(chance: random.Random, start: datetime, hours: float, count: int) -> list[Issued]:
    """About `count` telegrams; every river is lifted at the end."""
    areas = [area for area in places.load_rivers().areas() if _is_plain(area)]
    found: list[Issued] = []
    while len(found) < count and areas:
        area = areas.pop(chance.randrange(len(areas)))
        found += _river(area, chance, start + timedelta(hours=chance.uniform(2, hours)))
    return found


def _is_plain(area: RiverArea) -> bool:
    """Whether every station stands for municipalities, and none for wards, which these telegrams do not name."""
    rivers, table = places.load_rivers(), places.load()
    named = [rivers.station_places(area.code, station) for station in rivers.stations_of(area.code)]
    return bool(named) and all(codes and not any(table.city_of(code) for code in codes) for codes in named)


def _river(area: RiverArea, chance: random.Random, at: datetime) -> Iterator[Issued]:
    """One river: up, and down to nothing."""
    top = chance.randrange(2, 6)
    for height in [*range(2, top + 1), *range(top - 1, 1, -1), 0]:
        stations = places.load_rivers().stations_of(area.code)
        drawn = {station: chance.choice([height, height - 1]) for station in stations}
        levels = {station: str(level) if level > 1 else "" for station, level in drawn.items()}
        whole = max(levels.values(), default="")
        yield _issued(area, levels, _CODES[whole], at)
        at += timedelta(minutes=chance.uniform(20, 90))


def _issued(area: RiverArea, levels: Mapping[str, str], code: str, at: datetime) -> Issued:
    grades: dict[str, str] = {}
    for station, level in levels.items():
        for place in places.load_rivers().station_places(area.code, station) if level else ():
            for class20 in _codes(place):
                grades[class20] = max(grades.get(class20, ""), f"L{level}")
    raw = compose.flood_report(area.code, code=code, stations=levels, at=at)
    word = Word(hazard=Hazard.FLOOD, about=(area.code,), grades=grades)
    return Issued(code="VXKO50", raw=raw, sent=at.replace(microsecond=0), published=at, words=(word,))


def _codes(code: str) -> tuple[str, ...]:
    place = places.load().place(code)
    return place.class20 if place else ()
