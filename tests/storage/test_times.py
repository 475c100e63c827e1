"""Stored times."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import times

_AWARE = st.datetimes(
    min_value=datetime(1900, 1, 2),
    max_value=datetime(2200, 1, 1),
    timezones=st.integers(-720, 840).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


@given(_AWARE)
def test_a_time_survives_the_way_there_and_back(moment: datetime) -> None:
    text = times.to_text(moment)
    assert len(text) == 27
    assert times.from_text(text) == moment
    assert times.from_text(text).tzinfo is UTC


@given(_AWARE, _AWARE)
def test_text_order_is_time_order(one: datetime, other: datetime) -> None:
    assert (times.to_text(one) < times.to_text(other)) == (one < other)


def test_whole_seconds_keep_their_width() -> None:
    assert times.to_text(datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)) == "2026-11-23T04:05:06.000000Z"


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="without zone"):
        times.to_text(datetime(2026, 11, 23))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-23",
        "2026-11-23T04:05:06Z",
        "2026-11-23T04:05:06.000000+00:00",
        "2026-13-01T00:00:00.000000Z",
    ],
)
def test_another_shape_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        times.from_text(text)
