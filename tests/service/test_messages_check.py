"""`messages --check`: what a writer of a language sees."""

import pytest
from click.testing import CliRunner

from service.commands import cli
from service.commands.messages import messages
from templates_i18n import catalogue
from templates_i18n.catalogue import CatalogueError


def test_a_complete_language_has_nothing_missing() -> None:
    done = CliRunner().invoke(messages, ["--language", "ja", "--check"], standalone_mode=False)
    assert done.return_value == 0
    assert "ja: 0 keys missing, 0 faults" in done.output
    assert ".drill." not in done.output


def test_faults_of_the_language_come_before_those_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> object:
        raise CatalogueError(["vi.toml: [line] day: missing", "ja.toml: [line] day: missing"])

    monkeypatch.setattr(catalogue, "load", broken)
    done = CliRunner().invoke(messages, ["--language", "ja", "--check"], standalone_mode=False)
    assert (done.return_value, done.output) == (1, "ja.toml: [line] day: missing\n")


def test_a_check_needs_a_language() -> None:
    done = CliRunner().invoke(messages, ["--check"])
    assert done.exit_code == 2
    assert "--check needs --language" in done.output


def test_a_broken_file_is_named_in_one_line_also_without_the_check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> object:
        raise CatalogueError(["pt.toml: expected TOML in UTF-8: no quote in line 103"])

    monkeypatch.setattr(catalogue, "load", broken)
    assert cli.main(["messages", "--language", "pt"]) == 2
    assert capsys.readouterr().err == "pt.toml: expected TOML in UTF-8: no quote in line 103\n"
