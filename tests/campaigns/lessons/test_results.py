"""What the answers say, and what they must not give away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.lessons import results
from campaigns.lessons.results import Understood
from campaigns.lessons.totals import Asked, Share, Total


def total(option: int, answers: int, language: str = "en", place: str = "17204", version: str = "new") -> Total:
    asked = Asked(lesson="water", version=version, language=language, place=place)
    return Total(asked=asked, option=option, correct=option == 2, answers=answers)


def is_new(row: Total) -> bool:
    return row.asked.version == "new"


def one(*rows: Total) -> results.Result:
    return results.results(rows, ["water"], is_new)[0]


def test_languages_below_eighty_percent_are_marked_the_weakest_first() -> None:
    found = one(
        total(2, 95, "en"),
        total(1, 5, "en"),
        total(2, 30, "ne"),
        total(1, 20, "ne"),
        total(1, 30, "my"),
        total(1, 4, "vi"),
    )
    assert found.rewrite == ("my", "ne")
    assert [(row.key, row.percent) for row in found.by_language] == [
        ("en", "95"),
        ("ne", "60"),
        ("my", "0"),
        ("vi", ""),
    ]


def test_earlier_words_do_not_count_but_are_told() -> None:
    found = one(total(1, 40, version="old"), total(2, 20))
    assert found.rewrite == ()
    assert found.whole.share == Share(right=20, answers=20)
    assert found.earlier == Share(right=0, answers=40)


def test_a_small_count_hides_itself_and_makes_the_others_wide() -> None:
    found = one(total(2, 60, "en"), total(2, 3, "si"))
    assert {row.key: row.told for row in found.by_language} == {"en": "50-99", "si": "<5"}


def test_places_and_options() -> None:
    rows = [total(2, 20), total(1, 6), total(2, 7, place="17205")]
    assert [(row.key, row.told) for row in one(*rows).by_place] == [("17204", 26), ("17205", 7)]
    assert results.options(rows, "water", is_new) == {1: 6, 2: 27}
    assert results.options(rows, "heat", is_new) == {}


def test_a_lesson_without_answers_says_nothing() -> None:
    found = one()
    assert (found.whole.told, found.whole.percent, found.whole.bar, found.by_language) == (0, "", 0, ())


@pytest.mark.parametrize(
    ("right", "answers", "expected"),
    [(19, 20, "80-100"), (15, 20, "75"), (20, 20, "100"), (16, 20, "80-100"), (3, 20, "0-20"), (197, 200, "80-100")],
)
def test_a_share_that_would_name_a_few_is_told_in_a_step(right: int, answers: int, expected: str) -> None:
    assert Understood(key="en", share=Share(right=right, answers=answers), told=answers).percent == expected


@given(answers=st.integers(20, 400), data=st.data())
def test_no_share_leads_to_a_small_count(answers: int, data: st.DataObject) -> None:
    wrong = data.draw(st.integers(1, 4))
    shown = Understood(key="x", share=Share(right=answers - wrong, answers=answers), told=answers).percent
    same = {
        few
        for few in range(1, 5)
        if Understood(key="x", share=Share(right=answers - few, answers=answers), told=answers).percent == shown
    }
    assert same == {1, 2, 3, 4}
