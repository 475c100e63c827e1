"""Who is told what of a change: one pure decision per person (design, rules 4 and 6).

It compares what is in force in the person's places with what this person has been told, never telegram with
telegram. So nobody hears the same twice, and whoever was told of a warning hears of its end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerts import decision
from alerts.changes import PlaceChange
from alerts.hazards import Ends, HazardRule
from alerts.vocabulary import BY_HAND, NONE, Action, Hazard, Kind

#: below 5-lower a person gets at most one earthquake text in this time
QUIET_AFTER_EARTHQUAKE = timedelta(hours=1)
_STRONG = "5-"


class Excluded(StrEnum):
    """Why somebody of the audience gets no text; counted per broadcast."""

    BELOW_THRESHOLD = "below the person's threshold"
    ALREADY_TOLD = "already told"
    NOTHING_TO_END = "was not told, so nothing to end"
    RECENT_EARTHQUAKE = "told of an earthquake within the hour"
    STOPPED = "has stopped"
    UNREACHABLE = "number cannot be reached"
    SUPERSEDED = "a newer state of the place is being told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a person knows of a hazard from the last text that reached them, or may have."""

    #: place -> grade, of every place the person knows to be in danger
    grades: Mapping[str, str]
    language: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One subscriber as far as the decision needs it."""

    #: municipality codes, as registered
    places: tuple[str, ...]
    #: language per place
    languages: Mapping[str, str]
    #: the lowest level the person wants, such as L4; levels that are always sent cannot be switched off
    min_level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One text for one person."""

    kind: Kind
    #: for lifted and cancelled the grade that had been told, else the grade in force in the first place
    grade: str
    #: the places it speaks of with their grades, worst first
    places: tuple[tuple[str, str], ...]
    language: str
    #: place -> grade: what the person knows once this text has reached them
    told: Mapping[str, str]


def wants(rule: HazardRule, grade: str, min_level: str) -> bool:
    """Whether a person with this threshold is told of this grade."""
    if not rule.is_told(grade):
        return False
    if grade in rule.always or min_level not in rule.grades:
        return True
    return rule.rank(grade) >= rule.rank(min_level)


def tell(
    rule: HazardRule,
    changes: Mapping[str, PlaceChange],
    person: Person,
    told: Told | None,
    last_earthquake_text: datetime | None,
    now: datetime,
) -> tuple[Telling, ...] | Excluded:
    """The texts a person gets for some changes of one hazard (for earthquakes: of one earthquake).

    Mostly one text or none; two where one of the person's places got worse and another one better.
    """
    known = _still_known(rule, changes, told)
    rises = [c for p in person.places if (c := changes.get(p)) and _rises(rule, c, known, person)]
    ends = [c for p in known if (c := changes.get(p)) and _ends(rule, c, known)]
    if rises and not ends and _too_soon(rule, rises, last_earthquake_text, now):
        return Excluded.RECENT_EARTHQUAKE
    if not rises and not ends:
        return _why_not(rule, changes, person, known)
    after = _known_after(rule, known, rises, ends)
    texts = _rise_text(rule, rises, person, known, after)
    language = told.language if told else ""
    return texts + tuple(_end_text(rule, kind, group, language, known, after) for kind, group in _by_kind(rule, ends))


def _still_known(rule: HazardRule, changes: Mapping[str, PlaceChange], told: Told | None) -> Mapping[str, str]:
    """What was told, without what has silently ended by time since: there it begins anew."""
    if told is None:
        return {}
    if rule.ends is not Ends.TIME or rule.hazard is Hazard.EARTHQUAKE:
        return told.grades
    anew = {c.place for c in changes.values() if not rule.is_told(c.before) and rule.is_told(c.after)}
    return {place: grade for place, grade in told.grades.items() if place not in anew}


def _rises(rule: HazardRule, change: PlaceChange, known: Mapping[str, str], person: Person) -> bool:
    if not wants(rule, change.after, person.min_level):
        return False
    before = known.get(change.place, NONE)
    if before == NONE and _fell_to_held(rule, change):
        return False
    return decision.rises(rule, change, before)


def _fell_to_held(rule: HazardRule, change: PlaceChange) -> bool:
    """It fell to a grade that two people have to release: only those who know of more hear of that."""
    fell = rule.rank(change.after) < rule.rank(change.before) and change.before not in rule.flash
    return fell and rule.action(change.after) is Action.HOLD and rule.hazard not in BY_HAND


def _ends(rule: HazardRule, change: PlaceChange, known: Mapping[str, str]) -> bool:
    """A place this person was told of is lower now. An earthquake ends for people only by withdrawal."""
    told = known[change.place]
    if decision.event_is_back(rule, change):
        return told != change.after
    if rule.rank(change.after) >= rule.rank(told) or decision.follows(rule, change, told):
        return False
    if rule.hazard is Hazard.EARTHQUAKE and rule.is_told(change.after):
        return False
    return not decision.ends_unsaid(rule.hazard, change.cause)


def _too_soon(rule: HazardRule, rises: list[PlaceChange], last: datetime | None, now: datetime) -> bool:
    if rule.hazard is not Hazard.EARTHQUAKE or last is None or now - last >= QUIET_AFTER_EARTHQUAKE:
        return False
    return all(rule.rank(change.after) < rule.rank(_STRONG) for change in rises)


def _known_after(
    rule: HazardRule, known: Mapping[str, str], rises: list[PlaceChange], ends: list[PlaceChange]
) -> Mapping[str, str]:
    grades = dict(known) | {change.place: change.after for change in [*rises, *ends]}
    return {place: grade for place, grade in grades.items() if rule.is_told(grade)}


def _rise_text(
    rule: HazardRule,
    rises: list[PlaceChange],
    person: Person,
    known: Mapping[str, str],
    after: Mapping[str, str],
) -> tuple[Telling, ...]:
    if not rises:
        return ()
    worst_first = sorted(rises, key=lambda change: -rule.rank(change.after))
    raised = any(change.place in known for change in rises)
    return (
        Telling(
            kind=Kind.RAISED if raised else Kind.NEW,
            grade=worst_first[0].after,
            places=tuple((change.place, change.after) for change in worst_first),
            language=person.languages[worst_first[0].place],
            told=after,
        ),
    )


def _by_kind(rule: HazardRule, ends: list[PlaceChange]) -> list[tuple[Kind, list[PlaceChange]]]:
    groups: dict[Kind, list[PlaceChange]] = {}
    for change in ends:
        groups.setdefault(decision.kind_of_end(rule, change), []).append(change)
    return list(groups.items())


def _end_text(
    rule: HazardRule,
    kind: Kind,
    ends: list[PlaceChange],
    language: str,
    known: Mapping[str, str],
    after: Mapping[str, str],
) -> Telling:
    over = kind in (Kind.LIFTED, Kind.CANCELLED)
    graded = [(c.place, known[c.place] if over else c.after) for c in ends]
    graded.sort(key=lambda pair: -rule.rank(pair[1]))
    return Telling(kind=kind, grade=graded[0][1], places=tuple(graded), language=language, told=after)


def _why_not(
    rule: HazardRule, changes: Mapping[str, PlaceChange], person: Person, known: Mapping[str, str]
) -> Excluded:
    here = [change for place in person.places if (change := changes.get(place))]
    if any(wants(rule, change.after, person.min_level) for change in here):
        return Excluded.ALREADY_TOLD
    if any(rule.is_told(change.after) for change in here):
        return Excluded.BELOW_THRESHOLD
    return Excluded.NOTHING_TO_END if not known else Excluded.ALREADY_TOLD
