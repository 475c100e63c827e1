"""`users` from the command line: what is printed once, and what is refused."""

import json
from pathlib import Path

import pytest

from service.commands.cli import main

ADD = ["users", "add", "chie", "--role", "registrar", "--municipality", "172049"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_user_gets_a_one_time_password_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ADD, "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert (first["role"], first["municipality"]) == ("registrar", "17204")
    assert len(first["password"]) == 19
    assert main(["users", "add", "chie", "--role", "admin", "--municipality", "17204", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["password"] is None
    assert main(["users", "list", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)["users"]
    assert [role["role"] for role in listed["roles"]] == ["admin", "registrar"]


def test_a_key_stands_alone_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ADD, "--api-key"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("tmsb_")
    assert len(printed.out.splitlines()) == 1
    assert main([*ADD, "--api-key"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert main(["users", "revoke", "chie"]) == 0
    assert main(["users", "revoke", "chie"]) == 1


def test_somebody_answers_for_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    key = ["users", "add", "system", "--role", "coordinator", "--municipality", "17204"]
    assert main([*key, "--api-key", "--owner", "chie"]) == 2
    assert "no such user" in capsys.readouterr().err
    assert main([*key, "--owner", "chie"]) == 2
    assert main(ADD) == 0
    capsys.readouterr()
    assert main([*key, "--api-key"]) == 0
    assert "two people have to sign what it submits" in capsys.readouterr().err
    assert main(["users", "owner", "system", "nobody"]) == 2
    assert main(["users", "owner", "other", "chie"]) == 1
    assert main(["users", "owner", "system", "chie"]) == 0
    capsys.readouterr()
    assert main(["users", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["users"]
    assert [(one["name"], one["owner"]) for one in listed] == [("chie", None), ("system", "chie")]


def test_an_ended_user_is_gone(capsys: pytest.CaptureFixture[str]) -> None:
    main(ADD)
    assert main(["users", "password", "chie"]) == 0
    assert main(["users", "end", "chie"]) == 0
    assert main(["users", "password", "chie"]) == 2
    assert "no such user" in capsys.readouterr().err


def test_a_role_ends_for_one_municipality(capsys: pytest.CaptureFixture[str]) -> None:
    main(ADD)
    assert main(["users", "end", "chie", "--municipality", "17201"]) == 1
    assert main(["users", "end", "chie", "--municipality", "172049"]) == 0
    assert main(["users", "end", "chie", "--municipality", "99999"]) == 2
    assert main(["users", "password", "chie"]) == 2
    assert "no municipality has this code" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["users", "add", "Chie Sato", "--role", "admin", "--municipality", "17204"], "expected 2 to 40"),
        (["users", "add", "chie", "--role", "admin", "--municipality", "99999"], "no municipality"),
        (["users", "add", "chie", "--role", "supporter", "--municipality", "17204"], "a supporter has a group"),
        (["users", "add", "chie", "--role", "king", "--municipality", "17204"], "king"),
    ],
)
def test_wrong_words_are_refused(words: list[str], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert reason in capsys.readouterr().err
