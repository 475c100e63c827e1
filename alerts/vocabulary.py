"""The closed sets of the service, in the spelling of their standard (CAP 1.2, JMA XML).

Owns names only; what they lead to stands in `hazards` and `decision`.
"""

from enum import StrEnum

#: The grade of a place where nothing is in force: lifted, cancelled, or never there.
NONE = "none"


class Status(StrEnum):
    """CAP 1.2 `status`; from Control/Status 通常, 訓練, 試験."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    TEST = "Test"


class InfoType(StrEnum):
    """Head/InfoType: issued, corrected, withdrawn. Ordered as they apply at the same time."""

    ISSUE = "発表"
    CORRECTION = "訂正"
    CANCEL = "取消"

    @property
    def rank(self) -> int:
        """Which applies first when several were issued at the same time."""
        return list(InfoType).index(self)


class MsgType(StrEnum):
    """CAP 1.2 `msgType`, as far as we write it."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"


class Action(StrEnum):
    """What the rules make of a grade; the strongest last."""

    RECORD = "record"
    HOLD = "hold"
    SEND = "send"

    @property
    def strength(self) -> int:
        """Greater is stronger: record, hold, send."""
        return list(Action).index(self)


class Kind(StrEnum):
    """What a text tells its reader about the state of their place."""

    NEW = "new"
    RAISED = "raised"
    LOWERED = "lowered"
    LIFTED = "lifted"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"
    DRILL = "drill"


class Hazard(StrEnum):
    """Every hazard the service knows; `data/hazards.toml` holds their grades and rules."""

    HEAVY_RAIN = "heavy_rain"
    LANDSLIDE = "landslide"
    FLOOD = "flood"
    STORM_SURGE = "storm_surge"
    STORM = "storm"
    SNOW_STORM = "snow_storm"
    WAVE = "wave"
    HEAVY_SNOW = "heavy_snow"
    THUNDER = "thunder"
    FOG = "fog"
    DRY = "dry"
    AVALANCHE = "avalanche"
    LOW_TEMPERATURE = "low_temperature"
    FROST = "frost"
    ICING = "icing"
    SNOW_ACCRETION = "snow_accretion"
    SNOW_MELT = "snow_melt"
    OTHER = "other"
    EARTHQUAKE = "earthquake"
    TSUNAMI = "tsunami"
    VOLCANO = "volcano"
    ASHFALL = "ashfall"
    TORNADO = "tornado"
    RECORD_RAIN = "record_rain"
    LINEAR_RAINBAND = "linear_rainband"
    SHORT_HEAVY_SNOW = "short_heavy_snow"
    HEAT = "heat"
    TYPHOON = "typhoon"
    NANKAI_TROUGH = "nankai_trough"
    HOKKAIDO_SANRIKU = "hokkaido_sanriku"
    EVACUATION = "evacuation"
    NOTICE = "notice"


#: told by a municipality, by hand; whatever of these is in force was signed by two people
BY_HAND = frozenset({Hazard.EVACUATION, Hazard.NOTICE})


class Topic(StrEnum):
    """What a municipality can tell in a notice; closed, so that every language has words for it."""

    SHELTER_OPEN = "shelter_open"
    WATER_STATION = "water_station"
    WATER_OFF = "water_off"
    POWER_OFF = "power_off"
    WASTE = "waste"
    SCHOOL_CLOSED = "school_closed"
    ROAD_CLOSED = "road_closed"
    TRANSPORT = "transport"
    MEDICAL = "medical"
    HELP_DESK = "help_desk"
