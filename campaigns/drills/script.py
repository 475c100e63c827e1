"""The script of a drill: what happens in one municipality, minute by minute. Pure.

A municipality writes one as a small TOML file; the bundled days are brought into the same shape. What people would be
told of follows from the grades, as with real warnings: new, raised, lowered, lifted.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts import codec, hazards
from alerts.hazards import Ends
from alerts.places import PlaceTable
from alerts.report import Facts
from alerts.vocabulary import NONE, Hazard, Kind

#: minutes of a script
LONGEST = 48 * 60
MOST_STEPS = 60
#: minutes between the last step and the question
_TO_THE_QUESTION = 5
_FILE_KEYS = frozenset({"name", "step"})
_STEP_KEYS = frozenset({"minute", "hazard", "grade", "areas", "wrong", "height", "arrives"})
#: expected heights of a tsunami in metres, as JMA says them
_HEIGHTS = (0.2, 1, 3, 5, 10)
_LONGEST_ARRIVAL = 24 * 60
#: the moment that the times of a written step are counted from; any would do
_ZERO = datetime(2000, 1, 1, tzinfo=UTC)


class ScriptError(Exception):
    """A script that cannot be played; `problems` has one line each: where, what was expected."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a text says beside the grade, at a time from which it is told how much later or earlier its times are."""

    facts: Facts = Facts()
    at: datetime = _ZERO

    def told_at(self, now: datetime) -> Facts:
        """The same, told now."""
        shift, facts = now - self.at, self.facts
        return replace(
            facts,
            arrival=facts.arrival + shift if facts.arrival else None,
            until=facts.until + shift if facts.until else None,
            day=facts.day + timedelta(days=shift.days) if facts.day else None,
        )


_NOTHING = Said()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From this minute on the grade is in force in these places; NONE lifts it."""

    minute: int
    hazard: Hazard
    grade: str
    #: five-digit codes
    areas: tuple[str, ...]
    #: what was told before was wrong: it is put right, or withdrawn
    wrong: bool = False
    said: Said = _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing that people are told."""

    minute: int
    hazard: Hazard
    #: the grade in force; for lifted and cancelled the one that had been told
    grade: str
    kind: Kind
    areas: tuple[str, ...]
    said: Said = _NOTHING

    def to_json(self) -> list[Any]:
        """As it is stored."""
        row = [self.minute, self.hazard, self.grade, self.kind, list(self.areas)]
        facts = codec.facts_to_json(self.said.facts)
        return [*row, facts, self.said.at.isoformat()] if facts else row


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What is played; the question is asked behind the last moment."""

    name: str
    moments: tuple[Moment, ...]

    @property
    def question_minute(self) -> int:
        """When the question is asked."""
        return self.moments[-1].minute + _TO_THE_QUESTION

    def minute(self, moment: int) -> int:
        """When a moment is told; the one behind the last is the question."""
        return self.moments[moment].minute if moment < len(self.moments) else self.question_minute

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {"name": self.name, "moments": [one.to_json() for one in self.moments]}


def from_json(row: Mapping[str, Any]) -> Script:
    """What `to_json` has stored."""
    moments = tuple(
        Moment(
            minute=minute,
            hazard=Hazard(hazard),
            grade=grade,
            kind=Kind(kind),
            areas=tuple(areas),
            said=Said(facts=codec.facts_from_json(more[0]), at=datetime.fromisoformat(more[1])) if more else _NOTHING,
        )
        for minute, hazard, grade, kind, areas, *more in row["moments"]
    )
    return Script(name=row["name"], moments=moments)


def read(text: str, file: str, municipality: str, places: PlaceTable) -> Script:
    """A written script, for one municipality. ScriptError lists all problems."""
    try:
        row = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise ScriptError([f"{file}: not readable as TOML: {wrong}"]) from None
    problems = [
        f"{file}: {key!r}: expected only {', '.join(sorted(_FILE_KEYS))}" for key in sorted(row.keys() - _FILE_KEYS)
    ]
    name, found = row.get("name", ""), row.get("step", [])
    if not isinstance(name, str) or not 0 < len(name.strip()) <= 80:
        problems.append(f'{file}: name: expected a text of 1 to 80 letters, such as name = "Heavy rain at night"')
    if not isinstance(found, list) or not 0 < len(found) <= MOST_STEPS:
        problems.append(f"{file}: expected 1 to {MOST_STEPS} tables [[step]]")
        raise ScriptError(problems)
    scope = area_of(municipality, places)
    steps = [_step(one, f"{file}, step {number}", municipality, scope, problems) for number, one in enumerate(found, 1)]
    good = [one for one in steps if one is not None]
    if any(later.minute < before.minute for before, later in zip(good, good[1:], strict=False)):
        problems.append(f"{file}: expected the steps in the order of their minutes")
    problems = problems or [*_wrong_too_early(good, file)]
    if problems:
        raise ScriptError(problems)
    return made(name.strip(), good, file)


def area_of(municipality: str, places: PlaceTable) -> frozenset[str]:
    """Where a drill of this municipality may play: itself and its wards."""
    return frozenset({municipality, *places.wards_of(municipality)})


def made(name: str, steps: Iterable[Step], where: str) -> Script:
    """The script of some steps. ScriptError if they tell nobody anything."""
    moments = tuple(_moments(steps))
    if not moments:
        raise ScriptError([f"{where}: nobody would be told anything: expected a grade that is sent or held"])
    return Script(name=name, moments=moments)


def shortened(script: Script, gap: int) -> Script:
    """The same with pauses of at most so many minutes."""
    moments: list[Moment] = []
    minute = before = 0
    for one in script.moments:
        minute += min(gap, one.minute - before)
        before = one.minute
        moments.append(replace(one, minute=minute))
    return replace(script, moments=tuple(moments))


def _step(row: object, where: str, municipality: str, scope: frozenset[str], problems: list[str]) -> Step | None:
    if not isinstance(row, dict):
        problems.append(f"{where}: expected a table")
        return None
    wrong = [
        f"{where}: {key!r}: expected only {', '.join(sorted(_STEP_KEYS))}" for key in sorted(row.keys() - _STEP_KEYS)
    ]
    minute, areas = row.get("minute"), row.get("areas", [municipality])
    if not isinstance(minute, int) or isinstance(minute, bool) or not 0 <= minute <= LONGEST:
        wrong.append(f"{where}: minute: expected a whole number from 0 to {LONGEST}")
    if not isinstance(areas, list) or not areas or not all(isinstance(one, str) and one in scope for one in areas):
        wrong.append(f"{where}: areas: expected codes of {municipality} or its wards ({', '.join(sorted(scope))})")
    hazard = _hazard(row.get("hazard"), where, wrong)
    if hazard is not None:
        _check_grade(hazard, row.get("grade"), where, wrong)
    if not isinstance(row.get("wrong", False), bool):
        wrong.append(f"{where}: wrong: expected true or false")
    facts = _facts(row, hazard, where, wrong)
    problems += wrong
    if wrong or hazard is None:
        return None
    return Step(
        minute=int(str(minute)),
        hazard=hazard,
        grade=str(row["grade"]),
        areas=tuple(dict.fromkeys(areas)),
        wrong=row.get("wrong", False),
        said=Said(facts=facts),
    )


def _facts(row: Mapping[str, object], hazard: Hazard | None, where: str, wrong: list[str]) -> Facts:
    """What a tsunami's text says beside its grade."""
    height, arrives = row.get("height"), row.get("arrives")
    if (height is not None or arrives is not None) and hazard is not Hazard.TSUNAMI:
        wrong.append(f"{where}: height, arrives: only a tsunami has them")
    if height is not None and (isinstance(height, bool) or height not in _HEIGHTS):
        wrong.append(f"{where}: height: expected one of {', '.join(map(str, _HEIGHTS))} (metres)")
    if arrives is not None and (
        isinstance(arrives, bool) or not isinstance(arrives, int) or not 0 < arrives <= _LONGEST_ARRIVAL
    ):
        wrong.append(f"{where}: arrives: expected minutes after the step, 1 to {_LONGEST_ARRIVAL}")
    if wrong:
        return Facts()
    return Facts(
        height=float(str(height)) if height is not None else None,
        arrival=_ZERO + timedelta(minutes=int(str(arrives))) if arrives is not None else None,
    )


def _wrong_too_early(steps: Iterable[Step], file: str) -> Iterator[str]:
    """Only what was told can be wrong."""
    told: set[tuple[Hazard, str]] = set()
    for number, step in enumerate(steps, 1):
        if step.wrong and not told.intersection((step.hazard, area) for area in step.areas):
            yield f"{file}, step {number}: wrong: nothing was told before of {step.hazard} there"
        if hazards.rule(step.hazard).is_told(step.grade):
            told.update((step.hazard, area) for area in step.areas)


def _hazard(value: object, where: str, wrong: list[str]) -> Hazard | None:
    known = {one.value: one for one in Hazard if one is not Hazard.NOTICE}
    if isinstance(value, str) and value in known:
        return known[value]
    wrong.append(f"{where}: hazard: {value!r}: expected one of {', '.join(known)}")
    return None


def _check_grade(hazard: Hazard, value: object, where: str, wrong: list[str]) -> None:
    grades = [*hazards.rule(hazard).grades, NONE]
    if value not in grades:
        wrong.append(f"{where}: grade: {value!r}: expected one of {', '.join(grades)} (as text)")


def _moments(steps: Iterable[Step]) -> Iterable[Moment]:
    """What people are told, each once: places that learn the same at the same time together."""
    state: dict[tuple[Hazard, str], str] = {}
    said: dict[tuple[Hazard, str], Said] = {}
    for step in steps:
        told: dict[tuple[Kind, str, Said], list[str]] = {}
        for area in step.areas:
            key = (step.hazard, area)
            before = state.get(key, NONE)
            state[key] = _kept(step.hazard, before, step.grade)
            # an end says nothing of which volcano it was
            said[key] = step.said if step.said.facts != Facts() else said.get(key, _NOTHING)
            if (what := _told(step, before)) is not None:
                told.setdefault((*what, said[key]), []).append(area)
        for (kind, grade, facts), areas in told.items():
            yield Moment(minute=step.minute, hazard=step.hazard, grade=grade, kind=kind, areas=tuple(areas), said=facts)


def _kept(hazard: Hazard, before: str, after: str) -> str:
    """The state that the next change is measured by: what ends by time never goes down before it ends."""
    rule = hazards.rule(hazard)
    return before if rule.ends is Ends.TIME and NONE != after and rule.rank(after) < rule.rank(before) else after


def _told(step: Step, before: str) -> tuple[Kind, str] | None:
    """(kind, grade to name) of a change; None where nobody hears of it."""
    hazard, after = step.hazard, step.grade
    rule = hazards.rule(hazard)
    if rule.step(before) == rule.step(after):
        return None
    if rule.step(after) > rule.step(before):
        if not rule.is_told(after):
            return None
        return (Kind.RAISED if rule.is_told(before) else Kind.NEW), after
    if not rule.is_told(before):
        return None
    if rule.ends is Ends.TIME:  # ends silently; an earthquake is only ever withdrawn
        withdrawn = after == NONE and (step.wrong or hazard is Hazard.EARTHQUAKE)
        return (Kind.CANCELLED, before) if withdrawn else None
    if rule.is_told(after):
        return (Kind.CORRECTED if step.wrong else Kind.LOWERED), after
    return (Kind.CANCELLED if step.wrong else Kind.LIFTED), before
