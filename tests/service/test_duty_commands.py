"""`duty`, `triage` and `replies` from the command line: two people sign, numbers stay hidden until then."""

import json
from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from campaigns.lessons.answering import LessonQuiz
from delivery.inbound import Inbound
from delivery.twoway import replies
from service import opening, settings
from service.clock import system_time
from service.commands.cli import cli
from templates_i18n import catalogue

RESIDENT, HELPER = "+819000000001", "+819000000050"
CITY = ["--municipality", "17204"]
QUIZ = LessonQuiz(book=opening.lessons, catalogue=catalogue.load)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOMOSHIBI_TWO_WAY", "true")


def run(*words: str, typed: str = "") -> Result:
    result = CliRunner().invoke(cli, list(words), input=typed, standalone_mode=False)
    assert result.exception is None or isinstance(result.exception, click.ClickException), result.exception
    return result


def code(result: Result) -> object:
    return result.return_value if result.exception is None else 2


def user(name: str, role: str) -> str:
    return str(json.loads(run("users", "add", name, "--role", role, *CITY, "--json").stdout)["password"])


def text(body: str, sid: str) -> None:
    chosen = settings.load()
    with opening.opened(chosen) as db:
        db.write_sync(lambda c: c.execute("UPDATE messages SET state = 'delivered'"))
        desk = opening.desk(opening.spoken(chosen, db), opening.sealer(chosen, db), QUIZ)
        now = system_time() + timedelta(seconds=1)
        db.write_sync(replies.take, Inbound(provider_id=sid, sender=RESIDENT, body=body, received_at=now), desk, now)


@pytest.fixture
def resident(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("phone,language,municipality\n090-0000-0001,en,17204\n", encoding="utf-8")
    assert code(run("residents", "import", "list.csv", *CITY, "--agreed")) == 0


def test_who_is_on_duty_is_named_and_shown_masked() -> None:
    assert code(run("duty", "list", *CITY)) == 1
    assert code(run("duty", "add", HELPER, *CITY)) == 0
    assert code(run("duty", "add", HELPER, *CITY)) == 1
    listed = run("duty", "list", *CITY, "--json")
    assert json.loads(listed.stdout)["on_duty"] == ["+81•••••0050"]
    assert code(run("duty", "remove", HELPER, *CITY)) == 0
    assert code(run("duty", "add", "03-1234-5678", *CITY)) == 2


@pytest.mark.usefixtures("resident")
def test_from_the_question_to_the_number() -> None:
    aoi, ben = user("aoi", "coordinator"), user("ben", "approver")
    by = ["--by", "aoi", "--approved-by", "ben"]
    assert code(run("triage", "ask", *CITY, *by, typed=f"{aoi}\n{ben}\n")) == 1  # nobody on duty
    run("duty", "add", HELPER, *CITY)
    assert code(run("triage", "ask", *CITY, "--by", "aoi", "--approved-by", "aoi", typed=f"{aoi}\n{aoi}\n")) == 2
    assert code(run("triage", "ask", *CITY, *by, typed=f"{aoi}\nwrong\n")) == 2
    assert code(run("triage", "ask", *CITY, *by, typed=f"{aoi}\n{ben}\n")) == 0
    text("2", "SM1")
    listed = run("triage", "list", *CITY, "--json")
    (case,) = json.loads(listed.stdout)["cases"]
    assert (case["place"], case["says"], listed.return_value) == ("17204", "help", 1)
    assert "0001" not in listed.stdout.replace("17204", "")
    assert code(run("triage", "answer", str(case["id"]), "--phrase", "119", *CITY)) == 0
    assert code(run("triage", "list", *CITY)) == 0
    reveal = ["triage", "reveal", str(case["id"]), *CITY]
    for _ in range(2):
        first = run(*reveal, "--by", "aoi", typed=f"{aoi}\n")
        assert first.return_value == 1 and RESIDENT not in first.output
    second = run(*reveal, "--by", "ben", typed=f"{ben}\n")
    assert second.return_value == 0 and RESIDENT in second.stdout
    assert code(run("triage", "reveal", "99", *CITY, "--by", "ben", typed=f"{ben}\n")) == 1
    assert code(run(*reveal, "--by", "nobody", typed="x\n")) == 2


@pytest.mark.usefixtures("resident")
def test_other_texts_are_kept_when_that_is_switched_on() -> None:
    assert code(run("replies", "keep", "on", *CITY)) == 0
    text("the water rises", "SM1")
    kept = json.loads(run("replies", "list", *CITY, "--json").stdout)
    assert [one["text"] for one in kept["texts"]] == ["the water rises"]
    run("replies", "keep", "off", *CITY)
    assert json.loads(run("replies", "list", *CITY, "--json").stdout)["texts"] == []
