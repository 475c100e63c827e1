"""What is in force, grouped for a reader: by hazard, event and grade, the gravest first. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.places import PlaceTable
from alerts.vocabulary import Hazard
from web import grades
from web.grades import Mark
from web.snapshot import Source, StandingRow

#: how many places are named
NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One hazard (and earthquake) at one grade."""

    hazard: Hazard
    grade: str
    mark: Mark
    #: municipalities; a ward whose city is in the group is not counted again
    count: int
    #: codes of the first places
    named: tuple[str, ...]
    #: (prefecture, municipalities), most first
    prefectures: tuple[tuple[str, int], ...]
    since: datetime
    #: when the last of them ends by itself
    ends_at: datetime | None
    source: Source | None
    #: metres, and whether it may be more
    height: tuple[float, bool] | None

    @property
    def more(self) -> int:
        """How many places are not named."""
        return self.count - len(self.named)


def group(
    rows: Iterable[StandingRow], sources: Mapping[tuple[str, str], Source], places: PlaceTable
) -> tuple[Group, ...]:
    """All groups, gravest first, then the newest."""
    together: defaultdict[tuple[Hazard, str, str], list[StandingRow]] = defaultdict(list)
    for row in rows:
        event = "" if row.hazard is Hazard.VOLCANO else row.event
        together[(row.hazard, event, row.grade)].append(row)
    groups = [_group(members, sources, places) for members in together.values()]
    return tuple(sorted(groups, key=lambda one: (one.mark.gravity, one.since, one.hazard), reverse=True))


def _group(rows: Sequence[StandingRow], sources: Mapping[tuple[str, str], Source], places: PlaceTable) -> Group:
    first = rows[0]
    members = {row.place for row in rows}
    codes = sorted(code for code in members if places.city_of(code) not in members)
    ends = [row.ends_at for row in rows]
    spoken = [source for digest in {row.digest for row in rows} if (source := sources.get((digest, first.hazard)))]
    return Group(
        hazard=first.hazard,
        grade=first.grade,
        mark=grades.mark(first.hazard, first.grade),
        count=len(codes),
        named=tuple(codes[:NAMED]),
        prefectures=tuple(Counter(code[:2] for code in codes).most_common()),
        since=min(row.since for row in rows),
        ends_at=None if None in ends else max(end for end in ends if end is not None),
        source=max(spoken, key=lambda source: source.sent, default=None),
        height=max(
            ((row.facts.height, row.facts.over) for row in rows if row.facts.height is not None),
            default=None,
        ),
    )
