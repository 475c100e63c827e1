"""Where the level of a river's section holds: by the municipalities of the telegram, else by the table of rivers.

A code that stands for no place (after a merger, a placeholder, a digit short) must not lose the level of its section:
its first five digits count where they name a municipality by the river, else all that the gauge station or the river
is known to touch, and operators are told (docs/decisions/0008-weather-readings.md).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from alerts import places
from alerts.notices import Notice, NoticeKind
from alerts.places import load_rivers
from alerts.report import AreaScheme
from alerts.vocabulary import NONE

#: (table, code, grade) of one place
Said: TypeAlias = tuple[AreaScheme, str, str]
#: the gauge station of the manual's samples, which stands for none
_SAMPLE_STATION = "12345678901234567"
_FIRST_FIVE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """One telegram's sections, and what somebody must hear of them."""

    river: str
    #: the headline's grade
    grade: str
    #: gauge station -> grade
    levels: Mapping[str, str]
    #: gauge station -> municipalities of the telegram; those without a station under ''
    listed: Mapping[str, Sequence[str]]
    notices: list[Notice] = field(default_factory=list)

    def said(self) -> Iterator[Said]:
        """Every place that a section, or water that is out already, touches; a place may come several times."""
        for station, cities in self.listed.items():
            level = self.levels.get(station, NONE) if station else self.grade
            codes = {city: self._code(city) for city in cities}
            yield from ((AreaScheme.CLASS20, code, level) for code in codes.values() if code)
            yield from self._unplaced(station, level, [city for city, code in codes.items() if not code])
        for station, level in self.levels.items():
            if station not in self.listed:
                yield from self._by_table(station, level)

    def _code(self, city: str) -> str:
        """The seven digits that a CityCode means, empty where it stands for no place."""
        if _touched(city):
            return city
        whole = city[:_FIRST_FIVE] + "00"
        area = load_rivers().area(self.river)
        if _touched(whole) and (area is None or _touched(whole) & set(area.places)):
            self.notices.append(_place(city, self.river, f"taken as {whole}"))
            return whole
        return ""

    def _unplaced(self, station: str, level: str, cities: Sequence[str]) -> Iterator[Said]:
        """The level of a section with codes that stand for no place. What was said of these before still stands,
        unless all of the river is lifted.
        """
        if not cities:
            return
        if self.grade != NONE or level != NONE:
            yield from ((AreaScheme.CLASS20, city, level) for city in cities)
        if station != _SAMPLE_STATION:
            found = list(self._by_table(station, level))
            to = ", ".join(f"{scheme} {code}" for scheme, code, _ in found) or "nobody"
            self.notices.extend(_place(city, self.river, f"its level {level} counts for {to}") for city in cities)
            yield from found

    def _by_table(self, station: str, level: str) -> Iterator[Said]:
        """By the table of rivers: the gauge station's municipalities, else all along the river, else all that the
        telegram names.
        """
        if load_rivers().station_places(self.river, station):
            yield AreaScheme.RIVER_STATION, f"{self.river}/{station}", level
            return
        if level == NONE:
            return
        if station:
            self.notices.append(_station(station, self.river))
        yield AreaScheme.RIVER_AREA, self.river, level
        if load_rivers().area(self.river) is None:
            cities = {city for listed in self.listed.values() for city in listed if _touched(city)}
            yield from ((AreaScheme.CLASS20, city, level) for city in sorted(cities))


def _touched(city: str) -> frozenset[str]:
    return places.load().by_class20(city).places


def _station(station: str, river: str) -> Notice:
    """A gauge station that stands in no table."""
    return Notice(
        kind=NoticeKind.UNKNOWN_CODE,
        subject=f"gauge station {station}",
        text=f"gauge station {station} is not as the tables and the manual have it (river {river}: its level counts "
        "for the whole river). Look at the telegram.",
        urgent=True,
    )


def _place(city: str, river: str, found: str) -> Notice:
    return Notice(
        kind=NoticeKind.UNKNOWN_PLACE,
        subject=f"VXKO CityCode {city}",
        text=f"CityCode {city} of river {river} stands in no table: {found}. Look at the telegram and bring the place "
        "tables up to date.",
        urgent=True,
    )
