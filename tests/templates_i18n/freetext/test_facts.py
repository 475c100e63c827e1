"""Numbers and links, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_i18n.freetext import facts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("午後４時００分まで", "until 4:00 p.m."),
        ("9時から17時", "from 9:00 to 17:00"),
        ("5,000円", "5000 yen"),
        ("5.000 ienes", "5 000 yen"),
        ("3月5日", "5/3"),
        ("0120-000-000", "0120 000 000"),
        ("৩ দিন", "3 days"),
        ("16時30分", "16h30"),
    ],
)
def test_the_same_numbers(one: str, other: str) -> None:
    assert facts.numbers(one) == facts.numbers(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("3 l", "30 l"), ("5 and 5", "5"), ("9:00", "9:30"), ("1.5 m", "15 m"), ("3 to 5", "3"), ("level 4", "level 5")],
)
def test_other_numbers(one: str, other: str) -> None:
    assert facts.numbers(one) != facts.numbers(other)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://city.example.jp/a_b?c=1。見て", ["https://city.example.jp/a_b?c=1"]),
        ("見てwww.example.org/x、次", ["www.example.org/x"]),
        ("(city.example.jp)", ["city.example.jp"]),
        ("See city.example.jp. Then", ["city.example.jp"]),
        ("at 5 p.m. No. 3, e.g. this", []),
        ("mail@city.example.jp", []),
    ],
)
def test_links_end_where_a_phone_ends_them(text: str, found: list[str]) -> None:
    assert list(facts.links(text).elements()) == found


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    facts.numbers(text)
    facts.links(text)
