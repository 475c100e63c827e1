"""The PostgreSQL engine: psycopg behind a pool, run in threads. The only door to psycopg."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from threading import Lock
from typing import TypeVar
from urllib.parse import urlsplit

import psycopg
from psycopg import sql as compose
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader, Transformer
from psycopg.types.numeric import IntDumper
from psycopg_pool import ConnectionPool

from storage import migrations, rows, sql, tickets
from storage.connection import Connection, EngineName, Parameters, Role
from storage.errors import Conflict, StorageError, StorageUnavailable

T = TypeVar("T")
_POOL: dict[Role, int] = {"serve": 8, "pulse": 2, "tool": 2}
#: Seconds to wait for the server at opening and for a free connection later.
_PATIENCE = 10.0
#: Any number of our own: who holds it migrates, the others wait.
_MIGRATION_LOCK = 7_417_204
#: Milliseconds after which a transaction whose process is gone, or stands still, gives its locks back.
_STUCK = 10_000
#: rows of one INSERT
_ROWS_AT_ONCE = 500
_FULL = "all its connections are taken"
_BOOK = "CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)"


class PostgresqlConnection:
    """One open transaction on a pooled connection."""

    engine: EngineName = "postgresql"

    def __init__(self, handle: psycopg.Connection) -> None:
        self._handle = handle
        self._quoting = Transformer(handle)
        self._failed = False

    def finish(self) -> None:
        """Refuse to commit after a swallowed failure: the server would roll back and not say so."""
        if self._failed:
            raise StorageError("a statement of this transaction has failed; it takes no others")

    def execute(self, statement: str, params: Parameters | None = None) -> list[rows.Row]:
        """Rows of one statement, or an empty list."""
        with self._run(statement, params) as cursor:
            if cursor.description is None:
                return []
            return rows.build([column.name for column in cursor.description], cursor.fetchall())

    def execute_count(self, statement: str, params: Parameters | None = None) -> int:
        """Rows changed."""
        with self._run(statement, params) as cursor:
            return cursor.rowcount

    def executemany(self, statement: str, many: Iterable[Parameters]) -> None:
        """One statement for every row of parameters; plain inserts go many rows at once, the others without waiting
        for each answer.
        """
        parts = sql.many_rows(statement)
        try:
            with self._handle.cursor() as cursor:
                if parts is None:
                    cursor.executemany(sql.percent_style(statement).encode(), many)
                else:
                    self._insert(cursor, parts, many)
        except psycopg.Error as error:
            raise self._failure(error) from error

    def upsert_all(self, table: str, records: list[dict[str, object]], pk: tuple[str, ...]) -> None:
        """Insert or update; storage.bulk has checked the names."""
        try:
            with self._handle.cursor() as cursor:
                cursor.executemany(_upsert(table, tuple(records[0]), pk), records)
        except psycopg.Error as error:
            raise self._failure(error) from error

    def run_script(self, parts: Iterable[str]) -> None:
        """Statements that a library brings, as they are."""
        try:
            for part in parts:
                self._handle.execute(part.encode())
        except psycopg.Error as error:
            raise self._failure(error) from error

    def _run(self, statement: str, params: Parameters | None) -> psycopg.Cursor:
        text = self._with_values(sql.split(statement), params or {})
        try:
            return self._handle.execute(text.encode())
        except psycopg.Error as error:
            raise self._failure(error) from error

    def _insert(self, cursor: psycopg.Cursor, parts: sql.ManyRows, many: Iterable[Parameters]) -> None:
        """The server parses and plans once for all of them, which costs it more than a row itself."""
        row, left = sql.split(f"VALUES {parts.row}"), iter(many)
        while some := list(islice(left, _ROWS_AT_ONCE)):
            rows_text = ", ".join(self._with_values(row, params).removeprefix("VALUES ") for params in some)
            cursor.execute(f"{parts.head}{rows_text}{parts.tail}".encode())

    def _with_values(self, split: sql.Split, params: Parameters) -> str:
        """The statement as the server reads it. psycopg would take a long one apart anew each time."""
        pieces: list[str] = []
        for text, name in zip(split.texts, split.names, strict=True):
            if name not in params:
                self._failed = True
                raise StorageError(f"the statement has no value for :{name}")
            value = params[name]
            pieces += (text, self._literal(value))
        pieces.append(split.end)
        return "".join(pieces)

    def _literal(self, value: object) -> str:
        kind = type(value)
        if kind is int:  # a space, or a minus before it would begin a comment
            return f" {value}"
        if isinstance(value, list) and value and type(value[0]) is int:
            return f"'{{{','.join(map(str, value))}}}'::bigint[]"
        return "NULL" if value is None else self._quoting.as_literal(value).decode()

    def _failure(self, error: psycopg.Error) -> StorageError:
        self._failed = True
        return translated(error)


class PostgresqlEngine:
    """A server: a pool of connections, and as many threads."""

    name: EngineName = "postgresql"

    def __init__(self, url: str, role: Role) -> None:
        size = _POOL[role]
        if why := _unreachable(url):  # one line at once, where the pool would try for long
            raise StorageUnavailable(f"{_place(url)} does not answer: {why}")
        self._pool = ConnectionPool(
            url,
            min_size=1,
            max_size=size,
            timeout=_PATIENCE,
            # it sends values within statements and prepares none: counting them for that would keep the last hundred of
            # each connection, telegrams and texts in them
            kwargs={"cursor_factory": psycopg.ClientCursor, "prepare_threshold": None},
            configure=_configure if role == "tool" else _configure_never_stuck,
            check=ConnectionPool.check_connection,
            open=False,
        )
        try:
            self._pool.open(wait=True, timeout=_PATIENCE)
        except psycopg.OperationalError as error:
            self._pool.close()
            raise StorageUnavailable(f"{_place(url)} does not answer: {_unreachable(url) or _FULL}") from error
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="storage-postgresql")
        self._closing = Lock()
        self._closed = False

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run on a read-only snapshot in this thread."""
        return self._transaction(work, read_only=True)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run as one transaction in this thread."""
        return self._transaction(work, read_only=False)

    def submit_read(self, work: Callable[[Connection], T]) -> Future[T]:
        """Run on a read-only snapshot in a thread."""
        return self._submit(self.read, work)

    def submit_write(self, work: Callable[[Connection], T]) -> Future[T]:
        """Run as one transaction in a thread."""
        return self._submit(self.write, work)

    def start_write(self, work: Callable[[Connection], T]) -> Awaitable[T]:
        """The same, for a task to await."""
        return asyncio.wrap_future(self.submit_write(work))

    def submit_changed(self) -> None:
        """The server does not tell cheaply: callers poll their tables."""
        return

    def pending_migrations(self) -> list[str]:
        """Names of what is not applied yet."""
        return self.read(_pending)

    def migrate(self) -> list[str]:
        """Apply what is pending in one transaction, one process at a time."""
        return self._transaction(_migrate, read_only=False)

    def close(self) -> None:
        """Let the threads finish, close the pool; a second call does nothing."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._threads.shutdown()
            self._pool.close()

    def _submit(self, run: Callable[[Callable[[Connection], T]], T], work: Callable[[Connection], T]) -> Future[T]:
        try:
            return self._threads.submit(run, work)
        except RuntimeError as error:  # shut down
            raise StorageUnavailable("the database is closed") from error

    def _transaction(self, work: Callable[[PostgresqlConnection], T], *, read_only: bool) -> T:
        try:
            with self._pool.connection() as handle:
                level = psycopg.IsolationLevel.REPEATABLE_READ if read_only else psycopg.IsolationLevel.READ_COMMITTED
                handle.read_only = read_only
                handle.isolation_level = level
                with handle.transaction():
                    connection = PostgresqlConnection(handle)
                    result = work(connection)
                    connection.finish()
            return result
        except psycopg.Error as error:  # connecting, beginning, committing
            raise translated(error) from error


def open_server(url: str, role: Role) -> PostgresqlEngine:
    """Connect; a serving process refuses a schema that is not up to date."""
    engine = PostgresqlEngine(url, role)
    try:
        pending = engine.pending_migrations() if role == "serve" else []
    except BaseException:
        engine.close()
        raise
    if pending:
        engine.close()
        raise StorageError(f"{_place(url)} lacks {', '.join(pending)}: run `python run.py migrate` first")
    return engine


def translated(error: psycopg.Error) -> StorageError:
    """Our error for a driver's error."""
    if isinstance(error, psycopg.IntegrityError):
        return Conflict(str(error))
    # internal: the server cannot go on, or has cut off what stood still in a transaction
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | psycopg.InternalError):
        return StorageUnavailable(f"PostgreSQL: {error}")
    return StorageError(str(error))


class _WholeNumbers(Loader):
    """NUMERIC as SQLite gives it: an integer where it is whole (SUM of integers), else a float."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data).decode("ascii")
        return float(text) if "." in text or not text.lstrip("-").isdigit() else int(text)


class _FlagLoader(Loader):
    """Comparisons as SQLite gives them: 1 and 0."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data) == b"t")


class _RefuseTime(Dumper):
    """Times are stored as text only."""

    def dump(self, obj: object) -> Buffer:
        raise StorageError(f"{type(obj).__name__} as a parameter: store times as text, storage.times.to_text(...)")


def _configure(handle: psycopg.Connection) -> None:
    handle.adapters.register_loader("numeric", _WholeNumbers)
    handle.adapters.register_loader("bool", _FlagLoader)
    handle.adapters.register_dumper(bool, IntDumper)
    for kind in ("datetime.datetime", "datetime.date", "datetime.time"):
        handle.adapters.register_dumper(kind, _RefuseTime)


def _configure_never_stuck(handle: psycopg.Connection) -> None:
    """For processes whose rows others wait for; a command may think long within a transaction."""
    _configure(handle)
    handle.execute(f"SET idle_in_transaction_session_timeout = {_STUCK}".encode())
    handle.commit()


def _upsert(table: str, names: tuple[str, ...], pk: tuple[str, ...]) -> compose.Composed:
    changes = [compose.SQL("{0} = excluded.{0}").format(compose.Identifier(name)) for name in names if name not in pk]
    return compose.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO {}").format(
        compose.Identifier(table),
        compose.SQL(", ").join(map(compose.Identifier, names)),
        compose.SQL(", ").join(map(compose.Placeholder, names)),
        compose.SQL(", ").join(map(compose.Identifier, pk)),
        compose.SQL("UPDATE SET {}").format(compose.SQL(", ").join(changes)) if changes else compose.SQL("NOTHING"),
    )


def _applied(db: Connection) -> list[str]:
    if db.execute("SELECT to_regclass('migrations') AS found")[0]["found"] is None:
        return []
    return [row.text("name") for row in db.execute("SELECT name FROM migrations ORDER BY name")]


def _pending(db: Connection) -> list[str]:
    ours = [migration.name for migration in migrations.pending(_applied(db))]
    runner = tickets.version()
    return ours if _runner(db) == runner else [*ours, f"runner {runner}"]


def _runner(db: Connection) -> str:
    """The version of procrastinate's tables; '' where there are none."""
    rows = db.execute(
        "SELECT obj_description(oid, 'pg_namespace') AS version FROM pg_namespace WHERE nspname = :name",
        {"name": tickets.SCHEMA},
    )
    return (rows[0].optional_text("version") or "") if rows else ""


def _migrate(db: PostgresqlConnection) -> list[str]:
    db.execute("SELECT pg_advisory_xact_lock(:key)", {"key": _MIGRATION_LOCK})
    db.execute(_BOOK)
    done = _pending(db)
    for migration in migrations.pending(_applied(db)):
        for statement in migration.statements("postgresql"):
            db.execute(statement)
        db.execute("INSERT INTO migrations (name, applied_at) VALUES (:name, now())", {"name": migration.name})
    before, after = _runner(db), tickets.version()
    if before < after:
        script = [
            f"CREATE SCHEMA IF NOT EXISTS {tickets.SCHEMA}",
            f"SET LOCAL search_path TO {tickets.SCHEMA}",
            *tickets.scripts(before),
            f"COMMENT ON SCHEMA {tickets.SCHEMA} IS '{after}'",
        ]
        db.run_script(script)
    return done


def _place(url: str) -> str:
    """The address without user and password."""
    parts = urlsplit(url)
    return f"PostgreSQL at {parts.hostname or 'the local socket'}{parts.path}"


def _unreachable(url: str) -> str:
    """Why a connection cannot be made; empty if it can."""
    try:
        with psycopg.connect(url, connect_timeout=3):
            return ""
    except psycopg.Error as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        return lines[0].removeprefix("connection failed: ") if lines else type(error).__name__
