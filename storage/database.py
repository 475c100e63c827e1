"""The one door to the database. `open` gives a Database; its functions run store functions in transactions.

Refuses to know any table: store functions (`<package>/store.py`) bring their SQL and get a Connection.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from storage.connection import Connection as Connection
from storage.connection import Engine, EngineName, Role
from storage.errors import Conflict as Conflict
from storage.errors import StorageError as StorageError
from storage.errors import StorageUnavailable as StorageUnavailable
from storage.rows import Row as Row

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """An open database. Safe to share between tasks and threads; close it once at the end."""

    def __init__(self, engine: Engine, check: Callable[[Connection], None] | None = None) -> None:
        self._engine = engine
        self._check = check

    def guarded(self, check: Callable[[Connection], None]) -> "Database":
        """The same database, where every write first runs `check` in its transaction, which may refuse it."""
        return Database(self._engine, check)

    @property
    def engine(self) -> EngineName:
        """`sqlite` or `postgresql`."""
        return self._engine.name

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`fn(connection, *args)` on a read-only snapshot, in a thread."""
        return await asyncio.wrap_future(self._engine.submit_read(_bound(fn, *args, **kwargs)))

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`fn(connection, *args)` as one transaction; returns once it is durable.

        An exception of `fn` rolls back its own changes only and is raised here. A caller cancelled before its
        turn writes nothing; after its turn has begun the change is made all the same.
        """
        return await self._engine.start_write(self._checked(_bound(fn, *args, **kwargs)))

    def read_sync(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `read`, blocking: for the command line and tests."""
        return self._engine.read(_bound(fn, *args, **kwargs))

    def write_sync(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `write`, blocking: for the command line and tests."""
        return self._engine.submit_write(self._checked(_bound(fn, *args, **kwargs))).result()

    def _checked(self, work: Callable[[Connection], T]) -> Callable[[Connection], T]:
        check = self._check
        if check is None:
            return work

        def checked(connection: Connection) -> T:
            check(connection)
            return work(connection)

        return checked

    async def changed(self) -> bool | None:
        """Whether another process has committed since the last call; None where the engine cannot tell."""
        asked = self._engine.submit_changed()
        if asked is None:
            return None
        return await asyncio.wrap_future(asked)

    def pending_migrations(self) -> list[str]:
        """Names of migrations this program brings and the database has not seen."""
        return self._engine.pending_migrations()

    def migrate(self) -> list[str]:
        """Apply the pending migrations; their names."""
        return self._engine.migrate()

    async def close(self) -> None:
        """Let what is queued finish, then close; a second call does nothing."""
        await asyncio.to_thread(self._engine.close)

    def close_sync(self) -> None:
        """Like `close`, blocking."""
        self._engine.close()


def open(url: str | Path, *, role: Role = "tool") -> Database:
    """A Database for a SQLite path or a `postgresql://` address.

    SQLite: the file is made and migrated; a second `role="serve"` on it raises StorageUnavailable.
    PostgreSQL: not migrated here; with pending migrations `role="serve"` raises StorageError.
    """
    address = str(url)
    if is_postgresql(address):
        return Database(_open_postgresql(address, role))
    if "://" in address:
        raise StorageError("database: expected the path of a SQLite file, or an address postgresql://…")
    from storage import sqlite  # an engine is loaded only when it is used

    return Database(sqlite.open_file(Path(address), role))


def is_postgresql(url: str) -> bool:
    """Whether the address means PostgreSQL; everything else is a SQLite path."""
    return url.startswith(("postgresql://", "postgres://"))


def _open_postgresql(url: str, role: Role) -> Engine:
    try:
        from storage import postgresql  # psycopg is an extra
    except ImportError as error:
        raise StorageError("PostgreSQL needs the extra: pip install '.[postgres]'") from error
    return postgresql.open_server(url, role)


def _bound(fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> Callable[[Connection], T]:
    def work(connection: Connection) -> T:
        try:
            return fn(connection, *args, **kwargs)
        except StopIteration as error:  # cannot be raised into a task: it would wait for ever
            raise RuntimeError("a store function let StopIteration escape") from error

    return work
