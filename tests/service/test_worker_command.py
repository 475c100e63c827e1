"""`worker` beside a SQLite file."""

from run import main


def test_a_worker_on_a_sqlite_file_is_refused_in_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TOMOSHIBI_DATABASE", str(tmp_path / "tomoshibi.db"))
    monkeypatch.chdir(tmp_path)
    assert main(["worker"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "TOMOSHIBI_DATABASE" in said and "postgresql://" in said
    assert not (tmp_path / "tomoshibi.db").exists()
