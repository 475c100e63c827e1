"""What a lesson is in every language alike: its right answer, whom it fits, when, its pictograms and sources.

Owns `lessons.toml` as values; the words stand in `templates_i18n/lessons`.
"""

import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources

from alerts.vocabulary import Hazard
from subscribers.tags import Tag


class Phase(StrEnum):
    """Before a disaster, after one, or any time."""

    BEFORE = "before"
    AFTER = "after"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who says what a lesson teaches."""

    title: str
    publisher: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One lesson without its words."""

    id: str
    #: the digit of the right option
    right: int
    phase: Phase
    #: fits only places or people with one of these; everybody if empty
    needs: frozenset[Tag]
    #: for them it comes first
    suits: frozenset[Tag]
    #: 1 to 12; all year if empty
    months: frozenset[int]
    hazards: frozenset[Hazard]
    #: ids of drawings, the most telling first
    pictograms: tuple[str, ...]
    sources: tuple[Source, ...]


@functools.cache
def load() -> Mapping[str, Lesson]:
    """All lessons by id, in the order of the file. ValueError lists what is wrong with it."""
    return parse(tomllib.loads(resources.files("campaigns.lessons").joinpath("lessons.toml").read_text("utf-8")))


def parse(table: Mapping[str, Mapping[str, Mapping[str, object]]]) -> Mapping[str, Lesson]:
    """The lessons of a parsed file. ValueError, a line for each lesson that cannot be read."""
    sources = {key: Source(**{name: str(text) for name, text in row.items()}) for key, row in table["source"].items()}
    lessons: dict[str, Lesson] = {}
    problems: list[str] = []
    for key, row in table["lesson"].items():
        try:
            lessons[key] = _lesson(key, row, sources)
        except (KeyError, ValueError) as error:
            problems.append(f"lessons.toml: [lesson.{key}]: {error}")
    if problems:
        raise ValueError("\n".join(problems))
    return lessons


def _lesson(key: str, row: Mapping[str, object], sources: Mapping[str, Source]) -> Lesson:
    return Lesson(
        id=key,
        right=int(str(row["right"])),
        phase=Phase(str(row["phase"])),
        needs=frozenset(map(Tag, _texts(row, "needs"))),
        suits=frozenset(map(Tag, _texts(row, "suits"))),
        months=frozenset(map(_month, _texts(row, "months"))),
        hazards=frozenset(map(Hazard, _texts(row, "hazards"))),
        pictograms=tuple(_texts(row, "pictograms")),
        sources=tuple(sources[name] for name in _texts(row, "sources")),
    )


def _texts(row: Mapping[str, object], name: str) -> Iterator[str]:
    value = row.get(name, [])
    if not isinstance(value, list):
        raise ValueError(f"{name}: expected a list")  # told with the other problems of the file
    return map(str, value)


def _month(text: str) -> int:
    if not 1 <= int(text) <= 12:
        raise ValueError(f"months: expected 1 to 12, found {text}")
    return int(text)
