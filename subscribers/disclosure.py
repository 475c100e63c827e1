"""Counts of people as they may be told: a language hints at origin, so that small numbers are not told. Pure.

From 1 to 4 people are "<5"; 0 is 0. Where one count of an answer is that small, its other counts come in wide steps,
and what adds up from it comes exactly only where every small part may still be 1 as well as 4
(docs/decisions/0010-small-counts.md): nothing is had by taking parts from a total, or one table from another.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, Final, TypeVar

#: below this a count is not told
FEW: Final = 5
SMALL: Final = "<5"
#: where the steps begin
_STEPS: Final = tuple(sorted({1, FEW, *(digit * 10**power for power in range(1, 9) for digit in (1, 2, 5))} - {10}))
#: how many values a small count must leave open
_OPEN: Final = FEW - 1

Told = int | str
#: the least and the most that a told count can mean
_Range = tuple[int, int]
K = TypeVar("K")
#: a table, whatever its lines are named by
_Counts = Mapping[Any, int]


def table(counts: Mapping[K, int]) -> dict[K, Told]:
    """Every count of a table: all of them exactly, or small ones as "<5" and the others in steps."""
    if not is_small(counts.values()):
        return dict(counts)
    return {name: stepped(count) for name, count in counts.items()}


def stepped(count: int, floor: int = FEW) -> Told:
    """A count beside a small one: "<5", or in its step."""
    return _written(_step(count, floor)) if count else 0


def total(count: int, *tables: _Counts) -> Told:
    """What each of these tables adds up to, beside them: exactly where that leaves every small part open."""
    if not tables and count:
        return stepped(count) if count < FEW else count
    return count if _leave_open((count, count), tables) else partial(count, *tables)


def partial(count: int, *tables: _Counts) -> Told:
    """The same for one of many such sums, which are never exact: in its step, or one wide enough for the parts."""
    if not count:
        return 0
    step = _step(count, FEW)
    if _leave_open(step, tables):
        return _written(step)
    sums = [_sum(counts, FEW) for counts in tables]
    return _written(_steps_around((min(least for least, _ in sums), max(most for _, most in sums))))


def told(counts: Mapping[K, int]) -> tuple[Told, dict[K, Told]]:
    """A total and its parts."""
    return total(sum(counts.values()), counts), table(counts)


def about(told: Told) -> int:
    """A number for a bar in a picture, which must not tell more than the words: the middle of a step."""
    if isinstance(told, int):
        return told
    low, _, high = told.partition("-")
    return (int(low) + int(high)) // 2 if high else int(low.removeprefix("<")) // 2


def together(count: int, *tables: _Counts) -> tuple[Told, tuple[dict[Any, Told], ...]]:
    """One answer with a total of people and tables that divide the same people in other ways."""
    sums = {count, *(sum(counts.values()) for counts in tables)}
    if all(_leave_open((whole, whole), tables) for whole in sums):
        return total(count, *tables), tuple(map(table, tables))
    floor = next(step for step in _STEPS[1:] if _leave_open(_within(tables, step), tables, step))
    steps = tuple({name: stepped(part, floor) for name, part in counts.items()} for counts in tables)
    return _written(_steps_around(_within(tables, floor))), steps


def _leave_open(whole: _Range, tables: Iterable[_Counts], floor: int = FEW) -> bool:
    """Whether a reader of the tables who also knows in what range they add up learns nothing more of a small part."""
    return all(_leaves_open(whole, counts, floor) for counts in tables)


def _leaves_open(whole: _Range, counts: _Counts, floor: int) -> bool:
    if not is_small(counts.values()):
        return True
    least, most = _sum(counts, floor)
    highest = floor - 1
    # all others are at least `least - 1` and at most `most - highest`
    low, high = max(1, whole[0] - (most - highest)), min(highest, whole[1] - (least - 1))
    return high - low + 1 >= _OPEN


def _within(tables: Iterable[_Counts], floor: int) -> _Range:
    """What the told counts of all these tables can add up to."""
    sums = [_sum(counts, floor) for counts in tables]
    return max(least for least, _ in sums), min(most for _, most in sums)


def _sum(counts: _Counts, floor: int) -> _Range:
    steps = [_step(count, floor) for count in counts.values() if count]
    return sum(least for least, _ in steps), sum(most for _, most in steps)


def is_small(counts: Iterable[int]) -> bool:
    """Whether one of them is not told."""
    return any(0 < count < FEW for count in counts)


def _step(count: int, floor: int) -> _Range:
    if count < floor:
        return 1, floor - 1
    return next((low, high - 1) for low, high in pairwise(_STEPS) if low <= count < high)


def _steps_around(whole: _Range) -> _Range:
    return _step(whole[0], FEW)[0], _step(whole[1], FEW)[1]


def _written(step: _Range) -> str:
    low, high = step
    return f"<{high + 1}" if low == 1 else f"{low}-{high}"
