"""The words of /join and /me: every language says the same, in its own script."""

import re

import pytest

from templates_i18n import catalogue, characters
from web.joining import words

ENGLISH = words.load()["en"].table
TAGS = tuple(catalogue.load().names)
#: letters that a language must be written in; the others are Latin
SCRIPTS = {
    "ja-Hira": r"[\u3041-\u3096\u30a1-\u30fa]",
    "ja": r"[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]",
    "zh-Hans": r"[\u4e00-\u9fff]",
    "zh-Hant": r"[\u4e00-\u9fff]",
    "ko": r"[\uac00-\ud7a3]",
    "ne": r"[\u0900-\u097f]",
    "my": r"[\u1000-\u109f]",
    "th": r"[\u0e00-\u0e7f]",
    "km": r"[\u1780-\u17ff]",
    "mn": r"[\u0400-\u04ff]",
    "si": r"[\u0d80-\u0dff]",
    "bn": r"[\u0980-\u09ff]",
}
#: names and abbreviations that stand as they are everywhere
LATIN = re.compile(r"Twilio|SMS|STOP|START|JSON|OK|Kanazawa|\{\w+\}")


def test_every_language_of_the_service_has_a_table() -> None:
    assert set(words.load()) == set(TAGS)


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_has_every_key_gap_number_and_name(tag: str) -> None:
    table = words.load()[tag].table
    assert table.keys() == ENGLISH.keys()
    for key, text in table.items():
        english = ENGLISH[key]
        assert text.strip() == text != "", key
        for part in (r"\{\w+\}", r"[0-9]+"):
            assert sorted(re.findall(part, text)) == sorted(re.findall(part, english)), key
        for name in ("Twilio", "STOP", "START", "JSON"):
            assert (name in text) == (name in english), key


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_is_written_in_its_own_script(tag: str) -> None:
    for key, text in words.load()[tag].table.items():
        bare = LATIN.sub("", text)
        if tag in SCRIPTS:
            assert key == "code_button" or re.search(SCRIPTS[tag], bare), (key, text)
            assert not re.search(r"[A-Za-z]", bare), (key, text)
        else:
            assert not any(re.search(script, bare) for script in SCRIPTS.values()), (key, text)


def test_easy_japanese_has_no_kanji() -> None:
    table = words.load()["ja-Hira"].table
    assert not [char for text in table.values() for char in text if characters.is_kanji(char)]


def test_the_page_of_the_provider_is_named_by_its_own_address() -> None:
    assert words.PROVIDER_PAGE.startswith("https://www.twilio.com/")
