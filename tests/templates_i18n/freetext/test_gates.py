"""Drafts that lie are caught in every language, hostile text goes nowhere, and true translations are not stopped."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import places
from subscribers.languages import TAGS
from templates_i18n import catalogue
from templates_i18n.freetext import commands, gates
from templates_i18n.freetext.gates import Pair, Tables, Weight

_OTHERS = [tag for tag in TAGS if tag not in ("ja", "en")]
_TABLES = Tables(catalogue=catalogue.load(), places=places.load())


def _found(source: str, source_language: str, text: str, language: str) -> dict[str, Weight]:
    pair = Pair(source=source, source_language=source_language, text=text, language=language)
    return {one.key: one.weight for one in gates.compare(pair, _TABLES)}


def _words(tag: str, table: str, key: str) -> str:
    found: str = getattr(_TABLES.catalogue.by_tag[tag], table)[key]
    return found


#: source, its language, a draft, its language, what has to be noticed
LIES = [
    ("断水は3日まで。", "ja", "No water until 8 March.", "en", "numbers"),
    ("震度5弱の地震がありました。", "ja", "An earthquake of intensity 6 lower.", "en", "numbers"),
    ("給水は17時まで。", "ja", "Water is given out.", "en", "numbers"),
    ("Water until 5 p.m.", "en", "5時から15時まで水があります。", "ja", "numbers"),
    ("詳しくは https://city.example.jp/water", "ja", "For more, see the page of the city.", "en", "links"),
    ("詳しくは https://city.example.jp/a_b", "ja", "More: https://city.example.jp/a b", "en", "links"),
    ("詳しくは市のページへ", "ja", "More: https://evil.example.com", "en", "links"),
    ("この水は飲まないでください。", "ja", "Please drink this water.", "en", "negation_lost"),
    ("この水は飲めません。", "ja", "Beba esta água.", "pt", "negation_lost"),
    ("Do not drink the water.", "en", "この水を飲んでください。", "ja", "negation_lost"),
    ("Do not drink the water.", "en", "请喝这水。", "zh-Hans", "negation_lost"),
    ("You may drink the water.", "en", "No beba el agua.", "es", "negation_new"),
    ("川に近づかないでください。", "ja", "Go near the river.", "en", "swapped"),
    ("川から離れてください。", "ja", "Head towards the river.", "en", "swapped"),
    ("Stay away from the sea.", "en", "海に近づいてください。", "ja", "swapped"),
    ("Go upstairs.", "en", "Xuống tầng dưới.", "vi", "swapped"),
    ("Go to high ground.", "en", "低い所へ行ってください。", "ja", "swapped"),
    ("Stay inside.", "en", "Saia para fora.", "pt", "swapped"),
    ("洪水警報は解除されました。", "ja", "A flood warning was issued.", "en", "swapped"),
    ("A warning was issued.", "en", "警報は解除されました。", "ja", "swapped"),
    ("避難所は閉鎖しました。", "ja", "The shelter is open.", "en", "swapped"),
    ("The shelter is open.", "en", "쉼터가 닫혔습니다.", "ko", "swapped"),
    ("輪島市で断水しています。", "ja", "There is no water in Suzu City.", "en", "place"),
    ("輪島市で断水しています。", "ja", "There is no water in Suzu City.", "en", "place_new"),
    ("Water in Wajima City.", "en", "珠洲市の水です。", "ja", "place"),
    ("津波の心配はありません。", "ja", "There is no danger of a typhoon.", "en", "term"),
    ("川に近づかないでください。", "ja", "Do not go near the sea.", "en", "thing"),
    ("水道が止まりました。", "ja", "The electricity has stopped.", "en", "thing"),
    ("今日の午後です。", "ja", "It is tomorrow afternoon.", "en", "thing"),
    ("午後3時に来てください。", "ja", "Come at 3 a.m.", "en", "thing"),
    ("避難所は学校です。", "ja", "避難所は学校です。", "en", "untranslated"),
    ("水があります。", "ja", "The water. The water. The water. The water.", "en", "runaway"),
    ("この水は飲まないで。3時からです。", "ja", "No beba el agua. No beba el agua. Es a las 3 p.m.", "es", "runaway"),
    ("ごみを集めません。", "ja", "Lệnh sơ tán. Không thu gom rác.", "vi", "level"),
    ("No garbage is collected.", "en", "쓰나미가 아니라 피난 지시입니다.", "ko", "level"),
    ("水があります。", "ja", "", "en", "empty"),
    ("水があります。", "ja", "There is water and " + "so on and on, " * 13, "en", "runaway"),
    ("水があります。", "ja", "a" * 201, "en", "too_long"),
]


@pytest.mark.parametrize(("source", "source_language", "text", "language", "key"), LIES)
def test_a_lie_is_caught(source: str, source_language: str, text: str, language: str, key: str) -> None:
    assert key in _found(source, source_language, text, language)


@pytest.mark.parametrize("tag", TAGS)
def test_a_lost_prohibition_is_caught_in_every_language(tag: str) -> None:
    if tag != "en":
        draft = _words(tag, "pictograms", "drink_water")
        assert "negation_lost" in _found("Do not drink the water.", "en", draft, tag)
        draft = _words(tag, "phrases", "no_lift")
        assert "negation_new" in _found("You can use the lift.", "en", draft, tag)


@pytest.mark.parametrize("tag", TAGS)
def test_closed_for_open_and_away_for_towards_are_caught_in_every_language(tag: str) -> None:
    if tag != "en":
        closed, opened = _words(tag, "topics", "school_closed"), _words(tag, "topics", "shelter_open")
        assert "swapped" in _found("The school is open.", "en", closed, tag)
        assert "swapped" in _found("The shelter is closed.", "en", opened, tag)
        away = _words(tag, "pictograms", "away_from_river")
        assert {"swapped", "negation_new"} & _found("Go to the river.", "en", away, tag).keys()


def _true_pairs() -> Iterator[tuple[str, str, str, str]]:
    for source, tag in product(("en", "ja"), TAGS):
        if tag == source:
            continue
        for table in ("phrases", "topics"):
            for key, text in getattr(_TABLES.catalogue.by_tag[source], table).items():
                yield source, text, tag, _words(tag, table, key)


def test_true_translations_are_never_stopped_and_seldom_asked_about() -> None:
    """Reviewed sentences, freely worded: a signer who is asked at every second one would stop reading."""
    asked = total = 0
    for source_language, source, tag, text in _true_pairs():
        found = _found(source, source_language, text, tag)
        stopping = {key for key, weight in found.items() if weight is Weight.STOPS}
        assert not stopping, (source, tag, text, stopping)
        asked += bool(found)
        total += 1
    assert total > 1000
    assert asked / total < 0.2, f"{asked} of {total}"


@pytest.mark.parametrize(
    "text",
    [
        "水\u0000です",
        "水\u0007です",
        "\u202e水です",
        "water\u200bbottle",
        "water\u2066x\u2069",
        "wаter",
        "ＷＡＴＥＲ",
        "𝐰ater",
        "water 🌊",
        "e\u0301tage",
        "{place} water",
        "{{ 7*7 }}",
        "<script>alert(1)</script>",
        "[link](x)",
        '=HYPERLINK("x")',
        "+cmd",
        "@SUM(A1)",
        "-cmd|x",
        "water\u00a0bottle",
        "wa\u00adter",
        "\ue000",
        "\ud83c",
        "a" * 10_000,
        "あ" * 10_000,
        "1" * 10_000,
        ("ab " * 4000),
        "https://" + "a" * 10_000,
    ],
)
@pytest.mark.parametrize("tag", ["en", "vi", "ja", "mn", "my"])
def test_hostile_text_is_stopped_in_every_script(text: str, tag: str) -> None:
    assert gates.stops(gates.alone(text, tag, _TABLES))
    assert gates.stops(gates.compare(Pair(source="水です。", source_language="ja", text=text, language=tag), _TABLES))


@given(text=st.text(max_size=400), tag=st.sampled_from(TAGS), source=st.text(max_size=100))
def test_any_text_gets_an_answer(text: str, tag: str, source: str) -> None:
    gates.compare(Pair(source=source, source_language="ja", text=text, language=tag), _TABLES)


@given(
    tag=st.sampled_from(_OTHERS),
    right=st.integers(1, 99_999),
    wrong=st.integers(1, 99_999),
    key=st.sampled_from(["waste"]),
)
def test_a_wrong_number_is_stopped_in_every_language(tag: str, right: int, wrong: int, key: str) -> None:
    source = f"{_words('en', 'topics', key)} Tel {right}."
    found = _found(source, "en", f"{_words(tag, 'topics', key)} Tel {wrong}.", tag)
    assert (found.get("numbers") is Weight.STOPS) is (right != wrong)


@given(tag=st.sampled_from(_OTHERS), path=st.from_regex(r"[a-z0-9_-]{1,12}", fullmatch=True), lost=st.booleans())
def test_a_link_stays_as_it_is_or_is_stopped(tag: str, path: str, lost: bool) -> None:
    link = f"https://city.example.jp/{path}"
    draft = _words(tag, "topics", "waste") + ("" if lost else f" {link}")
    found = _found(f"Waste collection has changed. {link}", "en", draft, tag)
    assert (found.get("links") is Weight.STOPS) is lost


_CITIES = [place for place in _TABLES.places.all() if place.parent is None]


@given(tag=st.sampled_from(_OTHERS), right=st.sampled_from(_CITIES), wrong=st.sampled_from(_CITIES))
def test_a_changed_place_is_asked_about(tag: str, right: places.Place, wrong: places.Place) -> None:
    draft = f"{_words(tag, 'topics', 'waste')} {wrong.names.romaji}"
    found = _found(f"{right.names.ja}のごみ収集が変わりました。", "ja", draft, tag)
    same = right.names.romaji.split(" ")[0] in wrong.names.romaji.split(" ")
    assert ("place" in found) is not same


def test_hours_are_no_sentences_said_again() -> None:
    hours = "Open 9 a.m. to 11 a.m. and 1 p.m. to 3 p.m."
    assert _found("9時から11時、13時から15時。", "ja", hours, "en").keys() <= {"numbers", "thing"}


def test_a_place_as_on_signs_is_no_foreign_script() -> None:
    assert _found("輪島市で断水。", "ja", "Mất nước ở Wajima 輪島市.", "vi") == {}
    assert "place" not in _found("輪島市で断水。", "ja", "輪島市停水。", "zh-Hans")
    assert not gates.stops(gates.alone("輪島市停水。", "zh-Hans", _TABLES))


@pytest.mark.parametrize(
    ("text", "tag", "said"),
    [
        ("警戒レベル４です。逃げてください。", "ja", "レベル4"),
        ("避難指示が出ました。", "ja", "避難指示"),
        ("津波警報です。", "ja", "津波警報"),
        ("れべる 5です。", "ja-Hira", "れべる 5"),
        ("ひなん しじが でました。", "ja-Hira", "ひなん しじ"),
        ("Level 4: leave.", "en", "Level 4"),
        ("Everybody must evacuate now.", "en", "must evacuate"),
        ("Now L4.", "en", "L4"),
        ("全員避難です。", "ja", "全員避難"),
        ("すぐ にげろ", "ja-Hira", "にげろ"),
        ("Bring 2 l 3 times a day.", "en", ""),
        ("避難した人は名前を書いてください。", "ja", ""),
        ("A tsunami warning is out.", "en", "tsunami warning"),
        ("Alert level-4.", "en", "level-4"),
        ("Level: five!", "en", "Level: five"),
        ("Evacuate right now.", "en", "Evacuate right now"),
        ("避 難 指 示です。", "ja", "避 難 指 示"),
        ("避難所は第3小学校です。", "ja", ""),
        ("ひなんじょは 2かいです。", "ja-Hira", ""),
        ("The shelter is open on level 2. Parking on the third level.", "en", ""),
        ("Niveau 4", "es", ""),
    ],
)
def test_what_has_reviewed_words_is_not_said_in_free_ones(text: str, tag: str, said: str) -> None:
    assert commands.commanded(text, tag) == said
