"""VPWW55 to VPWW61: weather warnings and advisories per municipality, in the form of 2026-05-28.

Each telegram is the full state of its hazards in one office's region: it replaces, it does not add. A hazard
of the telegram that it does not name for a municipality is not in force there.
Source: 気象警報・注意報（Ｒ０６）電文解説資料 2026-04-30, table 3 (codes), and the official samples.
"""

import functools
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from alerts import places
from alerts.notices import Notice, NoticeKind
from alerts.report import UNKNOWN, AreaReport, AreaScheme, Report
from alerts.vocabulary import NONE, Hazard, InfoType
from feeds.jma import envelope
from feeds.jma.envelope import Envelope, NotReadable

#: type -> hazard -> Kind/Code -> grade. The codes' order is not that of severity, and no code stands twice
GRADES: Mapping[str, Mapping[Hazard, Mapping[str, str]]] = {
    "VPWW55": {Hazard.HEAVY_RAIN: {"33": "L5", "43": "L4", "03": "L3", "10": "L2"}},
    "VPWW56": {Hazard.LANDSLIDE: {"39": "L5", "49": "L4", "09": "L3", "29": "L2"}},
    "VPWW57": {Hazard.STORM_SURGE: {"38": "L5", "48": "L4", "08": "L3", "19": "L2"}},
    "VPWW58": {
        Hazard.STORM: {"35": "emergency", "05": "warning", "15": "advisory"},
        Hazard.SNOW_STORM: {"32": "emergency", "02": "warning", "13": "advisory"},
    },
    "VPWW59": {Hazard.WAVE: {"37": "emergency", "07": "warning", "16": "advisory"}},
    "VPWW60": {Hazard.HEAVY_SNOW: {"36": "emergency", "06": "warning", "12": "advisory"}},
    "VPWW61": {
        Hazard.THUNDER: {"14": "advisory"},
        Hazard.SNOW_MELT: {"17": "advisory"},
        Hazard.FOG: {"20": "advisory"},
        Hazard.DRY: {"21": "advisory"},
        Hazard.AVALANCHE: {"22": "advisory"},
        Hazard.LOW_TEMPERATURE: {"23": "advisory"},
        Hazard.FROST: {"24": "advisory"},
        Hazard.ICING: {"25": "advisory"},
        Hazard.SNOW_ACCRETION: {"26": "advisory"},
        Hazard.OTHER: {"27": "advisory"},
    },
}
_LIFTED = "解除"
_NOTHING = "発表警報・注意報はなし"
#: Kind/Status of what is in force; the code says the grade, the status only how it came about
_IN_FORCE = frozenset(
    {
        "発表",
        "継続",
        "特別警報から危険警報",
        "特別警報から警報",
        "特別警報から注意報",
        "危険警報から警報",
        "危険警報から注意報",
        "警報から注意報",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """What one Kind says; of no hazard where its code stands in no table: it may mean any of the telegram's."""

    hazard: Hazard | None
    grade: str
    lifted: bool = False


def read(code: str, telegram: Envelope, digest: str) -> tuple[list[Report], list[Notice]]:
    """One report per hazard of the type. NotReadable where region or municipalities are missing, or it is a 取消."""
    if telegram.info_type is InfoType.CANCEL:
        raise NotReadable("Head/InfoType: expected 発表 or 訂正; JMA lifts a warning, and never withdraws one (取消)")
    parts = _parts(telegram.body)
    notices: list[Notice] = []
    said = [(place, _words(item, code, place, notices)) for place, item in _municipalities(telegram.body)]
    if not said:  # a telegram replaces all that was said before: an empty one would lift every warning
        raise NotReadable("Body/Warning（市町村等）: expected municipalities")
    region = _region(parts, frozenset(place for place, _ in said))
    return [
        Report(
            digest=digest,
            type=code,
            status=telegram.status,
            info_type=telegram.info_type,
            hazard=hazard,
            sent=telegram.sent,
            issued=telegram.issued,
            lineage=(f"{code}:{region}",),
            only_for=() if _whole(region, parts) else parts,
            areas=tuple(area for place, words in said for area in _areas(place, words, hazard, [*grades.values()])),
        )
        for hazard, grades in GRADES[code].items()
    ], notices


def _level(body: ET.Element, name: str) -> list[ET.Element]:
    """The items of a level, of one block or of several."""
    blocks = [w for w in envelope.children(body, "Warning") if envelope.attribute(w, "type").endswith(f"({name})")]
    return [item for block in blocks for item in envelope.children(block, "Item")]


def _parts(body: ET.Element) -> tuple[str, ...]:
    """The forecast areas (府県予報区等) the telegram speaks for; in Hokkaido these are parts of an office's region."""
    codes = sorted({envelope.text(item, "Area", "Code") for item in _level(body, "府県予報区等")} - {""})
    if not codes:
        raise NotReadable("Body/Warning[@type=…（府県予報区等）]: expected the region this telegram speaks for")
    return tuple(codes)


@functools.lru_cache(maxsize=512)
def _region(parts: tuple[str, ...], named: frozenset[str]) -> str:
    """The region of one office (6 digits), by the municipalities it names, else by the areas it speaks for.

    Neither the office's name, which may be a substitute's, nor the set of areas tells which telegrams replace each
    other: one may speak for a part of the region, and lifts what another one has set there.
    """
    found = _offices(place for code in sorted(named) for place in places.load().by_class20(code).places)
    if len(found) == 1:
        return min(found)
    said = _offices(place for code in parts for place in _area(code))
    return "+".join(sorted(said or parts))


@functools.lru_cache(maxsize=512)
def _whole(region: str, parts: tuple[str, ...]) -> bool:
    """Whether these areas together are all of the region."""
    covered = frozenset[str]().union(*(_area(code) for code in parts))
    return places.load().by_office(region).places <= covered


def _area(code: str) -> frozenset[str]:
    return places.load().by_office(code).places or places.load().by_class10(code).places


def _offices(codes: Iterable[str]) -> set[str]:
    return {place.office for code in codes if (place := places.load().place(code)) is not None}


def _municipalities(body: ET.Element) -> Iterator[tuple[str, ET.Element]]:
    """Only the municipalities count: the levels above show the maximum of theirs, sea sections are no places."""
    for item in _level(body, "市町村等"):
        place = envelope.text(item, "Area", "Code")
        if not place:
            raise NotReadable("Body/Warning（市町村等）/Item: an Area without Code")
        yield place, item


def _words(item: ET.Element, code: str, place: str, notices: list[Notice]) -> list[_Word]:
    words = [_word(kind, code, place, notices) for kind in envelope.children(item, "Kind")]
    if not words:
        raise NotReadable(f"Body/Warning（市町村等）/Item {place}: expected a Kind")
    return words


def _areas(place: str, words: Iterable[_Word], hazard: Hazard, worst_first: list[str]) -> Iterator[AreaReport]:
    """The word on one hazard in one municipality; besides it, an unknown one where a kind stands in no table."""
    mine = [word for word in words if word.hazard in (hazard, None)]
    if any(word.grade == UNKNOWN for word in mine):
        yield AreaReport(scheme=AreaScheme.CLASS20, code=place, grade=UNKNOWN)
    known = [word for word in mine if word.grade != UNKNOWN]
    if known or not mine:
        grade = min((word.grade for word in known), key=[*worst_first, NONE].index, default=NONE)
        lifted = grade == NONE and any(word.lifted for word in known)
        yield AreaReport(scheme=AreaScheme.CLASS20, code=place, grade=grade, lifted=lifted)


def _word(kind: ET.Element, code: str, place: str, notices: list[Notice]) -> _Word:
    """What a Kind says. A code or status no table knows leaves what was said before."""
    status, value = envelope.text(kind, "Status"), envelope.text(kind, "Code")
    if status == _NOTHING:
        return _Word(hazard=None, grade=NONE)
    hazard = next((hazard for hazard, grades in GRADES[code].items() if value in grades), None)
    if hazard is None:
        notices.append(_unknown(f"{code} Kind/Code {value or '(none)'}", place))
        return _Word(hazard=None, grade=UNKNOWN)
    if status == _LIFTED:
        return _Word(hazard=hazard, grade=NONE, lifted=True)
    if status not in _IN_FORCE:
        notices.append(_unknown(f"{code} Kind/Status {status or '(none)'}", place))
        return _Word(hazard=hazard, grade=UNKNOWN)
    return _Word(hazard=hazard, grade=GRADES[code][hazard][value])


def _unknown(subject: str, place: str) -> Notice:
    return Notice(
        kind=NoticeKind.UNKNOWN_CODE,
        subject=subject,
        text=f"{subject} (first at area {place}) stands in no table. What was in force there before "
        "still stands. Look at the telegram and at the manual of JMA.",
        urgent=True,
    )
