"""The place table: every look-up of a place by a code or a name, in O(1) by prepared indexes.

Owns the order present table, superseded table, first five digits; refuses to read one level's
code on another level.
"""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from alerts.places.codes import CodeReader
from alerts.places.names import NameIndex
from alerts.places.place import How, Level, Place, Region, Resolution

_UNKNOWN = Resolution(places=frozenset(), how=How.UNKNOWN)


class PlaceTable:
    """All places, regions and codes of one version of the data."""

    def __init__(
        self,
        *,
        version: str,
        places: Sequence[Place],
        superseded: Mapping[str, tuple[str, ...]],
        regions: Iterable[Region],
        prefecture_kana: Mapping[str, str],
    ) -> None:
        """`superseded` maps seven-digit codes of either kind to the places they meant."""
        self.version = version
        self._places = {place.code: place for place in places}
        self._all = tuple(places)
        self._regions = {(region.level, region.code): region for region in regions}
        self._prefecture_kana = prefecture_kana
        self._city_of = {place.code: place.parent for place in places if place.parent}
        wards: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
        for ward, city in self._city_of.items():
            wards[city] += (ward,)
        self._wards = dict(wards)
        self._class20 = self._index(lambda place: place.class20)
        self._class15 = self._index(lambda place: place.class15)
        self._class10 = self._index(lambda place: place.class10)
        self._offices = self._index(lambda place: (place.office,))
        self._prefectures = self._index(lambda place: (place.prefecture,))
        self._seismic_cities = self._index(lambda place: place.seismic_cities)
        self._seismic_areas = self._index(lambda place: place.seismic_areas)
        self._tsunami_areas = self._index(lambda place: place.tsunami_areas)
        self._add_coarse_tsunami_groups()
        self._superseded = superseded
        self._first_five = self._first_fives(superseded)
        self._codes = CodeReader(
            places=self._places,
            known=self._class20.keys() | self._seismic_cities.keys(),
            superseded=superseded,
        )

    # Places

    def place(self, code: str) -> Place | None:
        """The place with this five-digit code, or None."""
        return self._places.get(code)

    def all(self) -> tuple[Place, ...]:
        """Every municipality and ward, in the order of their codes."""
        return self._all

    def wards_of(self, city: str) -> tuple[str, ...]:
        """Codes of the wards of a designated city; of any other place none."""
        return self._wards.get(city, ())

    def city_of(self, ward: str) -> str | None:
        """Code of the designated city of a ward; None for what is no ward."""
        return self._city_of.get(ward)

    def cover(self, codes: Iterable[str]) -> frozenset[str]:
        """These places, the city of each ward, and all wards of a city named without any ward."""
        named = frozenset(codes)
        added = {self._city_of[code] for code in named if code in self._city_of}
        for code in named:
            wards = self._wards.get(code)
            if wards and named.isdisjoint(wards):
                added.update(wards)
        return named | added if added else named

    # Codes of telegrams

    def by_class20(self, code: str) -> Resolution:
        """A seven-digit weather code: its municipality with the wards that lie in it."""
        return self._by_seven_digits(self._class20, code)

    def by_seismic_city(self, code: str) -> Resolution:
        """A seven-digit code of earthquake telegrams: a ward and its city, or a municipality."""
        return self._by_seven_digits(self._seismic_cities, code)

    def by_seismic_area(self, code: str) -> Resolution:
        """A three-digit seismic area: its municipalities, wards, and the cities of those wards."""
        return self._seismic_areas.get(code, _UNKNOWN)

    def by_tsunami_area(self, code: str) -> Resolution:
        """A three-digit tsunami area; a coarse group of headlines stands for its members."""
        return self._tsunami_areas.get(code, _UNKNOWN)

    def by_class15(self, code: str) -> Resolution:
        """A six-digit code of 市町村等をまとめた地域."""
        return self._class15.get(code, _UNKNOWN)

    def by_class10(self, code: str) -> Resolution:
        """A six-digit code of 一次細分区域."""
        return self._class10.get(code, _UNKNOWN)

    def by_office(self, code: str) -> Resolution:
        """A six-digit code of 府県予報区."""
        return self._offices.get(code, _UNKNOWN)

    def by_prefecture(self, code: str) -> Resolution:
        """A two-digit prefecture code."""
        return self._prefectures.get(code, _UNKNOWN)

    # What people write

    def normalise_code(self, text: str) -> str | None:
        """The five-digit code of a present place that a written code means most likely, or None."""
        readings = self._codes.readings(text)
        return readings[0] if readings else None

    def code_readings(self, text: str) -> tuple[str, ...]:
        """All places a written code can mean, likeliest first; more than one after a lost zero."""
        return self._codes.readings(text)

    def by_name(self, text: str) -> tuple[Place, ...]:
        """All places a written name can mean, in the order of their codes."""
        return tuple(self._places[code] for code in self._names.find(text))

    # Names

    def region(self, level: Level, code: str) -> Region | None:
        """The region with this code on this level, or None."""
        return self._regions.get((level, code))

    def regions(self, level: Level) -> tuple[Region, ...]:
        """Every region of one level."""
        return tuple(region for region in self._regions.values() if region.level is level)

    def prefecture_name(self, code: str, language: Literal["ja", "kana", "en"]) -> str | None:
        """The name of a prefecture with its class word: "石川県", "Ishikawa Prefecture"."""
        region = self._regions.get((Level.PREFECTURE, code))
        if region is None:
            return None
        return {"ja": region.ja, "kana": self._prefecture_kana[code], "en": region.en}[language]

    # Building

    @functools.cached_property
    def _names(self) -> NameIndex:
        # Built at first use: most processes never look up a name, and it costs more than the rest.
        prefectures = {
            code: (region.ja, self._prefecture_kana[code], region.en)
            for (level, code), region in self._regions.items()
            if level is Level.PREFECTURE
        }
        return NameIndex(self._all, prefectures)

    def _index(self, codes_of: Callable[[Place], Iterable[str]]) -> dict[str, Resolution]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for place in self._all:
            for code in codes_of(place):
                found[code].append(place.code)
        return {code: Resolution(places=self.cover(places), how=How.PRESENT) for code, places in found.items()}

    def _add_coarse_tsunami_groups(self) -> None:
        members: defaultdict[str, set[str]] = defaultdict(set)
        for (level, code), region in self._regions.items():
            if level is Level.TSUNAMI_AREA:
                for group in region.parents:
                    members[group] |= self._tsunami_areas[code].places
        for group, places in members.items():
            self._tsunami_areas[group] = Resolution(places=frozenset(places), how=How.PRESENT)

    def _first_fives(self, superseded: Mapping[str, tuple[str, ...]]) -> dict[str, set[str]]:
        """Places by the first five digits of their own code, else of a superseded one."""
        named: defaultdict[str, set[str]] = defaultdict(set)
        for code, places in superseded.items():
            named[code[:5]].update(places)
        return named | {code: {code} for code in self._places}

    def _by_seven_digits(self, present: Mapping[str, Resolution], code: str) -> Resolution:
        if code in present:
            return present[code]
        if code in self._superseded:
            return Resolution(places=self.cover(self._superseded[code]), how=How.SUPERSEDED)
        # Only a whole code falls back: five digits of something longer or shorter prove nothing.
        if len(code) == 7 and code[:5] in self._first_five:
            return Resolution(places=self.cover(self._first_five[code[:5]]), how=How.FIRST_FIVE)
        return _UNKNOWN
