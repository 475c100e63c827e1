"""Nobody learns a small count, not even by taking parts from a total."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import disclosure


def test_large_counts_are_told_exactly() -> None:
    assert disclosure.told({"vi": 12, "en": 5, "ne": 0}) == (17, {"vi": 12, "en": 5, "ne": 0})


@pytest.mark.parametrize(
    ("count", "step"), [(5, "5-19"), (19, "5-19"), (20, "20-49"), (100, "100-199"), (53_790, "50000-99999")]
)
def test_one_small_count_makes_all_others_wide(count: int, step: str) -> None:
    _, parts = disclosure.told({"vi": count, "en": 1})
    assert parts == {"vi": step, "en": "<5"}


def test_a_total_over_small_parts_is_no_exact_one() -> None:
    assert disclosure.told({"vi": 4, "en": 4}) == ("5-19", {"vi": "<5", "en": "<5"})
    assert disclosure.told({"vi": 5, "en": 1}) == ("5-19", {"vi": "5-19", "en": "<5"})
    assert disclosure.told({"vi": 12, "en": 3}) == (15, {"vi": "5-19", "en": "<5"})
    assert disclosure.told({"vi": 2}) == ("<5", {"vi": "<5"})


@given(st.dictionaries(st.sampled_from(["vi", "en", "ne"]), st.integers(0, 60), min_size=2))
def test_from_total_and_parts_no_single_small_count_can_be_worked_out(counts: dict[str, int]) -> None:
    answer = disclosure.told(counts)
    for name, told in answer[1].items():
        if told == disclosure.SMALL and len([count for count in counts.values() if count]) > 1:
            ranges = [range(1, 5) if key == name else _meant(answer[1][key]) for key in counts]
            fitting = {
                values[list(counts).index(name)]
                for values in product(*ranges)
                if disclosure.told(dict(zip(counts, values, strict=True))) == answer
            }
            assert len(fitting) > 1, answer


def _meant(told: disclosure.Told) -> range:
    if isinstance(told, int):
        return range(told, told + 1)
    if told == disclosure.SMALL:
        return range(1, 5)
    low, high = map(int, told.split("-"))
    return range(low, high + 1)
