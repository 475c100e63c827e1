"""Telegrams that reach beyond their own strand. Pure.

A heat alert's strand is one region and one day, that of ash one eruption by its minute. Either may have been wrong, and
a 訂正 or 取消 then bears the right one, or its own time. Two telegrams whose minutes are nearly the same speak of one
eruption. Strands that can concern each other so are kin: their reports are looked at together.
Source: 地震火山関連XML電文解説資料 (降灰予報: EventID is the volcano alone), 熱中症警戒アラート電文解説資料.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from alerts import folding
from alerts.report import Report
from alerts.vocabulary import Hazard, InfoType

#: eruptions of one volcano whose minutes are no further apart are one
_ONE_ERUPTION = timedelta(minutes=5)
#: a 訂正 may mend the minute of an eruption by so much, a 取消 (which may bear its own time) comes so late
_MENDED, _WITHDRAWN = timedelta(hours=1), timedelta(hours=6)
#: strands further apart are never kin
_DAYS, _HOURS = timedelta(days=4), timedelta(hours=24)
_ASH = "ash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The names that strands of one's kin can have."""

    first: str
    #: the first name beyond them
    beyond: str
    ending: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """What is said in one strand, without a report and with it."""

    before: Sequence[Report]
    after: Sequence[Report]


def heat(day: date, region: str) -> str:
    """The strand of a heat alert."""
    return f"{day.isoformat()}:{region}"


def eruption(volcano: str, erupted: datetime) -> str:
    """The strand of the ash of one eruption."""
    return f"{_ASH}:{volcano}:{erupted.isoformat()}"


def family(report: Report) -> str:
    """What all kin share: the region, or the volcano; empty for a report that reaches no further than its strand.

    No strand bears such a name: the schedule of a volcano (VFVO53) is a strand of its own, and no kin.
    """
    if report.hazard is Hazard.HEAT:
        return report.lineage[0].partition(":")[2]
    if report.hazard is Hazard.ASHFALL:
        volcano, _, erupted = report.lineage[0].removeprefix(_ASH).partition(":")[2].partition(":")
        return f"{_ASH}:{volcano}:" if erupted else ""
    return ""


def bounds(report: Report) -> Bounds:
    """Where to look for the kin of a report that has a family."""
    name = report.lineage[0]
    if report.hazard is Hazard.HEAT:
        day, _, region = name.partition(":")
        middle = date.fromisoformat(day)
        return Bounds(
            first=(middle - _DAYS).isoformat(), beyond=(middle + _DAYS).isoformat() + ";", ending=f":{region}"
        )
    at = _minute(name)
    return Bounds(
        first=f"{family(report)}{(at - _HOURS).isoformat()}",
        beyond=f"{family(report)}{(at + _HOURS).isoformat()};",
        ending="",
    )


def voices(reports: Iterable[Report]) -> dict[str, list[Report]]:
    """Strand -> what is said in it, of reports of one family, in the order in which it applies.

    A report is heard in its own strand and in those of the same eruption. Where a 訂正 or 取消 finds nothing of its
    type there, it means the newest one before it, and takes that back.
    """
    ordered = sorted(reports, key=Report.order)
    units = {report.digest: report.unit for report in ordered}
    found: dict[str, list[Report]] = {report.lineage[0]: [] for report in ordered}
    for report in ordered:
        heard = [name for name in found if _one_event(report, name)]
        known = any(_standing(found[name], report) for name in heard)
        meant = [] if known or report.info_type is InfoType.ISSUE else _meant(found, report, units)
        for name in heard:
            found[name].append(_in(report, name))
        for name in meant:
            found[name].append(replace(_in(report, name), info_type=InfoType.CANCEL, areas=()))
    return found


def changed(report: Report, others: Iterable[Report]) -> dict[str, Voices]:
    """The strands in which something else is said because of this report; its own comes last."""
    others = [other for other in others if other.digest != report.digest]
    before, after = voices(others), voices([*others, report])
    touched = [name for name, said in after.items() if said != before.get(name, [])]
    ordered = sorted(touched, key=lambda name: (name == report.lineage[0], name))
    return {name: Voices(before=before.get(name, []), after=after[name]) for name in ordered}


def _in(report: Report, name: str) -> Report:
    """The report as it is heard in a strand. Within a region and a day all heat alerts are one unit."""
    return replace(report, lineage=(name,), unit="" if report.hazard is Hazard.HEAT else report.unit)


def _one_event(report: Report, name: str) -> bool:
    own = report.lineage[0]
    if report.hazard is Hazard.HEAT or own == name:
        return own == name
    return abs(_minute(own) - _minute(name)) <= _ONE_ERUPTION


def _standing(said: Sequence[Report], like: Report) -> list[Report]:
    """The reports of its type that nothing has withdrawn."""
    return [report for report in folding.not_withdrawn(said) if report.type == like.type]


def _meant(found: Mapping[str, list[Report]], report: Report, units: Mapping[str, str]) -> list[str]:
    """The strands in which the newest report stands that this one can mean; none where it is unknown."""
    among = {
        one.digest: one
        for name, said in found.items()
        for one in _standing(said, report)
        if _can_mean(report, name, one, units)
    }
    if not among:
        return []
    newest = max(among.values(), key=Report.order).digest
    return [name for name, said in found.items() if any(one.digest == newest for one in _standing(said, report))]


def _can_mean(report: Report, name: str, other: Report, units: Mapping[str, str]) -> bool:
    if report.hazard is Hazard.HEAT:
        return "" in (report.unit, units[other.digest]) or report.unit == units[other.digest]
    if report.info_type is InfoType.CANCEL:
        return report.sent - other.sent <= _WITHDRAWN
    return abs(_minute(report.lineage[0]) - _minute(name)) <= _MENDED


def _minute(name: str) -> datetime:
    """The minute of an eruption, by the name of its strand."""
    return datetime.fromisoformat(name.split(":", 2)[2])
