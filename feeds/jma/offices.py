"""Which prefecture an office of JMA speaks for, by its name (Control/EditorialOffice): 熊谷地方気象台 for 埼玉県.

An office bears the name of the city it stands in, and one of a prefecture speaks for all of it. Only for telegrams
that do not say themselves whom they concern: the office may be a substitute's.
"""

import functools
import re

from alerts import places
from alerts.places import Level, Place
from alerts.report import AreaScheme

_NAME = re.compile(r"(.+?)(?:管区|地方)?(?:気象台|測候所)")
_CAPITAL = re.compile(r"気象庁.*|東京管区気象台")
_TOKYO = "13101"
#: offices that are called after an island, not after its city
_BY_ISLAND = {"沖縄": "47201", "石垣島": "47207", "宮古島": "47214", "南大東島": "47357", "名瀬": "46222"}
#: 北海道 and 沖縄県, where each office speaks for its forecast region alone
_BY_REGION = frozenset({"01", "47"})


def region(office: str) -> tuple[AreaScheme, str] | None:
    """(table, code) of what the office speaks for; None for a name that is none of JMA's."""
    place = _stands_in(office)
    return None if place is None else _of(place.prefecture, place.office)


def region_of_area(class10: str) -> tuple[AreaScheme, str] | None:
    """(table, code) of what the office speaks for in whose region this 一次細分区域 lies; None if no table knows it."""
    found = places.load().by_class10(class10).places
    place = places.load().place(min(found)) if found else None
    return None if place is None else _of(place.prefecture, place.office)


def region_in(title: str) -> tuple[AreaScheme, str] | None:
    """(table, code) of the region whose name a title begins with: 埼玉県竜巻注意情報; None if it names none."""
    table = places.load()
    found = [
        (region.ja, _of(region.code[:2], region.code))
        for level in (Level.PREFECTURE, Level.OFFICE)
        for region in table.regions(level)
        if level is Level.OFFICE or region.code not in _BY_REGION
    ]
    return next((code for name, code in sorted(found, key=lambda one: -len(one[0])) if title.startswith(name)), None)


def _of(prefecture: str, forecast_region: str) -> tuple[AreaScheme, str]:
    if prefecture in _BY_REGION:
        return AreaScheme.OFFICE, forecast_region
    return AreaScheme.PREFECTURE, prefecture


@functools.cache
def _stands_in(office: str) -> Place | None:
    table = places.load()
    if _CAPITAL.fullmatch(office):
        return table.place(_TOKYO)
    name = _NAME.fullmatch(office)
    if name is None:
        return None
    if name[1] in _BY_ISLAND:
        return table.place(_BY_ISLAND[name[1]])
    cities = [place for place in table.all() if place.names.ja == name[1] + "市"]
    return cities[0] if len(cities) == 1 else None
