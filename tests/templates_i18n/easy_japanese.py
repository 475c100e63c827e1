"""What Easy Japanese may be, checked with a morphological analyser (Sudachi).

Rules of the guidelines for やさしい日本語 (Immigration Services Agency, Agency for Cultural Affairs, 2020): kana
or a reading, short sentences of one fact, spaces between phrases, です・ます・てください, no double negative,
no passive, no vague or honorific words, few loan words, no names that are out of use.
"""

import functools
import re
import unicodedata
from collections.abc import Iterator

from sudachipy import Dictionary, Morpheme, SplitMode

#: morae of one sentence, and letters without a space
LONGEST_SENTENCE = 36
LONGEST_RUN = 12

_SENTENCE = re.compile(r"[。！？\n：]")
_GLOSS = re.compile(r"（[^）]*）")
_SMALL = frozenset("ゃゅょャュョぁぃぅぇぉァィゥェォ")
_POLITE = frozenset({"です", "ます", "くださる"})
_NEGATIVE = frozenset({"ない", "ぬ"})
_PASSIVE = frozenset({"れる", "られる"})
#: stems whose られる here means "can": でられない, cannot leave
_CAN = frozenset({"で"})
_VAGUE = ("おそれ", "かのうせい", "みこみ", "とうぶん", "しかるべき", "いたします", "いらっしゃ")
#: words that foreigners meet every day, and those of signs and telegrams
_LOAN_WORDS = frozenset(
    "レベル メートル エレベーター エンジン ガス エアコン カード ボトル リットル バス ラジオ テレビ".split()
    + "トイレ トラフ アラート".split()
)
_RETIRED = ("ひなん かんこく", "ひなん じゅんび", "こうずい けいほう", "けいかい じょうほう", "ひなんかんこく")


@functools.cache
def _analyser() -> Dictionary:
    return Dictionary(dict="core")


def morphemes(sentence: str) -> list[Morpheme]:
    """The words of a sentence without spaces and marks."""
    found = _analyser().create(mode=SplitMode.C).tokenize(sentence)
    return [word for word in found if word.part_of_speech()[0] not in ("空白", "補助記号")]


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text without readings and explanations in brackets."""
    for sentence in _SENTENCE.split(_GLOSS.sub("", text)):
        if sentence.strip():
            yield sentence.strip()


def morae(sentence: str) -> int:
    """Beats of a sentence: each kana but the small ones; digits count as written."""
    return sum(
        1
        for char in sentence
        if char.isdigit() or (unicodedata.name(char, "").startswith(("HIRAGANA", "KATAKANA")) and char not in _SMALL)
    )


def problems(text: str) -> Iterator[str]:
    """What is not easy in any text: length, spaces, words."""
    for sentence in sentences(text):
        if morae(sentence) > LONGEST_SENTENCE:
            yield f"{morae(sentence)} morae: {sentence}"
        for run in re.split(r"[\s、・「」（）/=]+", sentence):
            if len(run) > LONGEST_RUN:
                yield f"no space in {len(run)} letters: {run}"
        yield from _word_problems(sentence)
    yield from (f"out of use: {name}" for name in _RETIRED if name in text)
    yield from (f"vague or honorific: {word}" for word in _VAGUE if word in text)


def _word_problems(sentence: str) -> Iterator[str]:
    words = morphemes(sentence)
    negatives = [i for i, word in enumerate(words) if word.dictionary_form() in _NEGATIVE and _is_negation(word)]
    for first, second in zip(negatives, negatives[1:], strict=False):
        if second - first <= 3:
            yield f"double negative: {sentence}"
    for before, word in zip(words, words[1:], strict=False):
        if word.dictionary_form() in _PASSIVE and word.part_of_speech()[0] == "助動詞":
            if before.surface() not in _CAN:
                yield f"passive: {sentence}"
    for word in words:
        surface = word.surface()
        if (
            len(surface) > 1
            and all("KATAKANA" in unicodedata.name(c, "") for c in surface)
            and surface not in _LOAN_WORDS
        ):
            yield f"loan word: {surface}"


def _is_negation(word: Morpheme) -> bool:
    return word.part_of_speech()[0] in ("助動詞", "形容詞")


def ending_problems(text: str) -> Iterator[str]:
    """Sentences with a full stop that do not end in です, ます or てください.

    "WORD = meaning" and numbers are no sentences.
    """
    for whole in re.findall(r"[^。！？\n]+。", _GLOSS.sub("", text)):
        last = re.split(r"[：、]", whole.rstrip("。"))[-1]
        words = morphemes(last)
        if not words or "=" in last or not re.search(r"[ぁ-んァ-ン]", last):
            continue
        if not _POLITE & {word.dictionary_form() for word in words[-4:]}:
            yield f"does not end politely: {whole}"
