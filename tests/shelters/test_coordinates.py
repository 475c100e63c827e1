"""Coordinates as people write them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelters import coordinates
from subscribers.refusal import Refused

NORTH, EAST = "37.39056", "136.89917"


@pytest.mark.parametrize(
    "text",
    [
        "37.390556",
        "３７．３９０５５６",
        "N37.390556",
        "北緯37.390556",
        "37.390556°",
        "37.390556度",
        "37度23分26秒",
        "37°23'26\"",
        "37°23′26.00″",
        "37 ° 23 ' 26 ''",
        "３７度２３分２６秒",
        "37:23:26",
        "37.23.26",
        "北緯 37度23分26.0秒",
    ],
)
def test_one_latitude_in_many_writings(text: str) -> None:
    read = coordinates.degrees(text)
    assert isinstance(read, float)
    assert math.isclose(read, 37.390556, abs_tol=1e-6)


@pytest.mark.parametrize(
    "text", ["", "x", "37,39", "-37.39", "37.39.99", "37度61分00秒", "1e2", "37..3", "緯度", "nan"]
)
def test_what_is_no_degrees_is_refused(text: str) -> None:
    assert isinstance(coordinates.degrees(text), Refused)


def test_swapped_columns_are_found_and_not_corrected() -> None:
    reason = coordinates.point(EAST, NORTH)
    assert isinstance(reason, Refused)
    assert "swapped" in reason.reason
    assert "入れ替わって" in reason.ja


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [("0", "0"), ("51.5", "0.12"), ("37.39", "36.89"), ("19.99", "140.5"), ("37.5", "154.01")],
)
def test_what_is_not_in_japan_is_refused(latitude: str, longitude: str) -> None:
    reason = coordinates.point(latitude, longitude)
    assert isinstance(reason, Refused)
    assert "not in Japan" in reason.reason


def test_half_a_point_is_refused_and_no_point_is_none() -> None:
    assert isinstance(coordinates.point(NORTH, ""), Refused)
    assert isinstance(coordinates.point("", EAST), Refused)
    assert coordinates.point(" ", "") is None


def test_a_point_rounded_to_kilometres_is_refused() -> None:
    assert isinstance(coordinates.point("37.4", "136.9"), Refused)
    assert isinstance(coordinates.point("北緯35度", "139.7"), Refused)
    assert coordinates.point("37.4", "136.8991") == (37.4, 136.8991)


@given(st.floats(20.001, 45.999), st.floats(122.001, 153.999))
def test_a_point_of_japan_is_read_back_to_a_millionth(north: float, east: float) -> None:
    read = coordinates.point(f"{north:.6f}", f"{east:.6f}")
    assert read == (float(f"{north:.6f}"), float(f"{east:.6f}"))


@given(st.integers(20, 45), st.integers(0, 59), st.integers(0, 59))
def test_degrees_and_minutes_are_read_as_they_are_written(whole: int, minutes: int, seconds: int) -> None:
    read = coordinates.degrees(f"{whole}度{minutes}分{seconds}秒")
    assert read == pytest.approx(whole + minutes / 60 + seconds / 3600)


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    read = coordinates.degrees(text)
    assert isinstance(read, Refused) or 0 <= read < 1000
