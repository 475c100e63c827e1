"""Places: municipalities and wards, the codes that mean them, and their names.

Owns the place tables of `alerts/data/places`; refuses to guess: a code that is not in the tables
says so in its resolution, a name with several owners gives all of them.
"""

from alerts.places.loading import load
from alerts.places.place import How, Level, Place, PlaceNames, Region, Resolution
from alerts.places.rivers import RiverArea, RiverTable, load_rivers
from alerts.places.table import PlaceTable
from alerts.places.volcanoes import Volcano, VolcanoTable, load_volcanoes

__all__ = [
    "How",
    "Level",
    "Place",
    "PlaceNames",
    "PlaceTable",
    "Region",
    "Resolution",
    "RiverArea",
    "RiverTable",
    "Volcano",
    "VolcanoTable",
    "load",
    "load_rivers",
    "load_volcanoes",
]
