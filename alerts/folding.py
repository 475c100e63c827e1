"""What is in force, as a function of the *set* of reports: their order of arrival and repetition do not matter.

One fold per lineage: a weather region, the tsunami of linked earthquakes, one earthquake. Design, rule 4;
which telegram replaces which: 地震火山関連XML電文解説資料 and 気象警報・注意報（Ｒ０６）電文解説資料.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from alerts import hazards
from alerts.notices import Notice, NoticeKind
from alerts.places import How, PlaceTable, Resolution, load_rivers
from alerts.report import UNKNOWN, AreaReport, AreaScheme, Facts, Report
from alerts.vocabulary import NONE, Hazard, InfoType


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What one lineage's reports say of each place together."""

    #: municipality -> grade, only places where something is in force
    grades: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Facts] = field(default_factory=dict)
    #: places that only withdrawn reports name
    withdrawn: frozenset[str] = frozenset()
    #: places the newest report lifts in words, whether or not something was known there
    lifted: frozenset[str] = frozenset()
    #: places where the newest word says that the danger has become less
    eased: frozenset[str] = frozenset()
    #: when what is in force ends by itself, per place; nothing for what must be lifted
    ends: Mapping[str, datetime] = field(default_factory=dict)
    #: codes that resolved by fallback or not at all
    notices: tuple[Notice, ...] = ()


def lineage_of(report: Report, others: Iterable[Report]) -> list[Report]:
    """All reports of the same lineage, this one included, once each, in the order in which they apply.

    Reports belong together when they share an id; a tsunami's may link several earthquakes.
    """
    ids = set(report.lineage)
    pool = [other for other in others if other.hazard is report.hazard and other.status is report.status]
    grown = True
    while grown:
        linked = {event for other in pool if ids.intersection(other.lineage) for event in other.lineage}
        grown = not linked <= ids
        ids |= linked
    members = {other.digest: other for other in pool if ids.intersection(other.lineage)}
    members[report.digest] = report
    return sorted(members.values(), key=Report.order)


def lineages(reports: Iterable[Report]) -> Iterator[list[Report]]:
    """Reports of one hazard and status, parted into their lineages."""
    rest = list(reports)
    while rest:
        lineage = lineage_of(rest[0], rest)
        members = {member.digest for member in lineage}
        rest = [report for report in rest if report.digest not in members]
        yield lineage


def fold(reports: Sequence[Report], places: PlaceTable) -> State:
    """The state of one lineage; its reports in the order in which they apply."""
    if not reports:
        return State()
    standing = not_withdrawn(reports)
    collected = _Collected(hazard=reports[0].hazard, places=places)
    for area in _areas_in_force(standing, places):
        collected.add(area)
    ends = _ends(standing, collected)
    counts = {report.digest for report in standing}
    taken_back = [report for report in reports if report.digest not in counts]
    return collected.state(_named(taken_back, places), _lifted(standing, places), ends)


def in_force_at(state: State, now: datetime) -> State:
    """The state without what has ended by itself by `now`."""
    over = {place for place, end in state.ends.items() if end <= now}
    if not over:
        return state
    kept = {place: grade for place, grade in state.grades.items() if place not in over}
    return replace(state, grades=kept)


def merge(hazard: Hazard, states: Sequence[State]) -> State:
    """Several lineages of one hazard together: the highest grade of each place, with its facts and its end."""
    if len(states) == 1:
        return states[0]
    rule = hazards.rule(hazard)
    grades: dict[str, str] = {}
    for state in states:
        for place, grade in state.grades.items():
            grades[place] = rule.highest([grade, grades.get(place, NONE)])
    holders = {place: [s for s in states if s.grades.get(place) == grade] for place, grade in grades.items()}
    return State(
        grades=grades,
        facts={p: max((s.facts[p] for s in held), key=Facts.rank) for p, held in holders.items()},
        withdrawn=frozenset[str]().union(*(state.withdrawn for state in states)) - grades.keys(),
        lifted=frozenset[str]().union(*(state.lifted for state in states)) - grades.keys(),
        eased=frozenset[str]().union(*(state.eased for state in states)),
        ends={p: max(s.ends[p] for s in held) for p, held in holders.items() if all(p in s.ends for s in held)},
        notices=tuple(notice for state in states for notice in state.notices),
    )


def not_withdrawn(reports: Sequence[Report]) -> list[Report]:
    """Reports that no later 取消 withdraws: it takes back all of its type and unit up to its own time."""
    cancels = [report for report in reports if report.info_type is InfoType.CANCEL]

    def withdrawn(report: Report) -> bool:
        return any(
            cancel.type == report.type
            and cancel.unit == report.unit
            and set(report.lineage) <= set(cancel.lineage)
            and report.order() < cancel.order()
            for cancel in cancels
        )

    return [r for r in reports if r.info_type is not InfoType.CANCEL and not withdrawn(r)]


def _areas_in_force(live: Sequence[Report], places: PlaceTable) -> list[AreaReport]:
    """The area reports that count: the newest, what it cannot say taken from the one before."""
    match live[0].hazard if live else None:
        case Hazard.EARTHQUAKE:
            return _earthquake(live, places)
        case Hazard.VOLCANO:
            return _volcano(live, places)
        case Hazard.ASHFALL:
            return _newest(_ashfall(live), places)
        case _:
            return _newest(live, places)


def _earthquake(live: Sequence[Report], places: PlaceTable) -> list[AreaReport]:
    """VXSE53 names every municipality that felt it, VXSE51 wide areas, which count for their municipalities until
    a later report names these.
    """
    full = [report for report in live if report.type == "VXSE53"]
    first = [report for report in live if report.type == "VXSE51"]
    if not full:
        return _newest(first, places)
    if first and full[-1].order() < first[-1].order():
        return _newest(first, places) + _newest(full, places)
    return _newest(full, places) + _stand_ins(full, _newest(first, places), places)


def _volcano(live: Sequence[Report], places: PlaceTable) -> list[AreaReport]:
    """The newest 噴火警報・予報, and eruption notices (噴火速報) that it has not overtaken.

    A warning that comes after a notice says what holds in the municipalities that it names, and in all where it
    lowers or lifts. A notice is as old as its first issue: its correction does not bring it back.
    """
    warnings = [report for report in live if report.type == "VFVO50"]
    levels = _newest(warnings, places)
    calm = bool(levels) and all(area.facts.eased for area in levels)
    named = {(area.scheme, area.code) for area in levels}
    notices: dict[str, list[Report]] = {}
    for report in live:
        if report.type == "VFVO56":
            notices.setdefault(report.unit, []).append(report)
    standing = list(levels)
    for notice in notices.values():
        overtaken = bool(warnings) and notice[0].order() < warnings[-1].order()
        left = [area for area in _newest(notice, places) if not (calm or (area.scheme, area.code) in named)]
        standing += left if overtaken else _newest(notice, places)
    return standing


def _ashfall(live: Sequence[Report]) -> Sequence[Report]:
    """VFVO55 is the same eruption in detail: what it overtook does not count, nor a later correction of that."""
    detailed = [report for report in live if report.type == "VFVO55"]
    if not detailed:
        return live
    since = detailed[-1].order()
    later = [report for report in live if report.info_type is InfoType.ISSUE and since < report.order()]
    return [*detailed, *later]


def _newest(reports: Sequence[Report], places: PlaceTable) -> list[AreaReport]:
    """The newest report's areas; for an area whose grade is unknown, the newest older word that is known.

    Where a code stands for no place, nobody knows whose word it is: it may be that of any place which the report
    does not name, so what was said of these before still stands. So it does outside of what the report speaks for.
    """
    if not reports:
        return []
    newest = reports[-1]
    known, unknown = _by_knowledge(newest)
    unplaced = any(not resolve(area, places).places for area in newest.areas)
    if not unknown and not unplaced and not newest.only_for:
        return known
    open_codes = {(area.scheme, area.code) for area in unknown}
    named = {(area.scheme, area.code) for area in newest.areas}
    older = [((area.scheme, area.code), area) for area in _newest(reports[:-1], places)]
    silent = _silent_of(newest, [area for _, area in older], places)
    return known + [
        area for key, area in older if key in open_codes or (key not in named and (unplaced or key in silent))
    ]


def _silent_of(newest: Report, older: Iterable[AreaReport], places: PlaceTable) -> frozenset[tuple[AreaScheme, str]]:
    """The areas said before that lie outside of what the newest report speaks for, and that it does not name."""
    if not newest.only_for:
        return frozenset()
    regions = (_forecast_area(places, code) for code in newest.only_for)
    spoken = [resolve(area, places).places for area in newest.areas]
    covered = frozenset[str]().union(*(region.places for region in regions), *spoken)
    return frozenset((area.scheme, area.code) for area in older if not resolve(area, places).places <= covered)


def _forecast_area(places: PlaceTable, code: str) -> Resolution:
    """府県予報区等: an office's region, or in Hokkaido a part of one."""
    office = places.by_office(code)
    return office if office.places else places.by_class10(code)


def leans_on_older(report: Report, places: PlaceTable) -> bool:
    """Whether something of what is in force after this report stands only in reports before it.

    A volcano's notice stands where no later level names the place, however many have come since.
    """
    if report.info_type is InfoType.CANCEL or report.hazard is Hazard.VOLCANO or report.only_for:
        return True
    return any(area.grade == UNKNOWN or not resolve(area, places).places for area in report.areas)


def placeless(report: Report, places: PlaceTable) -> bool:
    """Whether none of a report's areas stands for a place we know; not so of a report without areas."""
    return bool(report.areas) and not any(resolve(area, places).places for area in report.areas)


def _by_knowledge(report: Report) -> tuple[list[AreaReport], list[AreaReport]]:
    """(areas whose grade is known, areas whose grade no table knows)."""
    known = [area for area in report.areas if area.grade != UNKNOWN]
    return known, [area for area in report.areas if area.grade == UNKNOWN]


def _stand_ins(full: Sequence[Report], first: Sequence[AreaReport], places: PlaceTable) -> list[AreaReport]:
    """For municipalities of whose intensity no full report says anything known: that of their area before."""
    settled = {(area.scheme, area.code) for area in _newest(full, places)}
    _, unknown = _by_knowledge(full[-1])
    return [
        replace(area, grade=wide.grade, facts=wide.facts)
        for area in unknown
        if (area.scheme, area.code) not in settled
        for wide in first
        if resolve(area, places).places <= resolve(wide, places).places
    ]


def _ends(live: Sequence[Report], collected: "_Collected") -> Mapping[str, datetime]:
    """When each place's state ends by itself: an earthquake after a while, a tsunami forecast at its time."""
    if not live:
        return {}
    rule, newest = collected.rule, live[-1]
    if rule.ends is hazards.Ends.TIME:
        end = newest.valid_until or newest.sent + rule.in_force
        return {place: collected.facts[place].until or end for place in collected.grades}
    if newest.valid_until is None:
        return {}
    by_time = (place for place, grade in collected.grades.items() if grade in rule.ends_by_time)
    return dict.fromkeys(by_time, newest.valid_until)


def _lifted(live: Sequence[Report], places: PlaceTable) -> frozenset[str]:
    if not live:
        return frozenset()
    lifted = [area for area in live[-1].areas if area.lifted]
    return frozenset(place for area in lifted for place in resolve(area, places).places)


def _named(reports: Iterable[Report], places: PlaceTable) -> frozenset[str]:
    return frozenset(
        place
        for report in reports
        for area in report.areas
        if area.grade not in (NONE, UNKNOWN)
        for place in resolve(area, places).places
    )


def resolve(area: AreaReport, places: PlaceTable) -> Resolution:
    """The municipalities of one area of a telegram."""
    return _LOOK_UPS[area.scheme](places, area.code)


def _along_river(places: PlaceTable, code: str) -> Resolution:
    """The municipalities of a forecast area, or of one of its gauge stations: 12 digits, a slash, 17 digits."""
    river, _, station = code.partition("/")
    table = load_rivers()
    area = table.area(river)
    named = table.station_places(river, station) if station else area.places if area else ()
    return Resolution(places=places.cover(named), how=How.PRESENT if named else How.UNKNOWN)


def _by_municipality(places: PlaceTable, code: str) -> Resolution:
    """A municipality, its wards, or a ward with its city."""
    found = places.cover([code]) if places.place(code) else frozenset[str]()
    return Resolution(places=found, how=How.PRESENT if found else How.UNKNOWN)


def _by_forecast_area(places: PlaceTable, code: str) -> Resolution:
    """一次細分区域; a code that is none may be one of 市町村等をまとめた地域 or of 府県予報区."""
    tables = (places.by_class10(code), places.by_class15(code), places.by_office(code))
    return next((found for found in tables if found.places), tables[0])


_LOOK_UPS: Mapping[AreaScheme, Callable[[PlaceTable, str], Resolution]] = {
    AreaScheme.CLASS20: PlaceTable.by_class20,
    AreaScheme.SEISMIC_CITY: PlaceTable.by_seismic_city,
    AreaScheme.SEISMIC_AREA: PlaceTable.by_seismic_area,
    AreaScheme.TSUNAMI_AREA: PlaceTable.by_tsunami_area,
    AreaScheme.CLASS10: _by_forecast_area,
    AreaScheme.OFFICE: PlaceTable.by_office,
    AreaScheme.PREFECTURE: PlaceTable.by_prefecture,
    AreaScheme.MUNICIPALITY: _by_municipality,
    AreaScheme.RIVER_AREA: _along_river,
    AreaScheme.RIVER_STATION: _along_river,
}


class _Collected:
    """Gathers areas into municipalities: parts combine to the highest grade."""

    def __init__(self, *, hazard: Hazard, places: PlaceTable) -> None:
        self.rule = hazards.rule(hazard)
        self.places = places
        self.grades: dict[str, str] = {}
        self.facts: dict[str, Facts] = {}
        self.eased: set[str] = set()
        self.notices: dict[str, Notice] = {}

    def add(self, area: AreaReport) -> None:
        resolution = resolve(area, self.places)
        if resolution.needs_notice:
            self.notices[area.code] = _unknown_place(area, resolution)
        if area.facts.eased:
            self.eased |= resolution.places
        if area.grade == NONE:
            return
        for place in resolution.places:
            self._raise(place, area)

    def _raise(self, place: str, area: AreaReport) -> None:
        rank, present = self.rule.rank(area.grade), self.rule.rank(self.grades.get(place, NONE))
        higher = rank == present and area.facts.height_rank() > self.facts[place].height_rank()
        if rank > present or higher:
            self.grades[place] = area.grade
            self.facts[place] = area.facts

    def state(self, withdrawn: frozenset[str], lifted: frozenset[str], ends: Mapping[str, datetime]) -> State:
        return State(
            grades=self.grades,
            facts=self.facts,
            withdrawn=withdrawn - self.grades.keys(),
            lifted=lifted - self.grades.keys(),
            eased=frozenset(self.eased),
            ends=ends,
            notices=tuple(self.notices.values()),
        )


def _unknown_place(area: AreaReport, resolution: Resolution) -> Notice:
    found = f"taken as {', '.join(sorted(resolution.places))}" if resolution.places else "it stands for no place"
    return Notice(
        kind=NoticeKind.UNKNOWN_PLACE,
        subject=f"{area.scheme} {area.code}",
        text=f"Area code {area.code} ({area.scheme}) stands in no table: {found}. Bring the place tables up to date.",
        urgent=True,
    )
