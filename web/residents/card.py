"""The card to show to a Japanese person: Easy Japanese with readings above the kanji, large.

Owns `card.toml`. What to do is said in the kana words of the catalogue.
"""

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

from alerts.places import PlaceTable
from alerts.vocabulary import NONE, Hazard, Kind
from templates_i18n.catalogue import Catalogue
from web.residents import view
from web.residents.speech import speak
from web.residents.story import Story

EASY_JAPANESE = "ja-Hira"
_RUBY = re.compile(r"\{([^|{}]+)\|([^|{}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of text; `reading` is '' where it needs none."""

    text: str
    reading: str = ""


Ruby = tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What the card says, from top to bottom."""

    over: bool
    signs: tuple[str, ...]
    warning: Ruby
    place: Ruby
    #: sentences about the reader and what is in force
    says: tuple[Ruby, ...]
    #: what to do, in kana
    acts: tuple[str, ...]
    ask: Ruby
    issued: str


def build(catalogue: Catalogue, places: PlaceTable, story: Story) -> Card:
    """The card of an alert at the story's place."""
    page = view.build(catalogue, places, story, speak(catalogue, EASY_JAPANESE))
    place, words = places.place(story.place), _table()["words"]
    wrong = story.latest.kind is Kind.CANCELLED
    state = "wrong" if wrong else "over" if story.over else "in_force"
    return Card(
        over=story.over,
        signs=tuple(sign.id for sign in page.signs),
        warning=tuple(_warning(story)),
        place=(Run(text=place.names.ja, reading=place.names.kana),) if place else (Run(text=story.place),),
        says=(ruby(words["me"]), ruby(words[state])),
        acts=tuple(act.words for act in page.text.acts),
        ask=ruby(words[_ask(story)]),
        issued=page.text.issued,
    )


def ruby(text: str) -> Ruby:
    """The runs of a text written with {漢字|かな}."""
    return tuple(_runs(text))


def sentence(key: str) -> Ruby:
    """One of the fixed sentences."""
    return ruby(_table()["words"][key])


def warning(hazard: Hazard, grade: str) -> Ruby:
    """What is in force: its grade where it has a number, and its name."""
    table = _table()
    level = table["grade"].get(f"{hazard}.{grade}") or table["grade"].get(grade, "")
    named = table["warning"].get(f"{hazard}.{grade}") or table["warning"][hazard]
    parts = (named, level) if hazard in (Hazard.EARTHQUAKE, Hazard.VOLCANO) else (level, named)
    return ruby(" ".join(part for part in parts if part))


def _warning(story: Story) -> Iterator[Run]:
    grade = story.latest.change.after
    yield from warning(story.hazard, story.worst_told if story.over or grade == NONE else grade)


def _ask(story: Story) -> str:
    if story.over:
        return "ask_back"
    key = f"{story.hazard}.{story.latest.change.after}"
    return "ask_flee" if key in _table()["flee"]["grades"] else "ask_help"


def _runs(text: str) -> Iterator[Run]:
    last = 0
    for found in _RUBY.finditer(text):
        if found.start() > last:
            yield Run(text=text[last : found.start()])
        yield Run(text=found[1], reading=found[2])
        last = found.end()
    if last < len(text):
        yield Run(text=text[last:])


@functools.cache
def _table() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(resources.files("web.residents").joinpath("card.toml").read_text(encoding="utf-8"))
