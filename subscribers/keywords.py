"""What a text from a phone asks for: STOP, START, HELP, LANG, AREA, JOIN, a digit, or something else. Pure.

Owns the folding of what was typed; the words themselves stand in `data/keywords.toml`. Refuses to guess: a text
that merely holds a command among other words is no command, for a STOP by mistake would cost somebody the warnings.
"""

import functools
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Final

from alerts.places.names import KATAKANA_TO_HIRAGANA

#: "네?" asks what was said
_ASKING: Final = ("?", "？", "؟", "՞")
#: whose words for yes count whatever the question's language is
_ALWAYS_YES: Final = ("en", "ja", "ja-Hira")
#: longer arguments are sentences, not names
_MOST_WORDS: Final = 5
#: nobody types a command behind this many characters
_LONGEST: Final = 160
#: these have no decomposition
_BARE: Final = {ord("đ"): "d", ord("ı"): "i"}


class Command(StrEnum):
    """What can be asked for by SMS."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    LANG = "lang"
    AREA = "area"
    JOIN = "join"
    DIGIT = "digit"  #: the answer to a question; `argument` is one ASCII digit, or several
    OTHER = "other"


#: commands that something may follow
_WITH_ARGUMENT: Final = (Command.LANG, Command.AREA, Command.JOIN)
_WORDS: Final = (Command.STOP, Command.START, Command.HELP, Command.LANG, Command.AREA, Command.JOIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One text as it was understood."""

    command: Command
    #: what followed the command, as it was typed apart from width; digits as ASCII
    argument: str = ""


_OTHER: Final = Said(command=Command.OTHER)


def understand(text: str) -> Said:
    """What a text asks for; never fails, whatever it holds."""
    plain = unicodedata.normalize("NFKC", text).strip()
    folded, starts = _folded(plain)
    if not folded or len(folded) > _LONGEST:
        return _OTHER
    words = _words()
    for candidate in without_fillers(folded, words.fillers):
        if command := words.commands.get(candidate):
            return Said(command=command)
        if digits := _digits(plain, candidate):
            return digits
    return _with_argument(plain, folded, starts, words.commands)


def table() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The data file: command -> language -> words, as written there."""
    whole = _file()
    return {command: {tag: tuple(found) for tag, found in whole[command].items()} for command in _WORDS}


def leading_digit(text: str) -> str:
    """The digit of any script that a text begins with, as ASCII; "" for none, or for a longer number."""
    folded = fold(text)
    values = [unicodedata.digit(char, None) for char in folded[:2]]
    return str(values[0]) if values and values[0] is not None and values[1:] in ([], [None]) else ""


def agrees(text: str, language: str) -> bool:
    """Whether a text says yes to a question in this language: in it, in English or in Japanese.

    In no other: the Indonesian "ya" is Spanish for "enough". Ask only where a question stands.
    """
    folded, known = fold(text), _yes(language)
    if text.rstrip().endswith(_ASKING):
        return False
    return any(one in known for one in without_fillers(folded, _words().fillers)) if folded else False


def language_of_join(text: str) -> str:
    """The language whose word for joining a text begins with, the longest one; English where none does."""
    folded = fold(text)
    found = [
        (len(form), tag)
        for tag, written in table()[Command.JOIN].items()
        for word in written
        for form in _forms(word)
        if folded.startswith(form)
    ]
    return max(found, default=(0, "en"))[1]


def fold(text: str) -> str:
    """A text without what typing varies: width, case, spaces, signs, emoji, katakana."""
    return _folded(unicodedata.normalize("NFKC", text))[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    commands: Mapping[str, Command]
    fillers: tuple[str, ...]


@functools.cache
def _file() -> Mapping[str, Mapping[str, list[str]]]:
    text = resources.files("subscribers").joinpath("data").joinpath("keywords.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@functools.cache
def _words() -> _Words:
    commands = {
        form: Command(command)
        for command, languages in table().items()
        for written in languages.values()
        for word in written
        for form in _forms(word)
    }
    return _Words(commands=commands, fillers=tuple(map(fold, _file()["filler"]["words"])))


@functools.cache
def _yes(language: str) -> frozenset[str]:
    written = _file()["yes"]
    tags = {language, *_ALWAYS_YES} & written.keys()
    return frozenset(form for tag in tags for word in written[tag] for form in _forms(word))


def _forms(word: str) -> Iterator[str]:
    """The word, and where it is Latin also without accents: whoever types none must be understood.

    The other way round nothing is stripped: in Vietnamese "dừng" means stop and "đúng" means right.
    """
    folded = fold(word)
    yield folded
    apart = unicodedata.normalize("NFD", folded)
    bare = "".join(char for char in apart if unicodedata.category(char) != "Mn").translate(_BARE)
    if bare.isascii():
        yield bare


def _folded(plain: str) -> tuple[str, list[int]]:
    """The folded text, and where each of its characters stood."""
    kept: list[str] = []
    starts: list[int] = []
    for index, char in enumerate(plain):
        if unicodedata.category(char)[0] in "LMN" and not _is_selector(char):
            for piece in char.casefold().translate(KATAKANA_TO_HIRAGANA):
                kept.append(piece)
                starts.append(index)
    return "".join(kept), starts


def _is_selector(char: str) -> bool:
    """Emoji bring invisible marks with them: variation selectors and the frame of a key cap."""
    return "\ufe00" <= char <= "\ufe0f" or char == "\u20e3"


def _digits(plain: str, folded: str) -> Said | None:
    """Digits alone, in any script: an answer, or a postal code."""
    values = [unicodedata.digit(char, None) for char in folded]
    if None in values:
        return None
    ascii_digits = "".join(str(value) for value in values)
    if len(ascii_digits) == 7:
        return Said(command=Command.AREA, argument=ascii_digits)
    return Said(command=Command.DIGIT, argument=ascii_digits) if len(plain) < _LONGEST else None


def without_fillers(folded: str, fillers: tuple[str, ...]) -> Iterator[str]:
    """The text, and the text without polite words before or behind it."""
    yield folded
    short = folded
    while short:
        shorter = next(
            (
                rest
                for word in fillers
                for rest in (short.removesuffix(word), short.removeprefix(word))
                if rest != short
            ),
            "",
        )
        if shorter:
            yield shorter
        short = shorter


def _with_argument(plain: str, folded: str, starts: list[int], commands: Mapping[str, Command]) -> Said:
    """LANG or AREA with what follows; the longest word that fits counts."""
    for length in range(len(folded) - 1, 1, -1):
        command = commands.get(folded[:length])
        if command not in _WITH_ARGUMENT:
            continue
        # a Latin word has to end there: "Arealva" is no command; so has a word for joining: 登録解除 ends it
        apart = starts[length] > starts[length - 1] + 1 or folded[length].isdigit()
        if not apart and (folded[length - 1].isascii() or command is Command.JOIN):
            continue
        argument = plain[starts[length] :].strip()
        return Said(command=command, argument=argument) if len(argument.split()) <= _MOST_WORDS else _OTHER
    return _OTHER
