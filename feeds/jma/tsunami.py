"""VTSE41: tsunami warnings, advisories and forecasts, per tsunami forecast area.

Only the body is read: the headline leaves out advisories beside warnings, and everything once all is lowered.
Source: 地震火山関連XML電文解説資料 (津波警報・注意報・予報a).
"""

import math
import xml.etree.ElementTree as ET

from alerts.notices import Notice, NoticeKind
from alerts.report import UNKNOWN, AreaReport, AreaScheme, Facts, HeightWord, Report
from alerts.vocabulary import NONE, Hazard, InfoType
from feeds.jma import envelope
from feeds.jma.envelope import Envelope, NotReadable

_GRADES = {
    "52": "major_warning",
    "53": "major_warning",  # newly issued or raised
    "51": "warning",
    "62": "advisory",
    "71": "forecast",
    "72": "forecast",
    "73": "forecast",
    "50": NONE,
    "60": NONE,
    "00": NONE,
}
_LIFTED = frozenset({"50", "60"})
#: FirstHeight/Condition: the wave is there, or expected at once
_ARRIVING = ("ただちに津波来襲と予測", "津波到達中と推測", "既に津波到達と推測", "第1波の到達を確認")


def read(code: str, telegram: Envelope, digest: str) -> tuple[list[Report], list[Notice]]:
    """One report. A 取消 has no areas and withdraws what bears its event ids."""
    notices: list[Notice] = []
    areas: tuple[AreaReport, ...] = ()
    if telegram.info_type is not InfoType.CANCEL:
        forecast = envelope.child(telegram.body, "Tsunami", "Forecast")
        if forecast is None:
            raise NotReadable("Body/Tsunami/Forecast: expected the forecast of each area")
        areas = tuple(_area(item, notices) for item in envelope.children(forecast, "Item"))
        if not areas:  # a telegram replaces all that was said before: an empty one would lift every warning
            raise NotReadable("Body/Tsunami/Forecast: expected areas")
    return [
        Report(
            digest=digest,
            type=code,
            status=telegram.status,
            info_type=telegram.info_type,
            hazard=Hazard.TSUNAMI,
            sent=telegram.sent,
            issued=telegram.issued,
            lineage=_events(telegram),
            areas=areas,
            valid_until=telegram.valid_until,
        )
    ], notices


def _events(telegram: Envelope) -> tuple[str, ...]:
    """EventID may hold several earthquakes' ids, separated by spaces."""
    events = tuple(sorted(set(telegram.event_id.split())))
    if not events:
        raise NotReadable("Head/EventID: expected the id of the earthquake")
    return events


def _area(item: ET.Element, notices: list[Notice]) -> AreaReport:
    place = envelope.text(item, "Area", "Code")
    if not place:
        raise NotReadable("Body/Tsunami/Forecast/Item: an Area without Code")
    value = envelope.text(item, "Category", "Kind", "Code")
    grade = _GRADES.get(value, UNKNOWN)
    if grade == UNKNOWN:
        notices.append(_unknown(value, place))
    return AreaReport(
        scheme=AreaScheme.TSUNAMI_AREA,
        code=place,
        grade=grade,
        lifted=value in _LIFTED,
        facts=_facts(item) if grade not in (NONE, UNKNOWN) else Facts(),
    )


def _facts(item: ET.Element) -> Facts:
    """Expected height and arrival, as far as the telegram says them."""
    height = envelope.child(item, "MaxHeight", "TsunamiHeight")
    metres, over, word = _height(height) if height is not None else (None, False, None)
    condition = envelope.text(item, "FirstHeight", "Condition")
    return Facts(
        height=metres,
        over=over,
        height_word=word,
        arrival=envelope.time_or_none(envelope.text(item, "FirstHeight", "ArrivalTime")),
        arriving=condition in _ARRIVING,
    )


def _height(element: ET.Element) -> tuple[float | None, bool, HeightWord | None]:
    """Metres, whether it may be more, and JMA's word where no number is given (NaN, condition 不明)."""
    description = envelope.attribute(element, "description")
    word = next((word for word in HeightWord if word.value == description), None)
    try:
        metres = float(envelope.text(element))
    except ValueError:
        return None, False, word
    if not math.isfinite(metres):
        return None, False, word
    return metres, description.endswith("超"), word


def _unknown(value: str, place: str) -> Notice:
    return Notice(
        kind=NoticeKind.UNKNOWN_CODE,
        subject=f"VTSE41 Kind/Code {value or '(none)'}",
        text=f"VTSE41 Kind/Code {value or '(none)'} (first at tsunami area {place}) stands in no table. What was "
        "in force there before still stands. Look at the telegram and at the manual of JMA.",
        urgent=True,
    )
