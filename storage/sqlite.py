"""The SQLite engine: opening a file, its lock, readers and writer. One file, one serving process."""

import fcntl
import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from storage import migrations, writer
from storage.connection import Connection, EngineName, Role
from storage.errors import StorageError, StorageUnavailable
from storage.sqlite_connection import SqliteConnection, translated

if TYPE_CHECKING:
    import sqlite_utils

T = TypeVar("T")
#: Read threads, and read connections kept open; pages and planning read side by side with the writer.
_READERS = 4
#: Milliseconds to wait for another process that holds the write lock.
_BUSY = 10_000
#: what the write-ahead log keeps on disk after a checkpoint: the thousand pages between two of them
_LOG_BYTES = 4_200_000
#: how sqlite-utils calls the set of our migrations
_BOOK = "tomoshibi"


class SqliteEngine:
    """One SQLite file: a writer thread, a few read-only connections."""

    name: EngineName = "sqlite"

    def __init__(self, path: Path, role: Role) -> None:
        self._path = path
        self._lock_file = _lock(path) if role == "serve" else None
        try:
            handle = _connect(path, role)
            _migrate(handle)
        except BaseException:
            _unlock(self._lock_file)
            raise
        self._writer = writer.Writer(handle)
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="storage-reader")
        self._closing = Lock()
        self._closed = False

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run on a read-only snapshot in this thread."""
        handle = self._reader()
        try:
            handle.execute("BEGIN")
            return work(SqliteConnection(handle))
        finally:
            if handle.in_transaction:
                handle.execute("ROLLBACK")
            self._keep(handle)

    def submit_read(self, work: Callable[[Connection], T]) -> Future[T]:
        """Run on a read-only snapshot in a thread."""
        try:
            return self._threads.submit(self.read, work)
        except RuntimeError as error:  # shut down
            raise StorageUnavailable("the database is closed") from error

    def submit_write(self, work: Callable[[Connection], T]) -> Future[T]:
        """Queue for the writer."""
        return self._writer.submit(work)

    def start_write(self, work: Callable[[Connection], T]) -> Awaitable[T]:
        """Queue for the writer, from a task that awaits it."""
        return self._writer.start(work)

    def submit_changed(self) -> Future[bool]:
        """Ask the writer's connection, the only one for which our own commits do not count."""
        return self._writer.submit(self._writer.changed)

    def pending_migrations(self) -> list[str]:
        """Nothing: opening has migrated."""
        return []

    def migrate(self) -> list[str]:
        """Nothing left to do: opening has migrated."""
        return []

    def close(self) -> None:
        """Readers first, the writer last, so that its connection leaves the file without a log beside it."""
        with self._closing:
            if self._closed:
                return
            self._threads.shutdown()
            self._closed = True
            while not self._idle.empty():
                self._idle.get().close()
            self._writer.close()
            _unlock(self._lock_file)

    def _reader(self) -> sqlite3.Connection:
        if self._closed:
            raise StorageUnavailable("the database is closed")
        try:
            return self._idle.get_nowait()
        except Empty:
            return _connect_reader(self._path)

    def _keep(self, handle: sqlite3.Connection) -> None:
        if self._idle.qsize() < _READERS and not self._closed:
            self._idle.put(handle)
        else:
            handle.close()


def open_file(path: Path, role: Role) -> SqliteEngine:
    """Open, and make where missing, the SQLite file; StorageError says what stands in the way."""
    if path.name.startswith(":") or not path.name:
        raise StorageError(f"database {str(path)!r}: expected the path of a file, such as data/tomoshibi.db")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Only its owner may read the register; the log files beside it take the mode of the file.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StorageUnavailable(f"database {path}: {error.strerror}; give a path this user may write") from error
    return SqliteEngine(path, role)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """No `serve` works on this file, and none begins to; StorageUnavailable names the one that does."""
    try:
        file = _lock(path)
    except OSError as error:
        raise StorageUnavailable(f"database {path}: {error.strerror}; give a path this user may write") from error
    try:
        yield
    finally:
        _unlock(file)


def _connect(path: Path, role: Role) -> sqlite3.Connection:
    handle = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    try:
        _prepare(handle)
        handle.execute("PRAGMA journal_mode = WAL")
        handle.execute("PRAGMA synchronous = FULL")
        handle.execute("PRAGMA foreign_keys = ON")
        # what is erased is overwritten, also the old pages that the log of a big import holds far behind its new ones
        handle.execute("PRAGMA secure_delete = ON")
        handle.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
        if role == "tool":  # checkpoints belong to the serving process
            handle.execute("PRAGMA wal_autocheckpoint = 0")
    except sqlite3.Error as error:
        handle.close()
        raise StorageUnavailable(f"database {path}: {error}; is it a SQLite file of this service?") from error
    return handle


def _connect_reader(path: Path) -> sqlite3.Connection:
    try:
        handle = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
        )
        _prepare(handle)
        handle.execute("PRAGMA query_only = ON")
    except sqlite3.Error as error:
        raise translated(error) from error
    return handle


def _prepare(handle: sqlite3.Connection) -> None:
    handle.execute(f"PRAGMA busy_timeout = {_BUSY}")
    handle.execute("PRAGMA case_sensitive_like = ON")  # as PostgreSQL's LIKE


def _migrate(handle: sqlite3.Connection) -> None:
    """Apply what is pending, all or nothing; sqlite-utils keeps the book (table `_sqlite_migrations`)."""
    if _is_up_to_date(handle):
        return
    import sqlite_utils  # with numpy half a second, which only a database that is behind waits for

    database = sqlite_utils.Database(handle, recursive_triggers=False, execute_plugins=False)
    book = sqlite_utils.Migrations(_BOOK)
    for migration in migrations.load():
        book(name=migration.name)(_apply(migration))
    try:
        if not migrations.pending(entry.name for entry in book.applied(database)):
            return
        # A table that is written anew takes the place of one that others refer to: looked at as a whole at the end.
        handle.execute("PRAGMA foreign_keys = OFF")
        # Our own BEGIN IMMEDIATE: two processes that start together must not both see it pending.
        handle.execute("BEGIN IMMEDIATE")
        book.apply(database)
        if lost := handle.execute("PRAGMA foreign_key_check").fetchone():
            raise StorageError(f"table {lost[0]} refers to rows of {lost[2]} that are not there: nothing was changed")
        handle.execute("COMMIT")
        handle.execute("PRAGMA foreign_keys = ON")
    except (sqlite3.Error, StorageError) as error:
        handle.close()
        raise translated(error) if isinstance(error, sqlite3.Error) else error from None


def _is_up_to_date(handle: sqlite3.Connection) -> bool:
    """A look into the book; whatever is wrong with it is said by who keeps it."""
    try:
        rows = handle.execute(f"SELECT name FROM _sqlite_migrations WHERE migration_set = '{_BOOK}'").fetchall()  # noqa: S608 -- a constant
        return not migrations.pending(name for (name,) in rows)
    except (sqlite3.Error, StorageError):
        return False


def _apply(migration: migrations.Migration) -> "Callable[[sqlite_utils.Database], None]":
    def apply(database: "sqlite_utils.Database") -> None:
        for statement in migration.statements("sqlite"):
            database.conn.execute(statement)

    return apply


def _lock(path: Path) -> int:
    file = os.open(path.with_name(path.name + ".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.read(file, 32).decode("ascii", "replace").strip() or "unknown"
        os.close(file)
        raise StorageUnavailable(
            f"database {path}: another serve (process {holder}) works on it;"
            " stop it first, or use PostgreSQL for several"
        ) from error
    os.truncate(file, 0)
    os.write(file, f"{os.getpid()}\n".encode("ascii"))
    return file


def _unlock(file: int | None) -> None:
    if file is not None:
        os.close(file)  # closing gives the lock up; the file stays, removing it would race
