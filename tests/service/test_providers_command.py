"""`providers`: what is shown and set from the command line."""

import json
from pathlib import Path

import pytest

from service.commands.cli import main

SETTINGS = {
    "TRANSPORT": "twilio",
    "TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000000",
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "+15005550006",
    "SECOND_TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000001",
    "SECOND_TWILIO_AUTH_TOKEN": "other",
    "SECOND_TWILIO_FROM": "+15005550007",
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"TOMOSHIBI_{name}", value)


def shown(capsys: pytest.CaptureFixture[str]) -> tuple[list[int], bool, str]:
    capsys.readouterr()
    assert main(["providers", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    return [one["share"] for one in found["providers"]], found["by_hand"], found["why"]


def test_shares_are_shown_set_and_given_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys) == ([50, 50], False, "start")
    assert main(["providers", "set", "A=70", "b=30"]) == 0
    assert "A=70 B=30: traffic set by hand" in capsys.readouterr().out
    assert shown(capsys) == ([70, 30], True, "by_hand")
    assert main(["providers", "auto"]) == 0
    assert shown(capsys) == ([70, 30], False, "automatic")
    assert main(["providers"]) == 0
    assert "A 70 % Twilio …0000" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["A=70", "B=20"], "sum to 90"),
        (["A=70", "C=30"], "C: no such provider"),
        (["A70"], "expected PROVIDER=PER_CENT"),
        (["A=50", "A=50"], "twice"),
    ],
)
def test_what_cannot_be_is_one_line(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["providers", "set", *words]) == 2
    assert says in capsys.readouterr().err


def test_one_provider_shares_with_nobody(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in SETTINGS:
        if name.startswith("SECOND"):
            monkeypatch.delenv(f"TOMOSHIBI_{name}")
    assert main(["providers"]) == 2
    assert "there is one SMS provider" in capsys.readouterr().err
