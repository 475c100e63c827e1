"""What is SQLite's own: the lock, group commit, another process, nothing left behind."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from storage import database

_ADD = "INSERT INTO counters (name, value) VALUES (:name, 0)"


def _add(db: database.Connection, name: str) -> None:
    db.execute(_ADD, {"name": name})


def _count(db: database.Connection) -> int:
    return db.execute("SELECT COUNT(*) AS n FROM counters")[0].integer("n")


def _pragma(name: str) -> Callable[[database.Connection], object]:
    return lambda db: next(iter(db.execute(f"PRAGMA {name}")[0].values()))


@pytest.fixture
def path(sqlite_url: str) -> Path:
    """A migrated, empty file."""
    return Path(sqlite_url)


def test_a_second_serve_on_one_file_is_refused_and_told_who_has_it(path: Path) -> None:
    first = database.open(path, role="serve")
    with pytest.raises(database.StorageUnavailable, match=f"another serve .process {os.getpid()}."):
        database.open(path, role="serve")
    tool = database.open(path)
    tool.write_sync(_add, "tool")
    tool.close_sync()
    first.close_sync()
    database.open(path, role="serve").close_sync()


def test_settings_that_keep_a_promise(path: Path) -> None:
    for role, checkpoint in (("serve", 1000), ("tool", 0)):
        db = database.open(path, role=role)  # type: ignore[arg-type]  # the two roles
        assert db.write_sync(_pragma("journal_mode")) == "wal"
        assert db.write_sync(_pragma("synchronous")) == 2
        assert db.write_sync(_pragma("foreign_keys")) == 1
        assert db.write_sync(_pragma("wal_autocheckpoint")) == checkpoint
        assert db.write_sync(_pragma("secure_delete")) == 1
        assert db.read_sync(_pragma("query_only")) == 1
        db.close_sync()


def test_folders_are_made_and_only_the_owner_may_read(tmp_path: Path) -> None:
    path = tmp_path / "data" / "deep" / "tomoshibi.db"
    db = database.open(path, role="serve")
    db.write_sync(_add, "a")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    db.close_sync()
    assert set(modes) >= {"tomoshibi.db", "tomoshibi.db-wal", "tomoshibi.db.lock"}
    assert set(modes.values()) == {0o600}


def test_old_pages_do_not_stay_in_the_log_of_a_service_that_goes_on(path: Path) -> None:
    """As those of whoever is erased: after a big import the log was long, and only its beginning was written again."""
    db = database.open(path, role="serve")
    log = path.with_name(path.name + "-wal")
    db.write_sync(lambda connection: [_add(connection, f"{number:04d}" * 500) for number in range(4000)])
    assert log.stat().st_size > 8_000_000
    for number in range(2):
        db.write_sync(_add, str(number))
    assert log.stat().st_size <= 4_200_000
    db.close_sync()


def test_closing_leaves_one_file_without_a_log(path: Path) -> None:
    db = database.open(path)
    db.write_sync(_add, "a")
    db.close_sync()
    assert [file.name for file in path.parent.iterdir()] == ["tomoshibi.db"]


@pytest.mark.parametrize("url", [":memory:", ""])
def test_a_name_that_is_no_file_is_refused(url: str) -> None:
    with pytest.raises(database.StorageError, match="expected the path of a file"):
        database.open(url)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.db"
    path.write_text("these are words, not pages of a database, " * 100)
    for role in ("serve", "tool"):
        with pytest.raises(database.StorageUnavailable, match="not a database"):
            database.open(path, role=role)  # type: ignore[arg-type]  # the two roles
    assert path.read_text().startswith("these are words")


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(database.StorageUnavailable, match="may write"):
        database.open(tmp_path / "file" / "tomoshibi.db")


async def test_many_functions_share_a_commit(path: Path) -> None:
    db = database.open(path)
    witness = sqlite3.connect(path)
    try:
        held = threading.Event()
        first = asyncio.ensure_future(db.write(lambda _: held.wait(10)))
        many = [asyncio.ensure_future(db.write(_add, f"n{number}")) for number in range(200)]
        await asyncio.sleep(0)
        before = witness.execute("PRAGMA data_version").fetchone()[0]
        held.set()
        await asyncio.gather(first, *many)
        seen = witness.execute("SELECT COUNT(*) FROM counters").fetchone()[0]
        after = witness.execute("PRAGMA data_version").fetchone()[0]
        frames = (path.with_name(path.name + "-wal").stat().st_size - 32) // (4096 + 24)
    finally:
        witness.close()
        await db.close()
    assert seen == 201
    assert before != after
    assert frames < 60, "200 commits would have written each its own pages"


async def test_an_answer_is_given_after_the_commit(path: Path) -> None:
    db = database.open(path)
    witness = sqlite3.connect(path)
    try:
        for number in range(20):
            await db.write(_add, f"n{number}")
            assert witness.execute("SELECT COUNT(*) FROM counters").fetchone()[0] == number + 2
    finally:
        witness.close()
        await db.close()


def test_what_was_answered_survives_a_kill(path: Path) -> None:
    program = (
        "import sys, os, signal\n"
        "from storage import database\n"
        f"db = database.open({str(path)!r}, role='serve')\n"
        "for number in range(50):\n"
        f"    db.write_sync(lambda c, n=number: c.execute({_ADD!r}, {{'name': f'n{{n}}'}}))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], timeout=60)
    assert killed.returncode == -9
    db = database.open(path, role="serve")  # the lock died with its process
    assert db.read_sync(_count) == 51
    db.close_sync()


async def test_changes_of_others_are_noticed_and_our_own_are_not(path: Path) -> None:
    serve, tool = database.open(path, role="serve"), database.open(path)
    assert await serve.changed() is False
    await serve.write(_add, "ours")
    await serve.read(_count)
    assert await serve.changed() is False
    await tool.write(_add, "theirs")
    assert await serve.changed() is True
    assert await serve.changed() is False
    await tool.close()
    await serve.close()


async def test_a_lock_held_by_another_process_is_waited_for(path: Path) -> None:
    db = database.open(path)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.ensure_future(db.write(_add, "patient"))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        other.execute("COMMIT")
        await waiting
    finally:
        other.close()
        await db.close()


async def test_a_lock_held_too_long_fails_those_who_wait_and_nobody_later(path: Path) -> None:
    db = database.open(path)
    db.write_sync(lambda connection: connection.execute("PRAGMA busy_timeout = 20"))
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(database.StorageUnavailable, match="locked"):
            await db.write(_add, "late")
        other.execute("COMMIT")
        await db.write(_add, "later")
        assert await db.read(_count) == 2
    finally:
        other.close()
        await db.close()


async def test_a_full_disk_fails_the_group_and_the_writer_lives_on(path: Path) -> None:
    db = database.open(path)
    pages = int(str(db.write_sync(_pragma("page_count"))))
    db.write_sync(_pragma(f"max_page_count = {pages + 2}"))
    held = threading.Event()
    first = asyncio.ensure_future(db.write(lambda _: held.wait(10)))
    small = asyncio.ensure_future(db.write(_add, "small"))
    big = asyncio.ensure_future(db.write(_add, "x" * 1_000_000))
    await asyncio.sleep(0)
    held.set()
    outcomes = await asyncio.gather(first, small, big, return_exceptions=True)
    assert isinstance(outcomes[2], database.StorageError)
    stored = await db.read(_count)
    assert stored == (1 if isinstance(outcomes[1], Exception) else 2)
    db.write_sync(_pragma("max_page_count = 1000000"))
    await db.write(_add, "after")
    assert await db.read(_count) == stored + 1
    await db.close()


def test_nothing_is_left_after_fifty_databases(path: Path) -> None:
    def look() -> tuple[int, int]:
        return len(os.listdir("/proc/self/fd")), threading.active_count()

    before = look()
    for number in range(50):
        db = database.open(path, role="serve")
        db.write_sync(_add, f"n{number}")
        assert asyncio.run(db.read(_count)) == number + 2
        db.close_sync()
    assert look() == before


def test_a_refused_opening_leaves_nothing(path: Path) -> None:
    db = database.open(path, role="serve")
    before = len(os.listdir("/proc/self/fd")), threading.active_count()
    for _ in range(10):
        with pytest.raises(database.StorageUnavailable):
            database.open(path, role="serve")
    assert (len(os.listdir("/proc/self/fd")), threading.active_count()) == before
    db.close_sync()
