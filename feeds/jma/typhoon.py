"""VPTW60: where a typhoon is and will be. It names no municipality: it warns nobody, it is an occasion for lessons.

One report per storm, told by its TC number (EventID), which is not the number of the typhoon. Once a storm is no
typhoon any more (台風消滅) there is nothing left to record.
Source: 台風解析・予報情報電文解説資料 (呼称, Remark), and the official samples.
"""

from alerts.notices import Notice
from alerts.report import Report
from alerts.vocabulary import NONE, Hazard, InfoType
from feeds.jma import envelope
from feeds.jma.envelope import Envelope, NotReadable

_GRADE = "information"
_OVER = "台風消滅"


def read(code: str, telegram: Envelope, digest: str) -> tuple[list[Report], list[Notice]]:
    """One report without areas; none where the typhoon is over. NotReadable without an event."""
    if not telegram.event_id:
        raise NotReadable("Head/EventID: expected the storm's number, such as TC2615")
    if any(_OVER in remark for remark in _remarks(telegram)):
        return [], []
    cancel = telegram.info_type is InfoType.CANCEL
    return [
        Report(
            digest=digest,
            type=code,
            status=telegram.status,
            info_type=telegram.info_type,
            hazard=Hazard.TYPHOON,
            sent=telegram.sent,
            issued=telegram.issued,
            lineage=(f"storm:{telegram.event_id}",),
            valid_until=telegram.valid_until,
            at_large=NONE if cancel else _GRADE,
        )
    ], []


def _remarks(telegram: Envelope) -> list[str]:
    return [envelope.text(part, "Remark") for part in telegram.body.iter("TyphoonNamePart")]
