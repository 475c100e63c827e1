"""How far two points of the earth lie apart. Pure."""

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt
from typing import Final

_EARTH_KM: Final = 6371.0


def kilometres(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Along a great circle (haversine), between (latitude, longitude) in degrees; to half a percent."""
    (north, east), (north2, east2) = first, second
    phi, phi2 = radians(north), radians(north2)
    half = sin((phi2 - phi) / 2) ** 2 + cos(phi) * cos(phi2) * sin(radians(east2 - east) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))


def outermost(points: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Those of some points (latitude, longitude) that enclose all others; one is the farthest from anywhere.

    The convex hull by Andrew's chain, on degrees: what counts is small against the earth.
    """
    ordered = sorted(set(points))
    return tuple(dict.fromkeys([*_half(ordered), *_half(ordered[::-1])]))


def _half(ordered: list[tuple[float, float]]) -> list[tuple[float, float]]:
    kept: list[tuple[float, float]] = []
    for north, east in ordered:
        while len(kept) > 1:
            (north1, east1), (north2, east2) = kept[-2:]
            if (north2 - north1) * (east - east1) > (east2 - east1) * (north - north1):
                break
            kept.pop()
        kept.append((north, east))
    return kept
