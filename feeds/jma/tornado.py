"""VPHW50 and VPHW51: 竜巻注意情報, per municipality, until its ValidDateTime; JMA never lifts it.

Each telegram is the full state of one office's region, and extends or replaces the one before.
Source: 竜巻注意情報電文解説資料, and the official samples.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping

from alerts.notices import Notice, NoticeKind
from alerts.report import UNKNOWN, AreaReport, AreaScheme, Facts, Report
from alerts.vocabulary import NONE, Hazard, InfoType
from feeds.jma import envelope, offices
from feeds.jma.envelope import Envelope, NotReadable

_GRADES: Mapping[str, str] = {"1": "warning", "0": NONE}
#: Kind/Status of what is not, or no longer, in force, whatever code stands beside it
_OVER = frozenset({"なし", "解除"})


def read(code: str, telegram: Envelope, digest: str) -> tuple[list[Report], list[Notice]]:
    """One report. NotReadable where region or municipalities are missing."""
    region = _region(telegram)
    notices: list[Notice] = []
    areas: list[AreaReport] = []
    if telegram.info_type is not InfoType.CANCEL:
        facts = Facts(until=telegram.valid_until)
        areas += [_area(code, place, item, facts, notices) for place, item in _items(telegram.body, "市町村等")]
        if not areas:
            raise NotReadable("Body/Warning[@type=…（市町村等）]: expected municipalities")
    return [
        Report(
            digest=digest,
            type=code,
            status=telegram.status,
            info_type=telegram.info_type,
            hazard=Hazard.TORNADO,
            sent=telegram.sent,
            issued=telegram.issued,
            lineage=(f"tornado:{region}",),
            areas=tuple(areas),
            valid_until=telegram.valid_until,
        )
    ], notices


def _region(telegram: Envelope) -> str:
    """The region of one office, by its 一次細分区域等; a 取消 has only text, and says it by its title or its office."""
    areas = [place for place, _ in _items(telegram.body, "一次細分区域等")]
    if areas:
        known = {offices.region_of_area(area) or (AreaScheme.CLASS10, area) for area in areas}
        return "+".join(sorted(code for _, code in known))
    if telegram.info_type is InfoType.CANCEL:
        said = offices.region_in(telegram.head_title) or offices.region(telegram.office)
        if said is not None:
            return said[1]
    raise NotReadable("Body/Warning[@type=…（一次細分区域等）]: expected the region this telegram speaks for")


def _items(body: ET.Element, name: str) -> Iterator[tuple[str, ET.Element]]:
    for warning in envelope.children(body, "Warning"):
        if envelope.attribute(warning, "type").endswith(f"({name})"):
            for item in envelope.children(warning, "Item"):
                place = envelope.text(item, "Area", "Code")
                if not place:
                    raise NotReadable(f"Body/Warning（{name}）/Item: an Area without Code")
                yield place, item


def _area(code: str, place: str, item: ET.Element, facts: Facts, notices: list[Notice]) -> AreaReport:
    value = envelope.text(item, "Kind", "Code")
    grade = NONE if envelope.text(item, "Kind", "Status") in _OVER else _GRADES.get(value, UNKNOWN)
    if grade == UNKNOWN:
        notices.append(_unknown(f"{code} Kind/Code {value or '(none)'}", place))
    return AreaReport(scheme=AreaScheme.CLASS20, code=place, grade=grade, facts=facts if grade != NONE else Facts())


def _unknown(subject: str, place: str) -> Notice:
    return Notice(
        kind=NoticeKind.UNKNOWN_CODE,
        subject=subject,
        text=f"{subject} (first at area {place}) stands in no table. What was in force there before still stands "
        "until it ends by itself. Look at the telegram and at the manual of JMA.",
        urgent=True,
    )
