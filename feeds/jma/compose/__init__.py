"""Builders of telegrams in JMA's format, from plain values: for the bundled scenario, for drills and for tests.

Owns the shape of what is written; refuses a code that stands in no table. Pure: names of places come from
the packaged place table, every time is passed in. What is built here is never sent to anybody as JMA's word.
"""

from feeds.jma.compose.document import withdrawal
from feeds.jma.compose.epicentre import Epicentre, epicentre_report, foreign_earthquake_report
from feeds.jma.compose.flash import flash_report, heat_report, tornado_report
from feeds.jma.compose.flood import flood_report
from feeds.jma.compose.intensity import first_intensity_report, full_earthquake_report
from feeds.jma.compose.overview import overview_report
from feeds.jma.compose.tsunami import Sea, tsunami_report
from feeds.jma.compose.weather import Item, landslide_report, rain_report, warning_report

__all__ = [
    "Epicentre",
    "Item",
    "Sea",
    "epicentre_report",
    "first_intensity_report",
    "flash_report",
    "flood_report",
    "foreign_earthquake_report",
    "full_earthquake_report",
    "heat_report",
    "landslide_report",
    "overview_report",
    "rain_report",
    "tornado_report",
    "tsunami_report",
    "warning_report",
    "withdrawal",
]
