"""Nobody learns a small count, not even by taking parts from a total."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
    if told.startswith("<"):
        return range(1, int(told[1:]))
    low, high = map(int, told.split("-"))
    return range(low, high + 1)


def _fitting(total: disclosure.Told, tables: Sequence[Mapping[str, disclosure.Told]]) -> Iterator[range]:
    """For each hidden count the values that a reader of the whole answer cannot rule out."""
    spans = [[_meant(told) for told in table.values() if told != 0] for table in tables]
    whole = _meant(total)
    least = max([whole[0], *(sum(span[0] for span in table) for table in spans)])
    most = min([whole[-1], *(sum(span[-1] for span in table) for table in spans)])
    for table in spans:
        low, high = sum(span[0] for span in table), sum(span[-1] for span in table)
        for span in table:
            if len(span) > 1:
                others = low - span[0], high - span[-1]
                yield range(max(span[0], least - others[1]), min(span[-1], most - others[0]) + 1)


@given(st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("123456"), st.integers(1, 30)), min_size=1))
def test_tables_of_the_same_people_do_not_give_each_other_away(cells: list[tuple[str, str, int]]) -> None:
    first: Counter[str] = Counter()
    second: Counter[str] = Counter()
    for row, column, people in cells:
        first[row] += people
        second[column] += people
    total, tables = disclosure.together(first.total(), first, second)
    exact = all(isinstance(told, int) for table in tables for told in table.values())
    assert exact == (min([*first.values(), *second.values()]) >= disclosure.FEW)
    for true, shown in zip((first, second), tables, strict=True):
        assert all(true[name] in _meant(told) for name, told in shown.items())
        assert not any(told in range(1, 5) for told in shown.values())
    assert first.total() in _meant(total)
    for options in _fitting(total, tables):
        assert len(options) >= 4, (total, tables)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=30))
def test_a_sum_of_many_small_parts_gives_none_of_them_away(parts: list[int]) -> None:
    counts = dict(enumerate(parts))
    for told in (disclosure.total(sum(parts), counts), disclosure.partial(sum(parts), counts)):
        assert sum(parts) in _meant(told)
        shown = {str(key): disclosure.stepped(count) for key, count in counts.items()}
        if disclosure.SMALL in shown.values():
            for options in _fitting(told, [shown]):
                assert len(options) >= 4, (told, shown)


def test_four_languages_of_one_person_each_are_not_said_to_be_one() -> None:
    assert disclosure.told(dict.fromkeys("abcd", 1)) == ("<20", dict.fromkeys("abcd", "<5"))
    assert disclosure.told(dict.fromkeys("abcde", 4)) == ("5-49", dict.fromkeys("abcde", "<5"))


def test_an_exact_table_beside_it_is_a_total_too() -> None:
    people, (by_state, by_language) = disclosure.together(6, {"active": 6}, {"vi": 5, "en": 1})
    assert (people, by_state, by_language) == ("5-19", {"active": "5-19"}, {"vi": "5-19", "en": "<5"})
    assert disclosure.together(4, {"here": 4}, dict.fromkeys("abcd", 1))[1][0] == {"here": "<20"}


def test_a_bar_tells_no_more_than_the_words() -> None:
    assert [disclosure.about(told) for told in (0, 7, "<5", "5-19", "<20")] == [0, 7, 2, 12, 10]
