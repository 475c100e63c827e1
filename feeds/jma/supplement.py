"""Telegrams that add to what another type has told: read and kept, and no alert of their own.

VXSE61 mends an epicentre and VXSE62 gives classes of long-period motion: one event with VXSE51 and VXSE53, whose
word on intensity stands. VTSE51 and VTSE52 repeat the tsunami state beside arrivals and observations; VTSE41 alone
raises, lowers and lifts. VFVO52 reports an eruption without municipalities, many a week at Sakurajima. VYSE51 and
VYSE52 comment on what VYSE50 has said.
Source: 地震火山関連XML電文解説資料 (the parts on each of these).
"""

from collections.abc import Mapping

from alerts.notices import Notice
from alerts.report import Report
from alerts.vocabulary import InfoType
from feeds.jma import envelope
from feeds.jma.envelope import Envelope, NotReadable

#: what the body of each type holds at least, unless it is a 取消
_HOLDS: Mapping[str, str] = {
    "VXSE61": "Earthquake",
    "VXSE62": "Intensity",
    "VTSE51": "Tsunami",
    "VTSE52": "Tsunami",
    "VFVO52": "VolcanoInfo",
    "VYSE51": "EarthquakeInfo",
    "VYSE52": "EarthquakeInfo",
}


def read(code: str, telegram: Envelope, digest: str) -> tuple[list[Report], list[Notice]]:
    """Never a report. NotReadable where it is not what its type says."""
    if telegram.info_type is InfoType.CANCEL:
        return [], []
    if envelope.child(telegram.body, _HOLDS[code]) is None:
        raise NotReadable(f"Body/{_HOLDS[code]}: expected in {code}")
    return [], []
