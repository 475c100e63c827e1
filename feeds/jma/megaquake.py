"""VYSE50 and VYSE60: information on a possible great earthquake (南海トラフ, 北海道・三陸沖).

They name no area at all. The municipalities they are meant for are ours to keep (`alerts.designated`); while that
list is not confirmed the report has no areas, so it reaches nobody, is held, and people in charge are told.
Source: 地震火山関連XML電文解説資料 (南海トラフ地震に関連する情報, 北海道・三陸沖後発地震注意情報) and its code list
地震関連情報番号コード; 南海トラフ地震防災対策推進基本計画 for how long the caution is asked for.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from alerts import designated
from alerts.notices import Notice
from alerts.report import AreaReport, AreaScheme, Report
from alerts.vocabulary import NONE, Hazard, InfoType
from feeds.jma import envelope
from feeds.jma.envelope import Envelope, NotReadable

_TROUGH: Mapping[str, str] = {
    "111": "investigating",
    "112": "investigating",
    "113": "investigating",
    "120": "warning",
    "130": "caution",
    "190": "ended",
}
#: how long people are asked for it; no telegram lifts it: a week, and after a great earthquake two
_LASTS: Mapping[str, timedelta] = {"warning": timedelta(days=14), "caution": timedelta(days=7)}


def read(code: str, telegram: Envelope, digest: str) -> tuple[list[Report], list[Notice]]:
    """One report. NotReadable where the code of VYSE50 stands in no table: it is read again once it does."""
    hazard = Hazard.NANKAI_TROUGH if code == "VYSE50" else Hazard.HOKKAIDO_SANRIKU
    if not telegram.event_id:
        raise NotReadable("Head/EventID: expected the id of the information")
    grade = NONE if telegram.info_type is InfoType.CANCEL else _grade(code, telegram)
    report = Report(
        digest=digest,
        type=code,
        status=telegram.status,
        info_type=telegram.info_type,
        hazard=hazard,
        sent=telegram.sent,
        issued=telegram.issued,
        lineage=(hazard.value,),
        unit=telegram.event_id,
        areas=() if telegram.info_type is InfoType.CANCEL else _areas(hazard, grade),
        valid_until=_until(grade, telegram.sent),
        at_large=grade,
    )
    return [report], []


def _grade(code: str, telegram: Envelope) -> str:
    info = envelope.child(telegram.body, "EarthquakeInfo")
    if info is None:
        raise NotReadable("Body/EarthquakeInfo: expected what the information says")
    if code == "VYSE60":
        return "caution"
    value = envelope.text(info, "InfoSerial", "Code")
    if value not in _TROUGH:
        name = envelope.text(info, "InfoSerial", "Name")
        raise NotReadable(f"Body/EarthquakeInfo/InfoSerial/Code: {value or '(none)'} ({name}) stands in no table")
    return _TROUGH[value]


def _areas(hazard: Hazard, grade: str) -> tuple[AreaReport, ...]:
    """The confirmed list, with the grade; 調査終了 lifts what stood there."""
    over = grade == "ended"
    return tuple(
        AreaReport(scheme=AreaScheme.CLASS20, code=place, grade=NONE if over else grade, lifted=over)
        for place in designated.load()[hazard].class20()
    )


def _until(grade: str, sent: datetime) -> datetime | None:
    return sent + _LASTS[grade] if grade in _LASTS else None
