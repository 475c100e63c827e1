"""VXSE51, VXSE52, VXSE53: seismic intensity by area and by municipality, and the epicentre.

VXSE51 names areas only, VXSE53 municipalities; VXSE52 names neither. Foreign earthquakes have no intensity.
Source: 地震火山関連XML電文解説資料 (震度速報, 震源に関する情報, 震源・震度に関する情報).
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime

from alerts import hazards
from alerts.notices import Notice, NoticeKind
from alerts.report import UNKNOWN, AreaReport, AreaScheme, Facts, Report, SeaState
from alerts.vocabulary import NONE, Hazard, InfoType
from feeds.jma import envelope
from feeds.jma.envelope import Envelope, NotReadable

_INTENSITIES = frozenset({"1", "2", "3", "4", "5-", "5+", "6-", "6+", "7"})
#: strong shaking is expected there, but no data has come in
_NO_DATA = "震度5弱以上未入電"
#: fixed comments (固定付加文) that speak of a tsunami, the gravest first
_SEA = (("0211", SeaState.WARNED), ("0212", SeaState.SLIGHT), ("0215", SeaState.NONE))


def read(code: str, telegram: Envelope, digest: str) -> tuple[list[Report], list[Notice]]:
    """One report where the telegram holds intensities or withdraws them; none for VXSE52 and foreign quakes."""
    if code == "VXSE52":
        return [], []
    if not telegram.event_id:
        raise NotReadable("Head/EventID: expected the id of the earthquake")
    notices: list[Notice] = []
    areas: tuple[AreaReport, ...] = ()
    if telegram.info_type is not InfoType.CANCEL:
        observation = envelope.child(telegram.body, "Intensity", "Observation")
        if observation is None:
            return _without_intensity(code, telegram)
        facts = Facts(sea=_sea(telegram.body))
        found = _seismic_areas(observation) if code == "VXSE51" else _cities(observation)
        scheme = AreaScheme.SEISMIC_AREA if code == "VXSE51" else AreaScheme.SEISMIC_CITY
        areas = tuple(
            AreaReport(scheme=scheme, code=place, grade=_grade(code, place, element, notices), facts=facts)
            for place, element in found
        )
        if not areas:
            raise NotReadable("Body/Intensity/Observation: expected areas with an intensity")
    return [
        Report(
            digest=digest,
            type=code,
            status=telegram.status,
            info_type=telegram.info_type,
            hazard=Hazard.EARTHQUAKE,
            sent=telegram.sent,
            issued=telegram.issued,
            lineage=(telegram.event_id,),
            areas=areas,
            origin=_origin(telegram),
        )
    ], notices


def _without_intensity(code: str, telegram: Envelope) -> tuple[list[Report], list[Notice]]:
    """Foreign earthquakes and eruptions come without intensity; a first report never does."""
    if code == "VXSE51":
        raise NotReadable("Body/Intensity: expected intensities in a first report")
    return [], []


def _seismic_areas(observation: ET.Element) -> Iterator[tuple[str, ET.Element]]:
    for prefecture in envelope.children(observation, "Pref"):
        for area in envelope.children(prefecture, "Area"):
            yield _code(area), area


def _cities(observation: ET.Element) -> Iterator[tuple[str, ET.Element]]:
    for _, area in _seismic_areas(observation):
        for city in envelope.children(area, "City"):
            yield _code(city), city


def _code(area: ET.Element) -> str:
    code = envelope.text(area, "Code")
    if not code:
        raise NotReadable(f"Body/Intensity: {area.tag} without Code")
    return code


def _grade(code: str, place: str, area: ET.Element, notices: list[Notice]) -> str:
    """The intensity; 震度５弱以上未入電 counts as 5-lower or more unless something stronger was measured."""
    value = envelope.text(area, "MaxInt")
    condition = envelope.text(area, "Condition")
    measured = value if value in _INTENSITIES else NONE
    if _NO_DATA in (value, condition):
        return hazards.rule(Hazard.EARTHQUAKE).highest([measured, "5-?"])
    if measured != NONE:
        return measured
    notices.append(_unknown(f"{code} MaxInt {value or condition or '(none)'}", place))
    return UNKNOWN


def _sea(body: ET.Element) -> SeaState:
    codes = envelope.text(body, "Comments", "ForecastComment", "Code").split()
    return next((state for code, state in _SEA if code in codes), SeaState.UNSAID)


def _origin(telegram: Envelope) -> datetime | None:
    """When it shook: origin time where known, else the time the first report names.

    A 取消 names its own time there: taken for an origin, it would make the next earthquake the one that never was.
    """
    if telegram.info_type is InfoType.CANCEL:
        return None
    origin = envelope.time_or_none(envelope.text(telegram.body, "Earthquake", "OriginTime"))
    return origin or telegram.target


def _unknown(subject: str, place: str) -> Notice:
    return Notice(
        kind=NoticeKind.UNKNOWN_CODE,
        subject=subject,
        text=f"{subject} (first at area {place}) stands in no table. What was reported there before still stands. "
        "Look at the telegram and at the manual of JMA.",
        urgent=True,
    )
