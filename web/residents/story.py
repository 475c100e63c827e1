"""What has become of an alert since it was told: pure, from the alert's own changes and the state of now.

Owns the order of things on an alert's page: is it over, what is in force, what has changed. A page that
says "over" must have a reason: a telegram that lifted or withdrew, or a hazard that ends by time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts import decision, hazards
from alerts.changes import Cause, PlaceChange
from alerts.hazards import HazardRule
from alerts.report import Facts
from alerts.vocabulary import NONE, Hazard, Kind

#: whether a grade is in force in the sense of the alert
Counts = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the state says of one place now."""

    grade: str
    since: datetime
    ends_at: datetime | None
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An alert and the changes it told of, by place."""

    alert_id: int
    hazard: Hazard
    event: str
    changes: Mapping[str, PlaceChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One change of the place in focus."""

    kind: Kind
    change: PlaceChange


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceNow:
    """A place of the alert: what was told of it, and what is in force there."""

    code: str
    told: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An alert as one place has it."""

    alert_id: int
    hazard: Hazard
    #: all places of the alert, what is worst now first
    places: tuple[PlaceNow, ...]
    #: the place that is spoken of
    place: str
    #: oldest first; the first is that of the alert
    moments: tuple[Moment, ...]
    #: nothing of the alert is in force in the place any more
    over: bool
    #: when it ended, where that is known
    ended_at: datetime | None

    @property
    def latest(self) -> Moment:
        """What is to be said now."""
        return self.moments[-1]

    @property
    def ended_by_time(self) -> bool:
        """Over without a word of JMA: hazards that are never lifted."""
        return self.over and self.latest.kind not in (Kind.LIFTED, Kind.CANCELLED)

    @property
    def worst_told(self) -> str:
        """The grade that people were last told to be in force, `none` if there was none."""
        for moment in reversed(self.moments):
            for grade in (moment.change.after, moment.change.before):
                if grade != NONE:
                    return grade
        return NONE


def kind_of(rule: HazardRule, change: PlaceChange) -> Kind:
    """What a change is to somebody who was told of everything before it, as in the SMS.

    An event that stands again is shown as it stands: what was cancelled is the level that had followed it.
    """
    if decision.event_is_back(rule, change):
        return Kind.NEW
    if decision.rises(rule, change, change.before):
        return Kind.RAISED if rule.is_told(change.before) else Kind.NEW
    return decision.kind_of_end(rule, change)


def in_force(rule: HazardRule, told: Told, standing: Mapping[str, Standing], now: datetime) -> tuple[PlaceNow, ...]:
    """Every place of the alert, the worst first. A place that the state does not name keeps what was told of it."""
    found = [
        PlaceNow(code=code, told=change.after, now=_grade_now(standing.get(code), change.after, now))
        for code, change in told.changes.items()
    ]
    return tuple(sorted(found, key=lambda place: (-rule.rank(place.now), -rule.rank(place.told), place.code)))


def tell(
    told: Told, place: str, later: Iterable[PlaceChange], standing: Mapping[str, Standing], now: datetime
) -> Story:
    """The story of one place of the alert. `later` are the place's changes after it, oldest first."""
    rule = hazards.rule(told.hazard)
    first = told.changes[place]
    counts = _counting(rule, first)
    moments = [Moment(kind=_first_kind(rule, first, counts), change=first)]
    for change in later:
        if not counts(moments[-1].change.after):
            break
        moments.append(Moment(kind=kind_of(rule, change), change=change))
    ended_at = None if counts(moments[-1].change.after) else moments[-1].change.issued
    if ended_at is None:
        moments, ended_at = _until_now(rule, moments, standing.get(place), counts, now)
    return Story(
        alert_id=told.alert_id,
        hazard=told.hazard,
        places=in_force(rule, told, standing, now),
        place=place,
        moments=tuple(moments),
        over=ended_at is not None,
        ended_at=ended_at,
    )


def _counting(rule: HazardRule, first: PlaceChange) -> Counts:
    """Of an alert that people were told of only what is told counts; of a recorded one every grade."""
    if rule.is_told(first.after) or rule.is_told(first.before):
        return rule.is_told
    return lambda grade: grade != NONE


def _first_kind(rule: HazardRule, change: PlaceChange, counts: Counts) -> Kind:
    """A recorded alert is told of here only: it is new while it is there."""
    return Kind.NEW if counts(change.after) and not rule.is_told(change.after) else kind_of(rule, change)


def _grade_now(standing: Standing | None, told: str, now: datetime) -> str:
    if standing is None:
        return told
    return NONE if standing.ends_at is not None and standing.ends_at <= now else standing.grade


def _until_now(
    rule: HazardRule, moments: Sequence[Moment], standing: Standing | None, counts: Counts, now: datetime
) -> tuple[list[Moment], datetime | None]:
    """The moments up to now, and when it ended: the state may have moved without a broadcast."""
    last = moments[-1].change
    grade = _grade_now(standing, last.after, now)
    if standing is None or grade == last.after:
        return list(moments), None
    if not counts(grade):
        return list(moments), standing.ends_at if grade == NONE and standing.ends_at else standing.since
    change = replace(
        last, before=last.after, after=grade, cause=Cause.ISSUED, facts=standing.facts, issued=standing.since
    )
    return [*moments, Moment(kind=kind_of(rule, change), change=change)], None
