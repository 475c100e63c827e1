"""Builds VPWW55 to VPWW61: the full state of one or more weather hazards in one forecast region.

Source: 気象警報・注意報（Ｒ０６）電文解説資料 2026-04-30: levels of areas, Status, Headline 解除.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, Unpack

from alerts import places
from alerts.places import Level
from alerts.vocabulary import InfoType, Status
from feeds.jma.compose import document
from feeds.jma.compose.document import Letterhead, add

_LIFTED = "解除"
_NOTHING = "発表警報・注意報はなし"
_REGIONS = "気象情報／府県予報区・細分区域等"
_CITIES = "気象・地震・火山情報／市町村等"
#: type -> codes, the gravest first, with their names and what Property/Type calls their danger
_KINDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "VPWW55": {
        "33": ("レベル５大雨特別警報", "大雨浸水危険度"),
        "43": ("レベル４大雨危険警報", "大雨浸水危険度"),
        "03": ("レベル３大雨警報", "大雨浸水危険度"),
        "10": ("レベル２大雨注意報", "大雨浸水危険度"),
    },
    "VPWW56": {
        "39": ("レベル５土砂災害特別警報", "土砂災害危険度"),
        "49": ("レベル４土砂災害危険警報", "土砂災害危険度"),
        "09": ("レベル３土砂災害警報", "土砂災害危険度"),
        "29": ("レベル２土砂災害注意報", "土砂災害危険度"),
    },
    "VPWW57": {
        "38": ("レベル５高潮特別警報", "高潮危険度"),
        "48": ("レベル４高潮危険警報", "高潮危険度"),
        "08": ("レベル３高潮警報", "高潮危険度"),
        "19": ("レベル２高潮注意報", "高潮危険度"),
    },
    "VPWW58": {
        "35": ("暴風特別警報", "風危険度"),
        "32": ("暴風雪特別警報", "風雪危険度"),
        "05": ("暴風警報", "風危険度"),
        "02": ("暴風雪警報", "風雪危険度"),
        "15": ("強風注意報", "風危険度"),
        "13": ("風雪注意報", "風雪危険度"),
    },
    "VPWW59": {
        "37": ("波浪特別警報", "波危険度"),
        "07": ("波浪警報", "波危険度"),
        "16": ("波浪注意報", "波危険度"),
    },
    "VPWW60": {
        "36": ("大雪特別警報", "雪危険度"),
        "06": ("大雪警報", "雪危険度"),
        "12": ("大雪注意報", "雪危険度"),
    },
    "VPWW61": {
        "14": ("雷注意報", "雷危険度"),
        "17": ("融雪注意報", "融雪危険度"),
        "20": ("濃霧注意報", "濃霧危険度"),
        "21": ("乾燥注意報", "乾燥危険度"),
        "22": ("なだれ注意報", "なだれ危険度"),
        "23": ("低温注意報", "低温危険度"),
        "24": ("霜注意報", "霜危険度"),
        "25": ("着氷注意報", "着氷危険度"),
        "26": ("着雪注意報", "着雪危険度"),
        "27": ("その他の注意報", "その他危険度"),
    },
}
#: every level of areas in the order in which telegrams give them, the municipalities last
_LEVELS = ("府県予報区等", "一次細分区域等", "市町村等をまとめた地域等", "市町村等")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What the telegram says of one municipality."""

    #: Kind/Code, also of what is being lifted: for VPWW55 33 43 03 10 (levels 5 to 2); see `_KINDS`
    code: str
    #: Kind/Status: 発表, 継続, 危険警報から警報 …, 解除
    status: str = "発表"
    #: LastKind/Code, empty where nothing was in force before
    last: str = ""
    #: Kind/Condition, such as 氾濫発生 beside a storm surge of level 5
    condition: str = ""


class _More(TypedDict, total=False):
    """The further options of `warning_report`."""

    issued: datetime | None
    info_type: InfoType
    status: Status
    office: str


def warning_report(
    code: str,
    *,
    region: str,
    kinds: Mapping[str, Item | Sequence[Item]],
    at: datetime,
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    office: str = "",
) -> bytes:
    """VPWW55 to VPWW61. `region`: 府県予報区 (6 digits); `kinds`: class20 (7 digits) to what is said of it.

    Every other municipality of the region is named as calm. ValueError for a code or a municipality it cannot have.
    """
    if info_type is InfoType.CANCEL:
        raise ValueError(f"{code}: JMA never withdraws it; build a 訂正")
    said = {area: (item,) if isinstance(item, Item) else tuple(item) for area, item in kinds.items()}
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
        text=_text(code, said),
    )
    root, headline, body = document.start(code, letter)
    for level, areas in _levels(code, region, said):
        table = _CITIES if level == _LEVELS[-1] else _REGIONS
        _information(headline, level, table, code, areas)
        _warning(body, level, code, areas)
    return document.finish(root)


def rain_report(*, region: str, kinds: Mapping[str, Item], at: datetime, **more: Unpack[_More]) -> bytes:
    """VPWW55, see `warning_report`."""
    return warning_report("VPWW55", region=region, kinds=kinds, at=at, **more)


def landslide_report(*, region: str, kinds: Mapping[str, Item], at: datetime, **more: Unpack[_More]) -> bytes:
    """VPWW56, see `warning_report`."""
    return warning_report("VPWW56", region=region, kinds=kinds, at=at, **more)


def _text(code: str, said: Mapping[str, Sequence[Item]]) -> str:
    worst = _combined(code, said.values())
    if not worst or worst[0].status == _LIFTED:
        return "警報・注意報を解除します。"
    return f"{'、'.join(_name(code, item.code) for item in worst if item.status != _LIFTED)}を出しています。"


def _levels(
    code: str, region: str, said: Mapping[str, Sequence[Item]]
) -> Iterator[tuple[str, dict[str, Sequence[Item]]]]:
    """Every level's areas with the words on theirs; areas without a word are there with none."""
    above = chains(region)
    unknown = said.keys() - above.keys()
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))}: not a municipality of region {region} (class20)")
    for index, level in enumerate(_LEVELS):
        members: dict[str, list[Sequence[Item]]] = {}
        for municipality, chain in above.items():
            members.setdefault(chain[index], []).append(said.get(municipality, ()))
        yield level, {area: _combined(code, members[area]) for area in sorted(members)}


def chains(region: str) -> dict[str, tuple[str, str, str, str]]:
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


def _combined(code: str, words: Iterable[Sequence[Item]]) -> Sequence[Item]:
    """The words of several municipalities in one: each code once, in force before lifted, the gravest first."""
    found: dict[str, Item] = {}
    for item in (item for some in words for item in some):
        if item.code not in found or found[item.code].status == _LIFTED:
            found[item.code] = item
    order = list(_KINDS[code])
    items = sorted(found.values(), key=lambda item: (item.status == _LIFTED, order.index(_known(code, item.code))))
    in_force = [item for item in items if item.status != _LIFTED]
    return items if code in ("VPWW58", "VPWW61") else (in_force or items)[:1]


def _information(headline: ET.Element, level: str, table: str, code: str, areas: Mapping[str, Sequence[Item]]) -> None:
    """Headline/Information of one level; what is lifted stands there as 解除 00."""
    told = {area: items for area, items in areas.items() if items}
    if not told:
        return
    information = add(headline, "Information", type=f"気象警報・注意報（{level}）")
    for area, items in told.items():
        entry = add(information, "Item")
        in_force = [item for item in items if item.status != _LIFTED]
        for item in in_force:
            document.named(entry, "Kind", _name(code, item.code), item.code)
        if not in_force:
            document.named(entry, "Kind", _LIFTED, "00")
        among = add(entry, "Areas", codeType=table)
        document.named(among, "Area", _area_name(level, area), area)


def _warning(body: ET.Element, level: str, code: str, areas: Mapping[str, Sequence[Item]]) -> None:
    warning = add(body, "Warning", type=f"気象警報・注意報（{level}）")
    narrow = level == _LEVELS[-1]
    for area, items in areas.items():
        entry = add(warning, "Item")
        for item in items:
            _kind(add(entry, "Kind"), code, item, danger=narrow and item.status != _LIFTED)
        if not items:
            add(add(entry, "Kind"), "Status", _NOTHING)
        document.named(entry, "Area", _area_name(level, area), area)
        if items:
            changed = any(item.status != "継続" for item in items)
            add(entry, "ChangeStatus", "警報・注意報種別に変化有" if changed else "変化無")
            if not narrow:
                add(entry, "FullStatus", "一部")
                add(entry, "EditingMark", "1" if changed else "0")


def _kind(kind: ET.Element, code: str, item: Item, *, danger: bool) -> None:
    name, word = _KINDS[code][_known(code, item.code)]
    add(kind, "Name", name)
    add(kind, "Code", item.code)
    add(kind, "Status", item.status)
    if item.condition:
        add(kind, "Condition", item.condition)
    if item.last:
        document.named(kind, "LastKind", _name(code, item.last), item.last)
    if danger:
        element = add(kind, "Property")
        add(element, "Type", word)
        significancy = add(add(add(element, "SignificancyPart"), "Base"), "Significancy", type=word)
        level = next((digit for digit in "2345" if document.wide(digit) in name), "")
        if level:
            add(significancy, "Name", f"警戒レベル{document.wide(level)}" + ("相当" if level > "2" else ""))
            add(significancy, "Code", f"{level}1")


def name_of(kind: str) -> str:
    """The name of a Kind/Code, which stands in one type only. ValueError for one of no type."""
    code = next((code for code, kinds in _KINDS.items() if kind in kinds), None)
    if code is None:
        raise ValueError(f"{kind}: expected a Kind/Code of VPWW55 to VPWW61")
    return _name(code, kind)


def _name(code: str, kind: str) -> str:
    return _KINDS[code][_known(code, kind)][0]


def _known(code: str, kind: str) -> str:
    if kind not in _KINDS[code]:
        raise ValueError(f"{kind}: expected one of {', '.join(_KINDS[code])} in {code}")
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
