"""Easy Japanese is easy: every sentence, by a morphological analyser."""

import re

import pytest

from templates_i18n import spelling
from templates_i18n.catalogue import Catalogue
from tests.templates_i18n import easy_japanese

#: tables of whole sentences; heads are shouted, names are official
_POLITE_TABLES = frozenset({"line", "phrase", "topic", "service", "page"})


def _sentences(words: Catalogue) -> list[tuple[str, str]]:
    easy = words.by_tag["ja-Hira"]
    return [(key, re.sub(r"\{\w+\}", "5", text)) for key, text in spelling.words(easy)]


def test_every_sentence_is_easy(words: Catalogue) -> None:
    found = [f"{key}: {problem}" for key, text in _sentences(words) for problem in easy_japanese.problems(text)]
    assert found == []


def test_every_sentence_ends_politely(words: Catalogue) -> None:
    found = [
        f"{key}: {problem}"
        for key, text in _sentences(words)
        if key.split(".")[0] in _POLITE_TABLES and key != "line.name"
        for problem in easy_japanese.ending_problems(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("きょうは かわの みずが とても おおいですから みんなで はやく たかい ところへ にげて ください。", "morae"),
        ("かわのちかくからはやくにげて ください。", "no space in"),
        ("いえから でないと いけない ことは ないです。", "double negative"),
        ("みちが みずに ながされます。", "passive"),
        ("シェルターへ いって ください。", "loan word: シェルター"),
        ("つなみの おそれが あります。", "vague or honorific: おそれ"),
        ("ひなん かんこくが でました。", "out of use: ひなん かんこく"),
    ],
)
def test_a_fault_is_seen(text: str, expected: str) -> None:
    assert any(expected in problem for problem in easy_japanese.problems(text))


@pytest.mark.parametrize("text", ["すぐ にげろ。", "かわに いくな。", "みずを のむ。", "たかい ところへ。"])
def test_an_impolite_end_is_seen(text: str) -> None:
    assert list(easy_japanese.ending_problems(text)) != []


def test_a_reading_in_brackets_is_no_sentence_of_its_own() -> None:
    assert list(easy_japanese.sentences("ていでん（でんきが とまること）です。")) == ["ていでんです"]
