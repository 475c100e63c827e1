"""Japanese and English are found by the same index, with the same results on both engines."""

from hypothesis import given
from hypothesis import strategies as st

from cases import searching, store
from cases.case import Section
from cases.store import Search
from storage.database import Database
from tests.cases.builders import KANAZAWA, add

LOOKED_FOR: list[tuple[str, set[str]]] = [
    ("避難所", {"A", "C"}),
    ("避難", {"A", "B", "C"}),
    ("難所", {"A", "C"}),
    ("所", {"A", "C"}),
    ("ひなんじょ", set()),
    ("ヒナンジョ", set()),
    ("ｶﾚｰ", {"C"}),
    ("かれー", {"C"}),
    ("SHELTER", {"B"}),
    ("shelt", {"B"}),
    ("helter", set()),
    ("sao paulo", {"B"}),
    ("São", {"B"}),
    ("避難 言葉", {"A"}),
    ("避難所　言葉", {"A"}),
    ("Ｌ４", {"C"}),
    ("100%", {"C"}),
    ("%", set()),
    ("_", set()),
    ("' OR 1=1 --", set()),
    ("地震", set()),
    ("大雨", {"A", "B", "C"}),
    ("heavy rain", {"A", "B", "C"}),
    ("輪島", {"A", "B", "C"}),
    ("wajima", {"A", "B", "C"}),
    ("わじま", {"A", "B", "C"}),
    ("ベトナム語", {"A", "B", "C"}),
    ("trainee", set()),
    ("仕事", {"A", "B", "C"}),
    ("", {"A", "B", "C"}),
]


def test_the_same_is_found_on_both_engines(db: Database) -> None:
    empty = dict.fromkeys(("done", "helped", "not_helped", "questions", "proposal"), "")
    for title, text in (
        ("A", "避難所で言葉が通じない"),
        ("B", "避難した。The shelters were far. São Paulo"),
        ("C", "L4 で避難所へ。カレー 100 食"),
    ):
        add(db, texts=empty | {"title": title, "happened": text})
    for words, titles in LOOKED_FOR:
        found = db.read_sync(store.find, Search(words=words), None)
        assert {one.content.text(Section.TITLE) for one in found} == titles, words


def test_titles_come_first_then_the_newest(db: Database) -> None:
    old = add(db, texts={"title": "給水", "happened": "x"})
    new = add(db, texts={"title": "避難", "happened": "給水車が来た"})
    assert [one.id for one in db.read_sync(store.find, Search(words="給水"), None)] == [old, new]
    assert [one.id for one in db.read_sync(store.find, Search(), None)] == [new, old]


_TEXT = st.text(alphabet="避難所雨カタかた ab1-。é", max_size=20)


@given(_TEXT, _TEXT, _TEXT)
def test_whatever_stands_in_a_text_as_whole_words_is_found(before: str, middle: str, after: str) -> None:
    index = searching.index(f"{before} {middle} {after}")
    assert all(_fits(pattern, index) for pattern in searching.patterns(middle))


@given(st.text(alphabet="避難所雨", min_size=1, max_size=12), st.text(alphabet="避難所雨", min_size=1, max_size=4))
def test_a_japanese_phrase_is_found_exactly_where_it_stands(text: str, phrase: str) -> None:
    assert _fits(searching.patterns(phrase)[0], searching.index(text)) == (phrase in text)


def _fits(pattern: str, index: str) -> bool:
    """LIKE with % at both ends only."""
    return pattern[1:-1] in index


def test_another_municipality_is_named_by_its_place(db: Database) -> None:
    add(db, KANAZAWA, places=(KANAZAWA,))
    assert db.read_sync(store.find, Search(words="金沢市"), None)
    assert not db.read_sync(store.find, Search(words="輪島"), None)


@given(st.text(max_size=300))
def test_any_search_is_a_few_short_patterns(text: str) -> None:
    found = searching.patterns(text)
    assert len(found) <= 8
    assert all("_" not in one and "%" not in one[1:-1] and "\x00" not in one for one in found)
