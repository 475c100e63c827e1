"""Checks over the words of lessons: what a lesson must never do to its reader.

Owns the gates and the measuring; what a file may hold is for `lessons`. Pure; used by the tests and by
`lessons check`.
"""

import re
from collections.abc import Iterator

from templates_i18n import characters, lesson_texts, segments, spelling
from templates_i18n.catalogue import Catalogue
from templates_i18n.gates import Problem
from templates_i18n.lesson_texts import REPLY_BUDGET, SMS_BUDGET, Way
from templates_i18n.lessons import REFERENCE, LessonBook, LessonLanguage
from templates_i18n.segments import Encoding

_DIGITS = re.compile(r"\d+")
_PLACEHOLDER = re.compile(r"\{\w+\}")
#: Latin words that lessons of every language may hold beside those of the catalogue
_KEPT = frozenset({"NHK", "TV", "cm"})

Finding = tuple[str, str, str]


def check(book: LessonBook, catalogue: Catalogue, tag: str) -> list[Problem]:
    """All problems of the lessons of one language; what it lacks is told by `LessonBook.missing`."""
    own = book.by_tag[tag]
    found = (
        finding
        for gate in (own_letters, same_numbers, options_differ, no_drill_words, lengths)
        for finding in gate(book, catalogue, own)
    )
    return [Problem(gate=gate, where=f"{tag}.toml {where}", what=what) for gate, where, what in found]


def own_letters(_: LessonBook, catalogue: Catalogue, own: LessonLanguage) -> Iterator[Finding]:
    """Words are in the letters of their language, composed, with nothing invisible."""
    script = catalogue.names[own.tag].script
    for key, text in own.sentences().items():
        bare = _PLACEHOLDER.sub("", text)
        yield from (("characters", key, problem) for problem in characters.forbidden(bare, script=script))
        if foreign := spelling.foreign_letters(bare, script):
            yield "own script", key, f"letters of another script: {foreign}"
        if strange := spelling.strange_words(bare, script, _KEPT):
            yield "own script", key, f"words in another script: {' '.join(strange)}"


def same_numbers(book: LessonBook, _: Catalogue, own: LessonLanguage) -> Iterator[Finding]:
    """Every part has the numbers of the English one, however often."""
    english = book.by_tag[REFERENCE].sentences()
    for key, text in own.sentences().items():
        said, expected = (set(_DIGITS.findall(words)) for words in (text, english.get(key, "")))
        if said != expected:
            yield "same numbers", key, f"digits {_listed(said)}, English has {_listed(expected)}: {text!r}"


def _listed(digits: set[str]) -> str:
    return " ".join(sorted(digits)) or "none"


def options_differ(_: LessonBook, __: Catalogue, own: LessonLanguage) -> Iterator[Finding]:
    """No two options of a question are the same."""
    for key, lesson in own.lessons.items():
        if len(set(lesson.options)) != len(lesson.options):
            yield "options", f"{key}.options", f"two are the same: {' / '.join(lesson.options)}"


def no_drill_words(_: LessonBook, catalogue: Catalogue, own: LessonLanguage) -> Iterator[Finding]:
    """The word for a drill stands in no lesson: it marks drills alone."""
    language = catalogue.by_tag.get(own.tag)
    for key, text in own.sentences().items() if language is not None else ():
        for word in (language.drill_word, language.drill_japanese, language.drill_japanese_plain) if language else ():
            if _plain(word) in _plain(text):
                yield "drill words", key, f"{word!r} marks drills alone: {text!r}"


def _plain(text: str) -> str:
    return segments.fold_latin(text).casefold()


def lengths(book: LessonBook, catalogue: Catalogue, own: LessonLanguage) -> Iterator[Finding]:
    """An SMS has at most 3 segments and a reply 2; languages that promise GSM-7 keep it."""
    language = catalogue.by_tag.get(own.tag)
    promised = language is not None and language.plain
    for key, form, text in texts(book, catalogue, own):
        size = segments.count(text)
        budget = SMS_BUDGET if form.startswith("sms") else REPLY_BUDGET
        if size.segments > budget:
            lines = "+".join(str(segments.utf16_units(line)) for line in text.split("\n"))
            yield (
                "too long",
                f"{key} {form}",
                f"{size.segments} segments, at most {budget}; {size.units} units: {lines}",
            )
        if promised and size.encoding is not Encoding.GSM_7:
            outside = "".join(char for char in dict.fromkeys(text) if not segments.fits_gsm7(char))
            yield "GSM-7", f"{key} {form}", f"plain = true in the catalogue, but GSM-7 has no {outside!r}"


def texts(book: LessonBook, catalogue: Catalogue, own: LessonLanguage) -> Iterator[tuple[str, str, str]]:
    """Every text of a language that can be sent: lesson, form, text. Without a link, which falls out first."""
    for key, words in own.lessons.items():

        def made(form: str, text: str, key: str = key) -> tuple[str, str, str]:
            said = lesson_texts.in_sms(book, catalogue, own.tag, key, lambda _own, _words: text)
            return key, form, said

        for two_way in (True, False):
            yield made("sms" if two_way else "sms one-way", lesson_texts.sms(own, words, Way(two_way=two_way)))
        for right in range(1, len(words.options) + 1):
            for said in range(1, len(words.options) + 1):
                yield made(f"reply {said} for {right}", lesson_texts.reply(own, words, right=right, said=said))
