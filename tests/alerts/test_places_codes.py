"""Written municipality codes, and the codes of the sample telegrams."""

import os
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from alerts import places
from alerts.places import How
from alerts.places.codes import check_digit

TABLE = places.load()
CODES = st.sampled_from([place.code for place in TABLE.all()])
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
SAMPLES = Path(os.environ.get("TOMOSHIBI_JMA_SAMPLES") or Path(__file__).parents[3] / "shared" / "jma" / "samples")
#: Stands in the flood samples where a gauge station has no municipality.
NO_PLACE = {"0000000"}


@pytest.mark.parametrize(("code", "digit"), [("01100", "2"), ("13101", "6"), ("17204", "9"), ("47201", "8")])
def test_check_digit(code: str, digit: str) -> None:
    assert check_digit(code) == digit


@given(CODES, st.booleans())
def test_five_six_and_seven_digits_mean_the_same_place(code: str, wide: bool) -> None:
    for written in (code, code + check_digit(code), code + "00"):
        text = f" {written.translate(WIDE) if wide else written}　"
        assert TABLE.normalise_code(text) == code


@given(CODES, st.sampled_from("0123456789"))
def test_a_wrong_check_digit_is_refused(code: str, digit: str) -> None:
    assume(digit != check_digit(code))
    assert TABLE.normalise_code(code + digit) is None


@given(CODES.filter(lambda code: code[0] == "0"))
def test_the_zero_that_a_spreadsheet_ate_is_put_back(code: str) -> None:
    assert TABLE.normalise_code(code[1:]) == code
    assert code in TABLE.code_readings(code[1:] + check_digit(code))


@given(CODES.filter(lambda code: code[0] == "0"))
def test_seven_digits_without_their_zero_yield_to_six_digits(code: str) -> None:
    """232100 may be 0232100 or a mistyped code of 23210: it is refused, not guessed."""
    seven = code + "00"
    other = TABLE.normalise_code(seven[1:6])
    if other is None:
        assert TABLE.normalise_code(seven[1:]) == code
    else:
        assert TABLE.normalise_code(seven[1:]) in (other, None)


def test_five_digits_that_are_a_code_stay_it_but_show_the_other_reading() -> None:
    """01220 with its check digit 3 is 012203; without its zero it is the code of Ichikawa."""
    assert TABLE.code_readings("12203") == ("12203", "01220")
    assert TABLE.normalise_code("12203") == "12203"
    assert TABLE.code_readings("17204") == ("17204",)


def test_a_lost_zero_is_put_back_to_six_digits_only_when_the_check_digit_proves_it() -> None:
    assert TABLE.normalise_code("11002") == "01100"
    assert TABLE.normalise_code("11005") is None


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("22361", "22207"),
        ("2236100", "22207"),
        ("22131", "22138"),
        ("2213500", "22130"),
        ("1410011", "14100"),
        ("1410000", "14100"),
        ("1410100", "14101"),
        ("4621502", "46215"),
    ],
)
def test_superseded_codes_lead_to_the_place_of_today(written: str, code: str) -> None:
    assert TABLE.normalise_code(written) == code


@pytest.mark.parametrize("written", ["", "0", "999", "99999", "1720499", "17204.0", "輪島市", "-1100", "17204900"])
def test_what_is_no_code_is_refused(written: str) -> None:
    assert TABLE.normalise_code(written) is None


@given(st.text(alphabet="0123456789０１２ ", max_size=8) | st.text(max_size=8))
def test_a_reading_is_always_a_present_place(text: str) -> None:
    readings = TABLE.code_readings(text)
    assert all(TABLE.place(code) for code in readings)
    assert len(set(readings)) == len(readings)
    assert TABLE.normalise_code(text) == (readings[0] if readings else None)


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def area_codes(root: ET.Element, kind: str) -> set[tuple[str, str]]:
    """(level, code) for everything in a telegram that the place table should know."""
    city = "seismic_city" if kind.startswith("VXSE") else "class20"
    by_code_type = {
        "気象・地震・火山情報／市町村等": city,
        "地震情報／細分区域": "seismic_area",
        "津波予報区": "tsunami_area",
    }
    found = {
        (by_code_type[element.get("codeType", "")], code)
        for element in root.iter()
        if element.get("codeType") in by_code_type
        for code in texts(element, ".//{*}Code")
    }
    found |= {("class20", code) for code in texts(root, ".//{*}CityCode")}
    if kind.startswith("VXSE"):
        found |= {("seismic_area", code) for code in texts(root, ".//{*}Pref/{*}Area/{*}Code")}
        found |= {("seismic_city", code) for code in texts(root, ".//{*}City/{*}Code")}
    if kind.startswith("VTSE"):
        items = texts(root, ".//{*}Forecast/{*}Item/{*}Area/{*}Code")
        found |= {("tsunami_area", code) for code in items}
    return found


def texts(element: ET.Element, path: str) -> Iterator[str]:
    return (found.text for found in element.iterfind(path) if found.text)


def test_every_code_of_the_sample_telegrams_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    if not SAMPLES.is_dir():
        with capsys.disabled():
            sys.stderr.write(f"\nno sample telegrams in {SAMPLES}: their codes are not checked\n")
        return
    look_up = {
        "class20": TABLE.by_class20,
        "seismic_city": TABLE.by_seismic_city,
        "seismic_area": TABLE.by_seismic_area,
        "tsunami_area": TABLE.by_tsunami_area,
    }
    seen = {
        pair for path in SAMPLES.glob("V*/*.xml") for pair in area_codes(ET.parse(path).getroot(), path.parent.name)
    }
    # An empty folder or a reader that finds nothing must not look like success.
    assert {level for level, _ in seen} == set(look_up)
    assert len(seen) > 1000
    unknown = {(level, code) for level, code in seen if look_up[level](code).how not in (How.PRESENT, How.SUPERSEDED)}
    assert {code for _, code in unknown} <= NO_PLACE, unknown
