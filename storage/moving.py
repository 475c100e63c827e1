"""Moves everything from one database to another of the same schema, whatever the engines, and compares.

In one transaction of the target: it holds all of it, compared row by row through a checksum, or nothing.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from storage import locking
from storage.connection import Connection
from storage.errors import StorageError

#: rows read and written at once
_PAGE = 2_000
#: bookkeeping of migrations, which every database keeps for itself
_BOOKS = frozenset({"_sqlite_migrations", "migrations"})
_CHECKSUM_BYTES = 32
#: table -> parents that PostgreSQL keeps for it by triggers instead of foreign keys (migration 0041)
BY_TRIGGER: Mapping[str, frozenset[str]] = {"messages": frozenset({"broadcasts", "subscribers", "texts"})}
#: tables of which a new database holds no row, and one that is in use does
_AT_WORK = ("audit_entries", "leases", "reports", "subscribers", "workers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table, as both databases have it."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    parents: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What stands in a table; the checksum does not depend on the order of rows."""

    rows: int
    checksum: str


class NotEmpty(StorageError):
    """The target holds something already; nothing was changed."""


class Differs(StorageError):
    """What arrived is not what was sent; nothing was kept."""


def tables(db: Connection) -> list[Table]:
    """All tables, parents before children; StorageError where they refer to each other in a circle."""
    found = {name: _table(db, name) for name in _names(db)}
    ordered: list[Table] = []
    while found:
        ready = [table for table in found.values() if not (table.parents - {table.name}) & found.keys()]
        if not ready:
            raise StorageError(f"tables refer to each other in a circle: {', '.join(sorted(found))}")
        for table in sorted(ready, key=lambda one: one.name):
            ordered.append(found.pop(table.name))
    return ordered


def sums(db: Connection) -> dict[str, Sum]:
    """What stands in every table."""
    return {table.name: _sum(_pages(db, table), table) for table in tables(db)}


def move(
    source: Connection,
    target: Connection,
    fresh: Mapping[str, Sum],
    tell: Callable[[str, int], None] = lambda table, rows: None,
) -> dict[str, Sum]:
    """Copy every row into the target, which must hold what a new database holds (`fresh`) and nothing else.

    What was copied, by table. Nothing may write to either meanwhile.
    """
    order = tables(source)
    _same_schema(order, tables(target))
    # first without a lock: a database at work must not stand still because somebody mistook it for a new one
    _refuse([name for name in _AT_WORK if target.execute(f"SELECT 1 AS there FROM {name} LIMIT 1")])  # noqa: S608
    for table in order:  # in this order for everybody who moves: two at once wait, and the second finds it full
        target.execute(f"SELECT 1 AS held FROM {_quoted(table.name)}{locking.for_change(target)}")  # noqa: S608
    _refuse(sorted(name for name, found in sums(target).items() if found != fresh.get(name)))
    for table in reversed(order):
        target.execute(f"DELETE FROM {_quoted(table.name)}")  # noqa: S608 -- a name out of the schema
    copied = {table.name: _copy(source, target, table, tell) for table in order}
    for table in order:
        if (arrived := _sum(_pages(target, table), table)) != copied[table.name]:
            raise Differs(f"table {table.name}: {copied[table.name]} were sent, {arrived} arrived")
    _set_sequences(target)
    return copied


def _refuse(filled: Sequence[str]) -> None:
    if filled:
        raise NotEmpty(f"the target is not empty: {', '.join(filled)}; give a new database")


def _copy(source: Connection, target: Connection, table: Table, tell: Callable[[str, int], None]) -> Sum:
    names = ", ".join(map(_quoted, table.columns))
    values = ", ".join(f":{name}" for name in table.columns)
    insert = f"INSERT INTO {_quoted(table.name)} ({names}) VALUES ({values})"  # noqa: S608 -- names out of the schema

    def passing() -> Iterator[Sequence[Mapping[str, object]]]:
        moved = 0
        for page in _pages(source, table):
            target.executemany(insert, page)
            moved += len(page)
            tell(table.name, moved)
            yield page

    return _sum(passing(), table)


def _pages(db: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    """All rows in the order of the key, a page at a time."""
    names, key = ", ".join(map(_quoted, table.columns)), ", ".join(map(_quoted, table.key))
    select = f"SELECT {names} FROM {_quoted(table.name)}"  # noqa: S608 -- names out of the schema
    after = ", ".join(f":{name}" for name in table.key)
    last: dict[str, object] | None = None
    while True:
        where = "" if last is None else f" WHERE ({key}) > ({after})"
        rows = db.execute(f"{select}{where} ORDER BY {key} LIMIT {_PAGE}", last or {})
        if not rows:
            return
        page = [dict(row) for row in rows]
        yield page
        last = {name: page[-1][name] for name in table.key}


def _sum(pages: Iterator[Sequence[Mapping[str, object]]], table: Table) -> Sum:
    rows, total = 0, 0
    for page in pages:
        rows += len(page)
        for row in page:
            written = "\x1f".join(_written(row[name]) for name in table.columns)
            total += int.from_bytes(hashlib.sha256(written.encode("utf-8", "surrogatepass")).digest())
    return Sum(rows=rows, checksum=(total % 2 ** (8 * _CHECKSUM_BYTES)).to_bytes(_CHECKSUM_BYTES).hex())


def _written(value: object) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return f"bytes {bytes(value).hex()}"
    return f"{type(value).__name__} {value}"


def _same_schema(here: Sequence[Table], there: Sequence[Table]) -> None:
    one, other = ({table.name: set(table.columns) for table in some} for some in (here, there))
    if one != other:
        odd = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
        raise StorageError(f"the databases are not of one version: {', '.join(odd)}; run `migrate` on both")


def _set_sequences(db: Connection) -> None:
    """The next number that the database gives by itself comes after all that are there."""
    if db.engine == "sqlite":
        return
    rows = db.execute(
        "SELECT table_name AS t, column_name AS c FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND is_identity = 'YES'"
    )
    for row in rows:
        table, column = row.text("t"), row.text("c")
        db.execute(
            f"SELECT setval(pg_get_serial_sequence(:table, :column), max({_quoted(column)}))"  # noqa: S608
            f" AS at FROM {_quoted(table)} HAVING max({_quoted(column)}) IS NOT NULL",
            {"table": table, "column": column},
        )


def _names(db: Connection) -> list[str]:
    if db.engine == "sqlite":
        found = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    else:
        found = db.execute("SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()")
    return [name for row in found if (name := row.text("name")) not in _BOOKS]


def _table(db: Connection, name: str) -> Table:
    asked = {"name": name}
    columns, key, parents = (db.execute(sql, asked) for sql in (_SQLITE if db.engine == "sqlite" else _POSTGRESQL))
    if not key:
        raise StorageError(f"table {name} has no primary key")
    return Table(
        name=name,
        columns=tuple(sorted(row.text("name") for row in columns)),
        key=tuple(row.text("name") for row in key),
        parents=frozenset(row.text("name") for row in parents) | BY_TRIGGER.get(name, frozenset()),
    )


_SQLITE = (
    "SELECT name FROM pragma_table_info(:name)",
    "SELECT name FROM pragma_table_info(:name) WHERE pk > 0 ORDER BY pk",
    'SELECT DISTINCT "table" AS name FROM pragma_foreign_key_list(:name)',
)
_POSTGRESQL = (
    "SELECT column_name AS name FROM information_schema.columns"
    " WHERE table_schema = current_schema() AND table_name = :name",
    "SELECT a.attname AS name FROM pg_constraint c"
    " JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k (number, place) ON true"
    " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number"
    " WHERE c.contype = 'p' AND c.conrelid = to_regclass(:name) ORDER BY k.place",
    "SELECT DISTINCT p.relname AS name FROM pg_constraint c JOIN pg_class p ON p.oid = c.confrelid"
    " WHERE c.contype = 'f' AND c.conrelid = to_regclass(:name)",
)


def _quoted(name: str) -> str:
    """Names come out of the schema, never from people; `groups` is a word of SQL."""
    return f'"{name}"'
