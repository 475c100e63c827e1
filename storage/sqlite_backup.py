"""Copies a SQLite file into another, whole and tested, while others write to the first.

Owns what makes a copy good: the file is sound, holds this service's tables and an unbroken log of changes. Never
writes over anything: the copy gets its name only once it is good.
"""

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage import audit, migrations, moving, sqlite
from storage.errors import StorageError, StorageUnavailable
from storage.moving import Sum
from storage.sqlite_connection import SqliteConnection, translated

#: pages copied between two calls of `tell`
_STEP = 2_000
_CHUNK = 1 << 20

#: pages copied so far, and of how many
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A good copy."""

    size: int  #: bytes
    sha256: str  #: of the file
    tables: dict[str, Sum]
    entries: int  #: of the log of changes
    unsent: int  #: texts that had not left, or whose answer was not there yet

    @property
    def rows(self) -> int:
        """Of all tables together."""
        return sum(one.rows for one in self.tables.values())


def back_up(source: Path, target: Path, tell: Tell | None = None) -> Copied:
    """Copy the file, beside whatever works on it, as it is at one moment.

    StorageError says what stands in the way: no such file, a target that is there, a copy that is not good.
    """
    if not source.is_file():
        raise StorageError(f"{source}: there is no such file to back up")
    return _copy(source, target, tell)


def restore(source: Path, target: Path, tell: Tell | None = None) -> Copied:
    """Put a backup where the service looks for its file; StorageError if a service runs there, or a file is there."""
    if not source.is_file():
        raise StorageError(f"{source}: there is no such backup")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise StorageUnavailable(f"{target.parent}: {wrong.strerror}") from wrong
    with sqlite.held(target):
        _refuse_taken(target)
        _refuse_old_log(target)
        return _copy(source, target, tell)


def _refuse_old_log(target: Path) -> None:
    """SQLite would read the log of a file that is gone into the one that takes its name."""
    for ending in ("-wal", "-journal"):
        log = target.with_name(target.name + ending)
        if log.exists():
            raise StorageError(f"{log} is there: part of another database; move it away first, with its file")


def _copy(source: Path, target: Path, tell: Tell | None) -> Copied:
    _refuse_taken(target)
    with _part_of(target) as part:
        try:
            _copy_pages(source, part, tell)
            copied = _tested(part, source)
        except sqlite3.Error as wrong:
            raise _unusable(source, wrong) from wrong
        _take_name(part, target)
    return copied


def _refuse_taken(target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise StorageError(f"{target} is there already and is never written over; move it away or give another name")


@contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    """An empty file beside the target that only its owner reads; gone at the end."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f"{target.name}.", suffix=".part", dir=target.parent)
    except OSError as wrong:
        raise StorageUnavailable(f"{target}: {wrong.strerror}; give a path this user may write") from wrong
    os.close(descriptor)
    part = Path(name)
    try:
        yield part
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            part.with_name(part.name + ending).unlink(missing_ok=True)


def _copy_pages(source: Path, part: Path, tell: Tell | None) -> None:
    with closing(_reading(source)) as here, closing(sqlite3.connect(part, isolation_level=None)) as there:
        # One snapshot for the whole copy: else it would begin anew after each commit of somebody else.
        here.execute("BEGIN")
        here.execute("SELECT count(*) FROM sqlite_master").fetchall()
        here.backup(there, pages=_STEP, progress=lambda _, left, whole: tell(whole - left, whole) if tell else None)
        there.execute("PRAGMA journal_mode = DELETE")  # one file, with no log beside it


def _tested(part: Path, source: Path) -> Copied:
    with closing(_reading(part)) as handle:
        problems = [str(row[0]) for row in handle.execute("PRAGMA integrity_check(3)")]
        if problems != ["ok"]:
            raise StorageError(f"{source} is damaged: {'; '.join(problems)}")
        if lost := handle.execute("PRAGMA foreign_key_check").fetchone():
            raise StorageError(f"{source} is damaged: table {lost[0]} refers to rows of {lost[2]} that are not there")
        books = handle.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'tomoshibi'").fetchall()
        migrations.pending(str(row[0]) for row in books)
        handle.execute("BEGIN")
        db = SqliteConnection(handle)
        log = audit.verify(db)
        if isinstance(log, audit.Broken):
            raise StorageError(f"{source}: entry {log.number} of the log of changes: {log.reason}")
        (row,) = db.execute("SELECT count(*) AS n FROM messages WHERE state IN ('queued', 'handing')")
        tables, unsent = moving.sums(db), row.integer("n")
    size, digest = _digest(part)
    return Copied(size=size, sha256=digest, tables=tables, entries=log.entries, unsent=unsent)


def _digest(path: Path) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            digest.update(chunk)
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def _take_name(part: Path, target: Path) -> None:
    """Safe on the disk under its name, and nothing that came meanwhile is written over."""
    try:
        os.link(part, target)
    except FileExistsError:
        _refuse_taken(target)
    except OSError:  # a disk without second names, such as a memory stick
        _refuse_taken(target)
        part.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _reading(path: Path) -> sqlite3.Connection:
    handle = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    handle.execute("PRAGMA busy_timeout = 10000")
    return handle


def _unusable(source: Path, wrong: sqlite3.Error) -> StorageError:
    error = translated(wrong)
    if isinstance(error, StorageUnavailable):
        return StorageUnavailable(f"{source} could not be copied: {error}")
    return StorageError(f"{source}: {error}; is it a whole SQLite file of this service?")
