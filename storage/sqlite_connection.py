"""A transaction on SQLite: runs statements, gives rows, turns driver errors into ours."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import NoReturn

from storage import rows, sql
from storage.connection import EngineName, Parameters
from storage.errors import Conflict, StorageError, StorageUnavailable

_UNAVAILABLE = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_IOERR",
    "SQLITE_FULL",
    "SQLITE_CANTOPEN",
    "SQLITE_READONLY",
)


def _refuse_time(value: object) -> NoReturn:
    raise StorageError(f"{type(value).__name__} as a parameter: store times as text, storage.times.to_text(...)")


# The driver's own adapters would write a second spelling of times beside ours.
for _kind in (datetime, date, time):
    sqlite3.register_adapter(_kind, _refuse_time)
sqlite3.register_adapter(list, json.dumps)


class SqliteConnection:
    """One open transaction on a driver connection that somebody else begins and ends."""

    engine: EngineName = "sqlite"

    def __init__(self, handle: sqlite3.Connection) -> None:
        self._handle = handle
        self._failed = False

    def begin(self) -> None:
        """A new transaction: a failure of the one before no longer counts."""
        self._failed = False

    def finish(self) -> None:
        """Refuse to commit after a swallowed failure."""
        self._refuse_failed()

    def execute(self, statement: str, params: Parameters | None = None) -> list[rows.Row]:
        """Rows of one statement, or an empty list."""
        cursor = self._run(statement, params)
        if cursor.description is None:
            return []
        try:
            answers = cursor.fetchall()
        except sqlite3.Error as error:
            raise self._failure(error) from error
        return rows.build([column[0] for column in cursor.description], answers)

    def execute_count(self, statement: str, params: Parameters | None = None) -> int:
        """Rows changed. Counted by the connection: the driver's rowcount does not know `WITH … INSERT`."""
        before = self._handle.total_changes
        self.execute(statement, params)
        return self._handle.total_changes - before

    def executemany(self, statement: str, many: Iterable[Parameters]) -> None:
        """One statement for every row of parameters."""
        self._refuse_failed()
        try:
            self._handle.executemany(sql.for_sqlite(statement), many)
        except sqlite3.Error as error:
            raise self._failure(error) from error

    def upsert_all(self, table: str, records: list[dict[str, object]], pk: tuple[str, ...]) -> None:
        """Insert or update by sqlite-utils; storage.bulk has checked the names."""
        import sqlite_utils  # with numpy half a second, which only bulk work waits for

        self._refuse_failed()
        try:
            database = sqlite_utils.Database(self._handle, recursive_triggers=False, execute_plugins=False)
            database.table(table).upsert_all(records, pk=pk)
        except sqlite3.Error as error:
            raise self._failure(error) from error

    def _run(self, statement: str, params: Parameters | None) -> sqlite3.Cursor:
        self._refuse_failed()
        try:
            return self._handle.execute(sql.for_sqlite(statement), params or {})
        except sqlite3.Error as error:
            raise self._failure(error) from error

    def _failure(self, error: sqlite3.Error) -> StorageError:
        self._failed = True
        return translated(error)

    def _refuse_failed(self) -> None:
        # PostgreSQL ends a transaction at its first error; being as strict here keeps one behaviour.
        if self._failed:
            raise StorageError("a statement of this transaction has failed; it takes no others")


def translated(error: sqlite3.Error) -> StorageError:
    """Our error for a driver's error."""
    name = getattr(error, "sqlite_errorname", "")
    if isinstance(error, sqlite3.IntegrityError):
        return Conflict(str(error))
    if name.startswith(_UNAVAILABLE):
        return StorageUnavailable(f"{error} ({name})")
    return StorageError(str(error))
