"""What both engines share: a connection inside one open transaction, the engine behind a Database."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import Literal, Protocol, TypeVar

from storage.rows import Row

EngineName = Literal["sqlite", "postgresql"]
#: `pulse`: a few small transactions beside `serve`, which nothing keeps waiting
Role = Literal["serve", "pulse", "tool"]
Parameters = Mapping[str, object]
T = TypeVar("T")


class Connection(Protocol):
    """One open transaction. Values may be str, int, float, bytes or None; times only as text (storage.times).

    `IN :name`, without brackets, takes a list of integers or of texts, of any length, as one value.

    After a statement has failed the transaction is over: let the error pass, do not go on.
    """

    @property
    def engine(self) -> EngineName:
        """Which engine answers."""
        ...

    def execute(self, sql: str, params: Parameters | None = None) -> list[Row]:
        """Run one statement; its rows (SELECT, RETURNING), or an empty list."""
        ...

    def execute_count(self, sql: str, params: Parameters | None = None) -> int:
        """Run one INSERT, UPDATE or DELETE; how many rows it changed."""
        ...

    def executemany(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement for every row of parameters."""
        ...

    def upsert_all(self, table: str, rows: list[dict[str, object]], pk: tuple[str, ...]) -> None:
        """For storage.bulk.upsert_all, which checks the names: insert or update rows of the same columns."""
        ...


class Engine(Protocol):
    """What a Database needs of an engine; every function gets a Connection in its own transaction."""

    @property
    def name(self) -> EngineName: ...

    def read(self, work: Callable[[Connection], T]) -> T: ...

    def submit_read(self, work: Callable[[Connection], T]) -> Future[T]: ...

    def submit_write(self, work: Callable[[Connection], T]) -> Future[T]: ...

    def start_write(self, work: Callable[[Connection], T]) -> Awaitable[T]: ...

    def submit_changed(self) -> Future[bool] | None: ...

    def pending_migrations(self) -> list[str]: ...

    def migrate(self) -> list[str]: ...

    def close(self) -> None: ...
