"""Texts of the sentences about registering by SMS, counted. Pure.

The voice is that of the catalogue: whose language may not be sent for real gets Easy Japanese and English.
"""

from delivery.joining.sentences import Sentence, line
from delivery.writing import Written, written
from templates_i18n import segments
from templates_i18n.catalogue import Catalogue


def say(catalogue: Catalogue, language: str, sentence: Sentence, **values: str) -> Written:
    """A text of this sentence alone."""
    voice = catalogue.fallback(language)
    tags = tuple(own.tag for own in voice.languages)
    return _made(catalogue, tags, voice.tag, [line(tag, sentence, **values) for tag in tags])


def behind(catalogue: Catalogue, first: Written, sentence: Sentence, **values: str) -> Written:
    """A text with this sentence behind it, in its voice."""
    tags = tuple(first.language.split("+"))
    return _made(catalogue, tags, first.language, [first.text, *(line(tag, sentence, **values) for tag in tags)])


def _made(catalogue: Catalogue, tags: tuple[str, ...], voice: str, lines: list[str]) -> Written:
    text = "\n".join(lines)
    if len(tags) == 1 and catalogue.by_tag[tags[0]].fold:
        text = segments.fold_latin(text)
    return written(text, voice, "", segments.count(text))
