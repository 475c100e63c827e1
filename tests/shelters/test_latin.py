"""Names in Latin letters: nothing is invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelters import latin

_KANA = "".join(latin._ROWS.values()) + "やゆよわをん"


@pytest.mark.parametrize(
    ("japanese", "kana", "expected"),
    [
        ("輪島小学校", "ワジマショウガッコウ", "Wajima Elementary School"),
        ("輪島小学校", "ﾜｼﾞﾏｼｮｳｶﾞｯｺｳ", "Wajima Elementary School"),
        ("輪島中学校体育館", "ワジマチュウガッコウ タイイクカン", "Wajima Junior High School Gym"),
        ("門前コミュニティセンター", "モンゼンコミュニティセンター", "Monzen Community Center"),
        ("新一公園", "シンイチコウエン", "Shin'ichi Park"),
        ("抹茶の丘", "マッチャノオカ", "Matchanooka"),
        ("井上", "イノウエ", "Inoue"),
        ("第１公園", "ダイ１コウエン", "Dai1 Park"),
        ("ふれあいプラザ", "フレアイプラザ", "Fureaipuraza"),
        ("ファミリーパーク", "ファミリーパーク", "Famiripaku"),
        # the name does not end in what the reading sounds like
        ("好演", "コウエン", "Kouen"),
        ("小学校", "ショウガッコウ", "Elementary School"),
    ],
)
def test_a_reading_becomes_letters(japanese: str, kana: str, expected: str) -> None:
    assert latin.name(japanese, kana, "") == expected


@pytest.mark.parametrize("kana", ["", "輪島ショウ", "ワジマ★", "ッ", "Ваджима"])
def test_without_a_safe_reading_there_is_no_latin_name(kana: str) -> None:
    assert latin.name("輪島", kana, "") == ""


def test_the_name_the_municipality_gives_goes_first() -> None:
    assert latin.name("輪島小学校", "ワジマショウガッコウ", "Wajima Primary School") == "Wajima Primary School"
    assert latin.name("輪島", "ワジマ", "Wajima Shōgakkō") == "Wajima Shogakko"
    assert latin.name("輪島", "ワジマ", "輪島") == "Wajima"
    assert latin.name("輪島", "ワジマ", "Ваджима") == "Wajima"
    assert latin.name("輪島", "ワジマ", "123") == "Wajima"


@given(st.text(alphabet=_KANA, min_size=1, max_size=12))
def test_every_kana_has_letters_that_gsm_7_knows(kana: str) -> None:
    letters = latin.hepburn(kana)
    assert letters
    assert letters.isascii()


@given(st.text(alphabet=_KANA, min_size=1, max_size=8), st.text(alphabet=_KANA, min_size=1, max_size=8))
def test_letters_of_two_words_are_those_of_each(first: str, second: str) -> None:
    apart = f"{latin.hepburn(first)}{latin.hepburn(second)}"
    together = latin.hepburn(first + second)
    assert together is not None
    assert together.replace("'", "") == apart.replace("'", "")


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_whatever_stands_in_the_cells_the_name_is_short_ascii_or_nothing(name: str, kana: str, english: str) -> None:
    made = latin.name(name, kana, english)
    assert made.isascii()
    assert made.isprintable()
