"""Texts that are no alerts: the welcome and other words of the service. Lessons are for `lesson_texts`.

Pure. Owns how they are made from the catalogue; when they are sent is for `delivery`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from templates_i18n import segments
from templates_i18n.catalogue import Catalogue, Voice
from templates_i18n.language import Language, Review, placeholders
from templates_i18n.request import Form
from templates_i18n.segments import Segmentation


class TextUnknown(LookupError):
    """The catalogue has no such service text or lesson, or a placeholder was given no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One text, ready to be sent and stored."""

    text: str
    #: the voice it is written in: a language tag, or "ja-Hira+en"
    language: str
    segmentation: Segmentation
    review: Review


def service_text(catalogue: Catalogue, key: str, language: str, **values: str) -> Wording:
    """A text of [service]. A value that is itself a key of [service] stands for that text.

    `service_text(words, "welcome", "ne", place="Wajima City", stop="stop_by_sms")`. TextUnknown for a key
    that is not there or a placeholder without value.
    """
    return _spoken(catalogue, language, lambda own: _service(own, key, values))


def _service(own: Language, key: str, values: dict[str, str]) -> str:
    if key not in own.service:
        raise TextUnknown(f"no service text {key!r}; known: {', '.join(sorted(own.service))}")
    text = own.service[key]
    missing = placeholders(text) - values.keys()
    if missing:
        raise TextUnknown(f"service text {key!r} needs a value for {', '.join(sorted(missing))}")
    return text.format_map({name: own.service.get(value, value) for name, value in values.items()})


def _spoken(catalogue: Catalogue, language: str, words: Callable[[Language], str]) -> Wording:
    """In the first voice that has the words: the last has all, and says what nobody knows."""
    *tried, last = catalogue.voices(language)
    for voice in tried:
        try:
            return _in_voice(voice, words)
        except TextUnknown:
            continue
    return _in_voice(last, words)


def _in_voice(voice: Voice, words: Callable[[Language], str]) -> Wording:
    """The words of each language of the voice, of the last alone where all are too long; without accents in GSM-7."""
    text = "\n".join(words(own) for own in voice.languages)
    if segments.count(text).segments > Form.FULL.budget:
        text = words(voice.languages[-1])
    if not voice.is_bilingual and voice.languages[0].fold:
        text = segments.fold_latin(text)
    return Wording(text=text, language=voice.tag, segmentation=segments.count(text), review=voice.review)
