"""Builds VXSE52 and reports of foreign earthquakes: where it was and how strong, without any intensity.

Owns what every earthquake and tsunami telegram says of the earthquake itself (Body/Earthquake, Body/Comments).
Source: 地震火山関連XML電文解説資料 (震源に関する情報, 遠地地震に関する情報).
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.vocabulary import InfoType, Status
from feeds.jma.compose import document
from feeds.jma.compose.document import TOKYO, Letterhead, add

#: fixed comments, in words of ours: readers go by the code
_COMMENTS = {
    "0211": "津波警報などが出ています。",
    "0212": "海面が少し変わるかもしれませんが、津波の被害はありません。",
    "0215": "津波の心配はありません。",
    "0217": "続報に気をつけてください。",
    "0221": "太平洋の広い範囲で津波が起きるかもしれません。",
    "0229": "日本に津波が来るかどうかを調べています。",
    "0230": "日本への津波の影響はありません。",
    "0241": "緊急地震速報を出しました。",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Epicentre:
    """Where the earthquake was: code and name of AreaEpicenter, degrees, depth in kilometres (None: unknown)."""

    code: str = "390"
    name: str = "石川県能登地方"
    latitude: float = 37.5
    longitude: float = 137.2
    depth: int | None = 10


NOTO = Epicentre()


def epicentre_report(
    *,
    event_id: str,
    at: datetime,
    origin: datetime | None = None,
    epicentre: Epicentre = NOTO,
    magnitude: str | None = "5.0",
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    serial: int | None = None,
    office: str = TOKYO,
    comment_codes: Sequence[str] = ("0215",),
) -> bytes:
    """VXSE52: no intensity at any place. `magnitude` as text, None for one that is not known."""
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
    root, _, body = document.start("VXSE52", letter)
    earthquake(body, when, epicentre, magnitude)
    comments(body, comment_codes)
    return document.finish(root)


def foreign_earthquake_report(
    *,
    event_id: str,
    at: datetime,
    epicentre: Epicentre,
    magnitude: str | None = "8.6",
    origin: datetime | None = None,
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    serial: int | None = 1,
    office: str = TOKYO,
    comment_codes: Sequence[str] = ("0221", "0229"),
) -> bytes:
    """VXSE53 of an earthquake (or a large eruption: magnitude None) abroad: no intensity."""
    when = origin or at
    letter = Letterhead(
        at=at,
        issued=issued,
        event_id=event_id,
        info_type=info_type,
        status=status,
        serial=serial,
        office=office,
        head_title="遠地地震に関する情報",
        text=f"{about(when)}、海外で大きな地震がありました。",
    )
    root, _, body = document.start("VXSE53", letter)
    earthquake(body, when, epicentre, magnitude, kind="M")
    comments(body, comment_codes)
    return document.finish(root)


def earthquake(
    body: ET.Element,
    when: datetime,
    epicentre: Epicentre,
    magnitude: str | None,
    *,
    words: str = "Ｍ不明",
    kind: str = "Mj",
) -> None:
    """Body/Earthquake: time, epicentre and magnitude; also part of tsunami telegrams."""
    element = add(body, "Earthquake")
    add(element, "OriginTime", document.local_time(when))
    add(element, "ArrivalTime", document.local_time(when))
    area = add(add(element, "Hypocenter"), "Area")
    add(area, "Name", epicentre.name)
    add(area, "Code", epicentre.code, type="震央地名")
    value, description = _coordinate(epicentre)
    add(area, "jmx_eb:Coordinate", value, description=description)
    if magnitude is None:
        add(element, "jmx_eb:Magnitude", "NaN", type=kind, condition="不明", description=words)
    else:
        add(element, "jmx_eb:Magnitude", magnitude, type=kind, description="Ｍ" + document.wide(magnitude))


def about(when: datetime) -> str:
    """How a headline begins: １日１６時１０分ころ."""
    return f"{document.spoken_time(when)}ころ"


def comments(body: ET.Element, codes: Sequence[str], *, stations: bool = False) -> None:
    """Body/Comments with fixed comments; `stations` adds the remark on stations of others."""
    element = add(body, "Comments")
    forecast = add(element, "ForecastComment", codeType="固定付加文")
    add(forecast, "Text", "\n".join(_COMMENTS.get(code, code) for code in codes))
    add(forecast, "Code", " ".join(codes))
    if stations:
        remark = add(element, "VarComment", codeType="固定付加文")
        add(remark, "Text", "＊印の観測点は気象庁のものではありません。")
        add(remark, "Code", "0262")


def _coordinate(epicentre: Epicentre) -> tuple[str, str]:
    """ISO 6709 with depth in metres, and the same in words."""
    place = f"{epicentre.latitude:+05.1f}{epicentre.longitude:+06.1f}"
    north = "北緯" if epicentre.latitude >= 0 else "南緯"
    east = "東経" if epicentre.longitude >= 0 else "西経"
    words = f"{north}{abs(epicentre.latitude):.1f}度　{east}{abs(epicentre.longitude):.1f}度　"
    match epicentre.depth:
        case None:
            return f"{place}/", document.wide(words + "深さ不明")
        case 0:
            return f"{place}+0/", document.wide(words + "ごく浅い")
        case depth:
            return f"{place}-{depth * 1000}/", document.wide(f"{words}深さ　{depth}ｋｍ")
