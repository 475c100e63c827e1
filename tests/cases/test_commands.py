"""`cases`: list, show, search, export, import, draft, as the command line does them."""

import json
from pathlib import Path

import pytest

from service.commands import cli
from storage import database
from tests.cases.builders import add
from tests.cases.test_drafting import a_warning


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Path:
    monkeypatch.setenv("TOMOSHIBI_DATABASE", sqlite_url)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = cli.main(words)
    return code, capsys.readouterr().out


def fill(url: str) -> None:
    db = database.open(url)
    add(db)
    add(db, published=False, texts={"title": "draft of ours"})
    db.write_sync(a_warning)
    db.close_sync()


def test_cases_are_drafted_listed_found_and_shown(
    at: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(sqlite_url)
    assert run(capsys, "cases", "draft", "--json") == (0, '{\n  "drafts": 1\n}\n')
    code, out = run(capsys, "cases", "list")
    assert code == 0
    assert out.splitlines()[0].startswith("#3 2026-11-23 17201 landslide [draft]: (no title)")
    assert len(out.splitlines()) == 3
    assert len(run(capsys, "cases", "list", "--state", "draft", "--municipality", "172049")[1].splitlines()) == 1
    found = json.loads(run(capsys, "cases", "search", "避難所", "言葉", "--json")[1])["cases"]
    assert [one["state"] for one in found] == ["published"]
    assert run(capsys, "cases", "search", "津波") == (1, "")
    code, out = run(capsys, "cases", "show", "3")
    assert "by_language: en 40" in out
    assert "What helped\nVolunteers" in run(capsys, "cases", "show", "1")[1]
    assert run(capsys, "cases", "show", "99")[0] == 2


def test_a_file_goes_to_another_database(
    at: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlite_url)
    file = at / "cases.json"
    assert run(capsys, "cases", "export", str(file))[0] == 0
    assert [one["key"] for one in json.loads(run(capsys, "cases", "export")[1])["cases"]] == [
        one["key"] for one in json.loads(file.read_text(encoding="utf-8"))["cases"]
    ]
    monkeypatch.setenv("TOMOSHIBI_DATABASE", str(at / "other.db"))
    assert run(capsys, "cases", "import", str(file), "--dry-run") == (0, "cases 1\n")
    assert run(capsys, "cases", "list") == (0, "")
    assert run(capsys, "cases", "import", str(file), "--municipality", "17201")[1] == (
        "cases 1, added 1, changed 0, same 0, kept 0\n"
    )
    assert run(capsys, "cases", "search", "カード")[0] == 0


def test_a_file_with_a_number_is_refused_and_nothing_changes(
    at: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(sqlite_url)
    document = json.loads(run(capsys, "cases", "export")[1])
    document["cases"][0]["key"] = "0" * 32
    document["cases"][0]["texts"]["helped"] = "Ask Ms Suzuki, 090-0000-0000"
    file = at / "bad.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    code, out = run(capsys, "cases", "import", str(file))
    assert code == 1
    assert "case 1, helped: holds what looks like a phone number" in out
    assert len(run(capsys, "cases", "list")[1].splitlines()) == 2
    assert run(capsys, "cases", "import", str(at / "none.json"))[0] == 2


def test_wrong_use(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "cases", "draft", "7")[0] == 2
    assert run(capsys, "cases", "draft", "--municipality", "17204")[0] == 2
    assert run(capsys, "cases", "list", "--hazard", "zombies")[0] == 2
    assert run(capsys, "cases", "import", "x", "--municipality", "1")[0] == 2
