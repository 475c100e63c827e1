"""Single cells: places, groups, lessons, levels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import places
from alerts.places.codes import check_digit
from subscribers import cells
from subscribers.refusal import Refused, quoted
from tests.subscribers.builders import KANAZAWA, WAJIMA

TABLE = places.load()


def place(text: str, near: str = WAJIMA) -> str | Refused:
    return cells.place(TABLE, text, near=near)


def reason(value: object) -> str:
    assert isinstance(value, Refused)
    return value.reason


@pytest.mark.parametrize(
    "text",
    [
        "17204",
        "172049",
        "1720400",
        "１７２０４",
        "17204.0",
        "輪島市",
        "石川県輪島市",
        "Wajima",
        "wajima city",
        "わじまし",
    ],
)
def test_a_municipality_by_code_or_name(text: str) -> None:
    assert place(text) == WAJIMA


def test_a_ward_name_with_its_comma_is_one_place() -> None:
    assert place("Chuo Ward, Sapporo City") == "01101"
    assert cells.further_places(TABLE, "Chuo Ward, Sapporo City", near=WAJIMA) == ("01101",)


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("府中市", ("東京都府中市 13206", "広島県府中市 34208")),
        ("Kanazawa", ("神奈川県横浜市金沢区 14108", "石川県金沢市 17201")),
    ],
)
def test_an_ambiguous_name_is_refused_with_the_candidates(text: str, candidates: tuple[str, ...]) -> None:
    told = reason(place(text))
    assert all(candidate in told for candidate in candidates)
    assert "write the code" in told


def test_many_candidates_are_cut_short() -> None:
    told = reason(place("中央区"))
    assert "more; write the code" in told
    assert len(told) < 400


@pytest.mark.parametrize("text", ["", " ", "99999", "172040", "Atlantis", "=A1", "1720417205", "輪島市\n珠洲市"])
def test_what_is_no_municipality_is_refused(text: str) -> None:
    assert reason(place(text))


def test_a_lost_zero_is_settled_by_who_registers() -> None:
    # 12203 is Ichikawa; it is also what a spreadsheet leaves of 012203, Shibetsu's code of six digits.
    assert TABLE.code_readings("12203") == ("12203", "01220")
    assert place("12203") == "12203"
    assert place("12203", near="01220") == "01220"
    assert place("12203", near="01100") == "01220"
    assert place("12203", near="12100") == "12203"


@given(st.sampled_from(TABLE.all()))
def test_every_place_is_found_by_each_of_its_codes_when_it_registers_itself(found: places.Place) -> None:
    for code in (found.code, found.code + check_digit(found.code), found.code.lstrip("0")):
        assert place(code, near=found.code) == found.code


@pytest.mark.parametrize(
    "text",
    ["17201;17205", "17201, 17205", "金沢市、珠洲市", "石川県金沢市\n珠洲市", "17201 / 17205", "17201,17205,17201;"],
)
def test_further_places_in_one_cell(text: str) -> None:
    assert cells.further_places(TABLE, text.replace("金沢市、", "石川県金沢市、"), near=WAJIMA) == (
        KANAZAWA,
        "17205",
    )


def test_no_further_places_and_too_many() -> None:
    assert cells.further_places(TABLE, "", near=WAJIMA) == ()
    assert "at most 3" in reason(cells.further_places(TABLE, "17201,17202,17203,17205", near=WAJIMA))
    assert "no municipality" in reason(cells.further_places(TABLE, "17201,nowhere", near=WAJIMA))


def test_groups_are_words_each_once() -> None:
    assert cells.groups("さくら寮、Wajima School; さくら寮\n B  class ") == ("B class", "Wajima School", "さくら寮")
    assert cells.groups("") == ()


@pytest.mark.parametrize(
    "text",
    ["=cmd|'/c calc'!A1", "+1", "-x", "@SUM(1)", "a,=1+1", "＝１＋１", "x" * 41, "090-0000-1234", "a\ue000b"],
)
def test_groups_that_a_spreadsheet_would_run_or_nobody_has_are_refused(text: str) -> None:
    told = reason(cells.groups(text))
    assert "1234" not in told


def test_at_most_ten_groups() -> None:
    assert "at most 10" in reason(cells.groups(",".join("abcdefghijk")))


@pytest.mark.parametrize("text", ["yes", "Y", "TRUE", "1", "1.0", "はい", "○", "ＹＥＳ", "希望する", ""])
def test_lessons_yes(text: str) -> None:
    assert cells.lessons(text) is True


@pytest.mark.parametrize("text", ["no", "N", "FALSE", "0", "いいえ", "×", "ｎｏ", "不要"])
def test_lessons_no(text: str) -> None:
    assert cells.lessons(text) is False


@pytest.mark.parametrize("text", ["maybe", "2", "=TRUE()", "yes no"])
def test_lessons_neither(text: str) -> None:
    assert "neither yes nor no" in reason(cells.lessons(text))


@pytest.mark.parametrize(
    ("text", "level"),
    [("L2", "L2"), ("l3", "L3"), ("4", "L4"), ("レベル３", "L3"), ("警戒レベル4", "L4"), ("3.0", "L3"), ("", "L3")],
)
def test_levels(text: str, level: str) -> None:
    assert cells.min_level(text) == level


@pytest.mark.parametrize("text", ["L1", "L5", "5", "warning", "L33", "=3"])
def test_other_levels_are_refused(text: str) -> None:
    assert "level 4 and more cannot be switched off" in reason(cells.min_level(text))


@given(st.text())
def test_any_text_gives_a_value_or_a_reason(text: str) -> None:
    for value in (
        place(text),
        cells.further_places(TABLE, text, near=WAJIMA),
        cells.groups(text),
        cells.lessons(text),
        cells.min_level(text),
    ):
        assert not isinstance(value, Refused) or value.reason


@given(st.text())
def test_groups_read_again_are_the_same_groups(text: str) -> None:
    words = cells.groups(text)
    if not isinstance(words, Refused):
        assert cells.groups(",".join(words)) == words


@given(st.from_regex(r"\A[+]?[0-9][0-9 ().-]{9,18}[0-9]\Z"))
def test_a_reason_shows_no_eight_digits(text: str) -> None:
    shown = quoted(f"x {text} y")
    assert sum(char.isdigit() for char in shown) < 8
