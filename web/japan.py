"""The map of Japan, drawn from the place table: one dot per municipality. Pure geometry, no outline.

The southern islands stand in frames, as on every Japanese weather map.
"""

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from alerts.places import PlaceTable
from alerts.vocabulary import Hazard
from web import grades
from web.grades import Mark

#: size of the drawing in its own units
WIDTH, HEIGHT = 520, 595
_WEST, _NORTH = 128.5, 45.7
_SCALE = 36.0
#: a degree of longitude is so much shorter than one of latitude, at the middle of Japan
_NARROW = math.cos(math.radians(36.5))
#: degrees by which Okinawa with Amami, and Ogasawara, are moved into their frames
_SOUTH_WEST = (6.0, 14.6)
_SOUTH_EAST = (0.6, 5.0)
#: the frames around them
FRAMES = "M12 92V254H276V92Z M396 474V522H450V474Z"
#: least distance of two signs
_APART = 19.0
#: an enlarged part is drawn when what is in force takes up less than this of the map's width and height
_GREATEST_PART = 0.6
_LEAST_PART = 0.15
_ROOM = 14.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """All municipalities of one grade, as one SVG path of zero-length strokes."""

    colour: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A grade's sign on the map."""

    x: float
    y: float
    colour: str
    sign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the map, enlarged to the size of the whole; its signs stand where they fall then."""

    x: float
    y: float
    scale: float
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Japan:
    """What a template needs to draw the map."""

    calm: str
    dots: tuple[Dots, ...]
    signs: tuple[Sign, ...]
    #: municipalities with something in force
    concerned: int
    part: Part | None


def draw(places: PlaceTable, in_force: Iterable[tuple[str, Hazard, str]]) -> Japan:
    """The map with what is in force: (municipality, hazard, grade). Each place shows the gravest."""
    points = _points(places)
    worst = _worst((places.city_of(code) or code, grades.mark(hazard, grade)) for code, hazard, grade in in_force)
    shown = {code: mark for code, mark in worst.items() if code in points}
    coloured: dict[str, list[Point]] = {}
    for code, mark in sorted(shown.items(), key=lambda item: item[1].gravity):
        coloured.setdefault(mark.colour, []).append(points[code])
    return Japan(
        calm=_path([point for code, point in points.items() if code not in shown]),
        dots=tuple(Dots(colour=colour, path=_path(dots)) for colour, dots in coloured.items()),
        signs=_signs(shown, points),
        concerned=len(shown),
        part=_part(shown, points),
    )


def _worst(marks: Iterable[tuple[str, Mark]]) -> dict[str, Mark]:
    worst: dict[str, Mark] = {}
    for code, mark in marks:
        if code not in worst or mark.gravity > worst[code].gravity:
            worst[code] = mark
    return worst


@functools.lru_cache(maxsize=2)
def _points(places: PlaceTable) -> Mapping[str, Point]:
    """Every municipality (wards stand under their city), in the drawing's units."""
    return {place.code: _project(place.lat, place.lng) for place in places.all() if place.parent is None}


def _project(lat: float, lng: float) -> Point:
    if lat < 29.5 and lng < 132:
        lat, lng = lat + _SOUTH_WEST[1], lng + _SOUTH_WEST[0]
    elif lat < 29.5:
        lat, lng = lat + _SOUTH_EAST[1], lng + _SOUTH_EAST[0]
    return (lng - _WEST) * _SCALE * _NARROW + 10, (_NORTH - lat) * _SCALE + 8


def _path(points: Sequence[Point]) -> str:
    return "".join(f"M{x:.1f} {y:.1f}h0" for x, y in points)


def _signs(shown: Mapping[str, Mark], points: Mapping[str, Point]) -> tuple[Sign, ...]:
    """Signs of the gravest first, as many as do not cover each other."""
    taken: dict[tuple[int, int], list[Point]] = {}
    signs: list[Sign] = []
    for code, mark in sorted(shown.items(), key=lambda item: (item[1].gravity, item[0]), reverse=True):
        x, y = points[code]
        cell = (int(x // _APART), int(y // _APART))
        near = [p for dx in (-1, 0, 1) for dy in (-1, 0, 1) for p in taken.get((cell[0] + dx, cell[1] + dy), ())]
        if all(math.dist((x, y), other) >= _APART for other in near):
            taken.setdefault(cell, []).append((x, y))
            signs.append(Sign(x=round(x, 1), y=round(y, 1), colour=mark.colour, sign=mark.sign))
    return tuple(signs)


def _part(shown: Mapping[str, Mark], points: Mapping[str, Point]) -> Part | None:
    """Around what is in force, in the shape of the whole map; None where that would be most of it."""
    if not shown:
        return None
    xs, ys = zip(*(points[code] for code in shown), strict=True)
    share = max((max(xs) - min(xs) + 2 * _ROOM) / WIDTH, (max(ys) - min(ys) + 2 * _ROOM) / HEIGHT, _LEAST_PART)
    if share > _GREATEST_PART:
        return None
    x, y = (max(xs) + min(xs) - share * WIDTH) / 2, (max(ys) + min(ys) - share * HEIGHT) / 2
    moved = {code: ((points[code][0] - x) / share, (points[code][1] - y) / share) for code in shown}
    return Part(x=round(x, 1), y=round(y, 1), scale=round(1 / share, 2), signs=_signs(shown, moved))


def municipalities(places: PlaceTable) -> int:
    """How many dots there are."""
    return len(_points(places))
