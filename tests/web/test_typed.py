"""What is typed is made safe: it can be stored and shown, and nothing usable is lost of it."""

from urllib.parse import quote_plus

from hypothesis import given
from hypothesis import strategies as st

from web import typed

#: surrogates too
ANY = st.text(st.characters(exclude_categories=()))


@given(ANY)
def test_what_is_clean_can_be_stored_and_stays_clean(text: str) -> None:
    clean = typed.clean(text)
    assert "\x00" not in clean
    assert clean.encode().decode() == clean
    assert typed.clean(clean) == clean


@given(st.text(st.characters(exclude_categories=("C",), include_characters="\t\n\r\u200d\u200c")))
def test_nothing_usable_is_lost(text: str) -> None:
    assert typed.clean(text.replace("\ufffd", "")) == text.replace("\ufffd", "")


@given(st.binary(max_size=200), st.integers(1, 5))
def test_whatever_bytes_come_they_are_read(body: bytes, most: int) -> None:
    assert len(typed.pairs(body, most)) <= most


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=5))
def test_a_form_is_read_as_it_was_written(fields: list[tuple[str, str]]) -> None:
    fields = [(typed.clean(name) or "x", typed.clean(value)) for name, value in fields]
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields)
    assert typed.pairs(body.encode(), 5) == fields
