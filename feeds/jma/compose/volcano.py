"""Builds VFVO50 (warnings), VFVO56 (eruption notices) and VFVO52 (observations) of one volcano.

Owns what every volcanic telegram shares: how a volcano, its municipalities and the time of an event are written.
Source: 地震火山関連XML電文解説資料 (噴火警報・予報, 噴火速報, 噴火に関する火山観測報) and its code list.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from alerts import places
from alerts.places import Level, Volcano, load_volcanoes
from alerts.vocabulary import InfoType, Status
from feeds.jma.compose import document
from feeds.jma.compose.document import TOKYO, Letterhead, add

_CITIES = "気象・地震・火山情報／市町村等"
_VOLCANOES = "火山名"
_LEVELS = {
    "11": "レベル１（活火山であることに留意）",
    "12": "レベル２（火口周辺規制）",
    "13": "レベル３（入山規制）",
    "14": "レベル４（高齢者等避難）",
    "15": "レベル５（避難）",
    "21": "活火山であることに留意",
    "22": "火口周辺危険",
    "23": "入山危険",
    "24": "山麓厳重警戒",
    "25": "居住地域厳重警戒",
    "35": "活火山であることに留意（海底火山）",
    "36": "周辺海域警戒",
}
#: from calm to grave: what 引上げ and 引下げ go by
_GRAVITY = {code: int(code[1]) if code < "30" else {"35": 1, "36": 3}[code] for code in _LEVELS}
_ACTIONS = {
    "41": "噴火警報：避難等",
    "42": "噴火警報：入山規制等",
    "43": "火口周辺警報：入山規制等",
    "44": "噴火警報（周辺海域）：周辺海域警戒",
    "45": "活火山であることに留意",
    "46": "噴火警報：当該居住地域厳重警戒",
    "47": "噴火警報：当該山麓厳重警戒",
    "48": "噴火警報：火口周辺警戒",
    "49": "火口周辺警報：火口周辺警戒",
}
_LEAVE = frozenset({"41", "46", "47"})
_CALM = "45"
_KINDS = {
    "01": "噴火警報",
    "02": "火口周辺警報",
    "03": "噴火警報（周辺海域）",
    "04": "噴火予報：警報解除",
    "05": "噴火予報",
}
_KIND_OF = {"43": "02", "49": "02", "44": "03", "45": "05"}
_EVENTS = {"51": "爆発", "52": "噴火", "56": "噴火多発", "61": "爆発したもよう", "62": "噴火したもよう"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """What the telegram tells one municipality to do (対象市町村の防災対応等)."""

    #: 41 46 47 leave, 42 43 44 48 49 keep away from the crater, 45 nothing special
    action: str
    #: the same before this telegram
    last: str = _CALM


def volcanic_warning(
    *,
    volcano: str,
    level: str,
    municipalities: Mapping[str, Danger],
    at: datetime,
    last: str = "11",
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    office: str = TOKYO,
) -> bytes:
    """VFVO50. `volcano`: three digits; `level`, `last`: 11-15, 21-25, 35, 36; municipalities by class20 (7 digits)."""
    mountain, name = of(volcano), _name(_LEVELS, level)
    letter = Letterhead(
        at=at,
        issued=issued,
        event_id=volcano,
        info_type=info_type,
        status=status,
        office=office,
        head_title=f"火山名　{mountain.ja}　噴火警報・予報",
        text=f"＜{mountain.ja}に{name}を発表＞",
    )
    root, headline, body = document.start("VFVO50", letter)
    actions = [(code, danger.action, danger.last) for code, danger in municipalities.items()]
    kinds = [(code, *pair) for code, action, before in actions if (pair := _kinds(action, before)) is not None]
    for parent, block in ((headline, "Information"), (body, "VolcanoInfo")):
        item = add(add(parent, block, type="噴火警報・予報（対象火山）"), "Item")
        _kind(item, _LEVELS, level, last, _change(_GRAVITY[level], _GRAVITY[last]))
        mountain_area(item, mountain, where=block == "VolcanoInfo")
        _municipalities(parent, block, "噴火警報・予報（対象市町村等）", _KINDS, kinds)
        _municipalities(parent, block, "噴火警報・予報（対象市町村の防災対応等）", _ACTIONS, actions)
    content(body, letter.text, appendix=True)
    return document.finish(root)


def eruption_notice(
    *,
    volcano: str,
    municipalities: Sequence[str],
    at: datetime,
    erupted: datetime | None = None,
    code: str = "52",
    first: datetime | None = None,
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    office: str = TOKYO,
) -> bytes:
    """VFVO56. `code`: 52, or 62 where it seems to have erupted; `first`: when the notice was first issued."""
    mountain, when, name = of(volcano), erupted or at, _name(_EVENTS, code)
    letter = Letterhead(
        at=at,
        issued=issued,
        target=when,
        dubious="頃",
        event_id=event_id(volcano, first or issued or at),
        info_type=info_type,
        status=status,
        office=office,
        head_title=f"火山名　{mountain.ja}　噴火速報",
        text=f"＜{mountain.ja}で{name}＞",
    )
    root, headline, body = document.start("VFVO56", letter)
    item = add(add(headline, "Information", type="噴火速報"), "Item")
    document.named(item, "Kind", name, code)
    mountain_area(item, mountain, where=False)
    item = add(add(body, "VolcanoInfo", type="噴火速報"), "Item")
    event_time(item, when, dubious=True)
    document.named(item, "Kind", name, code)
    mountain_area(item, mountain, where=False)
    item = add(add(body, "VolcanoInfo", type="噴火速報（対象市町村等）"), "Item")
    document.named(item, "Kind", name, code)
    city_areas(item, municipalities)
    content(body, letter.text, prevention=False)
    return document.finish(root)


def eruption_observation(
    *,
    volcano: str,
    at: datetime,
    erupted: datetime | None = None,
    code: str = "51",
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    office: str = TOKYO,
) -> bytes:
    """VFVO52: an explosion (51) or eruption (52) as observed, of no municipality."""
    mountain, when, name = of(volcano), erupted or at, _name(_EVENTS, code)
    letter = Letterhead(
        at=at,
        issued=issued,
        target=when,
        event_id=event_id(volcano, issued or at),
        info_type=info_type,
        status=status,
        serial=1,
        office=office,
        head_title=f"火山名　{mountain.ja}　噴火に関する火山観測報",
        text=f"火　　山：{mountain.ja}\n現　　象：{name}",
    )
    root, headline, body = document.start("VFVO52", letter)
    item = add(add(headline, "Information", type="噴火に関する火山観測報"), "Item")
    document.named(item, "Kind", name, code)
    mountain_area(item, mountain, where=False)
    item = add(add(body, "VolcanoInfo", type="噴火に関する火山観測報"), "Item")
    event_time(item, when)
    document.named(item, "Kind", name, code)
    add(mountain_area(item, mountain, where=True), "CraterName")
    plume = add(add(body, "VolcanoObservation"), "ColorPlume")
    for element, kind, unit in (
        ("jmx_eb:PlumeHeightAboveCrater", "火口上噴煙高度", "m"),
        ("jmx_eb:PlumeHeightAboveSeaLevel", "海抜噴煙高度", "FT"),
    ):
        add(plume, element, type=kind, unit=unit, condition="不明", description="不明")
    add(plume, "jmx_eb:PlumeDirection", "流向不明", type="噴煙の流向", unit="漢字", description="流向不明")
    return document.finish(root)


def of(volcano: str) -> Volcano:
    """The volcano of a code. ValueError for one that stands in no table."""
    found = load_volcanoes().volcano(volcano)
    if found is None:
        raise ValueError(f"{volcano}: expected a volcano of three digits, such as 506")
    return found


def event_id(volcano: str, issued: datetime) -> str:
    """EventID of notices and observations: time of the first issue and volcano."""
    return f"{document.stamp(issued)}_{volcano}"


def event_time(item: ET.Element, when: datetime, *, dubious: bool = False) -> None:
    """EventTime of an eruption, in Japanese time and in UTC."""
    element = add(item, "EventTime")
    about = {"significant": "yyyy-mm-ddThh:mm"} | ({"dubious": "頃"} if dubious else {})
    add(element, "EventDateTime", document.local_time(when), **about)
    add(element, "EventDateTimeUTC", when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z"), **about)


def mountain_area(item: ET.Element, mountain: Volcano, *, where: bool) -> ET.Element:
    """Areas of one volcano; with its position where the telegram gives it."""
    area = document.named(add(item, "Areas", codeType=_VOLCANOES), "Area", mountain.ja, mountain.code)
    if where and mountain.position is not None:
        latitude, longitude = mountain.position
        words = document.wide(f"北緯{latitude:.2f}度　東経{longitude:.2f}度")
        add(area, "Coordinate", f"{latitude:+.4f}{longitude:+.4f}/", description=words)
    return area


def city_areas(item: ET.Element, codes: Iterable[str]) -> None:
    """Areas of municipalities, named with their prefecture. ValueError for a code that is no municipality's."""
    areas = add(item, "Areas", codeType=_CITIES)
    for code in codes:
        document.named(areas, "Area", _city_name(code), code)


def content(body: ET.Element, text: str, *, prevention: bool = True, appendix: bool = False) -> None:
    """VolcanoInfoContent, in words of ours: readers go by the codes."""
    element = add(body, "VolcanoInfoContent")
    add(element, "VolcanoHeadline", text)
    add(element, "VolcanoActivity", "火山活動の状況をお知らせします。")
    if prevention:
        add(element, "VolcanoPrevention", "市町村の指示に従ってください。")
    if appendix:
        add(element, "Appendix", "各段階の説明は省きます。")


def _city_name(code: str) -> str:
    table = places.load()
    place = table.place(code[:5])
    if place is None or code not in place.class20:
        raise ValueError(f"{code}: expected a municipality of seven digits (class20), such as 4620100")
    part = table.region(Level.CLASS20, code)
    return (table.prefecture_name(place.prefecture, "ja") or "") + (part.ja if part else place.names.ja)


def _name(names: Mapping[str, str], code: str) -> str:
    if code not in names:
        raise ValueError(f"{code}: expected one of {', '.join(names)}")
    return names[code]


def _kinds(action: str, last: str) -> tuple[str, str] | None:
    """Kind and LastKind in 対象市町村等; None for a municipality that was calm and is."""
    if (action, last) == (_CALM, _CALM):
        return None
    now, before = _KIND_OF.get(action, "01"), _KIND_OF.get(last, "01")
    return ("04" if now == "05" else now), before


def _municipalities(
    parent: ET.Element, block: str, kind: str, names: Mapping[str, str], said: Iterable[tuple[str, str, str]]
) -> None:
    """One block: an item for all municipalities with the same Kind and LastKind."""
    together: dict[tuple[str, str], list[str]] = {}
    for city, code, last in said:
        together.setdefault((code, last), []).append(city)
    if not together:
        return
    info = add(parent, block, type=kind)
    for (code, last), cities in together.items():
        item = add(info, "Item")
        _kind(item, names, code, last, _condition(code, last))
        city_areas(item, cities)


def _kind(item: ET.Element, names: Mapping[str, str], code: str, last: str, condition: str) -> None:
    kind = document.named(item, "Kind", _name(names, code), code)
    add(kind, "Condition", condition)
    before = document.named(item, "LastKind", _name(names, last), last)
    add(before, "Condition")


def _change(now: int, before: int) -> str:
    if now == before:
        return "継続"
    return "引上げ" if now > before else "引下げ"


def _condition(code: str, last: str) -> str:
    """Condition of a municipality's Kind, by the tables of the manual."""
    if code in _KINDS:
        return "解除" if code == "04" else "切替" if code == last else "発表"
    if code == last:
        return "継続"
    if _CALM in (code, last):
        return "解除" if code == _CALM else "発表"
    if (code in _LEAVE) == (last in _LEAVE):
        return "切替"
    return "引上げ" if code in _LEAVE else "引下げ"
