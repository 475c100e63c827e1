"""Many rows at once by primary or unique key. Checks names against the schema: a typo never makes a table."""

from collections.abc import Iterable, Mapping, Sequence

from storage.connection import Connection
from storage.errors import StorageError


def upsert_all(db: Connection, table: str, rows: Iterable[Mapping[str, object]], pk: str | Sequence[str]) -> int:
    """Insert each row or update the one with the same `pk` columns; how many rows were given.

    All rows have the same columns. StorageError for an unknown table or column, before anything is written.
    """
    records = [dict(row) for row in rows]
    if not records:
        return 0
    keys = (pk,) if isinstance(pk, str) else tuple(pk)
    names = tuple(records[0])
    _check_names(table, {*names, *keys}, _columns(db, table))
    if missing := set(keys) - set(names):
        raise StorageError(f"table {table}: the rows lack the key column {', '.join(sorted(missing))}")
    for number, record in enumerate(records, start=1):
        if tuple(record) != names:
            raise StorageError(f"table {table}, row {number}: expected the columns of row 1, in their order")
    db.upsert_all(table, records, keys)
    return len(records)


def _check_names(table: str, wanted: set[str], known: frozenset[str]) -> None:
    if not known:
        raise StorageError(f"no table {table!r} in the database")
    if strangers := wanted - known:
        raise StorageError(f"table {table} has no column {', '.join(sorted(strangers))}")


def _columns(db: Connection, table: str) -> frozenset[str]:
    if db.engine == "sqlite":
        found = db.execute("SELECT name FROM pragma_table_info(:name)", {"name": table})
    else:
        found = db.execute(
            "SELECT column_name AS name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = :name",
            {"name": table},
        )
    return frozenset(row.text("name") for row in found)
