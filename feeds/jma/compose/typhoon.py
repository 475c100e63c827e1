"""Builds VPTW60: one storm's present state, as far as anything here reads it.

Source: 台風解析・予報情報電文解説資料 (呼称, 階級), official samples.
"""

from datetime import datetime

from alerts.vocabulary import InfoType, Status
from feeds.jma.compose import document
from feeds.jma.compose.document import Letterhead, add


def typhoon_report(
    *,
    event_id: str,
    number: str,
    name: str,
    at: datetime,
    remark: str = "",
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    serial: int = 1,
) -> bytes:
    """VPTW60. `event_id`: TC number, such as TC2615; `number`: the typhoon's, such as 2613; `remark`: 台風発生 …"""
    letter = Letterhead(
        at=at,
        issued=issued,
        event_id=event_id,
        info_type=info_type,
        status=status,
        serial=serial,
        office=document.TOKYO,
        text="",
    )
    root, _, body = document.start("VPTW60", letter)
    info = add(add(body, "MeteorologicalInfos", type="台風情報"), "MeteorologicalInfo")
    add(info, "DateTime", document.local_time(issued or at), type="実況")
    item = add(info, "Item")
    called = add(add(item, "Kind"), "Property")
    add(called, "Type", "呼称")
    part = add(called, "TyphoonNamePart")
    add(part, "Name", name)
    add(part, "Number", number)
    add(part, "Remark", remark)
    ranked = add(add(item, "Kind"), "Property")
    add(ranked, "Type", "階級")
    over = remark.startswith("台風消滅")
    add(add(ranked, "ClassPart"), "jmx_eb:TyphoonClass", "熱帯低気圧(TD)" if over else "台風(TY)", type="熱帯擾乱種類")
    return document.finish(root)
