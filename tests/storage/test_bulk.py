"""Many rows at once, on both engines."""

import pytest

from storage import bulk, database


def _rows(*pairs: tuple[str, int]) -> list[dict[str, object]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _counters(db: database.Connection) -> dict[str, int]:
    return {row.text("name"): row.integer("value") for row in db.execute("SELECT name, value FROM counters")}


def test_rows_are_added_and_changed(db: database.Database) -> None:
    assert db.write_sync(bulk.upsert_all, "counters", _rows(("a", 1), ("b", 2)), "name") == 2
    assert db.write_sync(bulk.upsert_all, "counters", _rows(("b", 3), ("c", 4)), ["name"]) == 2
    assert db.read_sync(_counters) == {"revision": 0, "a": 1, "b": 3, "c": 4}


def test_the_same_rows_again_change_nothing(db: database.Database) -> None:
    many = _rows(*((f"n{number}", number) for number in range(2500)))
    for _ in range(2):
        db.write_sync(bulk.upsert_all, "counters", many, "name")
    assert len(db.read_sync(_counters)) == 2501


def test_no_rows_are_well(db: database.Database) -> None:
    assert db.write_sync(bulk.upsert_all, "counters", [], "name") == 0


def test_a_key_of_all_columns_leaves_the_row(db: database.Database) -> None:
    def twice(connection: database.Connection) -> int:
        row = [{"name": "a", "value": 1}]
        bulk.upsert_all(connection, "counters", row, "name")
        return bulk.upsert_all(connection, "counters", [{"name": "a", "value": 1}], "name")

    assert db.write_sync(twice) == 1


def test_codes_keep_their_zeros(db: database.Database) -> None:
    rows = [{"name": "01100", "etag": "1.0", "failures": 0}]
    db.write_sync(bulk.upsert_all, "feeds", rows, "name")
    found = db.read_sync(lambda connection: connection.execute("SELECT name, etag FROM feeds")[0])
    assert (found.text("name"), found.text("etag")) == ("01100", "1.0")


def test_rows_of_a_failed_function_are_taken_back(db: database.Database) -> None:
    def fail(connection: database.Connection) -> None:
        bulk.upsert_all(connection, "counters", _rows(("a", 1)), "name")
        raise LookupError

    with pytest.raises(LookupError):
        db.write_sync(fail)
    assert db.read_sync(_counters) == {"revision": 0}


@pytest.mark.parametrize(
    ("table", "row", "pk", "words"),
    [
        ("countres", {"name": "a", "value": 1}, "name", "no table"),
        ("counters", {"name": "a", "valeu": 1}, "name", "no column valeu"),
        ("counters", {"name": "a", "value": 1}, "id", "no column id"),
        ("counters", {"value": 1}, "name", "lack the key column name"),
        ('counters" --', {"name": "a"}, "name", "no table"),
    ],
)
def test_unknown_names_are_refused_before_anything_is_written(
    db: database.Database, table: str, row: dict[str, object], pk: str, words: str
) -> None:
    with pytest.raises(database.StorageError, match=words):
        db.write_sync(bulk.upsert_all, table, [row], pk)
    assert db.read_sync(_counters) == {"revision": 0}


def test_rows_of_different_columns_are_refused_with_their_number(db: database.Database) -> None:
    rows = [{"name": "a", "value": 1}, {"name": "b"}]
    with pytest.raises(database.StorageError, match="row 2"):
        db.write_sync(bulk.upsert_all, "counters", rows, "name")


def test_a_null_in_a_required_column_is_a_conflict(db: database.Database) -> None:
    with pytest.raises(database.Conflict):
        db.write_sync(bulk.upsert_all, "counters", [{"name": "a", "value": None}], "name")
