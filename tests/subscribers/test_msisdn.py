"""Numbers as people and spreadsheets write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import msisdn
from subscribers.refusal import Refused

NUMBER = "+819000001234"


@pytest.mark.parametrize(
    "written",
    [
        "09000001234",
        "090-0000-1234",
        " 090 0000 1234 ",
        "(090)0000-1234",
        "090.0000.1234",
        "０９０－００００－１２３４",
        "０９０ー００００ー１２３４",
        "090‐0000−1234",
        "+819000001234",
        "＋81-90-0000-1234",
        "+81 (0)90-0000-1234",
        "+81 090 0000 1234",
        "0081 90 0000 1234",
        "010-81-90-0000-1234",
        "819000001234",
        "9000001234",
        "9000001234.0",
        "819000001234.0",
        "'09000001234",
        "\u202a090-0000-1234\u202c",
        "\u200e+81 90 0000 1234",
        "TEL: 090-0000-1234",
        "携帯 090-0000-1234",
        "090-0000-1234\n",
    ],
)
def test_it_reads_every_usual_writing(written: str) -> None:
    assert msisdn.parse(written) == NUMBER


@pytest.mark.parametrize("prefix", ["060", "070", "080", "090"])
def test_the_four_mobile_prefixes_are_taken(prefix: str) -> None:
    # 0800 is free-phone, so 080 is tried with a one.
    rest = "10000000" if prefix == "080" else "00000000"
    assert msisdn.parse(prefix + rest) == f"+81{prefix[1:]}{rest}"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "empty"),
        ("  \u3000", "empty"),
        ("9.01E+10", "power of ten"),
        ("9.00000E+09", "power of ten"),
        ("９．０１Ｅ＋１０", "power of ten"),
        ("8.19E+11", "power of ten"),
        ("9000001234.5", "decimal point"),
        ("90000012.34", "decimal point"),
        ("=A1", "formula"),
        ("=HYPERLINK(0)", "formula"),
        ("090-0000-1234, 090-0000-5678", "one number per row"),
        ("090-0000-1234\n090-0000-5678", "one number per row"),
        ("090-0000-1234 / 090-0000-5678", "one number per row"),
        ("090-0000-1234 mother", "letters"),
        ("Maria", "letters"),
        ("+1 800 555 0100", "another country (+1)"),
        ("0800-000-0000", "free-phone"),
        ("0120-000-000", "free-phone"),
        ("03-0000-0000", "mobile number"),
        ("03-3212-1234", "landline"),
        ("050-1234-5678", "internet phone"),
        ("020-1234-5678", "pagers"),
        ("090-0000-123", "10 digits"),
        ("090-0000-12345", "12 digits"),
        ("0", "expected a Japanese mobile number"),
        ("+81", "expected a Japanese mobile number"),
        ("---", "expected a Japanese mobile number"),
        ("+", "expected a Japanese mobile number"),
        ("٠٩٠٠٠٠٠١٢٣٤", "letters or signs"),
        ("2026-11-23", "into a date"),
        ("2026-11-23T00:00:00", "into a date"),
        ("2026/9/1", "into a date"),
        ("9月1日", "into a date"),
        ("1-Sep", "into a date"),
        ("9,000,001,234", "commas for thousands"),
        ("########", "signs"),
        ("#N/A", "signs"),
        ("TRUE", "letters"),
        ("9" * 400, "expected a Japanese mobile number"),
    ],
)
def test_what_is_no_mobile_number_says_why(written: str, reason: str) -> None:
    refused = msisdn.parse(written)
    assert isinstance(refused, Refused)
    assert reason in refused.reason


def test_a_reason_never_repeats_the_number() -> None:
    refused = msisdn.parse("090-0000-12345")
    assert isinstance(refused, Refused)
    assert "0000" not in refused.reason


def test_a_masked_number_shows_its_last_four_digits() -> None:
    assert msisdn.mask(NUMBER) == "+81•••••1234"
    assert msisdn.mask("+8190") == "•••••"


mobiles = st.builds("{}0{}".format, st.sampled_from("679"), st.from_regex(r"\A[0-9]{8}\Z"))


@given(mobiles, st.sampled_from(["0{}", "{}", "+81{}", "+81 0{}", "0081{}", "81{}", "{}.0", "'0{}"]))
def test_every_writing_of_a_number_is_the_same_number(national: str, form: str) -> None:
    assert msisdn.parse(form.format(national)) == f"+81{national}"


@given(st.from_regex(r"\A(0|\+81[- ]?)[6789]0[0-9 -]{1,3}[0-9]{3,4}[- ]?[0-9]{4}\Z"))
def test_the_short_way_for_usual_writings_leads_where_the_library_does(written: str) -> None:
    assert msisdn.parse(written) == msisdn.parse(f" {written}")  # a blank before it: the general way


@given(st.text())
def test_any_text_gives_a_japanese_mobile_number_or_a_reason(text: str) -> None:
    match msisdn.parse(text):
        case Refused(reason=reason):
            assert reason
        case number:
            assert number.startswith(("+8160", "+8170", "+8180", "+8190"))
            assert len(number) == 13
            assert msisdn.parse(number) == number
