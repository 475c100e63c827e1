"""Builders of telegrams in JMA's format, from plain values: for the bundled scenario, for drills and for tests.

Owns the shape of what is written; refuses a code that stands in no table. Pure: names of places come from
the packaged place table, every time is passed in. What is built here is never sent to anybody as JMA's word.
"""

from feeds.jma.compose.ashfall import ashfall_forecast
from feeds.jma.compose.document import withdrawal
from feeds.jma.compose.epicentre import Epicentre, epicentre_report, foreign_earthquake_report
from feeds.jma.compose.flash import flash_report, heat_report, tornado_report
from feeds.jma.compose.flood import flood_report
from feeds.jma.compose.intensity import first_intensity_report, full_earthquake_report
from feeds.jma.compose.megaquake import sanriku_information, trough_information
from feeds.jma.compose.overview import overview_report
from feeds.jma.compose.supplement import (
    epicentre_update,
    long_period_report,
    offshore_observation,
    tsunami_observation,
)
from feeds.jma.compose.tsunami import Sea, tsunami_report
from feeds.jma.compose.typhoon import typhoon_report
from feeds.jma.compose.volcano import Danger, eruption_notice, eruption_observation, volcanic_warning
from feeds.jma.compose.weather import Item, landslide_report, rain_report, warning_report

__all__ = [
    "Danger",
    "Epicentre",
    "Item",
    "Sea",
    "ashfall_forecast",
    "epicentre_report",
    "epicentre_update",
    "eruption_notice",
    "eruption_observation",
    "first_intensity_report",
    "flash_report",
    "flood_report",
    "foreign_earthquake_report",
    "full_earthquake_report",
    "heat_report",
    "landslide_report",
    "long_period_report",
    "offshore_observation",
    "overview_report",
    "rain_report",
    "sanriku_information",
    "tornado_report",
    "trough_information",
    "tsunami_observation",
    "tsunami_report",
    "typhoon_report",
    "volcanic_warning",
    "warning_report",
    "withdrawal",
]
