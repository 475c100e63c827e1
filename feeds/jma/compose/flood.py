"""Builds VXKO telegrams: one river's flood forecast, with a level per gauge station.

Source: 指定河川洪水予報電文解説資料 2025-12-22 (Headline, 主文, 浸水想定地区).
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from datetime import datetime

from alerts import places
from alerts.places import RiverArea
from alerts.vocabulary import InfoType, Status
from feeds.jma.compose import document
from feeds.jma.compose.document import Letterhead, add

_NAMES = {
    "51": "レベル５氾濫特別警報",
    "53": "レベル５氾濫特別警報（氾濫水の予報）",
    "40": "レベル４氾濫危険警報",
    "41": "レベル４氾濫危険警報",
    "30": "レベル３氾濫警報",
    "31": "レベル３氾濫警報",
    "20": "レベル２氾濫注意報",
    "21": "レベル２氾濫注意報",
    "22": "レベル２氾濫注意報（警報解除）",
    "10": "レベル２氾濫注意報解除",
}
_TYPE = "VXKOii"


def flood_report(
    river: str,
    *,
    code: str,
    stations: Mapping[str, str],
    at: datetime,
    listed: bool = True,
    flooded: Sequence[str] = (),
    event_id: str = "",
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    serial: int = 1,
    office: str = "○○地方気象台",
) -> bytes:
    """VXKO50 to VXKO89. `river`: forecast area (12 digits); `code`: Kind/Code, see `_NAMES`.

    `stations`: gauge station (17 digits) to the level of its section, "2" to "5", or "" for one below its marks;
    none at all writes an empty body, as JMA may do. `listed` says which municipalities each section can flood;
    `flooded` (class20) are those that water which is out reaches, in place of that. ValueError for an unknown river.
    """
    area = places.load_rivers().area(river)
    if area is None or code not in _NAMES:
        raise ValueError(f"{river}, {code}: expected a forecast area (12 digits) and one of {', '.join(_NAMES)}")
    letter = Letterhead(
        at=at,
        issued=issued,
        event_id=event_id or river,
        info_type=info_type,
        status=status,
        serial=serial,
        office=office,
        publisher=f"○○河川事務所　{office}",
        head_title=area.ja + _NAMES[code],
        text=f"{area.ja}では、{_NAMES[code]}を出しています。",
    )
    root, headline, body = document.start(_TYPE, letter)
    _headline(headline, area, code)
    if stations or flooded:
        warning = add(body, "Warning", type="指定河川洪水予報")
        for station, level in stations.items():
            _sentence(warning, area, station, level)
        if flooded:
            _flooded(warning, flooded)
        elif listed:
            _listed(warning, area, stations)
    return document.finish(root)


def _headline(headline: ET.Element, area: RiverArea, code: str) -> None:
    for table, name, number in (("予報区域", area.ja, area.code), ("河川", area.ja, area.code[:10])):
        item = add(add(headline, "Information", type=f"指定河川洪水予報（{table}）"), "Item")
        kind = document.named(item, "Kind", _NAMES[code], code)
        add(kind, "Condition", _NAMES[code] + ("（発表）" if code in ("20", "30", "40") else ""))
        among = add(item, "Areas", codeType="指定河川洪水予報（予報区域）" if table == "予報区域" else table)
        document.named(among, "Area", name, number)


def _sentence(warning: ET.Element, area: RiverArea, station: str, level: str) -> None:
    item = add(warning, "Item")
    part = add(add(item, "Kind"), "Property")
    add(part, "Type", "主文")
    mark = f"【警戒レベル{document.wide(level)}{'相当' if level > '2' else ''}】" if level else ""
    said = "受け持ち区間　水位に注意してください。" if level else "では、「氾濫注意水位」を下回りました。"
    add(part, "Text", f"{mark}{area.ja}の基準観測所{said}")
    document.named(add(item, "Areas", codeType="河川"), "Area", area.ja, area.code[:10])
    entry = add(add(item, "Stations"), "Station")
    add(entry, "Name", "基準観測所")
    add(entry, "Code", station, type="水位観測所")


def _listed(warning: ET.Element, area: RiverArea, stations: Mapping[str, str]) -> None:
    """浸水想定地区: the municipalities of each station, by the table of rivers."""
    among = _flood_area(warning, "浸水想定地区", "1")
    for station in stations:
        for code in places.load_rivers().station_places(area.code, station):
            place = places.load().place(code)
            for class20 in place.class20 if place and not place.parent else ():
                entry = add(among, "Area", codeType="水位観測所")
                add(entry, "Name", "基準観測所")
                add(entry, "Code", station)
                _city(entry, class20)


def _flooded(warning: ET.Element, flooded: Sequence[str]) -> None:
    among = _flood_area(warning, "浸水想定地区（氾濫発生情報）", "2")
    for class20 in flooded:
        entry = add(among, "Area", codeType="水位観測所")
        add(entry, "Name", "氾濫発生箇所")
        _city(entry, class20)


def _flood_area(warning: ET.Element, name: str, code: str) -> ET.Element:
    item = add(warning, "Item")
    kind = document.named(item, "Kind", name, code)
    add(kind, "Status", "対象地域")
    part = add(kind, "Property")
    add(part, "Type", name)
    add(part, "Text", "氾濫による浸水が想定される地区※")
    return add(item, "Areas")


def _city(entry: ET.Element, class20: str) -> None:
    place = places.load().place(class20[:5])
    prefecture = class20[:2]
    add(entry, "Prefecture", places.load().prefecture_name(prefecture, "ja") or "")
    add(entry, "PrefectureCode", f"{prefecture}000")
    add(entry, "City", place.names.ja if place else class20)
    add(entry, "CityCode", class20)
    add(entry, "SubCityList", "-")
