"""Builds VYSE50, VYSE51, VYSE52 and VYSE60: information on a possible great earthquake. None names an area.

Source: 地震火山関連XML電文解説資料 (南海トラフ地震に関連する情報, 北海道・三陸沖後発地震注意情報).
"""

from collections.abc import Mapping
from datetime import datetime

from alerts.vocabulary import InfoType, Status
from feeds.jma.compose import document
from feeds.jma.compose.document import TOKYO, Letterhead, add

#: InfoSerial/Code -> (type, InfoSerial/Name)
_SERIALS: Mapping[str, tuple[str, str]] = {
    "111": ("VYSE50", "調査中"),
    "112": ("VYSE50", "調査中"),
    "113": ("VYSE50", "調査中"),
    "120": ("VYSE50", "巨大地震警戒"),
    "130": ("VYSE50", "巨大地震注意"),
    "190": ("VYSE50", "調査終了"),
    "210": ("VYSE51", "臨時解説"),
    "219": ("VYSE51", "臨時解説"),
    "200": ("VYSE52", "定例解説"),
}


def trough_information(
    code: str,
    *,
    at: datetime,
    event_id: str = "",
    serial: int | None = None,
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    office: str = TOKYO,
) -> bytes:
    """VYSE50 (111 112 113 120 130 190), VYSE51 (210 219) or VYSE52 (200), by InfoSerial/Code."""
    if code not in _SERIALS:
        raise ValueError(f"{code}: expected one of {', '.join(_SERIALS)}")
    kind, name = _SERIALS[code]
    title = document.FORMS[kind].head_title
    letter = Letterhead(
        at=at,
        issued=issued,
        event_id=event_id or document.stamp(issued or at),
        info_type=info_type,
        status=status,
        serial=serial,
        office=office,
        head_title=f"{title}（{name}）" if kind == "VYSE50" else title,
        text=f"{title}（{name}）です。",
    )
    root, _, body = document.start(kind, letter)
    info = add(body, "EarthquakeInfo", type="南海トラフ地震に関連する情報")
    add(info, "InfoKind", title)
    number = add(info, "InfoSerial", codeType="地震関連情報番号コード")
    add(number, "Name", name)
    add(number, "Code", code)
    add(info, "Text", letter.text)
    add(info, "Appendix", "情報の種類の説明は省きます。")
    if kind != "VYSE52":
        add(body, "NextAdvisory", "次の情報は、調べたあとに出します。")
    return document.finish(root)


def sanriku_information(
    *,
    at: datetime,
    event_id: str = "",
    issued: datetime | None = None,
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    office: str = TOKYO,
) -> bytes:
    """VYSE60: after a great earthquake off Hokkaido or Sanriku a further one is likelier for a week."""
    title = document.FORMS["VYSE60"].head_title
    letter = Letterhead(
        at=at,
        issued=issued,
        event_id=event_id or document.stamp(issued or at),
        info_type=info_type,
        status=status,
        office=office,
        text=f"{title}です。",
    )
    root, _, body = document.start("VYSE60", letter)
    info = add(body, "EarthquakeInfo", type=title)
    add(info, "InfoKind", title)
    add(info, "Text", letter.text)
    add(info, "Appendix", "情報の説明は省きます。")
    return document.finish(root)
