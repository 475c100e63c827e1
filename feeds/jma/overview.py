"""VPWS50: the state of all Japan every ten minutes, kept only to be compared with ours.

No real body has been seen. What is read is the form the manual gives: Items of Body/Warning（市町村等） as in VPWW55
to VPWW61, with many Kinds and the time of issue of each (DateTime, type 発表時刻). It never sets, lowers or lifts a
grade. Source: 気象警報・注意報（Ｒ０６）電文解説資料 2026-04-30 (VPWS50).
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from datetime import datetime

from alerts.notices import Notice, NoticeKind
from alerts.overview import Overview, Said
from alerts.report import Report
from alerts.vocabulary import NONE, Hazard
from feeds.jma import envelope, weather
from feeds.jma.envelope import Envelope

#: Kind/Code -> (hazard, grade), of every type it sums up
_KINDS: Mapping[str, tuple[Hazard, str]] = {
    code: (hazard, grade)
    for table in weather.GRADES.values()
    for hazard, grades in table.items()
    for code, grade in grades.items()
}
#: Kind/Status of what is not, or no longer, in force
_CALM = frozenset({"解除", "発表警報・注意報はなし", "なし"})


def read(code: str, telegram: Envelope, digest: str) -> tuple[list[Report], list[Notice]]:
    """No report; one notice where the form is not the one we expect, which must not raise an alarm each ten minutes."""
    return [], [] if of(telegram).named else [_strange(code)]


def of(telegram: Envelope) -> Overview:
    """What it says of each municipality; of none where the form is not the one we expect."""
    items = [item for warning in _municipalities(telegram.body) for item in envelope.children(warning, "Item")]
    named = frozenset(envelope.text(item, "Area", "Code") for item in items) - {""}
    said = tuple(one for item in items for one in _said(item))
    return Overview(sent=telegram.sent, status=telegram.status, named=named, said=said)


def _municipalities(body: ET.Element) -> Iterator[ET.Element]:
    for warning in body.iter("Warning"):
        if envelope.attribute(warning, "type").endswith("(市町村等)"):
            yield warning


def _said(item: ET.Element) -> Iterator[Said]:
    area = envelope.text(item, "Area", "Code")
    for kind in envelope.children(item, "Kind"):
        hazard_grade = _KINDS.get(envelope.text(kind, "Code"))
        if hazard_grade is None or not area:
            continue
        hazard, grade = hazard_grade
        over = envelope.text(kind, "Status") in _CALM
        yield Said(hazard=hazard, code=area, grade=NONE if over else grade, issued=_issued(kind))


def _issued(kind: ET.Element) -> datetime | None:
    times = (t for t in envelope.children(kind, "DateTime") if envelope.attribute(t, "type") == "発表時刻")
    return next((envelope.time_or_none(envelope.text(time)) for time in times), None)


def _strange(code: str) -> Notice:
    return Notice(
        kind=NoticeKind.OVERVIEW,
        subject=f"{code} form",
        text=f"{code}, JMA's state of all Japan, holds no municipalities in the form we expect, so our state is not "
        "compared with it. Look at a stored telegram and bring feeds/jma/overview.py up to date.",
    )
