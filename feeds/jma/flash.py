"""VPBS50: 気象防災速報, told by the keywords of its 情報タグ: rain bands, record rain, heavy snow in a short time.

Each part of an event stands beside the others, it replaces none; all of them end by time. The list of keywords may
grow.
Source: 気象解説情報電文解説資料 2026-03-24 (情報タグ, EventID), and the official samples.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping

from alerts.notices import Notice, NoticeKind
from alerts.report import AreaReport, AreaScheme, Facts, Report
from alerts.vocabulary import Hazard, InfoType
from feeds.jma import envelope
from feeds.jma.envelope import Envelope, NotReadable

#: keyword -> (hazard, whether it is only foreseen)
_TAGS: Mapping[str, tuple[Hazard, bool]] = {
    "線状降水帯発生": (Hazard.LINEAR_RAINBAND, False),
    "線状降水帯直前": (Hazard.LINEAR_RAINBAND, True),
    "記録雨": (Hazard.RECORD_RAIN, False),
    "短時間大雪": (Hazard.SHORT_HEAVY_SNOW, False),
}
GRADE = "warning"


def read(code: str, telegram: Envelope, digest: str) -> tuple[list[Report], list[Notice]]:
    """One report per hazard; none where no keyword is known. NotReadable where tags, areas or event are missing.

    The event is one unit: a 取消 withdraws each hazard of it, and a 訂正 those it names no more. A keyword that no
    table knows may mean any of them, so what was said before still stands beside it.
    """
    if not telegram.event_id:
        raise NotReadable("Head/EventID: expected the event, without which nothing can withdraw it")
    notices: list[Notice] = []
    said: dict[Hazard, list[AreaReport]] = {}
    if telegram.info_type is not InfoType.CANCEL:
        for hazard, area in _areas(telegram, notices):
            said.setdefault(hazard, []).append(area)
    if telegram.info_type is not InfoType.ISSUE and not notices:
        said |= {hazard: [] for hazard, _ in _TAGS.values() if hazard not in said}
    return [
        Report(
            digest=digest,
            type=code,
            status=telegram.status,
            info_type=telegram.info_type,
            hazard=hazard,
            sent=telegram.sent,
            issued=telegram.issued,
            lineage=(f"{code}:{telegram.event_id}",),
            areas=tuple(sorted(areas, key=lambda area: area.facts.expected)),
            valid_until=telegram.valid_until,
        )
        for hazard, areas in said.items()
    ], notices


def _areas(telegram: Envelope, notices: list[Notice]) -> Iterator[tuple[Hazard, AreaReport]]:
    tags = list(_tags(telegram.head))
    if not tags:
        raise NotReadable("Headline/Information（情報タグ）: expected a keyword in Kind/Condition")
    for keyword, item in tags:
        if keyword not in _TAGS:
            notices.append(_unknown(keyword, telegram.head_title))
            continue
        hazard, expected = _TAGS[keyword]
        areas = envelope.child(item, "Areas")
        codes = [envelope.text(area, "Code") for area in envelope.children(areas, "Area")] if areas is not None else []
        if not any(codes):
            raise NotReadable(f"Headline/Information（情報タグ）/{keyword}: expected areas")
        if hazard is Hazard.RECORD_RAIN:
            codes += _observed(telegram.body)
        for place in dict.fromkeys(codes):
            yield hazard, _area(place, expected)


def _tags(head: ET.Element) -> Iterator[tuple[str, ET.Element]]:
    """Each keyword with its item; an item may hold several."""
    headline = envelope.child(head, "Headline")
    for information in envelope.children(headline, "Information") if headline is not None else ():
        if envelope.attribute(information, "type") != "情報タグ":
            continue
        for item in envelope.children(information, "Item"):
            for kind in envelope.children(item, "Kind"):
                for keyword in envelope.text(kind, "Condition").split():
                    yield keyword, item


def _observed(body: ET.Element) -> list[str]:
    """Municipalities (or near them, 付近) where the record rain was measured; they lie in the areas of the tag."""
    areas = (item.find("Area") for item in body.iter("Item"))
    codes = (envelope.text(area, "Code") for area in areas if area is not None)
    return [code for code in codes if len(code) == 7]


def _area(code: str, expected: bool) -> AreaReport:
    scheme = AreaScheme.CLASS20 if len(code) == 7 else AreaScheme.CLASS10
    return AreaReport(scheme=scheme, code=code, grade=GRADE, facts=Facts(expected=expected))


def _unknown(keyword: str, title: str) -> Notice:
    return Notice(
        kind=NoticeKind.UNKNOWN_CODE,
        subject=f"VPBS50 keyword {keyword}",
        text=f"VPBS50 has a keyword that stands in no table: {keyword} ({title}). Nobody was told of it. "
        "Look at the telegram and at the manual of JMA.",
        urgent=True,
    )
