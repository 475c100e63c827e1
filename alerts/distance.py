"""How far two points of the earth lie apart. Pure."""

from math import asin, cos, radians, sin, sqrt
from typing import Final

_EARTH_KM: Final = 6371.0


def kilometres(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Along a great circle (haversine), between (latitude, longitude) in degrees; to half a percent."""
    (north, east), (north2, east2) = first, second
    phi, phi2 = radians(north), radians(north2)
    half = sin((phi2 - phi) / 2) ** 2 + cos(phi) * cos(phi2) * sin(radians(east2 - east) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))
