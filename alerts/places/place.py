"""What a place, a region and the resolution of a code are. Values only; no tables, no look-ups."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """The table a region code belongs to; the same code means other things on other levels."""

    PREFECTURE = "prefecture"
    OFFICE = "office"
    CLASS10 = "class10"
    CLASS15 = "class15"
    #: Only parts of split municipalities: the name of a whole one is the name of its place.
    CLASS20 = "class20"
    SEISMIC_AREA = "seismic_area"
    TSUNAMI_AREA = "tsunami_area"


class How(StrEnum):
    """How a code was resolved. All but the first two are for an operator to look at."""

    PRESENT = "present"
    SUPERSEDED = "superseded"
    FIRST_FIVE = "first_five"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceNames:
    """The names of one place. A ward's names carry its city: "横浜市鶴見区"."""

    ja: str
    #: Hiragana, with the class word: "わじまし".
    kana: str
    #: The official English form: "Wajima City", "Tsurumi Ward, Yokohama City".
    en: str
    #: Without the class word where that cannot be misread ("Wajima", "Tsurumi, Yokohama"),
    #: else with it ("Toda City", "Fukushima City"). No macrons.
    romaji: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A municipality, or a ward of a designated city."""

    #: Five digits (JIS X 0401 and 0402).
    code: str
    #: The designated city of a ward, else None.
    parent: str | None
    #: Two digits.
    prefecture: str
    names: PlaceNames
    #: Municipal office, WGS84 degrees.
    lat: float
    lng: float
    class20: tuple[str, ...]
    class15: tuple[str, ...]
    class10: tuple[str, ...]
    #: The forecast office area (府県予報区), six digits.
    office: str
    seismic_cities: tuple[str, ...]
    seismic_areas: tuple[str, ...]
    #: Empty inland.
    tsunami_areas: tuple[str, ...]

    @property
    def coastal(self) -> bool:
        """Whether the place has a sea coast and so a tsunami area."""
        return bool(self.tsunami_areas)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A coded area above (or, for split municipalities, below) the municipality."""

    level: Level
    code: str
    ja: str
    en: str
    #: Codes of the regions it lies in; for tsunami areas the coarse groups of headlines.
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The places one code stands for, and how that was found out."""

    places: frozenset[str]
    how: How

    @property
    def needs_notice(self) -> bool:
        """Whether an operator has to be told that the tables did not know the code."""
        return self.how in (How.FIRST_FIVE, How.UNKNOWN)
