"""VPWW55 and VPWW56: heavy rain and landslide warnings with levels, in the form of 2026-05-28.

Each telegram is the full state of one hazard in one office's region: it replaces, it does not add.
Source: 気象警報・注意報（Ｒ０６）電文解説資料 2026-04-30, table 3 (codes), and the official samples.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping

from alerts.notices import Notice, NoticeKind
from alerts.report import UNKNOWN, AreaReport, AreaScheme, Report
from alerts.vocabulary import NONE, Hazard, InfoType
from feeds.jma import envelope, types
from feeds.jma.envelope import Envelope, NotReadable

_GRADES: Mapping[str, tuple[Hazard, Mapping[str, str]]] = {
    "VPWW55": (Hazard.HEAVY_RAIN, {"33": "L5", "43": "L4", "03": "L3", "10": "L2"}),
    "VPWW56": (Hazard.LANDSLIDE, {"39": "L5", "49": "L4", "09": "L3", "29": "L2"}),
}
_LIFTED = "解除"
_NOTHING = "発表警報・注意報はなし"
#: Kind/Status of what is in force; the code says the grade, the status only how it came about
_IN_FORCE = frozenset(
    {
        "発表",
        "継続",
        "特別警報から危険警報",
        "特別警報から警報",
        "特別警報から注意報",
        "危険警報から警報",
        "危険警報から注意報",
        "警報から注意報",
    }
)


def read(code: str, telegram: Envelope, digest: str) -> tuple[list[Report], list[Notice]]:
    """One report on the telegram's hazard. NotReadable where region or municipalities are missing."""
    hazard, grades = _GRADES[code]
    levels = {types.plain(w.get("type", "")): w for w in envelope.children(telegram.body, "Warning")}
    region = _region(levels)
    notices: list[Notice] = []
    areas: list[AreaReport] = []
    if telegram.info_type is not InfoType.CANCEL:
        for item in envelope.children(_municipalities(levels), "Item"):
            areas.extend(_area(item, grades, code, notices))
        if not areas:  # a telegram replaces all that was said before: an empty one would lift every warning
            raise NotReadable("Body/Warning（市町村等）: expected municipalities")
    return [
        Report(
            digest=digest,
            type=code,
            status=telegram.status,
            info_type=telegram.info_type,
            hazard=hazard,
            sent=telegram.sent,
            issued=telegram.issued,
            lineage=(f"{code}:{region}",),
            areas=tuple(areas),
        )
    ], notices


def _level(levels: Mapping[str, ET.Element], name: str) -> ET.Element | None:
    return next((warning for kind, warning in levels.items() if kind.endswith(f"({name})")), None)


def _region(levels: Mapping[str, ET.Element]) -> str:
    """The forecast region (府県予報区等) the telegram speaks for; the office's name may be a substitute's."""
    warning = _level(levels, "府県予報区等")
    items = envelope.children(warning, "Item") if warning is not None else ()
    codes = sorted(envelope.text(item, "Area", "Code") for item in items)
    if not any(codes):
        raise NotReadable("Body/Warning[@type=…（府県予報区等）]: expected the region this telegram speaks for")
    return "+".join(codes)


def _municipalities(levels: Mapping[str, ET.Element]) -> ET.Element:
    """Only the municipalities count: the levels above show the maximum of theirs."""
    warning = _level(levels, "市町村等")
    if warning is None:
        raise NotReadable("Body/Warning[@type=…（市町村等）]: expected the municipalities")
    return warning


def _area(item: ET.Element, grades: Mapping[str, str], code: str, notices: list[Notice]) -> Iterator[AreaReport]:
    """The word on one municipality; besides it, an unknown one where a kind stands in no table."""
    place = envelope.text(item, "Area", "Code")
    if not place:
        raise NotReadable("Body/Warning（市町村等）/Item: an Area without Code")
    kinds = [_kind(kind, grades, code, place, notices) for kind in envelope.children(item, "Kind")]
    if not kinds:
        raise NotReadable(f"Body/Warning（市町村等）/Item {place}: expected a Kind")
    if (UNKNOWN, False) in kinds:
        yield AreaReport(scheme=AreaScheme.CLASS20, code=place, grade=UNKNOWN)
    known = [grade for grade, _ in kinds if grade != UNKNOWN]
    if known:
        grade = min(known, key=[*grades.values(), NONE].index)
        lifted = grade == NONE and any(lifted for _, lifted in kinds)
        yield AreaReport(scheme=AreaScheme.CLASS20, code=place, grade=grade, lifted=lifted)


def _kind(
    kind: ET.Element, grades: Mapping[str, str], code: str, place: str, notices: list[Notice]
) -> tuple[str, bool]:
    """(grade, lifted in words). A code or status no table knows leaves what was said before."""
    status, value = types.plain(envelope.text(kind, "Status")), envelope.text(kind, "Code")
    if status == types.plain(_NOTHING):
        return NONE, False
    if value not in grades:
        notices.append(_unknown(f"{code} Kind/Code {value or '(none)'}", place))
        return UNKNOWN, False
    if status == _LIFTED:
        return NONE, True
    if status not in _IN_FORCE:
        notices.append(_unknown(f"{code} Kind/Status {status or '(none)'}", place))
        return UNKNOWN, False
    return grades[value], False


def _unknown(subject: str, place: str) -> Notice:
    return Notice(
        kind=NoticeKind.UNKNOWN_CODE,
        subject=subject,
        text=f"{subject} (first at area {place}) stands in no table. What was in force there before "
        "still stands. Look at the telegram and at the manual of JMA.",
        urgent=True,
    )
