"""One row of an answer: a mapping by column name, with typed accessors that refuse a wrong type."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from storage import times
from storage.errors import StorageError


class Row(Mapping[str, object]):
    """Values by column name; `row["x"]` is untyped, the accessors below are typed."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: Sequence[object]) -> None:
        """`places` (column name to position) is shared by all rows of one answer."""
        self._places = places
        self._values = values

    def __getitem__(self, name: str) -> object:
        return self._values[self._places[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __repr__(self) -> str:
        # Names only: values may be texts or numbers of people, and rows end up in tracebacks.
        return f"Row({', '.join(self._places)})"

    def columns(self, *names: str) -> tuple[Any, ...]:
        """Several columns at once, untyped: for answers of very many rows."""
        return tuple([self._values[self._places[name]] for name in names])

    def text(self, name: str) -> str:
        """A TEXT column that is not null."""
        value = self[name]
        if isinstance(value, str):
            return value
        raise _wrong(name, "text", value)

    def integer(self, name: str) -> int:
        """An INTEGER column or a count that is not null."""
        value = self[name]
        if isinstance(value, int):
            return int(value)
        raise _wrong(name, "an integer", value)

    def number(self, name: str) -> float:
        """A number that may have a fraction, such as an average."""
        value = self[name]
        if isinstance(value, int | float):
            return float(value)
        raise _wrong(name, "a number", value)

    def flag(self, name: str) -> bool:
        """A comparison or a 0/1 column."""
        return self.integer(name) != 0

    def blob(self, name: str) -> bytes:
        """A byte column that is not null."""
        value = self[name]
        if isinstance(value, bytes):
            return value
        raise _wrong(name, "bytes", value)

    def time(self, name: str) -> datetime:
        """A stored time, as an aware UTC datetime."""
        return times.from_text(self.text(name))

    def optional_text(self, name: str) -> str | None:
        """A TEXT column that may be null."""
        return None if self[name] is None else self.text(name)

    def optional_integer(self, name: str) -> int | None:
        """An INTEGER column or an aggregate that may be null."""
        return None if self[name] is None else self.integer(name)

    def optional_number(self, name: str) -> float | None:
        """A number that may be null."""
        return None if self[name] is None else self.number(name)

    def optional_blob(self, name: str) -> bytes | None:
        """A byte column that may be null."""
        return None if self[name] is None else self.blob(name)

    def optional_time(self, name: str) -> datetime | None:
        """A stored time that may be null."""
        return None if self[name] is None else self.time(name)


def build(names: Iterable[str], answers: Iterable[Sequence[object]]) -> list[Row]:
    """Rows from a driver's answer: column names and value tuples."""
    places = {name: position for position, name in enumerate(names)}
    return [Row(places, values) for values in answers]


def _wrong(name: str, expected: str, value: object) -> StorageError:
    return StorageError(f"column {name}: expected {expected}, found {type(value).__name__}")
