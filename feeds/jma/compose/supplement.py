"""Builds VXSE61, VXSE62, VTSE51 and VTSE52: what adds to an earthquake or a tsunami already told.

Source: 地震火山関連XML電文解説資料 (顕著な地震の震源要素更新のお知らせ, 長周期地震動に関する観測情報, 津波情報,
沖合の津波観測に関する情報).
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypedDict, Unpack

from alerts.vocabulary import InfoType, Status
from feeds.jma.compose import document, intensity, tsunami
from feeds.jma.compose.document import TOKYO, Letterhead, add
from feeds.jma.compose.epicentre import NOTO, Epicentre, earthquake
from feeds.jma.compose.tsunami import Sea

_STATIONS = "潮位観測点"
#: metres from which a height is marked as grave
_WARNING_HEIGHT = 3


class _More(TypedDict, total=False):
    """The further options of each builder."""

    issued: datetime | None
    info_type: InfoType
    status: Status
    serial: int | None
    office: str


def epicentre_update(
    *, event_id: str, at: datetime, epicentre: Epicentre = NOTO, magnitude: str = "7.6", **more: Unpack[_More]
) -> bytes:
    """VXSE61: a better epicentre, hours later."""
    root, _, body = document.start("VXSE61", _letter(event_id, at, "地震の発生場所と規模を更新します。", **more))
    earthquake(body, at, epicentre, magnitude)
    for area in body.findall("Earthquake/Hypocenter/Area"):
        (given,) = [child for child in area if child.tag == "jmx_eb:Coordinate"]
        finer = add(area, "jmx_eb:Coordinate", given.text, type="震源位置（度分）")
        finer.set("description", given.get("description", ""))
    add(add(body, "Comments"), "FreeFormComment", "度単位の震源要素も続けて使います。")
    return document.finish(root)


def long_period_report(
    *, event_id: str, at: datetime, areas: Mapping[str, tuple[str, str]], **more: Unpack[_More]
) -> bytes:
    """VXSE62. `areas`: seismic area (3 digits) to (class of long-period motion "1"-"4", intensity)."""
    text = "長周期地震動を観測した地域があります。"
    root, headline, body = document.start("VXSE62", _letter(event_id, at, text, **({"serial": 1} | more)))
    information = add(headline, "Information", type="長周期地震動に関する観測情報（細分区域）")
    for motion in sorted({motion for motion, _ in areas.values()}, reverse=True):
        item = add(information, "Item")
        add(add(item, "Kind"), "Name", f"長周期地震動階級{document.wide(motion)}")
        among = add(item, "Areas", codeType="地震情報／細分区域")
        for code, (mine, _) in areas.items():
            if mine == motion:
                document.named(among, "Area", intensity.area_name(code), code)
    earthquake(body, at, NOTO, "7.6")
    _motions(add(add(body, "Intensity"), "Observation"), areas)
    comments = add(body, "Comments")
    add(comments, "FreeFormComment", "階級の説明は省きます。")
    add(comments, "URI", "https://www.data.jma.go.jp/eew/data/ltpgm/")
    return document.finish(root)


def _motions(observation: ET.Element, areas: Mapping[str, tuple[str, str]]) -> None:
    document.code_types(
        observation,
        [
            ("Pref/Code", "地震情報／都道府県等"),
            ("Pref/Area/Code", "地震情報／細分区域"),
            ("Pref/Area/IntensityStation/Code", "長周期地震動観測点"),
        ],
    )
    shaking = {code: shaken for code, (_, shaken) in areas.items()}
    _highest(observation, shaking.values(), [motion for motion, _ in areas.values()])
    add(observation, "LgCategory", "4")
    for prefecture, members in intensity.by_prefecture(shaking).items():
        outer = document.named(observation, "Pref", intensity.prefecture_name(prefecture), prefecture)
        _highest(outer, members.values(), [areas[code][0] for code in members])
        for code, shaken in members.items():
            inner = document.named(outer, "Area", intensity.area_name(code), code)
            _highest(inner, [shaken], [areas[code][0]])
            station = document.named(inner, "IntensityStation", intensity.area_name(code), f"{code}0001")
            add(station, "Int", shaken)
            add(station, "LgInt", areas[code][0])


def _highest(parent: ET.Element, shaken: Iterable[str], motions: Sequence[str]) -> None:
    add(parent, "MaxInt", intensity.strongest(shaken))
    add(parent, "MaxLgInt", max(motions))


def tsunami_observation(
    *,
    event_ids: Sequence[str],
    at: datetime,
    areas: Mapping[str, Sea],
    arrived: Mapping[str, str],
    **more: Unpack[_More],
) -> bytes:
    """VTSE51. `areas`: what VTSE41 has said, repeated; `arrived`: tsunami area to the height seen there, in metres."""
    text = "津波の観測値をお知らせします。"
    root, _, body = document.start("VTSE51", _letter(" ".join(event_ids), at, text, **({"serial": 1} | more)))
    element = add(body, "Tsunami")
    observation = add(element, "Observation")
    document.code_types(observation, [("Item/Area/Code", tsunami.AREAS), ("Item/Station/Code", _STATIONS)])
    for code, metres in arrived.items():
        item = add(observation, "Item")
        document.named(item, "Area", tsunami.area_name(code), code)
        _station(item, tsunami.area_name(code), f"{code}01", at, metres)
    tsunami.forecast(element, areas)
    earthquake(body, at, NOTO, "7.6")
    _warning_comment(body, "0114", "いちばん高い波が来るまで何時間もかかることがあります。")
    return document.finish(root)


def offshore_observation(
    *, event_ids: Sequence[str], at: datetime, metres: str, coasts: Mapping[str, str], **more: Unpack[_More]
) -> bytes:
    """VTSE52. `metres`: the height seen offshore; `coasts`: tsunami area to the height estimated there."""
    text = "高い津波を沖合で観測しました。"
    root, _, body = document.start("VTSE52", _letter(" ".join(event_ids), at, text, **({"serial": 1} | more)))
    element = add(body, "Tsunami")
    observation = add(element, "Observation")
    document.code_types(observation, [("Item/Area/Code", tsunami.AREAS), ("Item/Station/Code", _STATIONS)])
    item = add(observation, "Item")
    document.named(item, "Area", "", "")
    _station(item, "岩手釜石沖", "21090", at, metres, sensor="ＧＰＳ波浪計")
    estimation = add(element, "Estimation")
    document.code_types(estimation, [("Item/Area/Code", "沿岸地域")])
    for code, estimated in coasts.items():
        item = add(estimation, "Item")
        document.named(item, "Area", tsunami.area_name(code), code)
        first = add(item, "FirstHeight")
        add(first, "ArrivalTime", document.local_time(at))
        add(first, "Condition", "早いところでは既に津波到達と推定")
        highest = add(item, "MaxHeight")
        add(highest, "DateTime", document.local_time(at))
        _height(highest, estimated)
    earthquake(body, at, NOTO, "7.6")
    _warning_comment(body, "0115", "沖合での値です。沿岸ではもっと高くなります。")
    return document.finish(root)


def _letter(event_id: str, at: datetime, text: str, **more: Unpack[_More]) -> Letterhead:
    return Letterhead(
        at=at,
        issued=more.get("issued"),
        event_id=event_id,
        info_type=more.get("info_type", InfoType.ISSUE),
        status=more.get("status", Status.ACTUAL),
        serial=more.get("serial"),
        office=more.get("office", TOKYO),
        text=text,
    )


def _station(item: ET.Element, name: str, code: str, at: datetime, metres: str, sensor: str = "") -> None:
    station = document.named(item, "Station", name, code)
    if sensor:
        add(station, "Sensor", sensor)
    first = add(station, "FirstHeight")
    add(first, "ArrivalTime", document.local_time(at))
    add(first, "Initial", "押し")
    highest = add(station, "MaxHeight")
    add(highest, "DateTime", document.local_time(at))
    _height(highest, metres)


def _height(parent: ET.Element, metres: str) -> None:
    if float(metres) >= _WARNING_HEIGHT:
        add(parent, "Condition", "重要")
    words = {"type": "津波の高さ", "unit": "m", "description": f"{document.wide(metres)}ｍ"}
    add(parent, "jmx_eb:TsunamiHeight", metres, **words)


def _warning_comment(body: ET.Element, code: str, text: str) -> None:
    comment = add(add(body, "Comments"), "WarningComment", codeType="固定付加文")
    add(comment, "Text", text)
    add(comment, "Code", code)
