"""Gates on letters and digits: every language in its own script, nothing invisible, the same numbers everywhere.

Owns which letters a script has and which Latin words may stand in another; used by `gates`. Pure.
"""

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from templates_i18n import characters, segments
from templates_i18n.catalogue import Catalogue
from templates_i18n.language import Language
from templates_i18n.matrix import Sample

#: a name of Unicode begins with one of these, by ISO 15924
_LETTERS = {
    "Latn": ("LATIN ",),
    "Cyrl": ("CYRILLIC ",),
    "Deva": ("DEVANAGARI ",),
    "Beng": ("BENGALI ",),
    "Sinh": ("SINHALA ",),
    "Mymr": ("MYANMAR ",),
    "Khmr": ("KHMER ",),
    "Thai": ("THAI ",),
    "Hang": ("HANGUL ",),
    "Hans": ("CJK UNIFIED",),
    "Hant": ("CJK UNIFIED",),
    "Jpan": ("CJK UNIFIED", "HIRAGANA ", "KATAKANA"),
    "Hira": ("HIRAGANA ", "KATAKANA"),
}
#: what the old code of a country's own computers cannot write is no word of its language
_CODES = {"Hans": "gb2312", "Hant": "big5", "Hang": "euc_kr"}
#: Latin words that every language keeps: names, commands, units
_KEPT = frozenset({"JMA", "SMS", "STOP", "START", "LANG", "AREA", "Tomoshibi", "m", "L", "KUNREN"})
_LATIN_WORD = re.compile(r"[A-Za-z]+")
#: marks on letters, by tag: of languages written in Latin letters no other mark belongs to a word
_MARKS = {
    "en": "",
    "fil": "",
    "id": "",
    "es": "\u0301\u0303\u0308",
    "pt": "\u0300\u0301\u0302\u0303\u0327",
    "vi": "\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323",
}
#: letters beyond ASCII that are no letter with a mark
_LETTERS_OF = {"vi": "đĐ"}
#: of scripts that several languages share: the letters of this one
_ALPHABETS = {
    "mn": re.compile("[а-яё\u04e9\u04af]", re.IGNORECASE),
    "my": re.compile("[\u1000-\u1021\u1023-\u1027\u1029-\u1032\u1036-\u104f]"),
    "bn": re.compile("[\u0980-\u09ef]"),
}
#: a Latin letter within a Cyrillic word looks like its own
_GLUED = re.compile(r"[\u0400-\u04ff][A-Za-z]|[A-Za-z][\u0400-\u04ff]")
_TIME = re.compile(r"\d{1,2}:\d{2}")
_DIGITS = re.compile(r"\d+")
_PLACEHOLDER = re.compile(r"\{\w+\}")
_REFERENCE = "en"

Finding = tuple[str, str]


@functools.lru_cache(maxsize=4096)
def _belongs(char: str, script: str) -> bool:
    """Whether a letter or mark is of a script; all else belongs everywhere."""
    if char.isascii() or unicodedata.category(char)[0] not in "LM" or char in "\u200c\u200d":
        return True
    return unicodedata.name(char, "").startswith(_LETTERS[script]) or unicodedata.name(char, "").startswith("COMBINING")


def foreign_letters(text: str, script: str) -> str:
    """Letters of a text, each once, that are not of its script or not of the old code of its country."""
    letters = "".join(char for char in dict.fromkeys(text) if not _belongs(char, script))
    code = _CODES.get(script)
    if code is None:
        return letters
    own = (char for char in dict.fromkeys(text) if not char.isascii() and _belongs(char, script))
    return letters + "".join(char for char in own if not _in_code(char, code))


@functools.lru_cache(maxsize=8192)
def _in_code(char: str, code: str) -> bool:
    try:
        char.encode(code)
    except UnicodeEncodeError:
        return unicodedata.category(char)[0] != "L"
    return True


def strange_words(text: str, script: str, kept: frozenset[str] = frozenset()) -> list[str]:
    """Latin words in a text of another script that are no names, commands or units; `kept` allows more."""
    return [] if script == "Latn" else [word for word in _LATIN_WORD.findall(text) if word not in _KEPT | kept]


def strange_letters(text: str, tag: str) -> list[str]:
    """Letters of the language's script that its alphabet has not, and Latin ones within a Cyrillic word."""
    if tag in _MARKS:
        letters = (char for char in dict.fromkeys(text) if char.isalpha() and not char.isascii())
        return [char for char in letters if not _is_marked(char, tag)]
    alphabet = _ALPHABETS.get(tag)
    if alphabet is None:
        return []
    letters = (char for char in dict.fromkeys(text) if unicodedata.category(char)[0] in "LM" and not char.isascii())
    return [char for char in letters if not alphabet.fullmatch(char)] + _GLUED.findall(text)


def _is_marked(char: str, tag: str) -> bool:
    parted = unicodedata.normalize("NFD", char)
    return char in _LETTERS_OF.get(tag, "") or (parted[0].isascii() and {*parted[1:]} <= {*_MARKS[tag]})


def own_script(catalogue: Catalogue, _: Sequence[Sample]) -> Iterator[Finding]:
    """The words of a language are written in its own letters; Latin words are names, commands or units."""
    for tag, language in catalogue.by_tag.items():
        script = catalogue.names[tag].script
        for key, text in words(language):
            bare = _PLACEHOLDER.sub("", text)
            foreign = foreign_letters(bare, script)
            if foreign:
                yield f"{tag}.toml {key}", f"letters of another script: {foreign}"
            strange = strange_words(bare, script) + strange_letters(bare, tag)
            if strange:
                yield f"{tag}.toml {key}", f"not of this language: {' '.join(strange)}"


def same_numbers(catalogue: Catalogue, _: Sequence[Sample]) -> Iterator[Finding]:
    """Every sentence has the numbers of the English one: telephone numbers, amounts, digits to reply with."""
    english = dict(words(catalogue.by_tag[_REFERENCE]))
    for tag, language in catalogue.by_tag.items():
        for key, text in words(language):
            # the steps of the scale are written 5-lower, 5弱 or 5-; a text's numbers are compared as a whole
            if key in english and not key.startswith("own."):
                own, expected = Counter(_DIGITS.findall(text)), Counter(_DIGITS.findall(english[key]))
                if own != expected:
                    yield f"{tag}.toml {key}", f"digits {sorted(own.elements())}, English {sorted(expected.elements())}"


def same_times(_: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """Every text says the clock times of the English one: 14:32 is not 32:14, though its digits are the same."""
    english = {
        (sample.request, sample.rendered.form): Counter(_TIME.findall(sample.rendered.text))
        for sample in texts
        if sample.rendered.language == _REFERENCE
    }
    for sample in texts:
        own = Counter(_TIME.findall(sample.rendered.text))
        expected = english.get((sample.request, sample.rendered.form))
        if expected is not None and own != expected:
            where = f"{sample.rendered.language} {sample.request.key(sample.rendered.form)}"
            yield where, f"times {sorted(own.elements())}, English has {sorted(expected.elements())}"


def dates_in_order(catalogue: Catalogue, _: Sequence[Sample]) -> Iterator[Finding]:
    """A language writes day and month in one order everywhere, and always the hour before the minute."""
    for tag, language in catalogue.by_tag.items():
        lines = [(key, text) for key, text in language.lines.items() if "{day}" in text or "{minute}" in text]
        orders = {text.index("{day}") < text.index("{month}") for _, text in lines if "{day}" in text}
        if len(orders) > 1:
            yield f"{tag}.toml line", "the day stands before the month in one line and after it in another"
        for key, text in lines:
            if "{minute}" in text and "{hour}:{minute}" not in text:
                yield f"{tag}.toml line.{key}", f"expected {{hour}}:{{minute}} in {text!r}"


def nothing_invisible(catalogue: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """No text holds a direction mark, an invisible character, a look-alike or digits of another script."""
    emoji = "".join(catalogue.composition.emoji.values())
    for sample in texts:
        script = catalogue.names[sample.rendered.language.split("+")[-1]].script
        text = "".join(char for char in sample.rendered.text if char not in emoji and char != "\n")
        # Japanese stands in texts of every language: places as on signs, the line for a bystander
        for problem in characters.forbidden(text, script="Jpan" if script in ("Latn", "Hira") else script):
            yield f"{sample.rendered.language} {sample.request.key(sample.rendered.form)}", problem


def drill_words_only_in_drills(catalogue: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """The word drill stands first and last in a drill and nowhere else: so no text can say "not a drill"."""
    for sample in texts:
        lines = sample.rendered.text.split("\n")
        inner = lines[1:-1] if sample.request.is_drill else lines
        for language in catalogue.voices(sample.rendered.language)[0].languages:
            for word in (language.drill_word, language.drill_japanese, language.drill_japanese_plain):
                if any(_plain(word) in _plain(line) for line in inner):
                    yield (
                        f"{language.tag} {sample.request.key(sample.rendered.form)}",
                        f"{word!r} outside the drill lines",
                    )
    for tag, language in catalogue.by_tag.items():
        for key, text in words(language):
            if not key.startswith("pictogram.") and _plain(language.drill_word) in _plain(text):
                yield f"{tag}.toml {key}", f"{language.drill_word!r} outside the drill lines"


@functools.lru_cache(maxsize=16384)
def _plain(text: str) -> str:
    return segments.fold_latin(text).casefold()


def words(language: Language) -> Iterator[tuple[str, str]]:
    """Every sentence of a language with its dotted path; the Japanese drill words are not its own."""
    tables = {
        "line": language.lines,
        "grade": language.grades,
        "head": language.head,
        "alarm": language.alarms,
        "hazard": language.hazards,
        "act": language.acts,
        "brief": language.brief,
        "name": language.names,
        "term": language.terms,
        "phrase": language.phrases,
        "topic": language.topics,
        "service": language.service,
        "page": language.pages,
        "pictogram": language.pictograms,
        **{f"own.{kind}": own for kind, own in language.own.items()},
    }
    for table, own in tables.items():
        yield from ((f"{table}.{key}", text) for key, text in own.items())
