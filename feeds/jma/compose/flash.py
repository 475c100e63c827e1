"""Builds what ends by time: VPBS50 (rain bands, record rain, heavy snow), VPHW50/51 (tornado), VPFT50 (heat).

Source: 気象解説情報電文解説資料 2026-03-24, 竜巻注意情報 and 熱中症警戒アラート電文解説資料, official samples.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from alerts import places
from alerts.japan import JST
from alerts.places import Level
from alerts.vocabulary import InfoType, Status
from feeds.jma.compose import document, weather
from feeds.jma.compose.document import Letterhead, add

_REGIONS = "気象情報／府県予報区・細分区域等"
_CITIES = "気象・地震・火山情報／市町村等"
_TAGS = {
    "線状降水帯発生": "線状降水帯発生",
    "線状降水帯直前": "線状降水帯直前予測",
    "記録雨": "記録的短時間大雨",
    "短時間大雪": "短時間大雪",
}


def flash_report(
    tag: str,
    *,
    region: str,
    areas: Sequence[str],
    at: datetime,
    event_id: str,
    observed: Sequence[str] = (),
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    serial: int = 1,
) -> bytes:
    """VPBS50. `tag`: keyword, see `_TAGS`; `region`: 府県予報区; `areas`: class10; `observed`: class20 of record rain.

    `event_id` such as KJPTG202607271923_202607271923: the event, and after the underscore this part of it.
    """
    name = _region(Level.OFFICE, region)
    letter = Letterhead(
        at=at,
        issued=issued,
        event_id=event_id,
        info_type=info_type,
        status=status,
        serial=serial,
        office=f"{name}の気象台",
        head_title=f"{name}気象防災速報（{_TAGS.get(tag, tag)}）",
        text=f"{name}では、災害の危険が急に高まっています。",
    )
    root, headline, body = document.start("VPBS50", letter)
    item = add(add(headline, "Information", type="情報タグ"), "Item")
    kind = add(item, "Kind")
    add(kind, "Name", "情報タグ")
    add(kind, "Condition", tag)
    among = add(item, "Areas", codeType=_REGIONS)
    for area in areas:
        document.named(among, "Area", _region(Level.CLASS10, area), area)
    info = add(add(body, "MeteorologicalInfos", type="観測実況"), "MeteorologicalInfo")
    add(info, "DateTime", document.local_time(issued or at))
    for area, table in [*((a, _CITIES) for a in observed), *((a, _REGIONS) for a in areas if not observed)]:
        entry = add(info, "Item")
        add(add(add(entry, "Kind"), "Property"), "Type", "気象現象の実況")
        place = document.named(entry, "Area", _city(area) if table == _CITIES else _region(Level.CLASS10, area), area)
        place.set("codeType", table)
        if table == _CITIES:
            add(place, "Status", "付近")
    return document.finish(root)


def tornado_report(
    *,
    region: str,
    areas: Iterable[str],
    at: datetime,
    valid_until: datetime,
    sighted: bool = False,
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    serial: int = 1,
) -> bytes:
    """VPHW50, or VPHW51 where somebody has seen it. `region`: 府県予報区; `areas`: class10 that it is issued for.

    Every other area of the region is named as なし. ValueError for an area of another region.
    """
    code, name, threatened = "VPHW51" if sighted else "VPHW50", _region(Level.OFFICE, region), frozenset(areas)
    levels = _levels(region)
    if not threatened <= levels["一次細分区域等"].keys():
        raise ValueError(f"{', '.join(sorted(threatened))}: expected class10 areas of region {region}")
    letter = Letterhead(
        at=at,
        issued=issued,
        valid_until=valid_until,
        event_id="",
        info_type=info_type,
        status=status,
        serial=serial,
        office=f"{name}の気象台",
        publisher=f"{name}の気象台",
        head_title=name + document.FORMS[code].head_title,
        text=("【目撃情報あり】" if sighted else "") + f"{name}は、竜巻などの激しい突風が発生するおそれがあります。",
    )
    root, headline, body = document.start(code, letter)
    for level, members in levels.items():
        kind = f"竜巻注意情報（{level}）"
        hit = [area for area, above in members.items() if above & threatened]
        _tornado_headline(headline, kind, _CITIES if level == "市町村等" else _REGIONS, level, hit)
        warning = add(body, "Warning", type=kind)
        for area in members:
            entry = add(warning, "Item")
            code_of = ("竜巻注意情報", "1", "発表") if area in hit else ("なし", "0", "なし")
            add(document.named(entry, "Kind", *code_of[:2]), "Status", code_of[2])
            document.named(entry, "Area", _name(level, area), area)
    return document.finish(root)


def heat_report(
    *,
    region: str,
    day: date,
    at: datetime,
    event_id: str = "JPTC260001",
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    serial: int = 1,
) -> bytes:
    """VPFT50. `region`: 府県予報区, whose name stands in the title; `day`: the day in Japan that it speaks of."""
    name = _region(Level.OFFICE, region)
    letter = Letterhead(
        at=at,
        issued=issued,
        event_id=event_id,
        info_type=info_type,
        status=status,
        serial=serial,
        office=f"{name}の気象台",
        publisher="環境省　気象庁",
        head_title=f"{name}熱中症警戒アラート",
        text="",
    )
    root, _, body = document.start("VPFT50", letter)
    today = (issued or at).astimezone(JST).date() == day
    word = f"{'今日' if today else '明日'}（{document.wide(str(day.day))}日）"
    add(body, "Notice")
    text = f"{name}では、{word}は、気温が著しく高くなることにより熱中症のおそれがあります。"
    add(add(body, "Comment"), "Text", text, type="本文")
    return document.finish(root)


def _tornado_headline(headline: ET.Element, kind: str, table: str, level: str, hit: Sequence[str]) -> None:
    if not hit:
        return
    information = add(headline, "Information", type=kind)
    for area in hit:
        entry = add(information, "Item")
        add(document.named(entry, "Kind", "竜巻注意情報", "1"), "Condition", "発表")
        document.named(add(entry, "Areas", codeType=table), "Area", _name(level, area), area)


def _levels(region: str) -> dict[str, dict[str, set[str]]]:
    """Level of areas -> area -> the class10 areas it is, holds or lies in."""
    levels: dict[str, dict[str, set[str]]] = {
        name: {} for name in ("発表細分", "一次細分区域等", "市町村等をまとめた地域等", "市町村等")
    }
    for chain in weather.chains(region).values():
        for level, code in zip(levels.values(), chain, strict=True):
            level.setdefault(code, set()).add(chain[1])
    return levels


def _name(level: str, code: str) -> str:
    match level:
        case "発表細分":
            return _region(Level.OFFICE, code)
        case "一次細分区域等":
            return _region(Level.CLASS10, code)
        case "市町村等をまとめた地域等":
            return _region(Level.CLASS15, code)
        case _:
            return _city(code)


def _region(level: Level, code: str) -> str:
    region = places.load().region(level, code)
    if region is None:
        raise ValueError(f"{code}: stands in no table of {level} areas (six digits, such as 170000)")
    return region.ja


def _city(class20: str) -> str:
    part, place = places.load().region(Level.CLASS20, class20), places.load().place(class20[:5])
    return part.ja if part else place.names.ja if place else class20
