"""Builds VXSE51 and VXSE53: intensities by seismic area, or by municipality.

Source: 地震火山関連XML電文解説資料 (震度速報, 震源・震度に関する情報).
"""

import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from alerts import hazards, places
from alerts.places import Level, Place
from alerts.vocabulary import Hazard, InfoType, Status
from feeds.jma.compose import document
from feeds.jma.compose.document import TOKYO, Letterhead, add
from feeds.jma.compose.epicentre import NOTO, Epicentre, about, comments, earthquake

_PREFECTURES = "地震情報／都道府県等"
_AREAS = "地震情報／細分区域"
_CITIES = "気象・地震・火山情報／市町村等"
_TYPES = (
    ("Pref/Code", _PREFECTURES),
    ("Pref/Area/Code", _AREAS),
    ("Pref/Area/City/Code", _CITIES),
    ("Pref/Area/City/IntensityStation/Code", "震度観測点"),
)
_NO_DATA = "震度５弱以上未入電"
#: the weakest intensity a full report's headline lists, by the strongest of all; below 3 it lists nothing
_LISTED_FROM = {"3": "3", "4": "3", "5-": "4", "5-?": "4", "5+": "4", "6-": "5-", "6+": "5-", "7": "5-"}


def first_intensity_report(
    *,
    event_id: str,
    at: datetime,
    areas: Mapping[str, str],
    origin: datetime | None = None,
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    serial: int | None = None,
    office: str = TOKYO,
    comment_codes: Sequence[str] = ("0217",),
) -> bytes:
    """VXSE51. `areas`: seismic area (3 digits) to intensity ("3" … "7"); `origin`: when it shook, else `at`."""
    when = origin or at
    letter = Letterhead(
        at=at,
        issued=issued,
        target=when,
        event_id=event_id,
        info_type=info_type,
        status=status,
        serial=serial,
        office=office,
        text=f"{about(when)}、強い揺れがありました。",
    )
    root, headline, body = document.start("VXSE51", letter)
    named = [(code, area_name(code), grade) for code, grade in areas.items()]
    _information(headline, "震度速報", _AREAS, named)
    observation = _observation(body, areas.values(), cities=False)
    for prefecture, members in by_prefecture(areas).items():
        element = _measured(observation, "Pref", prefecture_name(prefecture), prefecture, members.values())
        for code, grade in members.items():
            _measured(element, "Area", area_name(code), code, [grade])
    comments(body, comment_codes)
    return document.finish(root)


def full_earthquake_report(
    *,
    event_id: str,
    at: datetime,
    cities: Mapping[str, str],
    origin: datetime | None = None,
    epicentre: Epicentre = NOTO,
    magnitude: str | None = "7.6",
    magnitude_words: str = "Ｍ不明",
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    serial: int | None = 1,
    office: str = TOKYO,
    comment_codes: Sequence[str] = ("0215",),
) -> bytes:
    """VXSE53. `cities`: seismic municipality or ward (7 digits) to intensity.

    "5-?" stands for 震度５弱以上未入電: strong shaking is expected there, but no data has come in.
    """
    when = origin or at
    letter = Letterhead(
        at=at,
        issued=issued,
        event_id=event_id,
        info_type=info_type,
        status=status,
        serial=serial,
        office=office,
        text=f"{about(when)}、地震がありました。",
    )
    root, headline, body = document.start("VXSE53", letter)
    earthquake(body, when, epicentre, magnitude, words=magnitude_words)
    observation = _observation(body, cities.values(), cities=True)
    by_area = _by_area(cities)
    highest = {area: strongest(members.values()) for area, members in by_area.items()}
    for prefecture, areas in by_prefecture(highest).items():
        element = _measured(observation, "Pref", prefecture_name(prefecture), prefecture, areas.values())
        for area in areas:
            inner = _measured(element, "Area", area_name(area), area, by_area[area].values())
            for code, grade in by_area[area].items():
                _city(inner, code, grade)
    _full_headline(headline, highest, cities)
    comments(body, comment_codes, stations=True)
    return document.finish(root)


def _observation(body: ET.Element, grades: Collection[str], *, cities: bool) -> ET.Element:
    if not grades:
        raise ValueError("expected at least one area or municipality with an intensity")
    observation = add(add(body, "Intensity"), "Observation")
    document.code_types(observation, _TYPES if cities else _TYPES[:2])
    add(observation, "MaxInt", _measured_grade(grades))
    return observation


def _measured(parent: ET.Element, name: str, place: str, code: str, grades: Iterable[str]) -> ET.Element:
    element = document.named(parent, name, place, code)
    measured = _measured_grade(grades)
    if measured:
        add(element, "MaxInt", measured)
    return element


def _measured_grade(grades: Iterable[str]) -> str:
    """The strongest that was measured: what has not come in is no measurement."""
    known = [grade for grade in grades if grade != "5-?"]
    return strongest(known) if known else ""


def strongest(grades: Iterable[str]) -> str:
    """The highest of some intensities."""
    return hazards.rule(Hazard.EARTHQUAKE).highest([*grades])


def _city(area: ET.Element, code: str, grade: str) -> None:
    name = _place(code).names.ja
    city = _measured(area, "City", name, code, [grade])
    if grade == "5-?":
        add(city, "Condition", _NO_DATA)
    station = document.named(city, "IntensityStation", name, code)
    add(station, "Int", _NO_DATA if grade == "5-?" else grade)


def _full_headline(headline: ET.Element, areas: Mapping[str, str], cities: Mapping[str, str]) -> None:
    rank = hazards.rule(Hazard.EARTHQUAKE).rank
    lowest = _LISTED_FROM.get(strongest(cities.values()))
    if lowest is None:
        return
    wide = [(code, area_name(code), g) for code, g in areas.items() if rank(g) >= rank(lowest)]
    narrow = [(code, _place(code).names.ja, g) for code, g in cities.items() if rank(g) >= rank(lowest)]
    _information(headline, "震源・震度に関する情報（細分区域）", _AREAS, wide)
    _information(headline, "震源・震度に関する情報（市町村等）", _CITIES, narrow)


def _information(headline: ET.Element, kind: str, table: str, named: Iterable[tuple[str, str, str]]) -> None:
    """Headline/Information: one Item per intensity, the strongest first."""
    by_grade: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for code, name, grade in named:
        by_grade[grade].append((name, code))
    information = add(headline, "Information", type=kind)
    for grade in sorted(by_grade, key=hazards.rule(Hazard.EARTHQUAKE).rank, reverse=True):
        item = add(information, "Item")
        add(add(item, "Kind"), "Name", _intensity_name(grade))
        areas = add(item, "Areas", codeType=table)
        for name, code in by_grade[grade]:
            document.named(areas, "Area", name, code)


def _intensity_name(grade: str) -> str:
    if grade == "5-?":
        return _NO_DATA
    return "震度" + document.wide(grade[0]) + {"-": "弱", "+": "強"}.get(grade[1:], "")


def by_prefecture(areas: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Prefecture -> its areas with their intensities."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for code, grade in areas.items():
        found[_region(code).parents[0]][code] = grade
    return found


def _by_area(cities: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for code, grade in cities.items():
        found[_place(code).seismic_areas[0]][code] = grade
    return found


def _region(area: str) -> places.Region:
    region = places.load().region(Level.SEISMIC_AREA, area)
    if region is None:
        raise ValueError(f"{area}: expected a seismic area of three digits, such as 390")
    return region


def area_name(area: str) -> str:
    """Of a seismic area. ValueError for one that stands in no table."""
    return _region(area).ja


def prefecture_name(prefecture: str) -> str:
    """Of a prefecture, two digits."""
    return places.load().prefecture_name(prefecture, "ja") or prefecture


def _place(code: str) -> Place:
    """The municipality or ward of a seismic code; the ward where it names one."""
    table = places.load()
    found = table.by_seismic_city(code).places
    place = table.place(max(found, key=lambda one: table.city_of(one) is not None)) if found else None
    if place is None:
        raise ValueError(f"{code}: expected a seismic municipality of seven digits, such as 1720400")
    return place
