"""How grave each grade is in the closed words of CAP 1.2; read from `grading.toml`, which gives the reasons. Pure."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources

from alerts import hazards
from alerts.report import Facts
from alerts.vocabulary import Hazard, Kind

#: the grade of what is foreseen and not there yet
_EXPECTED = "expected"


class Category(StrEnum):
    """CAP 1.2, `category`."""

    GEO = "Geo"
    MET = "Met"
    SAFETY = "Safety"
    HEALTH = "Health"


class ResponseType(StrEnum):
    """CAP 1.2, `responseType`, as far as we write it."""

    SHELTER = "Shelter"
    EVACUATE = "Evacuate"
    PREPARE = "Prepare"
    AVOID = "Avoid"
    MONITOR = "Monitor"
    ALL_CLEAR = "AllClear"
    NONE = "None"


class Urgency(StrEnum):
    """CAP 1.2, `urgency`."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Severity(StrEnum):
    """CAP 1.2, `severity`."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """CAP 1.2, `certainty`."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """What CAP asks to be said of one grade."""

    urgency: Urgency
    severity: Severity
    certainty: Certainty
    response: tuple[ResponseType, ...]
    #: why so
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The whole file."""

    categories: Mapping[Hazard, tuple[Category, ...]]
    by_grade: Mapping[tuple[Hazard, str], Grading]
    lifted: Grading
    cancelled: Grading

    def of(self, hazard: Hazard, grade: str, kind: Kind, facts: Facts) -> Grading:
        """What is said of a grade in force, or of its end."""
        match kind:
            case Kind.LIFTED:
                return self.lifted
            case Kind.CANCELLED:
                return self.cancelled
            case _:
                foreseen = self.by_grade.get((hazard, _EXPECTED)) if facts.expected else None
                return foreseen or self.by_grade[hazard, grade]


@functools.cache
def load() -> Table:
    """The table of this installation. ValueError, naming the row, where one is missing or has no such word."""
    text = resources.files("web.cap").joinpath("grading.toml").read_text(encoding="utf-8")
    return build(tomllib.loads(text))


def build(rows: Mapping[str, Mapping[str, object]]) -> Table:
    """The value of the parsed file. ValueError as `load`."""
    ends = rows["ended"]
    return Table(
        categories={hazard: _categories(hazard, rows[hazard.value]) for hazard in Hazard},
        by_grade={
            (hazard, grade): _grading(f"{hazard}.{grade}", row)
            for hazard in Hazard
            for grade, row in _of_hazard(hazard, rows[hazard.value]).items()
        },
        lifted=_grading("ended.lifted", ends["lifted"]),
        cancelled=_grading("ended.cancelled", ends["cancelled"]),
    )


def _categories(hazard: Hazard, row: Mapping[str, object]) -> tuple[Category, ...]:
    named = row.get("category")
    if not isinstance(named, list) or not named:
        raise ValueError(f"grading.toml: [{hazard}] category: expected a list of CAP categories")
    return tuple(Category(one) for one in named)


def _of_hazard(hazard: Hazard, row: Mapping[str, object]) -> Mapping[str, object]:
    found = {key: value for key, value in row.items() if key != "category"}
    wanted = set(hazards.rule(hazard).grades)
    if wanted - found.keys() or found.keys() - wanted - {_EXPECTED}:
        raise ValueError(f"grading.toml: [{hazard}]: expected one row for each of {', '.join(sorted(wanted))}")
    return found


def _grading(name: str, row: object) -> Grading:
    if not isinstance(row, list) or len(row) != 5 or not row[4]:
        raise ValueError(f"grading.toml: {name}: expected [urgency, severity, certainty, [response types], reason]")
    try:
        return Grading(
            urgency=Urgency(row[0]),
            severity=Severity(row[1]),
            certainty=Certainty(row[2]),
            response=tuple(ResponseType(one) for one in row[3]),
            why=str(row[4]),
        )
    except ValueError as wrong:
        raise ValueError(f"grading.toml: {name}: {wrong}") from wrong
