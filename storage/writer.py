"""The one writer of a SQLite file: a thread that drains a queue into group commits; answers when durable."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import TypeVar

from storage import sqlite_connection
from storage.connection import Connection
from storage.errors import StorageUnavailable

T = TypeVar("T")
#: Functions in one commit at most; bounds how long the first of them waits for its answer.
_GROUP = 256
_Outcome = tuple[object, BaseException | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """A function and whoever waits: a thread (no loop) or a task of a loop."""

    work: Callable[[Connection], object]
    answer: "Future[object] | asyncio.Future[object]"
    loop: asyncio.AbstractEventLoop | None

    def still_wanted(self) -> bool:
        """False when the caller was cancelled before its turn."""
        if isinstance(self.answer, Future):
            return self.answer.set_running_or_notify_cancel()
        return not self.answer.cancelled()


class Writer:
    """Runs functions one after another, each in its own savepoint, many in one commit."""

    def __init__(self, handle: sqlite3.Connection) -> None:
        """Takes over `handle`: nobody else may use it, and the writer closes it."""
        self._handle = handle
        self._connection = sqlite_connection.SqliteConnection(handle)
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._door = threading.Lock()
        self._closed = False
        self._version = self._data_version()
        self._thread = threading.Thread(target=self._run, name="storage-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Queue a function; the future is answered after its commit. StorageUnavailable once closed."""
        answer: Future[T] = Future()
        self._put(_Job(work=work, answer=answer, loop=None))  # type: ignore[arg-type]  # Future is invariant
        return answer

    def start(self, work: Callable[[Connection], T]) -> asyncio.Future[T]:
        """Like `submit` for a task: the answers of one commit wake its loop once, not once each."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._put(_Job(work=work, answer=answer, loop=loop))  # type: ignore[arg-type]  # Future is invariant
        return answer

    def changed(self, _: Connection) -> bool:
        """Whether another process has committed since the last call; to be submitted like any function."""
        before, self._version = self._version, self._data_version()
        return before != self._version

    def close(self) -> None:
        """Finish what is queued, end the thread, close the connection."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _put(self, job: _Job) -> None:
        with self._door:  # nothing may be queued behind the end marker
            if self._closed:
                raise StorageUnavailable("the database is closed")
            self._queue.put(job)

    def _run(self) -> None:
        last = False
        while not last:
            group, last = self._take()
            if group:
                self._commit(group)
        self._handle.close()

    def _take(self) -> tuple[list[_Job], bool]:
        group: list[_Job] = []
        job = self._queue.get()
        while job is not None:
            if job.still_wanted():
                group.append(job)
            if len(group) == _GROUP:
                return group, False
            try:
                job = self._queue.get_nowait()
            except Empty:
                return group, False
        return group, True

    def _commit(self, group: list[_Job]) -> None:
        outcomes: list[_Outcome] = []
        try:
            self._handle.execute("BEGIN IMMEDIATE")
            outcomes.extend(self._apply(job) for job in group)
            self._handle.execute("COMMIT")
        except sqlite3.Error as error:  # nothing of the group is in the file
            self._give_up()
            failure = sqlite_connection.translated(error)
            outcomes = [(None, failure)] * len(group)
        _answer(list(zip(group, outcomes, strict=True)))

    def _apply(self, job: _Job) -> _Outcome:
        self._handle.execute("SAVEPOINT one")
        self._connection.begin()
        try:
            result = job.work(self._connection)
            self._connection.finish()
        except BaseException as error:  # whatever it is belongs to the caller who waits for it
            if not self._handle.in_transaction:  # a full disk, for one, ends the whole group
                raise sqlite3.OperationalError(f"the transaction was lost: {error}") from error
            self._handle.execute("ROLLBACK TO one")
            self._handle.execute("RELEASE one")
            return None, error
        self._handle.execute("RELEASE one")
        return result, None

    def _give_up(self) -> None:
        with suppress(sqlite3.Error):  # the thread must live on: everybody waits for it
            if self._handle.in_transaction:
                self._handle.execute("ROLLBACK")

    def _data_version(self) -> int:
        return int(self._handle.execute("PRAGMA data_version").fetchone()[0])


def _answer(settled: list[tuple[_Job, _Outcome]]) -> None:
    for loop, some in groupby(settled, key=lambda pair: pair[0].loop):
        if loop is None:
            _settle(list(some))
        else:
            with suppress(RuntimeError):  # the loop has been closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, list(some))


def _settle(settled: list[tuple[_Job, _Outcome]]) -> None:
    for job, (result, problem) in settled:
        if job.answer.done():  # a task cancelled in the meantime
            continue
        if problem is None:
            job.answer.set_result(result)
        else:
            job.answer.set_exception(problem)
