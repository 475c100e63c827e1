"""VXKO50 to VXKO89: river floods (指定河川洪水予報), per municipality by the level of the sections that touch it.

The headline holds the river's highest level; each gauge station's section has a level of its own, in its
sentence of the 主文 (【警戒レベルｎ相当】). Which municipalities a section can flood stands in 浸水想定地区 of the
telegram; where it does not, or no table knows its code, in the table of rivers (`flood_places`).
Source: 指定河川洪水予報電文解説資料 2025-12-22 (codes, 主文, 浸水想定地区), and the official samples.
"""

import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from alerts import hazards
from alerts.notices import Notice, NoticeKind
from alerts.report import UNKNOWN, AreaReport, AreaScheme, Facts, Report
from alerts.vocabulary import NONE, Hazard, InfoType
from feeds.jma import envelope
from feeds.jma.envelope import Envelope, NotReadable
from feeds.jma.flood_places import Sections

#: the tens digit is the level; 10 is the end, 22 an advisory that is left of a warning
_GRADES: Mapping[str, str] = {
    "51": "L5",
    "53": "L5",
    "40": "L4",
    "41": "L4",
    "30": "L3",
    "31": "L3",
    "20": "L2",
    "21": "L2",
    "22": "L2",
    "10": NONE,
}
_RIVER = re.compile(r"[0-9]{12}")
#: a level by itself opens or ends the sentence of a station; 2 has no 相当
_LEVEL = re.compile(r"【警戒レベル([1-5])(?:相当)?】")
_TYPE = "VXKOii"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """What the body says of the river's sections."""

    #: gauge station (17 digits) -> grade; `none` for one whose sentence has no level
    stations: Mapping[str, str]
    #: gauge station -> municipalities (7 digits) its section can flood
    listed: Mapping[str, list[str]] = field(default_factory=dict)
    #: municipalities that water which is out already can reach
    flooded: tuple[str, ...] = ()


def read(code: str, telegram: Envelope, digest: str) -> tuple[list[Report], list[Notice]]:
    """One report on one river. NotReadable where the headline does not say which river and level."""
    notices: list[Notice] = []
    river, areas = "", list[AreaReport]()
    if telegram.info_type is not InfoType.CANCEL:
        river, kind = _headline(telegram.head)
        areas += _areas(river, _grade(kind, river, notices), _body(telegram.body), notices)
    unit = telegram.event_id or river
    if not unit:
        raise NotReadable("Head/EventID: expected the river's forecast area (12 digits)")
    return [
        Report(
            digest=digest,
            type=_TYPE,
            status=telegram.status,
            info_type=telegram.info_type,
            hazard=Hazard.FLOOD,
            sent=telegram.sent,
            issued=telegram.issued,
            lineage=(f"river:{unit}",),
            areas=tuple(areas),
        )
    ], notices


def _headline(head: ET.Element) -> tuple[str, str]:
    """(forecast area, Kind/Code)."""
    headline = envelope.child(head, "Headline")
    for information in envelope.children(headline, "Information") if headline is not None else ():
        if envelope.attribute(information, "type").endswith("(予報区域)"):
            item = envelope.child(information, "Item")
            river, kind = envelope.text(item, "Areas", "Area", "Code"), envelope.text(item, "Kind", "Code")
            if _RIVER.fullmatch(river) and kind:
                return river, kind
    raise NotReadable("Headline/Information（予報区域）: expected a Kind/Code and a forecast area of 12 digits")


def _grade(kind: str, river: str, notices: list[Notice]) -> str:
    """The river's highest grade. A new code is known by its tens digit, and told."""
    if kind in _GRADES:
        return _GRADES[kind]
    by_tens = f"L{kind[0]}" if re.fullmatch(r"[2-5][0-9]", kind) else UNKNOWN
    notices.append(_notice(f"VXKO Kind/Code {kind}", f"river {river}: taken as {by_tens}"))
    return by_tens


def _body(body: ET.Element) -> _Body:
    stations: dict[str, str] = {}
    listed: dict[str, list[str]] = defaultdict(list)
    flooded: list[str] = []
    for item in (item for warning in envelope.children(body, "Warning") for item in envelope.children(warning, "Item")):
        if envelope.text(item, "Kind", "Property", "Type") == "主文":
            _sentence(item, stations)
            continue
        areas = envelope.child(item, "Areas")
        for area in envelope.children(areas, "Area") if areas is not None else ():
            station, city = envelope.text(area, "Code"), envelope.text(area, "CityCode")
            if city:
                (listed[station] if station else flooded).append(city)
    return _Body(stations=stations, listed=listed, flooded=tuple(flooded))


def _sentence(item: ET.Element, stations: dict[str, str]) -> None:
    """The level that a sentence gives its stations: the highest, should it give several."""
    text = envelope.text(item, "Kind", "Property", "Text")
    grade = max((f"L{level}" for level in _LEVEL.findall(text) if level > "1"), default=NONE)
    among = envelope.child(item, "Stations")
    for station in envelope.children(among, "Station") if among is not None else ():
        code = envelope.text(station, "Code")
        if code:
            stations[code] = _highest(grade, stations.get(code, NONE))


def _areas(river: str, grade: str, body: _Body, notices: list[Notice]) -> Iterator[AreaReport]:
    """Every municipality once, with the highest level of the sections that touch it."""
    found: dict[tuple[AreaScheme, str], str] = {}
    for scheme, code, level in _said(river, grade, body, notices):
        found[scheme, code] = _highest(level, found.get((scheme, code), UNKNOWN))
    if not found:  # the telegram names neither station nor municipality
        found[AreaScheme.RIVER_AREA, river] = grade
    for (scheme, code), level in found.items():
        over = grade == NONE
        yield AreaReport(scheme=scheme, code=code, grade=NONE if over else level, lifted=over, facts=Facts(river=river))


def _said(river: str, grade: str, body: _Body, notices: list[Notice]) -> Iterator[tuple[AreaScheme, str, str]]:
    """(table, code, grade) of every place a section or the flood itself touches; a place may come several times."""
    listed = {**body.listed, **({"": body.flooded} if body.flooded else {})}
    levels = _levels(river, grade, body, notices)
    return Sections(river=river, grade=grade, levels=levels, listed=listed, notices=notices).said()


def _levels(river: str, grade: str, body: _Body, notices: list[Notice]) -> Mapping[str, str]:
    """Gauge station -> grade. Where no section bears the headline's level, nobody knows which one it is: all do."""
    highest = _highest(*body.stations.values(), grade if body.flooded and body.stations else NONE)
    if grade == UNKNOWN and highest == NONE:
        return dict.fromkeys(body.stations.keys() | body.listed.keys(), UNKNOWN)
    if grade in (NONE, UNKNOWN) or _highest(grade, highest) == highest:
        return body.stations
    if highest != NONE:
        notices.append(_notice(f"VXKO sections of river {river}", f"the headline says {grade}, no sentence does"))
    return dict.fromkeys(body.stations.keys() | body.listed.keys(), grade)


def _highest(*grades: str) -> str:
    known = [grade for grade in grades if grade != UNKNOWN]
    return hazards.rule(Hazard.FLOOD).highest(known) if known or not grades else UNKNOWN


def _notice(subject: str, found: str) -> Notice:
    return Notice(
        kind=NoticeKind.UNKNOWN_CODE,
        subject=subject,
        text=f"{subject} is not as the tables and the manual have it ({found}). Look at the telegram.",
        urgent=True,
    )
