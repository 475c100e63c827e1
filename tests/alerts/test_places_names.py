"""Names of places: what people write, and what our texts say."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import places
from alerts.places.names import fold

TABLE = places.load()
PLACES = st.sampled_from(TABLE.all())


def found(text: str) -> list[str]:
    return [place.code for place in TABLE.by_name(text)]


@pytest.mark.parametrize(
    "text",
    [
        *("輪島市", "石川県輪島市", " 石川県　輪島市 ", "輪島", "わじまし", "いしかわけんわじまし"),
        *("ﾜｼﾞﾏｼ", "ワジマシ", "Wajima City", "WAJIMA CITY", "Ｗａｊｉｍａ", "wajima", "Wajima-shi"),
        *("Wajima, Ishikawa", "Wajima City, Ishikawa Prefecture", "Ishikawa-ken Wajima-shi"),
    ],
)
def test_ways_to_write_wajima(text: str) -> None:
    assert found(text) == ["17204"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("横浜市鶴見区", ["14101"]),
        ("神奈川県横浜市鶴見区", ["14101"]),
        ("鶴見区", ["14101", "27124"]),
        ("大阪府鶴見区", ["27124"]),
        ("よこはましつるみく", ["14101"]),
        ("Tsurumi Ward, Yokohama City", ["14101"]),
        ("Tsurumi-ku, Yokohama-shi, Kanagawa-ken", ["14101"]),
        ("Yokohama Tsurumi", ["14101"]),
        ("府中市", ["13206", "34208"]),
        ("東京都府中市", ["13206"]),
        ("Fuchu City, Hiroshima", ["34208"]),
        ("Fuchu Town", ["34302"]),
        ("Ōsaka-shi", ["27100"]),
        ("茅ヶ崎市", ["14207"]),
        ("茅ケ崎市", ["14207"]),
        ("北海道虻田郡倶知安町", ["01400"]),
        ("虻田郡倶知安町", ["01400"]),
        ("郡山市", ["07203"]),
        ("大和郡山市", ["29203"]),
        ("愛知県蒲郡市", ["23214"]),
        ("Chuo City", ["13102", "19214"]),
        ("福島", ["01332", "07201", "27103"]),
        ("葛󠄀城市", ["29211"]),
        ("Shiroishi", ["01104", "04206", "12232", "41425"]),
        ("しろいし", ["01104", "04206", "12232", "41425"]),
        ("Shiroi City", ["12232"]),
        ("白石市", ["04206"]),
    ],
)
def test_candidates(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize("text", ["", " ", "東京都", "Tokyo", "どこか市", "石川県", "17204", "郡"])
def test_what_is_no_municipality_has_no_candidates(text: str) -> None:
    assert found(text) == []


@given(PLACES, st.sampled_from(["ja", "kana", "en", "romaji"]))
def test_every_name_finds_its_place(place: places.Place, kind: str) -> None:
    name = getattr(place.names, kind)
    assert place.code in found(name)
    assert place.code in found(unicodedata.normalize("NFD", name.upper()))


@given(PLACES)
def test_a_prefecture_before_a_name_keeps_only_its_places(place: places.Place) -> None:
    prefecture = TABLE.prefecture_name(place.prefecture, "ja")
    candidates = TABLE.by_name(f"{prefecture}{place.names.ja}")
    assert place in candidates
    assert {candidate.prefecture for candidate in candidates} == {place.prefecture}


def test_kanji_with_prefecture_is_one_place_except_for_true_namesakes() -> None:
    double = set()
    for place in TABLE.all():
        name = f"{TABLE.prefecture_name(place.prefecture, 'ja')}{place.names.ja}"
        if len(TABLE.by_name(name)) != 1:
            double.add(name)
    assert double == set()


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    candidates = [place.code for place in TABLE.by_name(text)]
    assert candidates == sorted(set(candidates))


@given(st.text(alphabet="ヶケゖカガがアーんＡａŌō　 -わじま輪島"))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_romaji_drops_the_class_word_only_where_nothing_else_can_be_read() -> None:
    expected = {
        "17204": "Wajima",
        "14101": "Tsurumi, Yokohama",
        "11224": "Toda City",
        "07201": "Fukushima City",
        "34208": "Fuchu City",
        "34302": "Fuchu Town",
        "13206": "Fuchu",
        "13102": "Chuo City",
        "27103": "Fukushima Ward, Osaka",
        "28102": "Nada Ward, Kobe",
    }
    romaji = {code: TABLE.place(code).names.romaji for code in expected}
    assert romaji == expected


@given(PLACES)
def test_names_keep_to_their_alphabet(place: places.Place) -> None:
    assert re.fullmatch(r"[A-Za-z][A-Za-z ,'-]+", place.names.romaji)
    assert re.fullmatch(r"[A-Za-z][A-Za-z ,'-]+", place.names.en)
    assert re.fullmatch(r"[ぁ-ゖー]+", place.names.kana)
    assert len(place.names.romaji) <= len(place.names.en)
