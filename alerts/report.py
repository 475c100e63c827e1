"""What one telegram says of one hazard, as values: the only thing the core knows of telegrams.

Readers (feeds) make reports; `folding` makes states of them. A report never speaks of people.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from alerts.vocabulary import NONE, Hazard, InfoType, Status, Topic

#: The type of a report that two people have signed, where a telegram has its own (VXSE53).
HAND = "HAND"
#: The grade of an area whose code or keyword no table knows: what was said of it before still stands.
UNKNOWN = "unknown"


class AreaScheme(StrEnum):
    """Which table a place code of a telegram belongs to; codes repeat across tables."""

    CLASS20 = "class20"  #: AreaInformationCity, weather side, 7 digits
    SEISMIC_CITY = "seismic_city"  #: AreaInformationCity, seismic side, 7 digits
    SEISMIC_AREA = "seismic_area"  #: AreaForecastLocalE, 3 digits
    TSUNAMI_AREA = "tsunami_area"  #: AreaTsunami, 3 digits
    CLASS10 = "class10"  #: 一次細分区域, 6 digits; where it has no such code, an area above or below it
    OFFICE = "office"  #: 府県予報区, 6 digits; the same code may be another area of class10
    PREFECTURE = "prefecture"  #: 2 digits
    RIVER_AREA = "river_area"  #: 指定河川洪水予報の予報区域, 12 digits
    MUNICIPALITY = "municipality"  #: 5 digits, of a report by hand
    RIVER_STATION = "river_station"  #: such an area and a gauge station of it: 12 digits, a slash, 17 digits


class HeightWord(StrEnum):
    """Expected tsunami height in words, of the first minutes of a giant earthquake."""

    HUGE = "巨大"
    HIGH = "高い"


class SeaState(StrEnum):
    """What an earthquake report says of a tsunami (fixed comment codes 0211-0217)."""

    UNSAID = "unsaid"  #: no word yet: near the sea people go up
    WARNED = "warned"  #: 0211, warnings are in effect
    SLIGHT = "slight"  #: 0212, slight change of the sea, no damage
    NONE = "none"  #: 0215, no danger of a tsunami


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A building or street by name, as the municipality writes it; nothing is made of it by program."""

    ja: str
    latin: str
    #: its reading, or empty
    kana: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a text may say of a place beside its grade."""

    #: expected tsunami height in metres, as JMA's steps: 0.2, 1, 3, 5, 10
    height: float | None = None
    #: more than `height` metres (１０ｍ超)
    over: bool = False
    height_word: HeightWord | None = None
    #: expected arrival of the first wave, UTC
    arrival: datetime | None = None
    #: the first wave is there or expected at once
    arriving: bool = False
    sea: SeaState = SeaState.UNSAID
    #: JMA's 3-digit code of the volcano that the text names
    volcano: str | None = None
    #: 12-digit code of the river forecast area (指定河川洪水予報の予報区域)
    river: str | None = None
    #: of a notice: when what is told begins, UTC; None for now
    start: datetime | None = None
    #: when what is told ends by itself, UTC (竜巻注意情報 and the like)
    until: datetime | None = None
    #: the day in Japan that is spoken of (熱中症警戒アラート)
    day: date | None = None
    #: foreseen within hours, not there yet (線状降水帯直前)
    expected: bool = False
    #: of a notice: what it is about
    topic: Topic | None = None
    #: of a notice: where
    spot: Spot | None = None
    #: of a notice in words of its own: (language, words), in the order of the tags
    words: tuple[tuple[str, str], ...] = ()
    #: the telegram says that the danger has become less (引下げ, 解除)
    eased: bool = False

    def height_rank(self) -> float:
        """Greater is higher; 0 where no number is given (words are not compared with numbers)."""
        return 0.0 if self.height is None else self.height + (0.5 if self.over else 0.0)

    def rank(self) -> tuple[float, bool]:
        """Of two words of one grade the one to tell: the higher, and what is there before what is only foreseen."""
        return (self.height_rank(), not self.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaReport:
    """What a report says of one area: a grade, `none`, or `unknown`."""

    scheme: AreaScheme
    code: str
    grade: str
    #: the telegram says in words that it lifts (解除), which also holds where nothing was known before
    lifted: bool = False
    facts: Facts = field(default_factory=Facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One telegram's word on one hazard."""

    #: SHA-256 of the raw telegram
    digest: str
    #: telegram type, such as VXSE53
    type: str
    status: Status
    info_type: InfoType
    hazard: Hazard
    #: Control/DateTime, UTC: what orders reports
    sent: datetime
    #: Head/ReportDateTime, UTC: the official time of issue, shown to people
    issued: datetime
    #: what this report replaces is found by these: event ids, or type and region
    lineage: tuple[str, ...]
    areas: tuple[AreaReport, ...] = ()
    #: the forecast areas (6 digits) that it speaks for, where these are not all of its lineage's region: what was said
    #: before of places outside them still stands
    only_for: tuple[str, ...] = ()
    #: Head/ValidDateTime, UTC
    valid_until: datetime | None = None
    #: when the earthquake or the eruption was, UTC, to the minute
    origin: datetime | None = None
    #: what one 取消 withdraws, where a lineage holds more than that: Head/EventID
    unit: str = ""
    #: the grade of a report that names no area at all (南海トラフ地震臨時情報); what it holds for is ours to know
    at_large: str = NONE

    @property
    def by_hand(self) -> bool:
        """Two people have signed it; no telegram can say so."""
        return self.type == HAND

    def order(self) -> tuple[datetime, int, str]:
        """The order in which reports apply: time of the telegram, then 発表, 訂正, 取消, then digest."""
        return (self.sent, self.info_type.rank, self.digest)

    def open_areas(self) -> tuple[AreaReport, ...]:
        """The areas of which it says something that no table knows."""
        return tuple(area for area in self.areas if area.grade == UNKNOWN)
