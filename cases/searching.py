"""The index of cases: one way to cut Japanese and English into words, for texts and for what people look for. Pure.

Japanese has no spaces, so it is cut into pairs of characters (2-grams): 避難所 is "避難 難所 所". A phrase is found
where its pairs stand one after the other, a word of other writing where one begins like it. Both engines compare the
same text with LIKE, so both find the same.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from alerts.places import PlaceTable
from alerts.places.names import KATAKANA_TO_HIRAGANA
from cases.case import Content, Section

#: characters of a search that are looked at
LONGEST: Final = 100
_MOST_TERMS: Final = 8
_UNSPACED: Final = (
    "\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Japanese, Chinese
    "\U00020000-\U0003ffff"
    "\u0e00-\u0e7f\u1000-\u109f\u1780-\u17ff"  # Thai, Burmese, Khmer
)
_RUN: Final = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Words for what a case carries as a code, in English and Japanese; they are found too."""

    places: PlaceTable
    hazards: Mapping[str, tuple[str, ...]]
    stages: Mapping[str, tuple[str, ...]]
    languages: Mapping[str, tuple[str, ...]]


def index(text: str) -> str:
    """A text as it is looked through: its tokens with a space around each."""
    return f" {' '.join(token for run in _runs(text) for token in _tokens(run))} "


def patterns(asked: str) -> tuple[str, ...]:
    """LIKE patterns, all of which an index must fit; none for a search without a word."""
    runs = list(dict.fromkeys(_runs(asked[:LONGEST])))
    return tuple(_pattern(run) for run in runs[:_MOST_TERMS])


def whole(content: Content, labels: Labels) -> str:
    """The index of a case: what people wrote, and the words for its codes."""
    return index("\n".join([*(content.text(section) for section in Section), *_named(content, labels)]))


def _named(content: Content, labels: Labels) -> Iterator[str]:
    yield from labels.hazards.get(content.hazard, ())
    for stage in content.stages:
        yield from labels.stages.get(stage, ())
    for tag in content.languages:
        yield from labels.languages.get(tag, ())
    for code in content.places:
        if (place := labels.places.place(code)) is not None:
            yield from (place.names.ja, place.names.kana, place.names.romaji)


def _runs(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _RUN.findall(_without_marks(folded).translate(KATAKANA_TO_HIRAGANA))


def _without_marks(text: str) -> str:
    """São as sao; marks of kana and of other writings belong to their letters and stay."""
    kept: list[str] = []
    for char in unicodedata.normalize("NFD", text):
        if unicodedata.category(char) == "Mn" and kept and "a" <= kept[-1] <= "z":
            continue
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)).replace("đ", "d")


def _is_unspaced(run: str) -> bool:
    return re.match(f"[{_UNSPACED}]", run) is not None


def _tokens(run: str) -> Iterator[str]:
    if not _is_unspaced(run):
        yield run
        return
    for first, second in zip(run, run[1:], strict=False):
        yield first + second
    yield run[-1]


def _pattern(run: str) -> str:
    """The last character alone is left out: the text may go on where the search ends."""
    if not _is_unspaced(run) or len(run) == 1:
        return f"% {run}%"
    return f"% {' '.join(first + second for first, second in zip(run, run[1:], strict=False))} %"
