"""Grades of each hazard and what happens by default; read from `data/hazards.toml`.

A grade is text on its hazard's scale; `none` stands below every scale.
"""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from importlib import resources

from alerts.vocabulary import NONE, Action, Hazard

#: "5-?" (5-lower or more expected, no data yet) is no step of its own: JMA's scale has ten steps.
_STEP_OF = {"5-?": "5-"}


class Ends(StrEnum):
    """How the state of a hazard ends."""

    LIFTED = "lifted"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardRule:
    """Scale and default handling of one hazard."""

    hazard: Hazard
    #: weakest first
    grades: tuple[str, ...]
    actions: Mapping[str, Action]
    #: grades that nobody can switch off
    always: frozenset[str]
    ends: Ends
    #: grades that end by time although the hazard does not
    ends_by_time: frozenset[str]
    #: grades that report an event, not a level: what follows is no better for being lower on the scale
    flash: frozenset[str]
    #: how long after a report the state lasts, where the telegram names no end
    in_force: timedelta
    #: how long a text may be handed over after it was decided
    keep: timedelta
    #: within which two people decide on what is held; zero where nothing is
    decide: timedelta

    def rank(self, grade: str) -> int:
        """0 for `none`, then 1 … on the scale. ValueError for a grade that is not on it."""
        if grade == NONE:
            return 0
        if grade not in self.grades:
            raise ValueError(f"{grade!r}: expected a grade of {self.hazard}: {', '.join(self.grades)}")
        return self.grades.index(grade) + 1

    def step(self, grade: str) -> int:
        """Like `rank`, but grades that are one step of the official scale share a number."""
        return self.rank(_STEP_OF.get(grade, grade))

    def action(self, grade: str) -> Action:
        """What the default rules do with this grade; `none` is recorded."""
        return self.actions.get(grade, Action.RECORD)

    def told_from(self) -> int:
        """The lowest rank that is sent or held, above the scale if none is."""
        ranks = [self.rank(grade) for grade in self.grades if self.action(grade) is not Action.RECORD]
        return min(ranks, default=len(self.grades) + 1)

    def is_told(self, grade: str) -> bool:
        """Whether people are told of this grade at all."""
        return self.rank(grade) >= self.told_from()

    def highest(self, grades: "list[str] | tuple[str, ...]") -> str:
        """The highest of some grades, `none` of no grade."""
        return max(grades, key=self.rank, default=NONE)


def _rule(hazard: Hazard, row: Mapping[str, object]) -> HazardRule:
    def texts(key: str) -> tuple[str, ...]:
        value = row.get(key, [])
        if not isinstance(value, list):
            raise TypeError(f"hazards.toml: [{hazard}] {key}: expected a list")
        return tuple(str(item) for item in value)

    def minutes(key: str) -> timedelta:
        return timedelta(minutes=int(str(row.get(key, 0))))

    actions = {grade: action for action in Action for grade in texts(action.value)}
    grades = texts("grades")
    if set(actions) != set(grades):
        raise ValueError(f"hazards.toml: [{hazard}]: send, hold and record must name each grade once")
    if bool(texts("hold")) != bool(minutes("decide_minutes")):
        raise ValueError(f"hazards.toml: [{hazard}]: decide_minutes goes with hold")
    return HazardRule(
        hazard=hazard,
        grades=grades,
        actions=actions,
        always=frozenset(texts("always")),
        ends=Ends(str(row["ends"])),
        ends_by_time=frozenset(texts("ends_by_time")),
        flash=frozenset(texts("flash")),
        in_force=minutes("in_force_minutes"),
        keep=minutes("keep_minutes"),
        decide=minutes("decide_minutes"),
    )


@functools.cache
def rules() -> Mapping[Hazard, HazardRule]:
    """All rules, read once."""
    text = resources.files("alerts").joinpath("data/hazards.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    return {hazard: _rule(hazard, table[hazard.value]) for hazard in Hazard}


def rule(hazard: Hazard) -> HazardRule:
    """The rule of one hazard."""
    return rules()[hazard]
