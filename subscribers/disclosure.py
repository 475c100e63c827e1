"""Counts of people as they may be told: a language hints at origin, so that small numbers are not told. Pure.

From 1 to 4 people are "<5". Where one count of a table is that small, its other counts come in wide steps, and the
total as well where it would narrow the small one down: nothing is had by taking parts from a total
(docs/decisions/0010-small-counts.md).
"""

from collections.abc import Mapping
from typing import Final, TypeVar

#: below this a count is not told
FEW: Final = 5
SMALL: Final = "<5"
_STEPS: Final = tuple(sorted({FEW, *(digit * 10**power for power in range(1, 9) for digit in (1, 2, 5))} - {10}))

Told = int | str
K = TypeVar("K")


def table(counts: Mapping[K, int]) -> dict[K, Told]:
    """Every count of a table: all of them exactly, or small ones as "<5" and the others in steps."""
    if all(_is_telling(count) for count in counts.values()):
        return dict(counts)
    return {name: stepped(count) for name, count in counts.items()}


def stepped(count: int) -> Told:
    """A count beside a small one, or that adds up from parts of which some are not told: "<5", or in its step."""
    return _step(count) if _is_telling(count) and count else _small(count)


def total(count: int, *tables: Mapping[K, int]) -> Told:
    """What these tables add up to: exactly where every small part may still be 1 as well as 4, else in its step."""
    if _is_telling(count) and all(_hides(count, counts) for counts in tables):
        return count
    return stepped(count)


def told(counts: Mapping[str, int]) -> tuple[Told, dict[str, Told]]:
    """A total and its parts."""
    return total(sum(counts.values()), counts), table(counts)


def _hides(count: int, counts: Mapping[K, int]) -> bool:
    """Whether an exact total leaves every small part of a table open."""
    told = table(counts).values()
    if SMALL not in told:
        return True
    # what all others can add up to is the same beside each small one
    limits = [_limits(part) for part in told]
    least, most = sum(low for low, _ in limits) - 1, sum(high for _, high in limits) - (FEW - 1)
    return least <= count - (FEW - 1) and count - 1 <= most


def _limits(told: Told) -> tuple[int, int]:
    if isinstance(told, int):
        return told, told
    if told == SMALL:
        return 1, FEW - 1
    low, _, high = told.partition("-")
    return int(low), int(high)


def _small(count: int) -> Told:
    return SMALL if count else 0


def _is_telling(count: int) -> bool:
    return count == 0 or count >= FEW


def _step(count: int) -> str:
    lower = max(step for step in _STEPS if step <= count)
    upper = min(step for step in _STEPS if step > count)
    return f"{lower}-{upper - 1}"
