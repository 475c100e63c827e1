"""What counts as an answer, in every way of writing digits, and what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.lessons import facts, reading
from templates_i18n import catalogue, lesson_texts, lessons

YES_NO = ("Yes", "No")
#: digits 0 to 9 as phones type them: ASCII, full width, Thai, Burmese, Khmer, Bengali, Devanagari, Arabic, Persian,
#: Mongolian, Sinhala
SCRIPTS = {
    "ascii": "0123456789",
    "full width": "０１２３４５６７８９",
    "thai": "๐๑๒๓๔๕๖๗๘๙",
    "burmese": "၀၁၂၃၄၅၆၇၈၉",
    "khmer": "០១២៣៤៥៦៧៨៩",
    "bengali": "০১২৩৪৫৬৭৮৯",
    "devanagari": "०१२३४५६७८९",
    "arabic": "٠١٢٣٤٥٦٧٨٩",
    "persian": "۰۱۲۳۴۵۶۷۸۹",
    "mongolian": "᠐᠑᠒᠓᠔᠕᠖᠗᠘᠙",
    "sinhala": "෦෧෨෩෪෫෬෭෮෯",
}
AROUND = [
    "{}",
    "{}.",
    "({})",
    "（{}）",
    "{})",
    " {} ",
    "{}\n",
    "【{}】",
    "{}!",
    "「{}」",
    "{}。",
    "#{}",
    "{}\ufe0f\u20e3",
]


@given(script=st.sampled_from(sorted(SCRIPTS)), digit=st.integers(1, 3), around=st.sampled_from(AROUND))
def test_a_digit_in_any_script_with_any_marks_is_an_answer(script: str, digit: int, around: str) -> None:
    assert reading.option(around.format(SCRIPTS[script][digit]), ("a", "b", "c")) == digit


@given(script=st.sampled_from(sorted(SCRIPTS)), digit=st.sampled_from([0, 3, 4, 9]))
def test_a_digit_without_option_is_none(script: str, digit: int) -> None:
    assert reading.option(SCRIPTS[script][digit], YES_NO) is None


@given(text=st.text(max_size=200))
def test_whatever_comes_is_an_option_or_none(text: str) -> None:
    assert reading.option(text, YES_NO) in (None, 1, 2)


@given(words=st.text(alphabet=st.characters(categories=["L"]), min_size=12, max_size=40), digit=st.integers(1, 2))
def test_a_digit_among_other_words_is_no_answer(words: str, digit: int) -> None:
    assert reading.option(f"{digit} {words}", YES_NO) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", 2),
        ("② ", 2),
        ("2️⃣", 2),
        ("二", 2),
        ("No", 2),
        ("no!", 2),
        ("2) No", 2),
        ("No 2", 2),
        ("Answer: 2", 2),
        ("The answer is 2, thanks", 2),
        ("2番です", 2),
        ("答えは1", 1),
        ("คำตอบคือ ๒ ค่ะ", 2),
        ("đáp án là 2", 2),
        ("정답은 2번입니다", 2),
        ("2번이요", 2),
        ("二番", 2),
        ("我选二", 2),
        ("2 ạ", 2),
        ("2ばんだとおもいます", 2),
        ("二人です", None),
        ("2 people are hurt", None),
        ("1 or 2", None),
        ("12", None),
        ("1) No", None),
        ("help 2", None),
        ("not 1", None),
        ("", None),
        ("?", None),
    ],
)
def test_words_around_a_digit_count_only_where_they_cannot_mislead(text: str, expected: int | None) -> None:
    assert reading.option(text, YES_NO) == expected


def test_the_words_of_an_option_answer_too() -> None:
    assert reading.option("119", ("110", "119")) == 2
    assert reading.option("3 litres", ("1 litre", "3 litres")) == 2
    assert reading.option("5", ("1", "5")) == 2
    # the digit of an option goes before words that look like another one
    assert reading.option("1", ("2", "1")) == 1


@pytest.mark.parametrize("tag", lessons.load().by_tag)
def test_every_option_of_every_lesson_is_understood_by_digit_and_by_words(tag: str) -> None:
    book, words = lessons.load(), catalogue.load()
    for key in book.by_tag[tag].lessons:
        options = lesson_texts.sms_options(book, words, key, tag)
        for digit, option in enumerate(options, 1):
            assert reading.option(str(digit), options) == digit, f"{key} {digit}"
            assert reading.option(option, options) == digit, f"{key} {option}"
            assert reading.option(f"{digit}) {option}", options) == digit, f"{key} {option}"
        assert facts.load()[key].right <= len(options)
