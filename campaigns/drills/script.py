"""The script of a drill: what happens in one municipality, minute by minute. Pure.

A municipality writes one as a small TOML file; the bundled days are brought into the same shape. What people would be
told of follows from the grades, as with real warnings: new, raised, lowered, lifted.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from alerts import hazards
from alerts.hazards import Ends
from alerts.places import PlaceTable
from alerts.vocabulary import NONE, Hazard, Kind

#: minutes of a script
LONGEST = 48 * 60
MOST_STEPS = 60
#: minutes between the last step and the question
_TO_THE_QUESTION = 5
_FILE_KEYS = frozenset({"name", "step"})
_STEP_KEYS = frozenset({"minute", "hazard", "grade", "areas"})


class ScriptError(Exception):
    """A script that cannot be played; `problems` has one line each: where, what was expected."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From this minute on the grade is in force in these places; NONE lifts it."""

    minute: int
    hazard: Hazard
    grade: str
    #: five-digit codes
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing that people are told."""

    minute: int
    hazard: Hazard
    #: the grade in force; for lifted and cancelled the one that had been told
    grade: str
    kind: Kind
    areas: tuple[str, ...]


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
        rows = [[one.minute, one.hazard, one.grade, one.kind, list(one.areas)] for one in self.moments]
        return {"name": self.name, "moments": rows}


def from_json(row: Mapping[str, Any]) -> Script:
    """What `to_json` has stored."""
    moments = tuple(
        Moment(minute=minute, hazard=Hazard(hazard), grade=grade, kind=Kind(kind), areas=tuple(areas))
        for minute, hazard, grade, kind, areas in row["moments"]
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
    problems += wrong
    if wrong or hazard is None:
        return None
    return Step(minute=int(str(minute)), hazard=hazard, grade=str(row["grade"]), areas=tuple(dict.fromkeys(areas)))


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
    for step in steps:
        told: dict[tuple[Kind, str], list[str]] = {}
        for area in step.areas:
            before = state.get((step.hazard, area), NONE)
            state[(step.hazard, area)] = _kept(step.hazard, before, step.grade)
            if (what := _told(step.hazard, before, step.grade)) is not None:
                told.setdefault(what, []).append(area)
        for (kind, grade), areas in told.items():
            yield Moment(minute=step.minute, hazard=step.hazard, grade=grade, kind=kind, areas=tuple(areas))


def _kept(hazard: Hazard, before: str, after: str) -> str:
    """The state that the next change is measured by: what ends by time never goes down before it ends."""
    rule = hazards.rule(hazard)
    return before if rule.ends is Ends.TIME and NONE != after and rule.rank(after) < rule.rank(before) else after


def _told(hazard: Hazard, before: str, after: str) -> tuple[Kind, str] | None:
    """(kind, grade to name) of a change; None where nobody hears of it."""
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
        return (Kind.CANCELLED, before) if hazard is Hazard.EARTHQUAKE and after == NONE else None
    return (Kind.LOWERED, after) if rule.is_told(after) else (Kind.LIFTED, before)
