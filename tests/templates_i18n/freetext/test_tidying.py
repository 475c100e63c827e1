"""Harmless variants come into one form; what is hidden stays to be seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_i18n.freetext.tidying import tidy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“Don’t” – ok…", '"Don\'t" - ok...'),
        ("５時　まで", "5時 まで"),
        ("ＡＢＣ", "ABC"),
        (" a\r\n b\u00a0c ", "a b c"),
        ("e\u0301", "é"),
        ("a\u202eb\u200bc\u0000", "a\u202eb\u200bc\u0000"),
    ],
)
def test_one_form(text: str, expected: str) -> None:
    assert tidy(text) == expected


@given(st.text(max_size=200))
def test_twice_is_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
