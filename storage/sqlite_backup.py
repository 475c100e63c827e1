"""Copies a SQLite file into another, whole and tested, while others write to the first.

Owns what makes a copy good: the file is sound, holds this service's tables and an unbroken log of changes. Never
writes over anything: the copy gets its name only once it is good.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from storage import backups, migrations, sqlite
from storage.backups import Change, Copied
from storage.errors import StorageError, StorageUnavailable
from storage.sqlite_connection import SqliteConnection, translated

#: pages copied between two calls of `tell`
_STEP = 2_000

#: pages copied so far, and of how many
Tell = Callable[[int, int], None]


def back_up(source: Path, target: Path, tell: Tell | None = None) -> Copied:
    """Copy the file, beside whatever works on it, as it is at one moment.

    StorageError says what stands in the way: no such file, a target that is there, a copy that is not good.
    """
    if not source.is_file():
        raise StorageError(f"{source}: there is no such file to back up")
    return _copy(source, target, tell)


def restore(source: Path, target: Path, change: Change, tell: Tell | None = None) -> Copied:
    """Put a backup where the service looks for its file; StorageError if a service runs there, or a file is there.

    `change` is made in it, with this program's tables, before it is there: nobody can serve without it.
    """
    if not source.is_file():
        raise StorageError(f"{source}: there is no such backup")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise StorageUnavailable(f"{target.parent}: {wrong.strerror}") from wrong
    with sqlite.held(target):
        backups.refuse_taken(target)
        _refuse_old_log(target)
        return _copy(source, target, tell, change)


def _refuse_old_log(target: Path) -> None:
    """SQLite would read the log of a file that is gone into the one that takes its name."""
    for ending in ("-wal", "-journal"):
        log = target.with_name(target.name + ending)
        if log.exists():
            raise StorageError(f"{log} is there: part of another database; move it away first, with its file")


def _copy(source: Path, target: Path, tell: Tell | None, change: Change | None = None) -> Copied:
    backups.refuse_taken(target)
    with backups.part_of(target) as part:
        try:
            _copy_pages(source, part, tell)
            copied = _tested(part, source)
            if change is not None:
                copied = _changed(part, source, change, copied.held.unsent)
        except sqlite3.Error as wrong:
            raise _unusable(source, wrong) from wrong
        backups.take_name(part, target)
    return copied


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
        held = backups.look(db, str(source))
    size, digest = backups.digest(part)
    return Copied(size=size, sha256=digest, held=held)


def _changed(part: Path, source: Path, change: Change, unsent: int) -> Copied:
    """The copy with the change in it, tested once more; the texts that had not left are those of the backup."""
    engine = sqlite.open_file(part, "tool")
    try:
        engine.submit_write(change).result()
    finally:
        engine.close()
    with closing(sqlite3.connect(part, isolation_level=None)) as handle:
        handle.execute("PRAGMA journal_mode = DELETE")
    copied = _tested(part, source)
    return replace(copied, held=replace(copied.held, unsent=unsent))


def _reading(path: Path) -> sqlite3.Connection:
    handle = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    handle.execute("PRAGMA busy_timeout = 10000")
    return handle


def _unusable(source: Path, wrong: sqlite3.Error) -> StorageError:
    error = translated(wrong)
    if isinstance(error, StorageUnavailable):
        return StorageUnavailable(f"{source} could not be copied: {error}")
    return StorageError(f"{source}: {error}; is it a whole SQLite file of this service?")
