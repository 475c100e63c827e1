"""Lists in SQL: what stands in `IN (...)`, with its parameters, and lists as rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from storage.connection import Connection

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """A column that holds a list of integers, as rows of their own beside its row."""

    #: for FROM, after the table of the column
    source: str
    value: str
    #: from 0
    position: str


def each(db: Connection, column: str, name: str) -> Each:
    """`name` is what the rows are called in the statement."""
    if db.engine == "sqlite":
        return Each(source=f"json_each({column}) AS {name}", value=f"{name}.value", position=f"{name}.key")
    return Each(
        source=f"LATERAL unnest({column}) WITH ORDINALITY AS {name} (value, number)",
        value=f"{name}.value",
        position=f"{name}.number - 1",
    )
