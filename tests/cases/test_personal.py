"""What looks like a number or an address of a person is found, days and counts are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import personal
from cases.personal import Found


@pytest.mark.parametrize(
    "text",
    [
        "call 090-0000-0000",
        "０９０－００００－００００",
        "090 0000 0000",
        "090ー0000ー0000",
        "(076) 000-0000",
        "+81 90 0000 0000",
        "+84.00.000.0000",
        "0 9 0 0 0 0 0 0 0 0 0",
        "090\u200b0000\u200b0000",
        "0\u00ad90\n0000\n0000",
        "٠٩٠٠٠٠٠٠٠٠٠",
        "०९०-००००-००००",
        "819000000000",
        "on 2026-11-23 090-0000-0000",
        "1234 is my 000011112222",
        "0000-1111-2222",
    ],
)
def test_a_number_is_found(text: str) -> None:
    assert personal.find(text) is Found.PHONE


@pytest.mark.parametrize(
    "text", ["a@example.com", "Aoi <aoi.k+x@city.example.jp>", "ａ＠example．com", "あおい@例え.jp"]
)
def test_an_address_is_found(text: str) -> None:
    assert personal.find(text) is Found.EMAIL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-23 11:56, 2026/11/22 09:00:05",
        "12 people of 1,200; 1.5 m; level 4; 119",
        "震度6強、300 人、17204",
        "2024年1月1日16時10分 M7.6",
        "10:00-12:00 と 13:00-15:30",
        "1,234,567,890 yen",
        "rice 20, water 30, milk 40, tea 50",
        "meet @ the school",
        "https://www.city.example.jp/guide",
        "100 200 300 400 people",
    ],
)
def test_days_counts_and_places_stay(text: str) -> None:
    assert personal.find(text) is None


@given(
    st.from_regex(r"0[789]0", fullmatch=True),
    st.lists(st.sampled_from("0123456789"), min_size=8, max_size=8),
    st.sampled_from(["", "-", " ", ".", "－", "・", " - ", "ー"]),
    st.text(alphabet="あいう abc、。\n", max_size=10),
)
def test_a_mobile_number_is_found_however_it_is_parted(head: str, rest: list[str], joint: str, around: str) -> None:
    number = joint.join([head, "".join(rest[:4]), "".join(rest[4:])])
    assert personal.find(f"{around}{number}{around}") is Found.PHONE
