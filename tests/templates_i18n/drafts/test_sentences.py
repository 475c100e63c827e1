"""Sentences short enough for a model, and links that no model sees."""

from hypothesis import given
from hypothesis import strategies as st

from templates_i18n.drafts import sentences


def test_sentences_of_all_scripts() -> None:
    assert sentences.split("断水です。3時まで！ 水は市役所。") == ["断水です。", "3時まで！", "水は市役所。"]
    assert sentences.split("No water. Until 3.5 p.m. today? Yes") == ["No water.", "Until 3.5 p.m.", "today?", "Yes"]
    assert sentences.split("পানি নেই। আজ।") == ["পানি নেই।", "আজ।"]
    assert sentences.split(" \n ") == []


def test_a_long_sentence_is_cut_where_one_breathes() -> None:
    text = ", ".join(["some words of a sentence without an end"] * 10)
    pieces = sentences.split(text)
    assert all(len(piece) <= sentences.LONGEST for piece in pieces)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")


@given(st.text(alphabet="あ水。！ab .,\n、5", max_size=600))
def test_no_letter_is_lost_and_no_piece_is_too_long(text: str) -> None:
    pieces = sentences.split(text)
    assert all(0 < len(piece) <= sentences.LONGEST for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_links_are_put_back_as_they_were() -> None:
    text = "See https://city.example.jp/a_b?c=1. Or www.example.org/x_y, tel 0120"
    bare, links = sentences.without_links(text)
    assert links == ["https://city.example.jp/a_b?c=1", "www.example.org/x_y"]
    assert "example" not in bare
    assert sentences.with_links("Xem.", links) == "Xem. https://city.example.jp/a_b?c=1 www.example.org/x_y"
