"""Drills from the command line."""

import json
import re

import pytest
from click.testing import CliRunner

from service.commands.cli import cli

NIGHT = """
name = "Night"
[[step]]
minute = 0
hazard = "flood"
grade = "L4"
[[step]]
minute = 9
hazard = "flood"
grade = "none"
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "night.toml").write_text(NIGHT, encoding="utf-8")

    def call(*words, code=0, **environment):
        with monkeypatch.context() as given:
            for name, value in environment.items():
                given.setenv(name, value)
            result = CliRunner().invoke(cli, words, standalone_mode=False)
        if result.exception is not None:
            return result.exception
        assert result.return_value == code, result.output
        return result

    return call


def test_a_drill_is_played_shown_and_listed(run):
    played = run("drill", "run", "night.toml", "--municipality", "17204", "--phones", "18", "--json")
    row = json.loads(played.stdout)
    assert (row["state"], row["audience"], row["made_up"], row["told"], row["of"]) == ("done", "simulated", True, 3, 3)
    assert all(one["arrived"] == 4 for one in row["by_language"].values())  # the end is told too
    assert "no SMS leaves this machine" in played.stderr
    texts = json.loads(run("drill", "results", "1", "--texts", "--json").stdout)["texts"]
    assert len(texts) == 4 * 18
    assert "Night in 17204, 18 simulated phones: done" in run("drill", "list").stdout
    assert "is over" in run("drill", "stop", "1", code=1).stdout


def test_without_a_sender_a_group_becomes_phones_and_it_says_so(run):
    said = run("drill", "run", "night.toml", "--municipality", "17204", "--group", "dormitory", "--json")
    assert "TOMOSHIBI_DRILL_SENDER is not set: this drill goes to simulated phones only" in said.stderr
    assert json.loads(said.stdout)["audience"] == "simulated"


def test_with_a_sender_nobody_is_reached_without_consent(run):
    wrong = run(
        "drill",
        "run",
        "night.toml",
        "--municipality",
        "17204",
        "--group",
        "dormitory",
        "--as",
        "aoi",
        TOMOSHIBI_DRILL_SENDER="+81900000000",
    )
    assert "nobody in group 'dormitory' of 17204 agreed" in str(wrong.message)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "nowhere.toml", "--municipality", "17204"), "no such file, and none of great-earthquake, noto"),
        (("run", "noto", "--municipality", "99999"), "no municipality has this code"),
        (("results", "7"), "there is no such drill"),
        (("agree", "--municipality", "17204"), "either --group or --number"),
        (("approve", "7", "--as", "aoi"), "there is no such drill"),
    ],
)
def test_what_is_wrong_is_one_line(run, words, said):
    assert said in str(run("drill", *words).message)


def test_agreeing_and_taking_it_back(run):
    assert (
        "'dormitory' of 17204 is on" in run("drill", "agree", "--municipality", "17204", "--group", "dormitory").stdout
    )
    off = run("drill", "agree", "--municipality", "17204", "--group", "dormitory", "--withdraw")
    assert "is off" in off.stdout
    unknown = run("drill", "agree", "--municipality", "17204", "--number", "090-0000-0001", code=1)
    assert "has no such registration" in unknown.stdout
    assert not re.search("00000001", unknown.output)
