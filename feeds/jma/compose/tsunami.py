"""Builds VTSE41: tsunami warnings, advisories and forecasts per tsunami forecast area.

Source: 地震火山関連XML電文解説資料 (津波警報・注意報・予報a).
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts import places
from alerts.places import Level
from alerts.vocabulary import InfoType, Status
from feeds.jma.compose import document
from feeds.jma.compose.document import TOKYO, Letterhead, add
from feeds.jma.compose.epicentre import NOTO, Epicentre, earthquake

AREAS = "津波予報区"
_KINDS = "警報等情報要素／津波警報・注意報・予報"
_NAMES = {
    "52": "大津波警報",
    "53": "大津波警報：発表",
    "51": "津波警報",
    "62": "津波注意報",
    "71": "津波予報（若干の海面変動）",
    "72": "津波予報（若干の海面変動）",
    "73": "津波予報（若干の海面変動）",
    "50": "警報解除",
    "60": "津波注意報解除",
    "00": "津波なし",
}
#: Kind/Code -> how a headline and a title call it, the gravest first
_CALLED = {"53": "52", "52": "52", "51": "51", "62": "62", "71": "71", "72": "71", "73": "71"}
_COMMENT_OF = {"52": "0121", "51": "0122", "62": "0123", "71": "0124"}
#: fixed comments, in words of ours: readers go by the code
_COMMENTS = {
    "0107": "大津波警報、津波警報、津波注意報はどこにも出ていません。",
    "0121": "大津波警報：とても高い津波が来ます。今すぐ高いところへ逃げてください。",
    "0122": "津波警報：津波が来ます。今すぐ高いところへ逃げてください。",
    "0123": "津波注意報：海から上がり、海岸から離れてください。",
    "0124": "津波予報：海面が少し変わりますが、被害はありません。",
    "0149": "今すぐ逃げてください。",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sea:
    """What the telegram says of one tsunami area."""

    #: Kind/Code: 52 53 major warning, 51 warning, 62 advisory, 71 72 73 forecast, 50 60 00 lifted or none
    grade: str
    #: LastKind/Code
    last: str = "00"
    #: metres as text: "0.2", "1", "3", "5", "10"; "NaN" where only a word is given; None says nothing
    height: str | None = None
    #: the height as JMA words it: "５ｍ", "１０ｍ超", "巨大", "高い"; without it the height in full width
    description: str | None = None
    arrival: datetime | None = None
    #: FirstHeight/Condition, such as ただちに津波来襲と予測
    condition: str = ""


def tsunami_report(
    *,
    event_ids: Sequence[str],
    at: datetime,
    areas: Mapping[str, Sea],
    valid_until: datetime | None = None,
    origin: datetime | None = None,
    epicentre: Epicentre = NOTO,
    magnitude: str | None = "7.6",
    magnitude_words: str = "Ｍ８を超える巨大地震",
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    serial: int | None = None,
    office: str = TOKYO,
) -> bytes:
    """VTSE41. `areas`: tsunami area (3 digits) to what is said of it; `valid_until`: end of forecasts."""
    calls = [called for called in dict.fromkeys(_CALLED.values()) if called in _called(areas)]
    letter = Letterhead(
        at=at,
        issued=issued,
        valid_until=valid_until,
        event_id=" ".join(event_ids),
        info_type=info_type,
        status=status,
        serial=serial,
        office=office,
        head_title="・".join(_NAMES[call].partition("（")[0] for call in calls) or "津波予報",
        text=_text(calls),
    )
    root, headline, body = document.start("VTSE41", letter)
    _information(headline, areas, calls)
    forecast(add(body, "Tsunami"), areas)
    earthquake(body, origin or at, epicentre, magnitude, words=magnitude_words)
    _comments(body, calls)
    return document.finish(root)


def forecast(tsunami: ET.Element, areas: Mapping[str, Sea]) -> None:
    """Tsunami/Forecast: what is said of each area; VTSE51 repeats it."""
    element = add(tsunami, "Forecast")
    kinds = ("Item/Category/Kind/Code", _KINDS), ("Item/Category/LastKind/Code", _KINDS)
    document.code_types(element, [("Item/Area/Code", AREAS), *kinds])
    for code, sea in areas.items():
        _item(element, code, sea)


def _called(areas: Mapping[str, Sea]) -> set[str]:
    return {_CALLED[sea.grade] for sea in areas.values() if sea.grade in _CALLED}


def _text(calls: Sequence[str]) -> str:
    if calls and calls[0] != "71":
        return f"{_NAMES[calls[0]]}が出ています。"
    return "津波の警報、注意報は出ていません。"


def _information(headline: ET.Element, areas: Mapping[str, Sea], calls: Sequence[str]) -> None:
    """Warnings where there are any, else advisories: what is weaker than that is left out, as JMA does."""
    listed = [call for call in calls if call in ("52", "51")] or [call for call in calls if call == "62"]
    if not listed:
        return
    information = add(headline, "Information", type="津波予報領域表現")
    for call in listed:
        item = add(information, "Item")
        document.named(item, "Kind", _NAMES[call], call)
        among = add(item, "Areas", codeType=AREAS)
        for code, sea in areas.items():
            if _CALLED.get(sea.grade) == call:
                document.named(among, "Area", area_name(code), code)


def _item(forecast: ET.Element, code: str, sea: Sea) -> None:
    item = add(forecast, "Item")
    document.named(item, "Area", area_name(code), code)
    category = add(item, "Category")
    for name, kind in (("Kind", sea.grade), ("LastKind", sea.last)):
        if kind not in _NAMES:
            raise ValueError(f"{kind}: expected one of {', '.join(_NAMES)}")
        document.named(category, name, _NAMES[kind], kind)
    if sea.arrival or sea.condition:
        first = add(item, "FirstHeight")
        if sea.arrival:
            add(first, "ArrivalTime", document.local_time(sea.arrival))
        if sea.condition:
            add(first, "Condition", sea.condition)
    if sea.height is not None:
        _height(item, sea.height, sea)


def _height(item: ET.Element, height: str, sea: Sea) -> None:
    element = add(item, "MaxHeight")
    if _CALLED.get(sea.grade) == "52":
        add(element, "Condition", "重要")
    attributes = {"type": "津波の高さ", "unit": "m"}
    if height == "NaN":
        attributes["condition"] = "不明"
    worded = "" if height == "NaN" else document.wide(height) + "ｍ" + ("未満" if height == "0.2" else "")
    attributes["description"] = worded if sea.description is None else sea.description
    add(element, "jmx_eb:TsunamiHeight", height, **attributes)


def _comments(body: ET.Element, calls: Sequence[str]) -> None:
    urgent = ["0149"] if {"52", "51"} & set(calls) else []
    nothing = [] if {"52", "51", "62"} & set(calls) else ["0107"]
    codes = urgent + [_COMMENT_OF[call] for call in calls] + nothing
    comment = add(add(body, "Comments"), "WarningComment", codeType="固定付加文")
    add(comment, "Text", "\n".join(_COMMENTS[code] for code in codes))
    add(comment, "Code", " ".join(codes))


def area_name(code: str) -> str:
    """Of a tsunami area. ValueError for one that stands in no table."""
    region = places.load().region(Level.TSUNAMI_AREA, code)
    if region is None:
        raise ValueError(f"{code}: expected a tsunami area of three digits, such as 360")
    return region.ja
