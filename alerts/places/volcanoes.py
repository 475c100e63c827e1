"""Volcanoes by their three-digit code: names and position."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass

from alerts.places import packaged


@dataclass(frozen=True, slots=True, kw_only=True)
class Volcano:
    """One volcano, or a collective code (900 and above), which has no position."""

    code: str
    ja: str
    en: str
    #: its reading, of those that are watched all the time; else empty
    kana: str
    #: (latitude, longitude) in WGS84 degrees.
    position: tuple[float, float] | None


class VolcanoTable:
    """The volcanoes of one version of the data."""

    def __init__(self, *, version: str, volcanoes: Iterable[Volcano]) -> None:
        self.version = version
        self._volcanoes = {volcano.code: volcano for volcano in volcanoes}

    def volcano(self, code: str) -> Volcano | None:
        """The volcano with this three-digit code, or None."""
        return self._volcanoes.get(code)

    def all(self) -> tuple[Volcano, ...]:
        """Every volcano, in the order of their codes."""
        return tuple(self._volcanoes.values())


@functools.cache
def load_volcanoes() -> VolcanoTable:
    """The volcanoes of this release; raises DamagedTable if the file is not as it was built."""
    sheet = packaged.read("volcanoes.tsv")
    readings = {(code, ja): kana for code, ja, kana in packaged.read("volcano_readings.tsv").of("code", "ja", "kana")}
    return VolcanoTable(
        version=sheet.remarks["version"],
        volcanoes=[
            Volcano(
                code=code,
                ja=ja,
                en=en,
                kana=readings.get((code, ja), ""),
                position=(float(lat), float(lng)) if lat and lng else None,
            )
            for code, ja, en, lat, lng in sheet.of("code", "ja", "en", "lat", "lng")
        ],
    )
