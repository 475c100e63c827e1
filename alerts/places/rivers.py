"""Rivers of the flood forecasts: forecast areas, their gauge stations, and who lives by them."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass

from alerts.places import packaged


@dataclass(frozen=True, slots=True, kw_only=True)
class RiverArea:
    """One forecast area (指定河川洪水予報の予報区域), twelve digits."""

    code: str
    ja: str
    en: str
    #: Five-digit codes of all municipalities along it; widen with `PlaceTable.cover`.
    places: tuple[str, ...]


class RiverTable:
    """Forecast areas and stations of one version of the data."""

    def __init__(self, *, version: str, areas: Iterable[RiverArea], stations: Iterable[tuple[str, str, str]]) -> None:
        """`stations`: (area, station, places) with places as a comma-separated cell."""
        self.version = version
        self._areas = {area.code: area for area in areas}
        self._stations = {(area, station): packaged.codes(places) for area, station, places in stations}

    def area(self, code: str) -> RiverArea | None:
        """The forecast area with this twelve-digit code, or None."""
        return self._areas.get(code)

    def areas(self) -> tuple[RiverArea, ...]:
        """Every forecast area, in the order of their codes."""
        return tuple(self._areas[code] for code in sorted(self._areas))

    def stations_of(self, area: str) -> tuple[str, ...]:
        """The gauge stations of a forecast area, in the order of their codes."""
        return tuple(sorted(station for of, station in self._stations if of == area))

    def station_places(self, area: str, station: str) -> tuple[str, ...]:
        """Municipalities of a gauge station (17 digits) in an area; none if it is not known.

        A station may serve two areas, and other municipalities in each.
        """
        return self._stations.get((area, station), ())


@functools.cache
def load_rivers() -> RiverTable:
    """The rivers of this release; raises DamagedTable if a file is not as it was built."""
    sheet = packaged.read("rivers.tsv")
    rows = list(sheet.of("area", "station", "ja", "en", "places"))
    return RiverTable(
        version=sheet.remarks["version"],
        areas=[
            RiverArea(code=area, ja=ja, en=en, places=packaged.codes(places))
            for area, station, ja, en, places in rows
            if not station
        ],
        stations=[(area, station, places) for area, station, _, _, places in rows if station],
    )
