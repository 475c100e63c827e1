"""Lists in SQL: what stands in `IN (...)`, with its parameters, since neither engine takes a list as one parameter."""

from collections.abc import Iterable, Iterator, Sequence

#: values in one statement; SQLite of old takes 999 parameters
AT_ONCE = 250


def listed(values: Iterable[object], prefix: str = "v") -> tuple[str, dict[str, object]]:
    """(":v0, :v1", {"v0": …, "v1": …}). Two lists in one statement need prefixes of their own."""
    named: dict[str, object] = {f"{prefix}{number}": value for number, value in enumerate(values)}
    return ", ".join(f":{name}" for name in named), named


def portions(values: Sequence[object]) -> Iterator[tuple[str, dict[str, object]]]:
    """The same for as many values as there are, `AT_ONCE` in each statement."""
    for first in range(0, len(values), AT_ONCE):
        yield listed(values[first : first + AT_ONCE])
