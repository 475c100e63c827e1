"""The rules as values, read from `rules.toml`, and which places a rule is for. Pure."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from importlib import resources
from typing import Any, assert_never

from alerts import hazards
from alerts.places import Place
from alerts.vocabulary import Hazard
from campaigns.calendar import Every, OnHoliday, Rhythm, Timing
from campaigns.daylight import Window
from campaigns.lessons import facts
from campaigns.plan import Audience, Plan

_WINDOW = Window(opens=time(10), closes=time(17))
_REGIONS = "regions"


class Kind(StrEnum):
    """What sets a rule off."""

    SEASON = "season"
    SIGHT = "sight"
    EVENT = "event"


class Sight(StrEnum):
    """What a telegram sees days ahead."""

    TYPHOON = "typhoon"
    HEAT = "heat"
    SNOW = "snow"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """One of them; equal to itself only."""

    key: str
    kind: Kind
    #: where a municipality has said nothing
    on: bool
    lessons: tuple[str, ...]
    #: of a season: month and day
    start: tuple[int, int] | None = None
    weeks: int = 1
    sight: Sight | None = None
    #: only in these months; in all if empty
    months: frozenset[int] = frozenset()
    #: of an event: the least grade
    least: Mapping[Hazard, str] = field(default_factory=dict)
    after: tuple[int, ...] = ()
    #: not again in a place within so long
    quiet: timedelta = timedelta()
    coast: bool = False
    prefectures: frozenset[str] = frozenset()

    def fits(self, place: Place) -> bool:
        """Whether it is for a place at all."""
        at_sea = place.coastal or not self.coast
        return at_sea and (not self.prefectures or place.prefecture in self.prefectures)

    def is_met(self, hazard: Hazard, grade: str) -> bool:
        """Whether an event is strong enough."""
        least = self.least.get(hazard)
        rule = hazards.rule(hazard)
        return least is not None and rule.step(grade) >= rule.step(least)

    def plan(self, place: str, start: date) -> Plan:
        """The campaign that it sets off in a place, from that day of Japan on."""
        match self.kind:
            case Kind.SEASON:
                rhythm, on_holiday = Rhythm(every=Every.WEEKS, step=self.weeks), OnHoliday.MOVE
            case Kind.EVENT:
                rhythm, on_holiday = Rhythm(every=Every.DAYS, after=self.after), OnHoliday.SEND
            case Kind.SIGHT:
                rhythm, on_holiday = Rhythm(), OnHoliday.SEND
            case other:
                assert_never(other)
        timing = Timing(start=start, rhythm=rhythm, window=_WINDOW, on_holiday=on_holiday, times=len(self.lessons))
        return Plan(name=self.key, lessons=self.lessons, audience=Audience(places=(place,)), timing=timing)


@functools.cache
def load() -> Mapping[str, Rule]:
    """All rules, by key. ValueError says which one cannot be read, and why."""
    return parse(_file())


@functools.cache
def regions() -> Mapping[str, frozenset[str]]:
    """Beginning of a region's name -> prefectures."""
    return {name: frozenset(codes) for name, codes in _file()[_REGIONS].items()}


def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files("campaigns.triggers").joinpath("rules.toml").read_text("utf-8"))


def parse(table: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Rule]:
    """The rules of a parsed file. ValueError, a line for each one that cannot be read."""
    found: dict[str, Rule] = {}
    problems: list[str] = []
    for key, row in table.items():
        if key == _REGIONS:
            continue
        try:
            found[key] = _rule(key, row)
        except (KeyError, ValueError, TypeError) as wrong:
            problems.append(f"rules.toml: [{key}]: {wrong}")
    if problems:
        raise ValueError("\n".join(problems))
    return found


def _rule(key: str, row: Mapping[str, Any]) -> Rule:
    kind, lessons = Kind(row["kind"]), tuple(row["lessons"])
    least = {Hazard(name): grade for name, grade in row.get("hazards", {}).items()}
    for hazard, grade in least.items():
        hazards.rule(hazard).rank(grade)
    unknown = set(lessons) - facts.load().keys()
    if unknown or not lessons:
        raise ValueError(f"lessons: expected lessons that there are, not {', '.join(sorted(unknown)) or 'none'}")
    after = tuple(row["after"]) if kind is Kind.EVENT else ()
    if kind is Kind.EVENT and (not least or len(after) != len(lessons)):
        raise ValueError("after: expected hazards, and one day for each lesson")
    month, _, day = row["start"].partition("-") if kind is Kind.SEASON else ("", "", "")
    return Rule(
        key=key,
        kind=kind,
        on=bool(row["on"]),
        lessons=lessons,
        start=(int(month), int(day)) if month else None,
        weeks=int(row.get("weeks", 1)),
        sight=Sight(row["sight"]) if kind is Kind.SIGHT else None,
        months=frozenset(row.get("months", ())),
        least=least,
        after=after,
        quiet=timedelta(days=row.get("quiet", 0)),
        coast=bool(row.get("coast", False)),
        prefectures=frozenset(row.get("prefectures", ())),
    )
