"""What somebody answered to a question with digits: which option, or none. Pure.

Refuses to guess. An answer is the digit in any script ("2", "２", "၂", "(2)", "2."), the words of the option, or both,
with nothing around but words such as "answer" or "please". "2 people are hurt" is no answer.
"""

import functools
import tomllib
import unicodedata
from collections.abc import Sequence
from importlib import resources

from subscribers import keywords

#: of a reply that can be an answer
_LONGEST = 80
#: digits that are letters: they count where nothing else is left
_CHINESE = {"一": "1", "二": "2", "三": "3"}


def option(text: str, options: Sequence[str]) -> int | None:
    """The digit of the option that a text means, from 1; None where it means none or could mean two."""
    if len(text) > _LONGEST:
        return None
    said = _folded(text)
    meanings = {
        digit
        for left in keywords.without_fillers(said, _fillers())
        for bare in (_CHINESE.get(left, left),)
        for digit, words in enumerate(options, 1)
        if bare in _forms(digit, words, options)
    }
    return meanings.pop() if len(meanings) == 1 else None


def _folded(text: str) -> str:
    """Letters and digits alone, as far as typing varies; digits of every script as ASCII."""
    return "".join(_digit(char) for char in keywords.fold(text))


def _digit(char: str) -> str:
    value = unicodedata.digit(char, None)
    return char if value is None else str(value)


def _forms(digit: int, words: str, options: Sequence[str]) -> frozenset[str]:
    """How an option can be named. Words that are themselves the digit of another option name nothing."""
    own = _folded(words)
    digits = {str(number) for number in range(1, len(options) + 1)} - {str(digit)}
    alone = {str(digit), *(() if own in digits else (own,))}
    return frozenset(alone | {f"{digit}{own}", f"{own}{digit}"})


@functools.cache
def _fillers() -> tuple[str, ...]:
    """Words around an answer, the longest first: a short one may be the beginning of a longer one."""
    text = resources.files("campaigns.lessons").joinpath("fillers.toml").read_text(encoding="utf-8")
    words = {word for table in tomllib.loads(text).values() for word in table}
    return tuple(sorted(filter(None, map(_folded, words)), key=len, reverse=True))
