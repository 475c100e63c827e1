"""What every telegram built here has: Control and Head, and the body of a 取消. Knows no hazard.

Source: 気象庁防災情報XMLフォーマット, 辞書と電文解説 (Control, Head): order of elements, namespaces, zones.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from alerts.japan import JST
from alerts.vocabulary import InfoType, Status

#: who issues most reports; Osaka (大阪管区気象台) does so too, and takes over within one event
TOKYO = "気象庁本庁"
_ROOT = "http://xml.kishou.go.jp/jmaxml1/"
_STATUS = {Status.ACTUAL: "通常", Status.EXERCISE: "訓練", Status.TEST: "試験"}
#: opens every headline of a telegram that is not real
_MARKS = {Status.ACTUAL: "", Status.EXERCISE: "これは訓練です。", Status.TEST: "これは試験です。"}
_NEVER_WITHDRAWN = ("VPWW", "VPWS", "VPHW", "VPFT")
_WIDE = str.maketrans("0123456789.-", "０１２３４５６７８９．－")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What all telegrams of one type share."""

    #: Control/Title
    title: str
    #: Head/Title where it does not depend on the content
    head_title: str
    kind: str
    version: str
    #: last part of the body's namespace
    body: str = "seismology1"


FORMS: Mapping[str, Form] = {
    "VXSE51": Form(title="震度速報", head_title="震度速報", kind="震度速報", version="1.0_1"),
    "VXSE52": Form(title="震源に関する情報", head_title="震源に関する情報", kind="震源速報", version="1.0_1"),
    "VXSE53": Form(title="震源・震度に関する情報", head_title="震源・震度情報", kind="地震情報", version="1.0_1"),
    "VTSE41": Form(
        title="津波警報・注意報・予報a",
        head_title="津波警報・注意報・予報",
        kind="津波警報・注意報・予報",
        version="1.0_1",
    ),
    "VPTW60": Form(
        title="台風解析・予報情報（５日予報）（Ｈ３０）",
        head_title="台風解析・予報情報",
        kind="台風解析・予報情報（５日予報）",
        version="1.0_1",
        body="meteorology1",
    ),
    "VPWS50": Form(
        title="気象警報・注意報（全国）",
        head_title="気象警報・注意報（全国）",
        kind="気象警報・注意報",
        version="1.5_0",
        body="meteorology1",
    ),
    "VPBS50": Form(
        title="府県気象防災速報",
        head_title="気象防災速報",
        kind="気象解説情報",
        version="1.5_0",
        body="meteorology1",
    ),
    "VPHW50": Form(
        title="竜巻注意情報",
        head_title="気象防災速報（竜巻注意）",
        kind="竜巻注意情報",
        version="1.0_0",
        body="meteorology1",
    ),
    "VPHW51": Form(
        title="竜巻注意情報（目撃情報付き）",
        head_title="気象防災速報（竜巻注意）",
        kind="竜巻注意情報",
        version="1.1_0",
        body="meteorology1",
    ),
    "VPFT50": Form(
        title="熱中症警戒アラート",
        head_title="熱中症警戒アラート",
        kind="同一現象用平文情報",
        version="1.0_0",
        body="meteorology1",
    ),
    "VXKOii": Form(
        title="指定河川洪水予報",
        head_title="指定河川洪水予報",
        kind="指定河川洪水予報",
        version="1.1_1",
        body="meteorology1",
    ),
    "VXSE61": Form(
        title="顕著な地震の震源要素更新のお知らせ",
        head_title="顕著な地震の震源要素更新のお知らせ",
        kind="震源要素更新のお知らせ",
        version="1.0_0",
    ),
    "VXSE62": Form(
        title="長周期地震動に関する観測情報",
        head_title="長周期地震動に関する観測情報",
        kind="長周期地震動に関する観測情報",
        version="1.3_0",
    ),
    "VTSE51": Form(title="津波情報a", head_title="津波観測に関する情報", kind="津波情報", version="1.0_1"),
    "VTSE52": Form(
        title="沖合の津波観測に関する情報",
        head_title="沖合の津波観測に関する情報",
        kind="津波情報",
        version="1.0_1",
    ),
    **{
        code: Form(title=title, head_title=title, kind=kind, version=version, body="volcanology1")
        for code, title, kind, version in (
            ("VFVO50", "噴火警報・予報", "噴火警報・予報", "1.0_0"),
            ("VFVO52", "噴火に関する火山観測報", "噴火に関する火山観測報", "1.0_0"),
            ("VFVO53", "降灰予報（定時）", "降灰予報", "1.1_0"),
            ("VFVO54", "降灰予報（速報）", "降灰予報", "1.1_0"),
            ("VFVO55", "降灰予報（詳細）", "降灰予報", "1.1_0"),
            ("VFVO56", "噴火速報", "噴火速報", "1.2_0"),
        )
    },
    **{
        code: Form(title=title, head_title=title, kind=kind, version=version)
        for code, title, kind, version in (
            ("VYSE50", "南海トラフ地震臨時情報", "南海トラフ地震に関連する情報", "1.1_0"),
            ("VYSE51", "南海トラフ地震関連解説情報", "南海トラフ地震に関連する情報", "1.1_0"),
            ("VYSE52", "南海トラフ地震関連解説情報", "南海トラフ地震に関連する情報", "1.1_0"),
            ("VYSE60", "北海道・三陸沖後発地震注意情報", "北海道・三陸沖後発地震注意情報", "1.3_1"),
        )
    },
    **{
        code: Form(
            title=f"気象警報・注意報（Ｒ０６）（{word}）",
            head_title=title,
            kind="気象警報・注意報",
            version="1.5_0",
            body="meteorology1",
        )
        for code, word, title in (
            ("VPWW55", "大雨", "大雨警報・注意報"),
            ("VPWW56", "土砂", "土砂災害警報・注意報"),
            ("VPWW57", "高潮", "高潮警報・注意報"),
            ("VPWW58", "暴風", "暴風（雪）警報・注意報"),
            ("VPWW59", "波浪", "波浪警報・注意報"),
            ("VPWW60", "大雪", "大雪警報・注意報"),
            ("VPWW61", "その他注意報", "注意報"),
        )
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What Control and Head say of one telegram."""

    #: Control/DateTime
    at: datetime
    #: Head/ReportDateTime; without it `at`, cut to the minute
    issued: datetime | None
    #: Head/TargetDateTime; without it the time of issue
    target: datetime | None = None
    #: Head/TargetDTDubious, such as 頃, where the target time is not certain
    dubious: str = ""
    valid_until: datetime | None = None
    event_id: str
    info_type: InfoType
    status: Status
    serial: int | None = None
    office: str
    publisher: str = "気象庁"
    #: Head/Title, where the form's own does not fit
    head_title: str = ""
    #: Headline/Text
    text: str


def add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    """A new last child. Namespaces are written as prefixes and xmlns attributes, as JMA does."""
    child = ET.SubElement(parent, name, attributes)
    child.text = text
    return child


def named(parent: ET.Element, name: str, place: str, code: str) -> ET.Element:
    """A child that holds a Name and a Code."""
    child = add(parent, name)
    add(child, "Name", place)
    add(child, "Code", code)
    return child


def code_types(parent: ET.Element, types: Iterable[tuple[str, str]]) -> None:
    """CodeDefine: which table the codes of each path belong to."""
    define = add(parent, "CodeDefine")
    for path, table in types:
        add(define, "Type", table, xpath=path)


def local_time(time: datetime) -> str:
    """Japanese time to the minute, as Head and Body write it. ValueError for a time without zone."""
    if time.tzinfo is None:
        raise ValueError(f"{time.isoformat()}: expected a time with a zone")
    return time.astimezone(JST).replace(second=0, microsecond=0).isoformat()


def spoken_time(time: datetime) -> str:
    """Day, hour and minute in Japanese time as headlines write them: １日１６時１０分."""
    local = time.astimezone(JST)
    return wide(f"{local.day}日{local:%H時%M分}")


def stamp(time: datetime) -> str:
    """Fourteen digits of Japanese time, seconds 00: how an EventID writes a time of issue."""
    return datetime.fromisoformat(local_time(time)).strftime("%Y%m%d%H%M%S")


def wide(text: str) -> str:
    """Digits, point and minus in full width."""
    return text.translate(_WIDE)


def start(code: str, letter: Letterhead) -> tuple[ET.Element, ET.Element, ET.Element]:
    """(root, headline, body) of a new telegram of a type; the headline has its text already."""
    form = FORMS[code]
    root = ET.Element("Report", {"xmlns": _ROOT, "xmlns:jmx": _ROOT})
    _control(root, form, letter)
    head = add(root, "Head", xmlns=_ROOT + "informationBasis1/")
    add(head, "Title", letter.head_title or form.head_title)
    issued = letter.issued or letter.at
    add(head, "ReportDateTime", local_time(issued))
    add(head, "TargetDateTime", local_time(letter.target or issued))
    if letter.dubious:
        add(head, "TargetDTDubious", letter.dubious)
    if letter.valid_until:
        add(head, "ValidDateTime", local_time(letter.valid_until))
    add(head, "EventID", letter.event_id)
    add(head, "InfoType", letter.info_type.value)
    add(head, "Serial", str(letter.serial) if letter.serial is not None else "")
    add(head, "InfoKind", form.kind)
    add(head, "InfoKindVersion", form.version)
    headline = add(head, "Headline")
    add(headline, "Text", _MARKS[letter.status] + letter.text)
    body = add(root, "Body", xmlns=f"{_ROOT}body/{form.body}/")
    body.set("xmlns:jmx_eb", _ROOT + "elementBasis1/")
    return root, headline, body


def _control(root: ET.Element, form: Form, letter: Letterhead) -> None:
    control = add(root, "Control")
    add(control, "Title", form.title)
    local_time(letter.at)  # refuses a time without zone
    add(control, "DateTime", letter.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    add(control, "Status", _STATUS[letter.status])
    add(control, "EditorialOffice", letter.office)
    add(control, "PublishingOffice", letter.publisher)


def finish(root: ET.Element) -> bytes:
    """The telegram as it is sent: UTF-8 with declaration, one element per line."""
    ET.indent(root, "")
    # Encoded at once: ElementTree would encode each of some thousand pieces, at twice the cost.
    written: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'.encode()


def withdrawal(
    type: str,
    event_id: str,
    *,
    at: datetime,
    issued: datetime | None = None,
    target: datetime | None = None,
    serial: int | None = None,
    status: Status = Status.ACTUAL,
    office: str = TOKYO,
) -> bytes:
    """A 取消 of every telegram of this type and event: a Text, and no Information.

    `target`: of ashfall the time of the eruption, as in what is withdrawn. ValueError for weather warnings, tornado and
    heat, which JMA never withdraws, and for a type that is not built here.
    """
    form = FORMS.get(type)
    if form is None or type.startswith(_NEVER_WITHDRAWN):
        raise ValueError(
            f"{type}: expected one of {', '.join(code for code in FORMS if not code.startswith(_NEVER_WITHDRAWN))}"
        )
    letter = Letterhead(
        at=at,
        issued=issued,
        target=target,
        event_id=event_id,
        info_type=InfoType.CANCEL,
        status=status,
        serial=serial,
        office=office,
        text=f"{form.head_title}を取り消します。",
    )
    root, _, body = start(type, letter)
    add(body, "Text", f"先に出した{form.head_title}は誤りでした。取り消します。")
    return finish(root)
