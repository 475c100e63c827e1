"""VFVO53, VFVO54 and VFVO55: where volcanic ash falls, and how much, by municipality.

VFVO53 comes on schedule and says where ash would fall if the volcano erupted: never more than light, since nothing has
fallen; 54 (within minutes) and 55 (in
detail, for six hours) follow an eruption and speak of the same ash. One telegram names a municipality under every
amount that some part of it gets: the highest counts. All end by time.
Source: 地震火山関連XML電文解説資料 (降灰予報（定時）, 降灰予報（速報）, 降灰予報（詳細）).
"""

from collections.abc import Iterator, Mapping

from alerts import hazards, kin
from alerts.notices import Notice
from alerts.report import UNKNOWN, AreaReport, AreaScheme, Facts, Report
from alerts.vocabulary import NONE, Hazard, InfoType
from feeds.jma import envelope, volcano
from feeds.jma.envelope import Envelope, NotReadable

_CITIES = "(対象市町村等)"
#: 70 gives no amount: ash is the least that falls there. 75 is no ash but small stones near the crater
_GRADES: Mapping[str, str] = {"70": "light", "71": "light", "72": "moderate", "73": "heavy", "75": NONE}


def read(code: str, telegram: Envelope, digest: str) -> tuple[list[Report], list[Notice]]:
    """One report on one volcano's ash. A 取消 has no areas."""
    notices: list[Notice] = []
    number = volcano.volcano_of(telegram)
    areas: tuple[AreaReport, ...] = ()
    if telegram.info_type is not InfoType.CANCEL:
        _expect_all(telegram)
        facts = Facts(
            volcano=volcano.named(number, notices),
            until=telegram.valid_until,
            expected=code == "VFVO53",
        )
        areas = tuple(_areas(telegram, facts, notices))
    return [
        Report(
            digest=digest,
            type=code,
            status=telegram.status,
            info_type=telegram.info_type,
            hazard=Hazard.ASHFALL,
            sent=telegram.sent,
            issued=telegram.issued,
            lineage=(_lineage(code, number, telegram),),
            unit=telegram.event_id,
            areas=areas,
            valid_until=telegram.valid_until,
            origin=None if code == "VFVO53" else telegram.target,
        )
    ], notices


def _expect_all(telegram: Envelope) -> None:
    """NotReadable where volcano or municipalities are missing: half a telegram would lift what was said before it.

    Ash that falls into the sea alone has a block of municipalities without any item.
    """
    if not volcano.blocks(telegram, _CITIES):
        raise NotReadable("Body/VolcanoInfo（対象市町村等）: expected the municipalities")
    if not volcano.items(telegram, "(対象火山)"):
        raise NotReadable("Body/VolcanoInfo（対象火山）: expected the volcano")
    if any(not list(volcano.area_codes(item)) for item in volcano.items(telegram, _CITIES)):
        raise NotReadable("Body/VolcanoInfo（対象市町村等）/Item: expected municipalities")


def _lineage(code: str, number: str, telegram: Envelope) -> str:
    """The schedule of a volcano, or one eruption of it: 54 and 55 bear the time at which it began."""
    if code == "VFVO53":
        return f"ash:{number}"
    return kin.eruption(number, telegram.target or telegram.issued)


def _areas(telegram: Envelope, facts: Facts, notices: list[Notice]) -> Iterator[AreaReport]:
    """Each municipality once, with the highest amount; unknown beside it where a code stands in no table."""
    found: dict[str, list[str]] = {}
    for item in volcano.items(telegram, _CITIES):
        value = envelope.text(item, "Kind", "Code")
        grade = _GRADES.get(value, UNKNOWN)
        if facts.expected and grade not in (NONE, UNKNOWN):
            grade = "light"
        if grade == UNKNOWN:
            notices.append(volcano.unknown(f"ashfall Kind/Code {value or '(none)'}"))
        for place in volcano.area_codes(item):
            found.setdefault(place, []).append(grade)
    for place, grades in found.items():
        highest = hazards.rule(Hazard.ASHFALL).highest([grade for grade in grades if grade != UNKNOWN])
        for grade in sorted({UNKNOWN, highest} & set(grades)):
            yield AreaReport(scheme=AreaScheme.CLASS20, code=place, grade=grade, facts=facts)
