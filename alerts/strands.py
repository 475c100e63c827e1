"""Strands: reports that are folded together, and what they say of each place, since when and by which telegram. Pure.

A strand is one lineage; of tsunami it is all of them, because one report may link several. Several strands can hold one
place in force (two rivers, two ids of one earthquake): the highest grade counts there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts import folding, hazards
from alerts.folding import State
from alerts.places import PlaceTable
from alerts.report import Facts, Report
from alerts.vocabulary import NONE, Hazard


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceState:
    """What is in force in one place: a function of the set of reports, whatever order they came in."""

    grade: str
    #: the official time of issue of the telegram since which this grade has been in force, UTC
    since: datetime
    #: of that telegram
    digest: str
    ends_at: datetime | None
    facts: Facts

    def over(self, now: datetime) -> bool:
        """Whether it has ended by itself."""
        return self.ends_at is not None and self.ends_at <= now


NOTHING: Mapping[str, PlaceState] = {}
NO_FACTS = Facts()


def strand_of(report: Report) -> str:
    """The strand's name, within its hazard and event."""
    if report.hazard is Hazard.TSUNAMI:
        return ""
    return " ".join(report.lineage)


def whole(reports: Sequence[Report], places: PlaceTable) -> State:
    """The state of one strand: all its lineages together."""
    if not reports:
        return State()
    return folding.merge(reports[0].hazard, [folding.fold(lineage, places) for lineage in folding.lineages(reports)])


def place_states(
    state: State, reports: Sequence[Report], places: PlaceTable, before: Mapping[str, PlaceState], known: int
) -> dict[str, PlaceState]:
    """`state` (of all `reports`, in the order in which they apply) with its beginnings.

    `before` is what the first `known` of the reports gave; with 0 known, all is worked out anew.
    """
    found: dict[str, PlaceState] = {}
    waiting = dict(state.grades)  # places whose beginning is not found yet
    for count in range(len(reports), known, -1):
        setter = reports[count - 1]
        earlier = _earlier(reports, count - 1, places, before, known)
        for place, grade in list(waiting.items()):
            if earlier.get(place, NONE) != grade:
                found[place] = _begun(state, place, setter.issued, setter.digest)
                del waiting[place]
        if not waiting:
            break
    for place in waiting:
        found[place] = _begun(state, place, before[place].since, before[place].digest)
    return found


def _earlier(
    reports: Sequence[Report], count: int, places: PlaceTable, before: Mapping[str, PlaceState], known: int
) -> Mapping[str, str]:
    """Place -> grade that the first `count` reports left in force until the next one came."""
    until = reports[count].sent
    if count == 0:
        return {}
    if count == known:
        return {place: one.grade for place, one in before.items() if not one.over(until)}
    return folding.in_force_at(whole(reports[:count], places), until).grades


def _begun(state: State, place: str, since: datetime, digest: str) -> PlaceState:
    return PlaceState(
        grade=state.grades[place],
        since=since,
        digest=digest,
        ends_at=state.ends.get(place),
        facts=state.facts.get(place, NO_FACTS),
    )


def combine(hazard: Hazard, held: Iterable[PlaceState], now: datetime) -> PlaceState | None:
    """What several strands hold in one place together: the highest grade, from its first beginning to its last end."""
    rule = hazards.rule(hazard)
    standing = [one for one in held if not one.over(now)]
    if len(standing) <= 1:
        return standing[0] if standing else None
    top = max(rule.rank(one.grade) for one in standing)
    holders = sorted((one for one in standing if rule.rank(one.grade) == top), key=lambda one: (one.since, one.digest))
    ends = [one.ends_at for one in holders]
    return PlaceState(
        grade=holders[0].grade,
        since=holders[0].since,
        digest=holders[0].digest,
        ends_at=None if None in ends else max(end for end in ends if end is not None),
        facts=max(holders, key=lambda one: one.facts.rank()).facts,
    )
