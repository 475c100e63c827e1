"""Our pictograms: the drawings of `drawings/`, and what each of them stands for.

Owns the files and `drawings/meanings.toml` as values; refuses a set with a gap. Names in the readers'
languages are words and stand in the language files. Pure.
"""

import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from importlib.resources.abc import Traversable

from alerts.vocabulary import Hazard

_MEANINGS = "meanings.toml"
_LEVELS = ("L2", "L3", "L4", "L5")
ALL_CLEAR = "all_clear"
DRILL = "drill"
#: stands for a hazard that has no drawing of its own
WARNING = "warning"


class Group(StrEnum):
    """The frame of a drawing, which says what sort of sign it is (ISO 7010, ISO 3864-1)."""

    HAZARD = "hazard"
    ACTION = "action"
    PROHIBITION = "prohibition"
    PLACE = "place"
    LEVEL = "level"
    SIGN = "sign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictogram:
    """One drawing."""

    id: str
    group: Group
    #: a whole SVG document on a grid of 64 by 64
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictograms:
    """The whole set."""

    by_id: Mapping[str, Pictogram]
    #: of every hazard
    hazards: Mapping[Hazard, str]
    #: what a head tells to do, by act
    acts: Mapping[str, tuple[str, ...]]
    #: by phrase id
    phrases: Mapping[str, str]
    #: which way a drawing sends people: up, away, stay
    directions: Mapping[str, str]

    def level(self, grade: str) -> str | None:
        """The badge of a grade on the scale of five levels; None for any other grade."""
        return f"level_{grade[1:]}" if grade in _LEVELS else None

    def of(self, action: str) -> tuple[str, ...]:
        """The drawings of an act or phrase of the catalogue; of many phrases none."""
        if action in self.phrases:
            return (self.phrases[action],)
        return self.acts.get(action, ())


@functools.cache
def load() -> Pictograms:
    """The set of this installation, read once. ValueError lists all problems."""
    return read(resources.files("templates_i18n").joinpath("drawings"))


def read(folder: Traversable) -> Pictograms:
    """The set of a folder. ValueError lists all problems, a line each."""
    table = tomllib.loads(folder.joinpath(_MEANINGS).read_text(encoding="utf-8"))
    groups = {name: Group(group) for group, names in table["group"].items() for name in names}
    drawn = {item.name.removesuffix(".svg"): item for item in folder.iterdir() if item.name.endswith(".svg")}
    problems = [*_files(groups, drawn), *_meanings(table, groups)]
    if problems:
        raise ValueError("\n".join(problems))
    return Pictograms(
        by_id={
            name: Pictogram(id=name, group=group, svg=drawn[name].read_text(encoding="utf-8").strip())
            for name, group in groups.items()
        },
        hazards={Hazard(name): drawing for name, drawing in table["hazard"].items()},
        acts={key: tuple(names) for key, names in table["act"].items()},
        phrases=table["phrase"],
        directions=table["directions"],
    )


def _files(groups: Mapping[str, Group], drawn: Mapping[str, Traversable]) -> Iterator[str]:
    for name in sorted(groups.keys() - drawn.keys()):
        yield f"{name}.svg: missing; {_MEANINGS} names it in [group]"
    for name in sorted(drawn.keys() - groups.keys()):
        yield f"{name}.svg: in no group of {_MEANINGS}; add it there or remove the file"


def _meanings(table: Mapping[str, Mapping[str, object]], groups: Mapping[str, Group]) -> Iterator[str]:
    for missing in sorted({hazard.value for hazard in Hazard} - table["hazard"].keys()):
        yield f"{_MEANINGS}: [hazard] {missing}: missing; every hazard has a pictogram, {WARNING!r} if no other"
    for unknown in sorted(table["hazard"].keys() - {hazard.value for hazard in Hazard}):
        yield f"{_MEANINGS}: [hazard] {unknown}: no such hazard"
    for section in ("hazard", "act", "phrase"):
        for key, value in table[section].items():
            for name in value if isinstance(value, list) else [value]:
                if name not in groups:
                    yield f"{_MEANINGS}: [{section}] {key}: no pictogram {name!r}"
    for name in sorted(table["directions"].keys() - groups.keys()):
        yield f"{_MEANINGS}: [directions] {name}: no such pictogram"
