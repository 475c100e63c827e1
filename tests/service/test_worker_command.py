"""`worker` beside a SQLite file."""

from run import main
from storage import database, leases


def test_a_worker_on_a_sqlite_file_is_refused_in_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TOMOSHIBI_DATABASE", str(tmp_path / "tomoshibi.db"))
    monkeypatch.chdir(tmp_path)
    assert main(["worker"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "TOMOSHIBI_DATABASE" in said and "postgresql://" in said
    assert not (tmp_path / "tomoshibi.db").exists()


def test_a_simulated_worker_beside_one_that_sends_for_real_is_refused_in_one_line(
    tmp_path, monkeypatch, capsys, postgresql_url
):
    db = database.open(postgresql_url)
    db.write_sync(leases.register, "there:1", "twilio AC00 at https://api.example")
    db.close_sync()
    monkeypatch.setenv("TOMOSHIBI_DATABASE", postgresql_url)
    monkeypatch.setenv("TOMOSHIBI_SECRET_KEY", "5b" * 32)
    monkeypatch.chdir(tmp_path)
    for command in ("worker", "serve"):
        assert main([command]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert "there:1" in said and "TOMOSHIBI_TRANSPORT" in said
