"""Builds VPWW55 (heavy rain) and VPWW56 (landslides): the full state of one hazard in one forecast region.

Source: 気象警報・注意報（Ｒ０６）電文解説資料 2026-04-30: levels of areas, Status, Headline 解除.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts import places
from alerts.places import Level
from alerts.vocabulary import InfoType, Status
from feeds.jma.compose import document
from feeds.jma.compose.document import Letterhead, add

_LIFTED = "解除"
_NOTHING = "発表警報・注意報はなし"
_REGIONS = "気象情報／府県予報区・細分区域等"
_CITIES = "気象・地震・火山情報／市町村等"
#: type -> (codes by level, the hazard's word, what Property/Type calls its danger)
_HAZARDS: Mapping[str, tuple[Mapping[str, str], str, str]] = {
    "VPWW55": ({"33": "5", "43": "4", "03": "3", "10": "2"}, "大雨", "大雨浸水危険度"),
    "VPWW56": ({"39": "5", "49": "4", "09": "3", "29": "2"}, "土砂災害", "土砂災害危険度"),
}
_TIERS = {"5": "特別警報", "4": "危険警報", "3": "警報", "2": "注意報"}
#: every level of areas in the order in which telegrams give them, the municipalities last
_LEVELS = ("府県予報区等", "一次細分区域等", "市町村等をまとめた地域等", "市町村等")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What the telegram says of one municipality."""

    #: Kind/Code: rain 33 43 03 10, landslides 39 49 09 29 (levels 5 to 2); also of what is being lifted
    code: str
    #: Kind/Status: 発表, 継続, 危険警報から警報 …, 解除
    status: str = "発表"
    #: LastKind/Code, empty where nothing was in force before
    last: str = ""


def rain_report(
    *,
    region: str,
    kinds: Mapping[str, Item],
    at: datetime,
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    office: str = "",
) -> bytes:
    """VPWW55. `region`: 府県予報区 (6 digits); `kinds`: municipality (class20, 7 digits) to what is said of it.

    Every other municipality of the region is named as calm.
    """
    return _report("VPWW55", region, kinds, at, issued, info_type, status, office)


def landslide_report(
    *,
    region: str,
    kinds: Mapping[str, Item],
    at: datetime,
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    office: str = "",
) -> bytes:
    """VPWW56, as `rain_report`."""
    return _report("VPWW56", region, kinds, at, issued, info_type, status, office)


def _report(
    code: str,
    region: str,
    kinds: Mapping[str, Item],
    at: datetime,
    issued: datetime | None,
    info_type: InfoType,
    status: Status,
    office: str,
) -> bytes:
    if info_type is InfoType.CANCEL:
        raise ValueError(f"{code}: JMA never withdraws it; build a 訂正")
    name = _region_name(Level.OFFICE, region)
    letter = Letterhead(
        at=at,
        issued=issued,
        event_id="",
        info_type=info_type,
        status=status,
        office=office or f"{name}の気象台",
        publisher=office or f"{name}の気象台",
        head_title=name + document.FORMS[code].head_title,
        text=_text(code, kinds),
    )
    root, headline, body = document.start(code, letter)
    for level, areas in _levels(code, region, kinds):
        table = _CITIES if level == _LEVELS[-1] else _REGIONS
        _information(headline, level, table, code, areas)
        _warning(body, level, code, areas)
    return document.finish(root)


def _text(code: str, kinds: Mapping[str, Item]) -> str:
    worst = _worst(code, kinds.values())
    if worst is None or worst.status == _LIFTED:
        return "警報・注意報を解除します。"
    return f"{_kind_name(code, worst.code)}を出しています。"


def _levels(code: str, region: str, kinds: Mapping[str, Item]) -> Iterator[tuple[str, dict[str, Item | None]]]:
    """Every level's areas with the worst of theirs; areas without a word are there with None."""
    chains = _chains(region)
    unknown = kinds.keys() - chains.keys()
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))}: not a municipality of region {region} (class20)")
    for index, level in enumerate(_LEVELS):
        members: dict[str, list[Item]] = {}
        for municipality, chain in chains.items():
            members.setdefault(chain[index], [])
            if municipality in kinds:
                members[chain[index]].append(kinds[municipality])
        yield level, {area: _worst(code, members[area]) for area in sorted(members)}


def _chains(region: str) -> dict[str, tuple[str, str, str, str]]:
    """class20 -> (office, class10, class15, class20) of every municipality, or part of one, of the region."""
    table = places.load()
    chains: dict[str, tuple[str, str, str, str]] = {}
    for place in table.all():
        if place.office != region or place.parent:
            continue
        for class20 in place.class20:
            part = table.region(Level.CLASS20, class20)
            class15 = part.parents[0] if part else place.class15[0]
            above = table.region(Level.CLASS15, class15)
            class10 = above.parents[0] if above else place.class10[0]
            chains[class20] = (region, class10, class15, class20)
    return chains


def _worst(code: str, items: Iterable[Item]) -> Item | None:
    """The gravest in force, else one that is being lifted, else None."""
    levels = _HAZARDS[code][0]
    return max(items, key=lambda item: (item.status != _LIFTED, levels[_known(code, item.code)]), default=None)


def _information(headline: ET.Element, level: str, table: str, code: str, areas: Mapping[str, Item | None]) -> None:
    """Headline/Information of one level; what is lifted stands there as 解除 00."""
    told = {area: item for area, item in areas.items() if item is not None}
    if not told:
        return
    information = add(headline, "Information", type=f"気象警報・注意報（{level}）")
    for area, item in told.items():
        entry = add(information, "Item")
        lifted = item.status == _LIFTED
        document.named(entry, "Kind", *((_LIFTED, "00") if lifted else (_kind_name(code, item.code), item.code)))
        among = add(entry, "Areas", codeType=table)
        document.named(among, "Area", _area_name(level, area), area)


def _warning(body: ET.Element, level: str, code: str, areas: Mapping[str, Item | None]) -> None:
    warning = add(body, "Warning", type=f"気象警報・注意報（{level}）")
    narrow = level == _LEVELS[-1]
    for area, item in areas.items():
        entry = add(warning, "Item")
        kind = add(entry, "Kind")
        if item is None:
            add(kind, "Status", _NOTHING)
        else:
            _kind(kind, code, item, danger=narrow and item.status != _LIFTED)
        document.named(entry, "Area", _area_name(level, area), area)
        if item is not None:
            changed = item.status != "継続"
            add(entry, "ChangeStatus", "警報・注意報種別に変化有" if changed else "変化無")
            if not narrow:
                add(entry, "FullStatus", "一部")
                add(entry, "EditingMark", "1" if changed else "0")


def _kind(kind: ET.Element, code: str, item: Item, *, danger: bool) -> None:
    add(kind, "Name", _kind_name(code, item.code))
    add(kind, "Code", item.code)
    add(kind, "Status", item.status)
    if item.last:
        document.named(kind, "LastKind", _kind_name(code, item.last), item.last)
    if danger:
        levels, _, word = _HAZARDS[code]
        level = levels[item.code]
        element = add(kind, "Property")
        add(element, "Type", word)
        significancy = add(add(add(element, "SignificancyPart"), "Base"), "Significancy", type=word)
        add(significancy, "Name", f"警戒レベル{document.wide(level)}" + ("相当" if level > "2" else ""))
        add(significancy, "Code", f"{level}1")


def _kind_name(code: str, kind: str) -> str:
    levels, word, _ = _HAZARDS[code]
    level = levels[_known(code, kind)]
    return f"レベル{document.wide(level)}{word}{_TIERS[level]}"


def _known(code: str, kind: str) -> str:
    if kind not in _HAZARDS[code][0]:
        raise ValueError(f"{kind}: expected one of {', '.join(_HAZARDS[code][0])} in {code}")
    return kind


def _area_name(level: str, code: str) -> str:
    match level:
        case "府県予報区等":
            return _region_name(Level.OFFICE, code)
        case "一次細分区域等":
            return _region_name(Level.CLASS10, code)
        case "市町村等をまとめた地域等":
            return _region_name(Level.CLASS15, code)
        case _:
            part = places.load().region(Level.CLASS20, code)
            whole = places.load().place(code[:5])
            return part.ja if part else whole.names.ja if whole else code


def _region_name(level: Level, code: str) -> str:
    region = places.load().region(level, code)
    if region is None:
        raise ValueError(f"{code}: stands in no table of {level} areas (six digits, such as 170000)")
    return region.ja
