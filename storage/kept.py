"""What was read of the database, until what it was read of has moved: pages ask for the same again and again."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """The newest few values, each with the version it was read at. For any thread."""

    def __init__(self, most: int) -> None:
        """Nothing is kept yet; never more than `most`."""
        self._most = most
        self._values: dict[Key, tuple[object, Value]] = {}

    def get(self, key: Key, version: object, read: Callable[[], Value]) -> Value:
        """What was read at this version, else what `read` gives now."""
        known = self._values.get(key)
        if known is not None and known[0] == version:
            return known[1]
        value = read()
        others = list(self._values.items())[1 - self._most :]
        self._values = {**dict(others), key: (version, value)}
        return value
