"""The command line as people and programs use it: exit codes, one JSON document, everything else beside it."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts import places
from feeds.jma import compose
from service import simulation
from service.commands import cli
from storage import database
from templates_i18n import catalogue
from tests.meta.project import ROOT
from tests.service.story import START, rain

KEY = "0123456789abcdef" * 4
NOBODY = "090-0000-0001"


@dataclass
class Done:
    """What one command did."""

    code: int
    out: str
    err: str

    def document(self) -> dict[str, object]:
        """Standard output as exactly one JSON document."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    def line(self) -> str:
        """The one line that says what is wrong; nothing on standard output."""
        assert (self.out, self.code) == ("", 2)
        said = [line for line in self.err.splitlines() if line and not line.startswith(("Usage:", "Try "))]
        assert len(said) == 1, self.err
        return said[0]


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in an empty folder, with nothing but a feed that does not answer."""
    monkeypatch.chdir(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("TOMOSHIBI_JMA_BASE_URL", f"http://127.0.0.1:{taken.getsockname()[1]}")

    def command(*words: str, **settings: str) -> Done:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(f"TOMOSHIBI_{name}", value)
            code = cli.main(words)
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Done(code=code, out=said.out, err=said.err)

    return command


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A file with one good row and one bad one."""
    path = tmp_path / "people.csv"
    path.write_text(f"phone,language,municipality\n{NOBODY},vi,17204\n12,vi,17204\n", encoding="utf-8")
    return path


def test_the_program_itself_gives_the_exit_codes(tmp_path: Path) -> None:
    for words, code in ((["nonsense"], 2), (["replay", "."], 1)):
        done = subprocess.run(
            [sys.executable, str(ROOT / "run.py"), *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), words


#: plans are checked against the day it is
SOON = f"{datetime.now(UTC).date() + timedelta(days=40)}T10:00"
JSON_COMMANDS = [
    (["residents", "count"], 0),
    (["campaigns", "list"], 0),
    (["campaigns", "add", "--lesson", "water", "--municipality", "17204", "--at", SOON], 0),
    (["campaigns", "add", "--lesson", "water", "--municipality", "17204", "--at", SOON, "--dry-run"], 0),
    (["cases", "list"], 0),
    (["cases", "search", "x"], 1),
    (["cases", "draft"], 0),
    (["telegrams", "count"], 0),
    (["telegrams", "quarantine"], 0),
    (["users", "list"], 0),
    (["users", "add", "aoi", "--role", "admin", "--municipality", "17204"], 0),
    (["messages", "--language", "vi", "--hazard", "tsunami"], 0),
    (["check"], 1),
    (["residents", "erase", NOBODY], 1),
    (["residents", "import", "people.csv", "--municipality", "17204", "--dry-run"], 1),
    (["residents", "import", "people.csv", "--municipality", "17204", "--agreed"], 1),
    (["replay", "telegrams"], 0),
    (["replay", "broken"], 1),
    (["replay", "empty"], 1),
]


@pytest.mark.parametrize(("words", "code"), JSON_COMMANDS, ids=[" ".join(words[:2]) for words, _ in JSON_COMMANDS])
@pytest.mark.usefixtures("people")
def test_json_is_one_document_alone_on_standard_output(run: Run, tmp_path: Path, words: list[str], code: int) -> None:
    for folder, body in (("telegrams", rain(START, p17204="L4")), ("broken", b"<Report"), ("empty", None)):
        (tmp_path / folder).mkdir()
        if body is not None:
            (tmp_path / folder / "20261123000000_0_VPWW55_170000.xml").write_bytes(body)
    done = run(*words, "--json")
    assert done.code == code, done.err
    assert done.document()


@pytest.mark.usefixtures("people")
def test_an_import_says_how_many_and_which_rows(run: Run) -> None:
    words = ("residents", "import", "people.csv", "--municipality", "17204", "--agreed")
    done = run(*words, "--json")
    assert (done.document()["added"], len(done.document()["refused"])) == (1, 1)  # type: ignore[arg-type]  # a list
    assert NOBODY not in done.out + done.err
    told = run(*words).out.splitlines()
    assert told[0] == "2 rows: 0 added, 0 changed, 1 unchanged, 1 refused"
    assert told[1].startswith("row 3, phone: not a mobile number")
    assert told[2].startswith("  3 行目：携帯電話の番号ではありません")
    assert run("residents", "erase", NOBODY).code == 0


MISUSE = [
    (["nonsense"], "No such command 'nonsense'"),
    (["residents", "nonsense"], "No such command 'nonsense'"),
    (["serve", "--nonsense"], "No such option"),
    (["replay"], "Missing argument"),
    (["replay", "gone.xml"], "gone.xml: no such file or folder"),
    (["residents", "import", "gone.csv", "--municipality", "17204"], "gone.csv: No such file"),
    (["residents", "import", ".", "--municipality", "17204"], "Is a directory"),
    (["residents", "import", "people.csv"], "Missing option '--municipality'"),
    (["residents", "import", "people.csv", "--municipality", "99999"], "99999: no municipality has this code"),
    (["residents", "erase", "12"], "not a mobile number"),
    (["messages", "--language", "xx"], "xx: expected one of"),
    (["messages", "--hazard", "xx"], "'xx' is not one of"),
    (["messages", "--place", "1"], "1: no municipality has this code"),
    (
        ["campaigns", "add", "--lesson", "x", "--municipality", "17204", "--at", SOON],
        "x: expected one of",
    ),
    (
        ["campaigns", "add", "--lesson", "water", "--municipality", "1", "--at", SOON],
        "1: no municipality",
    ),
    (["campaigns", "add", "--lesson", "water", "--municipality", "17204", "--at", "soon"], "soon: expected a time"),
    (
        ["campaigns", "add", "--lesson", "water", "--municipality", "17204", "--at", f"{SOON[:10]}T22:00"],
        "daylight only",
    ),
    (["campaigns", "stop", "x"], "'x' is not a valid integer"),
    (["campaigns", "stop", "7"], "7: there is no such campaign"),
    (["simulate", "--residents", "0"], "0 is not in the range"),
    (["simulate", "--scenario", "none"], "'none' is not"),
    (["users", "add", "A B", "--role", "admin", "--municipality", "17204"], "'A B': expected 2 to 40"),
    (["users", "add", "aoi", "--role", "king", "--municipality", "17204"], "'king' is not one of"),
]


@pytest.mark.parametrize(("words", "said"), MISUSE, ids=[" ".join(words) for words, _ in MISUSE])
@pytest.mark.usefixtures("people")
def test_wrong_use_is_one_line_and_exit_code_2(run: Run, words: list[str], said: str) -> None:
    assert said in run(*words).line()


def test_a_day_that_stands_still_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "_PATIENCE", 0)
    done = run("simulate", "--residents", "1", "--no-serve", HTTP_PORT="0")
    assert done.code == 1
    assert "the day stood still" in done.err
    assert "Traceback" not in done.err


#: commands that read the settings
WITH_SETTINGS = [
    ["serve"],
    ["migrate"],
    ["residents", "count"],
    ["residents", "erase", NOBODY],
    ["residents", "import", "people.csv", "--municipality", "17204"],
    ["campaigns", "list"],
    ["cases", "list"],
    ["campaigns", "stop", "1"],
    ["telegrams", "count"],
    ["telegrams", "quarantine"],
    ["telegrams", "reread"],
    ["users", "list"],
    ["simulate", "--no-serve"],
]


@pytest.mark.parametrize("words", WITH_SETTINGS, ids=" ".join)
@pytest.mark.usefixtures("people")
def test_every_problem_of_the_settings_is_said_before_anything_is_opened(
    run: Run, tmp_path: Path, words: list[str]
) -> None:
    done = run(*words, DATABASE="mysql://u:hunter2@x", HTTP_PORT="x", SECRET_KEY="hunter2")
    assert (done.code, done.out) == (2, "")
    assert [line.split(":")[0] for line in done.err.splitlines()] == [
        "TOMOSHIBI_DATABASE",
        "TOMOSHIBI_HTTP_PORT",
        "TOMOSHIBI_SECRET_KEY",
    ]
    assert "hunter2" not in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["people.csv"]


@pytest.mark.parametrize("words", [["serve"], ["residents", "count"], ["users", "list"]], ids=" ".join)
@pytest.mark.parametrize(
    ("database_file", "said"),
    [
        ("people.csv", "is it a SQLite file of this service?"),
        (".", "expected the path of a file"),
        ("people.csv/tomoshibi.db", "give a path this user may write"),
        ("/proc/tomoshibi.db", "give a path this user may write"),
        ("postgresql://nobody@127.0.0.1:1/x", "PostgreSQL at 127.0.0.1/x does not answer: "),
    ],
)
@pytest.mark.usefixtures("people")
def test_a_database_that_cannot_be_opened_is_one_line(
    run: Run, words: list[str], database_file: str, said: str
) -> None:
    assert said in run(*words, DATABASE=database_file, SECRET_KEY=KEY).line()


def test_serve_refuses_a_taken_port(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = run("serve", HTTP_PORT=str(port)).line()
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in line
    assert "choose another" in line


def test_serve_refuses_an_address_of_another_machine(run: Run) -> None:
    assert "cannot listen on 192.0.2.1:0" in run("serve", HTTP_HOST="192.0.2.1", HTTP_PORT="0").line()


def test_a_second_serve_on_one_file_is_refused(run: Run) -> None:
    first = database.open("data/tomoshibi.db", role="serve")
    try:
        assert "another serve" in run("serve", HTTP_PORT="0").line()
    finally:
        first.close_sync()


def findings(done: Done) -> dict[str, tuple[bool, str]]:
    rows = done.document()["findings"]
    assert isinstance(rows, list)
    return {row["what"]: (row["good"], row["text"]) for row in rows}


def test_check_says_what_is_missing(run: Run) -> None:
    found = findings(run("check", "--json"))
    wrong = {what for what, (good, _) in found.items() if not good}
    assert wrong == {"operators", "reach eqvol", "reach extra", "reach regular", "reach other"}
    assert "TOMOSHIBI_OPERATOR_NUMBERS" in found["operators"][1]
    assert "look at the line to it" in found["reach extra"][1]
    assert "back-checked: " in found["languages"][1]
    assert "zh-Hant" in found["languages"][1]
    assert not Path("data/tomoshibi.key").exists()  # looking makes no key
    lines = run("check").out.splitlines()
    assert all(line.startswith(("ok   ", "LOOK ")) for line in lines)


def test_check_is_content_with_operators(run: Run) -> None:
    assert findings(run("check", "--json", OPERATOR_NUMBERS=NOBODY))["operators"][0]


def test_check_of_bad_settings_is_a_document_too(run: Run) -> None:
    done = run("check", "--json", HTTP_PORT="x", DATABASE="mysql://x")
    assert done.code == 2
    rows = done.document()["findings"]
    assert isinstance(rows, list)
    assert [row["text"].split(":")[0] for row in rows] == ["TOMOSHIBI_DATABASE", "TOMOSHIBI_HTTP_PORT"]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("registered", [True, False])
def test_check_and_every_use_notice_another_key(run: Run, registered: bool) -> None:
    """Also where nobody is registered yet: a made-up value is sealed at the first use."""
    assert run("residents", "import", "people.csv", "--municipality", "17204", "--agreed").code == 1
    if not registered:
        assert run("residents", "erase", NOBODY).code == 0
    assert findings(run("check", "--json"))["key"] == (True, "numbers can be sealed")
    good, text = findings(run("check", "--json", SECRET_KEY=KEY))["key"]
    assert not good and "not the key" in text
    assert "not the key" in run("serve", SECRET_KEY=KEY, HTTP_PORT="0").line()
    Path("data/tomoshibi.key").unlink()
    good, text = findings(run("check", "--json"))["key"]
    assert not good and "put the file back" in text
    line = run("residents", "import", "people.csv", "--municipality", "17204", "--agreed").line()
    assert "put the file back" in line
    assert not Path("data/tomoshibi.key").exists()


def test_check_finds_a_database_that_is_not_migrated(run: Run, postgresql_server) -> None:  # type: ignore[no-untyped-def]  # of conftest
    url = postgresql_server.create()
    good, text = findings(run("check", "--json", DATABASE=url, SECRET_KEY=KEY))["database"]
    assert not good and "run `run.py migrate`" in text
    assert "run `python run.py migrate` first" in run("serve", DATABASE=url, SECRET_KEY=KEY, HTTP_PORT="0").line()


def test_check_finds_damaged_place_tables_and_words(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged() -> object:
        raise places.packaged.DamagedTable("places.tsv, line 7: expected 15 columns, found 3")  # type: ignore[attr-defined]

    def wordless() -> object:
        raise catalogue.CatalogueError(["vi.toml head.new: missing"])

    monkeypatch.setattr(places, "load", damaged)
    monkeypatch.setattr(catalogue, "load", wordless)
    found = findings(run("check", "--json"))
    assert not found["places"][0] and "places.tsv, line 7" in found["places"][1]
    assert not found["catalogue"][0] and "vi.toml" in found["catalogue"][1]


def test_a_quarantined_telegram_is_shown_and_is_exit_code_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "20261123000000_0_VPWW55_170000.xml").write_bytes(
        compose.rain_report(region="170000", kinds={}, at=START)[:300]
    )
    done = run("replay", str(tmp_path), "--json")
    assert done.code == 1
    rows = done.document()["telegrams"]
    assert isinstance(rows, list)
    assert [row["outcome"] for row in rows] == ["unreadable"]
