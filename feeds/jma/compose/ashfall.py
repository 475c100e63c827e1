"""Builds VFVO53, VFVO54 and VFVO55: where ash falls, on schedule and after an eruption.

Source: 地震火山関連XML電文解説資料 (降灰予報（定時）, 降灰予報（速報）, 降灰予報（詳細）).
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from alerts.vocabulary import InfoType, Status
from feeds.jma.compose import document, volcano
from feeds.jma.compose.document import TOKYO, Letterhead, add

_NAMES = {
    "73": "多量の降灰",
    "72": "やや多量の降灰",
    "71": "少量の降灰",
    "70": "降灰",
    "75": "小さな噴石の落下",
}
#: type -> (words in brackets, code of the volcano's Kind, codes it may hold, steps of so many hours)
_TYPES: Mapping[str, tuple[str, str, str, tuple[int, ...]]] = {
    "VFVO53": ("定時", "06", "70 75", (3, 6, 9, 12, 15, 18)),
    "VFVO54": ("速報", "07", "73 72 71 75", (1,)),
    "VFVO55": ("詳細", "08", "73 72 71", (1, 2, 3, 4, 5, 6)),
}


def ashfall_forecast(
    code: str,
    *,
    volcano_code: str,
    municipalities: Mapping[str, Sequence[str]],
    at: datetime,
    erupted: datetime | None = None,
    valid_until: datetime | None = None,
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    serial: int = 1,
    office: str = TOKYO,
) -> bytes:
    """VFVO53 (codes 70, 75), VFVO54 (73, 72, 71, 75) or VFVO55 (73, 72, 71).

    `municipalities`: class20 (7 digits) to every amount that a part of it gets; `erupted`: the time it counts from.
    """
    words, number, allowed, hours = _TYPES[code]
    mountain, start = volcano.of(volcano_code), erupted or at
    by_kind = {kind: [c for c, kinds in municipalities.items() if kind in kinds] for kind in _NAMES}
    unknown = {kind for kinds in municipalities.values() for kind in kinds} - set(allowed.split())
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))}: expected {allowed} in {code}")
    letter = Letterhead(
        at=at,
        issued=issued,
        target=start,
        valid_until=valid_until or start + timedelta(hours=hours[-1]),
        event_id=volcano_code,
        info_type=info_type,
        status=status,
        serial=serial,
        office=office,
        head_title=f"火山名　{mountain.ja}　降灰予報（{words}）",
        text=f"{mountain.ja}の降灰予報です。",
    )
    root, headline, body = document.start(code, letter)
    for parent, block in ((headline, "Information"), (body, "VolcanoInfo")):
        item = add(add(parent, block, type="降灰予報（対象火山）"), "Item")
        document.named(item, "Kind", f"降灰予報（{words}）", number)
        volcano.mountain_area(item, mountain, where=block == "VolcanoInfo")
        _items(add(parent, block, type="降灰予報（対象市町村等）"), by_kind)
    _by_hour(add(body, "AshInfos", type=f"降灰予報（{words}）"), start, hours, by_kind)
    volcano.content(body, letter.text, appendix=code != "VFVO53")
    if code != "VFVO53":
        volcano.event_time(add(body, "VolcanoObservation"), start)
    return document.finish(root)


def _by_hour(infos: ET.Element, start: datetime, hours: Sequence[int], by_kind: Mapping[str, Sequence[str]]) -> None:
    for hour in hours:
        info = add(infos, "AshInfo", type=f"予報　{document.wide(str(hour))}時間後")
        add(info, "StartTime", document.local_time(start))
        add(info, "EndTime", document.local_time(start + timedelta(hours=hour)))
        _items(info, by_kind)


def _items(parent: ET.Element, by_kind: Mapping[str, Sequence[str]]) -> None:
    """One item per amount, the greatest first: a municipality stands under every amount it gets."""
    for kind, cities in by_kind.items():
        if cities:
            item = add(parent, "Item")
            document.named(item, "Kind", _NAMES[kind], kind)
            volcano.city_areas(item, cities)
