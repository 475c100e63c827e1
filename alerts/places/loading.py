"""Loads the place table from package data, once per process."""

import functools

from alerts.places import packaged
from alerts.places.place import Level, Place, PlaceNames, Region
from alerts.places.table import PlaceTable


@functools.cache
def load() -> PlaceTable:
    """The place table of this release; raises DamagedTable if a file is not as it was built."""
    sheet = packaged.read("places.tsv")
    prefectures = packaged.read("prefectures.tsv")
    return PlaceTable(
        version=sheet.remarks["version"],
        places=_places(sheet),
        superseded=_superseded(packaged.read("superseded.tsv")),
        regions=[*_prefectures(prefectures), *_regions(packaged.read("regions.tsv"))],
        prefecture_kana={code: kana for code, _, kana, _ in prefectures.of("code", "ja", "kana", "en")},
    )


def _places(sheet: packaged.Sheet) -> list[Place]:
    rows = sheet.of(
        *("code", "parent", "ja", "kana", "en", "romaji", "lat", "lng", "class20", "class15"),
        *("class10", "office", "seismic_cities", "seismic_areas", "tsunami_areas"),
    )
    return [_place(row) for row in rows]


def _place(row: tuple[str, ...]) -> Place:
    code, parent, ja, kana, en, romaji, lat, lng = row[:8]
    class20, class15, class10, office, seismic_cities, seismic_areas, tsunami_areas = row[8:]
    return Place(
        code=code,
        parent=parent or None,
        prefecture=code[:2],
        names=PlaceNames(ja=ja, kana=kana, en=en, romaji=romaji),
        lat=float(lat),
        lng=float(lng),
        class20=packaged.codes(class20),
        class15=packaged.codes(class15),
        class10=packaged.codes(class10),
        office=office,
        seismic_cities=packaged.codes(seismic_cities),
        seismic_areas=packaged.codes(seismic_areas),
        tsunami_areas=packaged.codes(tsunami_areas),
    )


def _superseded(sheet: packaged.Sheet) -> dict[str, tuple[str, ...]]:
    # A code that was used on both sides means the same places on both: the build checks it.
    return {code: packaged.codes(places) for code, places in sheet.of("code", "places")}


def _prefectures(sheet: packaged.Sheet) -> list[Region]:
    return [
        Region(level=Level.PREFECTURE, code=code, ja=ja, en=en, parents=())
        for code, ja, _, en in sheet.of("code", "ja", "kana", "en")
    ]


def _regions(sheet: packaged.Sheet) -> list[Region]:
    return [
        Region(level=Level(level), code=code, ja=ja, en=en, parents=packaged.codes(parents))
        for level, code, ja, en, parents in sheet.of("level", "code", "ja", "en", "parents")
    ]
