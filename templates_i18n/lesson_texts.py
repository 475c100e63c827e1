"""Makes the texts of a lesson: the SMS, the reply to an answer, the sentences of the page.

Pure. Owns how the parts are put together; when they are sent is for `campaigns`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from templates_i18n import segments
from templates_i18n.catalogue import Catalogue, Voice
from templates_i18n.language import Language, Review
from templates_i18n.lessons import LessonBook, LessonLanguage, LessonWords, Sign
from templates_i18n.request import Form
from templates_i18n.segments import Encoding
from templates_i18n.service_texts import TextUnknown, Wording

#: segments of a lesson, and of the reply to an answer
SMS_BUDGET = Form.FULL.budget
REPLY_BUDGET = Form.SHORT.budget

_BRACES = re.compile(r"\{(\w+)\}")


class Medium(StrEnum):
    """Where words stand: signs are named shorter in an SMS than on a page."""

    SMS = "sms"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a reader can answer."""

    #: digits by SMS
    two_way: bool = False
    #: the address of the lesson's page; empty where there is none
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A lesson in one language, with the signs in words."""

    language: str
    title: str
    act: str
    question: str
    options: tuple[str, ...]
    why: str
    page: tuple[str, ...]


def lesson_sms(book: LessonBook, catalogue: Catalogue, lesson: str, language: str, way: Way) -> Wording:
    """The SMS of a lesson for the readers of a language tag. TextUnknown for a lesson that is not there.

    Where nobody can answer, by digit or on the page, it asks nothing and tells the reason instead.
    """
    made = _worded(book, catalogue, lesson, language, lambda own, words: sms(own, words, way), SMS_BUDGET)
    if way.link and made.segmentation.segments > SMS_BUDGET:  # its signs in words are longer than in braces
        return lesson_sms(book, catalogue, lesson, language, replace(way, link=""))
    return made


def lesson_reply(
    book: LessonBook, catalogue: Catalogue, lesson: str, language: str, *, right: int, said: int
) -> Wording:
    """What somebody hears who has answered: whether it is right, and why. Digits count from 1."""

    def words(own: LessonLanguage, words: LessonWords) -> str:
        return reply(own, words, right=right, said=said)

    return _worded(book, catalogue, lesson, language, words, REPLY_BUDGET)


def lesson_hint(book: LessonBook, catalogue: Catalogue, lesson: str, language: str) -> Wording:
    """How to answer, for whoever sent something else."""
    return _worded(
        book, catalogue, lesson, language, lambda own, words: own.frame[f"reply_{len(words.options)}"], REPLY_BUDGET
    )


def told_in(book: LessonBook, catalogue: Catalogue, lesson: str, language: str) -> tuple[str, str]:
    """In which voice a lesson speaks to the readers of a language, and the version of its words there."""
    voice = _voice(book, catalogue, lesson, language)
    return voice.tag, book.versions[lesson, voice.languages[-1].tag]


def sms_options(book: LessonBook, catalogue: Catalogue, lesson: str, language: str) -> tuple[str, ...]:
    """The options as the SMS told them; of two languages the last, which it speaks where both are too long."""
    own = _voice(book, catalogue, lesson, language).languages[-1]
    script = catalogue.names[own.tag].script
    return tuple(
        with_signs(option, book, script, Medium.SMS) for option in book.by_tag[own.tag].lessons[lesson].options
    )


def spoken(book: LessonBook, catalogue: Catalogue, lesson: str, language: str) -> tuple[Spoken, ...]:
    """The words of a lesson's page, of each language that speaks: the reader's, or Easy Japanese and English."""
    voice = _voice(book, catalogue, lesson, language)
    return tuple(_page(book, catalogue, own.tag, lesson) for own in voice.languages)


def _page(book: LessonBook, catalogue: Catalogue, tag: str, lesson: str) -> Spoken:
    words = book.by_tag[tag].lessons[lesson]

    def said(text: str) -> str:
        return with_signs(text, book, catalogue.names[tag].script, Medium.PAGE)

    return Spoken(
        language=tag,
        title=said(words.title),
        act=said(words.act),
        question=said(words.question),
        options=tuple(map(said, words.options)),
        why=said(words.why),
        page=tuple(map(said, words.page)),
    )


def reply(own: LessonLanguage, words: LessonWords, *, right: int, said: int) -> str:
    """The reply to an answer in one language, its signs still in braces."""
    answer = f"{right}) {words.options[right - 1]}"
    first = own.frame["right"] if said == right else own.frame["wrong"].replace("{answer}", answer)
    return f"{first}\n{words.why}"


def sms(own: LessonLanguage, words: LessonWords, way: Way) -> str:
    """The SMS in one language, its signs still in braces.

    With the link only where it fits beside the rest; a question only where it can be answered.
    """
    asked = [words.question, *(f"{digit}) {option}" for digit, option in enumerate(words.options, 1))]
    first = [own.frame["lead"], words.act]
    how = [own.frame[f"reply_{len(words.options)}"]] if way.two_way else []
    link = [way.link] if way.link else []
    linked = "\n".join([*first, *asked, *how, *link])
    if link and segments.count(linked).segments <= SMS_BUDGET:
        return linked
    return "\n".join([*first, *asked, *how] if way.two_way else [*first, words.why])


def with_signs(text: str, book: LessonBook, script: str, medium: Medium) -> str:
    """The text with its signs in words of the script (ISO 15924)."""
    return _BRACES.sub(lambda found: _sign(book.signs[found[1]], script, medium), text)


def _sign(sign: Sign, script: str, medium: Medium) -> str:
    """As a reader of this script knows it again; on a page also as it is written."""
    match script:
        case "Jpan" | "Hans" | "Hant":
            return sign.kanji
        case "Hira":
            return sign.kana if medium is Medium.SMS or sign.kanji == sign.kana else f"{sign.kanji}（{sign.kana}）"
        case _:
            return sign.latin if medium is Medium.SMS else f"{sign.kanji} ({sign.latin})"


def _voice(book: LessonBook, catalogue: Catalogue, lesson: str, language: str) -> Voice:
    """The best voice that has the whole lesson; the last has all, and says what nobody knows."""
    *tried, last = catalogue.voices(language)
    for voice in tried:
        if all(_has(book, own, lesson) for own in voice.languages):
            return voice
    if lesson not in book.ids():
        raise TextUnknown(f"no lesson {lesson!r}; known: {', '.join(book.ids())}")
    return last


def _has(book: LessonBook, own: Language, lesson: str) -> bool:
    return own.tag in book.by_tag and lesson in book.by_tag[own.tag].lessons


def _worded(
    book: LessonBook,
    catalogue: Catalogue,
    lesson: str,
    language: str,
    words: Callable[[LessonLanguage, LessonWords], str],
    budget: int,
) -> Wording:
    """The words of each language of the voice; of the last alone where all are too long."""
    voice = _voice(book, catalogue, lesson, language)
    texts = [in_sms(book, catalogue, own.tag, lesson, words) for own in voice.languages]
    text = "\n".join(texts)
    if segments.count(text).segments > budget:
        text = texts[-1]
    review = min((book.by_tag[own.tag].review for own in voice.languages), key=lambda found: found.rank)
    return Wording(text=text, language=voice.tag, segmentation=segments.count(text), review=Review(review))


def in_sms(
    book: LessonBook,
    catalogue: Catalogue,
    tag: str,
    lesson: str,
    words: Callable[[LessonLanguage, LessonWords], str],
) -> str:
    """Words of one language as an SMS: signs in words, accents dropped where that keeps the text in GSM-7."""
    own = book.by_tag[tag]
    text = with_signs(words(own, own.lessons[lesson]), book, catalogue.names[tag].script, Medium.SMS)
    language = catalogue.by_tag.get(tag)
    folded = segments.fold_latin(text) if language is not None and language.fold else text
    return folded if segments.count(folded).encoding is Encoding.GSM_7 else text
