"""`database move`, and what must be alone on a database."""

import json

import pytest

from run import main
from service import machines, opening
from service.settings import Settings
from storage import database, leases
from storage.errors import StorageUnavailable
from tests.conftest import Server
from tests.service.story import number

_KEY = "5b" * 32


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOMOSHIBI_DATABASE", str(tmp_path / "tomoshibi.db"))


def test_people_and_the_log_of_changes_move_to_postgresql(tmp_path, monkeypatch, capsys, postgresql_server: Server):
    file = tmp_path / "people.csv"
    file.write_text(f"phone,language,municipality\n{number(1)},vi,17204\n{number(2)},en,17204\n")
    assert main(["residents", "import", str(file), "--municipality", "17204", "--agreed", "--json"]) == 0
    capsys.readouterr()
    target = postgresql_server.create()
    assert main(["database", "move", target, "--json"]) == 0
    moved = json.loads(capsys.readouterr().out)
    assert moved["tables"]["subscribers"]["rows"] == 2
    assert main(["database", "move", target]) == 2
    assert "the target is not empty" in capsys.readouterr().err
    monkeypatch.setenv("TOMOSHIBI_DATABASE", target)
    monkeypatch.setenv("TOMOSHIBI_SECRET_KEY", (tmp_path / "tomoshibi.key").read_text())
    assert main(["residents", "count", "--json"]) == 0
    db = database.open(target)
    entries = db.read_sync(lambda c: c.execute("SELECT action FROM audit_entries ORDER BY number DESC LIMIT 1"))
    db.close_sync()
    assert entries[0].text("action") == "database moved"


@pytest.mark.parametrize("target", ["other.db", "mysql://there/db"])
def test_only_a_file_moves_and_only_to_postgresql(target, capsys):
    opening_made = database.open("tomoshibi.db")
    opening_made.close_sync()
    assert main(["database", "move", target]) == 2
    assert "postgresql://" in capsys.readouterr().err


def test_there_must_be_something_to_move(capsys):
    assert main(["database", "move", "postgresql://there/db"]) == 2
    assert "no file" in capsys.readouterr().err


async def test_nobody_works_beside_a_command_that_must_be_alone(postgresql_url):
    db = database.open(postgresql_url)
    settings = Settings(database=postgresql_url, secret_key=_KEY)
    worker = db.write_sync(leases.register, "worker here")
    with pytest.raises(StorageUnavailable, match="worker here"), opening.alone(settings):
        pass
    db.write_sync(leases.unregister, worker)
    with opening.alone(settings):
        with pytest.raises(StorageUnavailable, match="start again"):
            async with machines.opened(settings, db):
                pass
        with pytest.raises(StorageUnavailable, match="wait for its end"), opening.alone(settings):
            pass
    async with machines.opened(settings, db) as among:
        assert among.lead.epoch == 0
    db.close_sync()
