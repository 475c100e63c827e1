"""The words of a drill: the catalogue's own texts between drill words, and the question at the end."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Final

from alerts.places import PlaceTable
from alerts.vocabulary import Kind
from campaigns.drills.script import Moment, Script, ScriptError
from templates_i18n import segments
from templates_i18n.catalogue import Catalogue
from templates_i18n.parts import drill_words
from templates_i18n.render import Form, TextRequest, render

#: answers that count
YES: Final = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One text of a drill."""

    text: str
    #: the voice in which it is written
    voice: str
    segments: int


@functools.cache
def questions() -> Mapping[str, str]:
    """The question by language, read once."""
    return _read("questions.toml")


@functools.cache
def endings() -> Mapping[str, str]:
    """That it has ended, by language, read once."""
    return _read("endings.toml")


def _read(name: str) -> Mapping[str, str]:
    text = resources.files("campaigns").joinpath(f"drills/{name}").read_text(encoding="utf-8")
    return {tag: str(words) for tag, words in tomllib.loads(text).items()}


def question(catalogue: Catalogue, language: str) -> Wording:
    """The question at the end, between drill words."""
    return _between(catalogue, language, questions())


def ending(catalogue: Catalogue, language: str) -> Wording:
    """That the drill has ended, between drill words."""
    return _between(catalogue, language, endings())


def _between(catalogue: Catalogue, language: str, sentences: Mapping[str, str]) -> Wording:
    voice = catalogue.fallback(language)
    asked = [sentences[one.tag] for one in voice.languages]
    folds = voice.languages[-1].fold
    plain = "\n".join([words := drill_words(voice.languages, unicode=False), *asked, words])
    if segments.count(segments.fold_latin(plain) if folds else plain).encoding == "GSM-7":
        text = segments.fold_latin(plain) if folds else plain
    else:
        text = "\n".join([words := drill_words(voice.languages, unicode=True), *asked, words])
    return Wording(text=text, voice=voice.tag, segments=segments.count(text).segments)


def moment(catalogue: Catalogue, places: PlaceTable, told: Moment, place: str, language: str, at: datetime) -> Wording:
    """What a reader at a place is told. LookupError where the catalogue has no words for it."""
    request = TextRequest(
        hazard=told.hazard,
        grade=told.grade,
        kind=Kind.DRILL if told.kind is Kind.NEW else told.kind,
        drill=True,
        places=(place,),
        issued=at,
        facts=told.said.told_at(at),
    )
    made = render(catalogue, request, language, Form.FULL, places)
    return Wording(text=made.text, voice=made.language, segments=made.segmentation.segments)


def check(catalogue: Catalogue, places: PlaceTable, script: Script, now: datetime) -> None:
    """Whether every moment can be said. ScriptError names those that cannot."""
    wrong: list[str] = []
    for one in script.moments:
        try:
            moment(catalogue, places, one, one.areas[0], "en", now)
        except LookupError as missing:
            wrong.append(
                f"{script.name}, minute {one.minute}: {one.hazard} {one.grade} {one.kind}: no words: {missing}"
            )
    if wrong:
        raise ScriptError(wrong)
