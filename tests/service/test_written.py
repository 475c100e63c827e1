"""Settings: everything that is wrong is said at once, by name, with what was expected, and no secret."""

from pathlib import Path

import pytest

from service import settings
from service.settings import Settings, SettingsError

KEY = "0123456789abcdef" * 4


def load(tmp_path: Path, text: str = "", **environment: str) -> Settings:
    if text:
        (tmp_path / settings.CONFIG_FILE).write_text(text, encoding="utf-8")
    return settings.load({f"TOMOSHIBI_{name}": value for name, value in environment.items()}, tmp_path)


def problems(tmp_path: Path, text: str = "", **environment: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load(tmp_path, text, **environment)
    return refused.value.problems


def test_nothing_set_is_good(tmp_path: Path) -> None:
    chosen = load(tmp_path)
    assert (chosen.database, chosen.transport, chosen.sends_for_real) == ("data/tomoshibi.db", "simulated", False)


WRONG = {
    "DATABASE": [
        ("mysql://u:hunter2@x/y", "mysql is no database of ours"),
        ("sqlite:///data/x.db", "the path of the file alone"),
        ("postgresql:x", "postgresql://user@host/database"),
        ("postgresql://h:port/x", "postgresql://user@host/database"),
        (":memory:", "the path of a SQLite file"),
        ("", "the path of a SQLite file"),
        ("data/", "the path of a SQLite file"),
    ],
    "JMA_BASE_URL": [
        ("www.data.jma.go.jp", "https://host"),
        ("ftp://x", "https://host"),
        ("https://u:hunter2@x", "without user"),
        ("https://x?a=b", "without user, ?"),
        ("http://[::1", "https://host"),
    ],
    "TWILIO_BASE_URL": [("api.twilio.com", "https://host")],
    "POLL_SECONDS": [("0", "greater than 0"), ("soon", "number"), ("inf", "finite"), ("nan", "finite")],
    "TRANSPORT": [("pigeon", "'simulated' or 'twilio'")],
    "SENDERS": [
        ("a=1,a=2", "'a' stands there twice"),
        ("a", "name=value"),
        ("no good name!=1", "sender 1"),
        ("a=0", "a: expected greater than 0"),
        ("a=inf", "a: expected a finite number"),
    ],
    "SEND_RATE": [("-1", "greater than 0"), ("nan", "finite")],
    "SEND_CONNECTIONS": [("0", "greater than 0"), ("1.5", "integer")],
    "TWO_WAY": [("perhaps", "true or false")],
    "DRILL_SENDER": [("no good name!", "a number such as")],
    "OPERATOR_NUMBERS": [("090-0000-0001,0120", "number 2")],
    "SILENCE_SECONDS": [("extra=-1", "extra: expected greater than 0"), ("weather=3", "unknown feed 'weather'")],
    "BLIND_SECONDS": [("0", "greater than 0")],
    "ARRIVAL_TARGETS": [
        ("L9=3", "unknown target 'L9'"),
        ("L5=-3", "L5: expected greater than 0"),
        ("L5", "name=value"),
    ],
    "ALLOW_TEST_FEED": [("y e s", "true or false")],
    "HTTP_HOST": [
        ("http://x", "an IP address or a host name"),
        ("1.2.3", "an IP"),
        ("x:80", "without port"),
        ("", "an IP"),
    ],
    "HTTP_PORT": [("65536", "65535"), ("-1", "0"), ("http", "integer")],
    "PUBLIC_URL": [
        ("http://warn.example.jp", "https://"),
        ("https://warn.example.jp/tomoshibi", "without a path"),
        ("https://u:hunter2@warn.example.jp", "without user"),
        ("warn.example.jp", "https://warn.example.jp"),
    ],
    "LINKS": [("perhaps", "true or false")],
    "HOOKS_PRIVATE": [("true", "host names, IP addresses or networks"), ("10.0.0.1/8", "10.1.2.0/24")],
    "SECRET_KEY": [("hunter2", "64 hexadecimal digits"), (KEY[:-1], "64 hexadecimal digits")],
    "LOG_LEVEL": [("LOUD", "'INFO'")],
    "DATABSE": [("x", "no such setting")],
}


@pytest.mark.parametrize(("name", "value", "said"), [(name, *case) for name, cases in WRONG.items() for case in cases])
def test_a_wrong_value_is_named_with_what_was_expected(tmp_path: Path, name: str, value: str, said: str) -> None:
    (line,) = problems(tmp_path, **{name: value})
    assert line.startswith(f"TOMOSHIBI_{name}: ")
    assert said in line
    assert "hunter2" not in line


def test_all_problems_are_listed_at_once(tmp_path: Path) -> None:
    wrong = {name: cases[0][0] for name, cases in WRONG.items()}
    found = problems(tmp_path, "silence = 3\n", **wrong, SECRET_KEY_FILE=str(tmp_path / "gone"))
    named = {line.split(":")[0] for line in found}
    assert named == {f"TOMOSHIBI_{name}" for name in wrong} | {"TOMOSHIBI_SILENCE", "TOMOSHIBI_SECRET_KEY_FILE"}
    assert "hunter2" not in "\n".join(found)


def test_problems_between_settings_come_with_those_of_single_ones(tmp_path: Path) -> None:
    found = problems(tmp_path, DRILL_SENDER="A", SENDERS="A=10", HTTP_PORT="x")
    assert [line.split(":")[0] for line in found] == ["TOMOSHIBI_HTTP_PORT", "TOMOSHIBI_DRILL_SENDER"]


def test_drills_never_share_a_sender_with_warnings(tmp_path: Path) -> None:
    assert load(tmp_path, DRILL_SENDER="Drill", SENDERS="Tomoshibi=10").drill_sender == "Drill"
    assert "sender of their own" in problems(tmp_path, DRILL_SENDER="A", SENDERS="A=10")[0]


def test_good_values_of_every_form(tmp_path: Path) -> None:
    chosen = load(
        tmp_path,
        DATABASE="postgresql://u:p@h:5432/x",
        PUBLIC_URL="https://warn.example.jp/",
        SENDERS=f"+815000000000=10,12345=2.5,Tomoshibi=1,MG{'0a' * 16}=3",
        SILENCE_SECONDS="extra=none, other=60",
        ARRIVAL_TARGETS="L5=60",
        OPERATOR_NUMBERS="090-0000-0001, 070-0000-0002",
        HOOKS_PRIVATE="board.town.lan, 10.1.2.0/24",
        HTTP_HOST="::1",
        SECRET_KEY=KEY,
    )
    assert chosen.public_url == "https://warn.example.jp"
    assert chosen.rate() == 16.5
    assert chosen.silence()["extra"] is None
    assert [chosen.targets()[name].total_seconds() for name in ("L5", "L4")] == [60, 900]
    assert KEY not in repr(chosen)
    assert load(tmp_path, PUBLIC_URL="http://127.0.0.1:8080").public_url == "http://127.0.0.1:8080"


def test_a_setting_can_come_out_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    assert load(tmp_path, SECRET_KEY_FILE=str(tmp_path / "key")).secret_key.get_secret_value() == KEY
    text = f'secret_key_file = "{tmp_path}/key"\n'
    assert load(tmp_path, text).secret_key.get_secret_value() == KEY


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file"), (b"", "is empty"), (b" \n", "is empty"), (b"\xff\xfe", "not text")]
)
def test_a_secret_file_that_does_not_serve_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    """An empty one most of all: without a key a new one would be made in silence."""
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    (line,) = problems(tmp_path, SECRET_KEY_FILE=str(path))
    assert line.startswith("TOMOSHIBI_SECRET_KEY_FILE: ") and said in line


def test_a_wrong_value_out_of_a_file_is_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hunter2")
    assert "hunter2" not in "\n".join(problems(tmp_path, SECRET_KEY_FILE=str(tmp_path / "key")))


def test_given_twice_in_one_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    (line,) = problems(tmp_path, SECRET_KEY=KEY, SECRET_KEY_FILE=str(tmp_path / "key"))
    assert "given twice" in line


def test_a_folder_or_an_impossible_path_is_no_file(tmp_path: Path) -> None:
    assert "cannot be read" in problems(tmp_path, SECRET_KEY_FILE=str(tmp_path))[0]
    assert "cannot be read" in problems(tmp_path, SECRET_KEY_FILE="a\0b")[0]


@pytest.mark.parametrize(
    "text", ["database = ", "\x00", "database = 3\n", "[database]\nx = 1\n", "operator_numbers = 3\n"]
)
def test_a_config_file_of_the_wrong_form_is_one_line(tmp_path: Path, text: str) -> None:
    (line,) = problems(tmp_path, text)
    assert "\n" not in line and line.startswith(("tomoshibi.toml: not readable as TOML", "TOMOSHIBI_"))


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    assert load(tmp_path, "http_port = 1\n", HTTP_PORT="2").http_port == 2
