"""Lists in SQL, on both engines."""

import pytest

from storage import lists
from storage.connection import Connection
from storage.database import Database


def test_a_list_is_marks_and_their_values() -> None:
    assert lists.listed(["a", "b"]) == (":v0, :v1", {"v0": "a", "v1": "b"})
    assert lists.listed(["a"], "f") == (":f0", {"f0": "a"})


@pytest.mark.parametrize("others", [0, 1, lists.AT_ONCE - 1, lists.AT_ONCE, 3 * lists.AT_ONCE])
def test_every_value_is_asked_for_in_a_list_of_any_length(db: Database, others: int) -> None:
    names = [*(f"name {number}" for number in range(others)), "revision"]

    def found(connection: Connection) -> list[str]:
        rows = [
            connection.execute(f"SELECT name FROM counters WHERE name IN ({marks})", values)
            for marks, values in lists.portions(names)
        ]
        return [row.text("name") for portion in rows for row in portion]

    assert db.read_sync(found) == ["revision"]
    portions = [list(values.values()) for _, values in lists.portions(names)]
    assert [value for portion in portions for value in portion] == names
    assert all(len(portion) <= lists.AT_ONCE for portion in portions)


def test_an_empty_list_asks_nothing() -> None:
    assert list(lists.portions([])) == []
