"""The real library with two tiny models, in its own process: limited, cut off from all else, replaced when it falls."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from service.commands import cli
from service.translating import Bounds, Translator, why_not_used
from templates_i18n.drafts import drafter, shelf
from templates_i18n.drafts.drafter import Failed, Made, Why
from tests.meta.project import ROOT
from tests.templates_i18n.drafts import tiny

Start = Callable[..., Translator]
_JA_EN, _EN_VI = ("ja_en-0.1",), ("en_vi-0.1",)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.both(tmp_path_factory.mktemp("models"))


@pytest.fixture
async def start(models: Path) -> AsyncIterator[Start]:
    """Starts a translator; ended with the test."""
    made: list[Translator] = []

    def translator(folder: Path = models, *, for_tests: bool = True, **bounds: float) -> Translator:
        made.append(Translator(folder, Bounds(**bounds), for_tests=for_tests))  # type: ignore[arg-type]
        return made[-1]

    yield translator
    for one in made:
        await one.close()


async def _text(asked: Awaitable[Made | Failed]) -> str:
    made = await asked
    assert isinstance(made, Made), made
    return made.text


async def test_the_real_library_translates(start: Start) -> None:
    translator = start()
    way = drafter.way(translator.models(), "ja", "vi")
    assert way is not None
    assert await _text(translator.translate(_JA_EN, "石川県に洪水警報が発表されました。")) == (
        "A flood warning was issued for Ishikawa."
    )
    assert await _text(translator.translate(way.names, "石川県の洪水警報は解除されました。")) == (
        "Cảnh báo lũ lụt cho Ishikawa đã được dỡ bỏ."
    )


async def test_links_come_back_letter_by_letter(start: Start) -> None:
    made = await _text(start().translate(_JA_EN, "水を配っています。 https://city.example.jp/a_b?x=1"))
    assert made.endswith(" https://city.example.jp/a_b?x=1")


async def test_a_text_of_a_thousand_letters_ends(start: Start) -> None:
    translator = start()
    made = await _text(translator.translate(_JA_EN, "あ" * 1000))
    assert len(made) < 10_000
    refused = await translator.translate(_JA_EN, "あ" * 1001)
    assert isinstance(refused, Failed) and "at most 1000" in refused.text


@pytest.mark.parametrize("text", ["", " ", "\u202e\u200b", "🌊🌊", "{place}", "=1+1", "\ud7ff\ue000", "a" * 999, "▁_▁"])
async def test_odd_texts_are_answered(start: Start, text: str) -> None:
    translator = start()
    assert isinstance(await translator.translate(_JA_EN, text), Made)
    assert await _text(translator.translate(_EN_VI, "Water is being distributed.")) == "Đang phát nước."


async def test_models_for_tests_are_not_used_by_the_service(start: Start, models: Path) -> None:
    translator = start(for_tests=False)
    assert translator.models() == []
    refused = await translator.translate(_JA_EN, "水")
    assert refused == Failed(why=Why.REFUSED, text="ja_en-0.1 is a model for tests")
    assert "for tests" in (why_not_used(models, shelf.installed(models)[0]) or "")


async def test_a_model_that_was_changed_is_not_used(start: Start, tmp_path: Path) -> None:
    translator = start(tiny.both(tmp_path / "models"))
    (tmp_path / "models" / "ja_en-0.1" / "model" / "config.json").write_text("{}")
    refused = await translator.translate(_JA_EN, "水")
    assert refused == Failed(why=Why.REFUSED, text="ja_en-0.1: model/config.json was changed")
    assert isinstance(await translator.translate(("none",), "水"), Failed)


async def test_one_that_takes_too_long_is_ended_and_the_next_is_answered(start: Start) -> None:
    translator = start(seconds=0.001)
    slow = await translator.translate(_JA_EN, "水")
    assert isinstance(slow, Failed) and slow.why is Why.TOO_SLOW
    translator._bounds = Bounds()
    assert isinstance(await translator.translate(_JA_EN, "水"), Made)


async def test_one_that_is_killed_is_started_again(start: Start) -> None:
    translator = start()
    await _text(translator.translate(_JA_EN, "水"))
    process = translator._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    assert isinstance(await translator.translate(_JA_EN, "水"), Made)
    assert translator._process is not process


async def test_one_that_is_stopped_in_the_middle_answers_the_next_request_with_its_own_text(start: Start) -> None:
    translator = start()
    asked = asyncio.ensure_future(translator.translate(_JA_EN, "石川県に洪水警報が発表されました。"))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert await _text(translator.translate(_EN_VI, "Water is being distributed.")) == "Đang phát nước."


async def test_memory_is_limited(start: Start) -> None:
    fell = await start(memory_mb=120).translate(_JA_EN, "水")
    assert isinstance(fell, Failed)


async def test_too_many_at_once_are_refused(start: Start) -> None:
    translator = start(waiting=2)
    made = await asyncio.gather(*(translator.translate(_JA_EN, "水") for _ in range(4)))
    assert [one.why for one in made if isinstance(one, Failed)] == [Why.BUSY, Why.BUSY]


async def test_without_work_it_ends(start: Start) -> None:
    translator = start(idle=0.0)
    await _text(translator.translate(_JA_EN, "水"))
    process = translator._process
    assert process is not None
    assert await process.wait() == 0
    assert isinstance(await translator.translate(_JA_EN, "水"), Made)


async def test_a_service_that_stops_does_not_wait_for_a_text(start: Start) -> None:
    translator = start()
    asked = [asyncio.ensure_future(translator.translate(_JA_EN, "水")) for _ in range(3)]
    await asyncio.sleep(0)
    await translator.close()
    made = await asyncio.gather(*asked)
    assert all(isinstance(one, Failed) for one in made[1:])
    assert isinstance(await translator.translate(_JA_EN, "水"), Failed)


async def test_it_sees_nothing_of_ours(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOMOSHIBI_SECRET_KEY", "a secret")
    translator = start()
    await _text(translator.translate(_JA_EN, "水"))
    assert translator._process is not None and translator._home is not None
    seen = await asyncio.to_thread(Path(f"/proc/{translator._process.pid}/environ").read_bytes)
    assert b"TOMOSHIBI" not in seen and b"secret" not in seen
    home = translator._home.name
    assert f"HOME={home}\0".encode() in seen
    await translator.close()
    assert not await asyncio.to_thread(os.path.exists, home)


_TRIES = """
import os, socket, subprocess, sys, urllib.request
from templates_i18n.drafts import worker
worker._give_up(2000)
tried = {
    "connect": lambda: socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5),
    "name": lambda: socket.getaddrinfo("localhost", 80),
    "datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
    "listen": lambda: socket.create_server(("127.0.0.1", 0)),
    "download": lambda: urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/"),
    "program": lambda: subprocess.run(["true"]),
    "shell": lambda: os.system("true"),
    "fork": lambda: os.fork(),
}
got = []
for name, action in tried.items():
    try:
        action()
        got.append(name)
    except OSError as refused:
        assert refused.errno is None, (name, refused)
print(",".join(got) + ";" + str(os.nice(0)))
"""


async def test_no_network_and_no_other_program() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        run = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _TRIES, port, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        said, wrong = await run.communicate()
    got, _, nice = said.decode().strip().partition(";")
    assert (got, wrong.decode()) == ("", "")
    assert int(nice) >= min(19, os.nice(0) + 10)


_WITHOUT = """
import sys
sys.modules["argostranslate"] = None
from service.commands import cli
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["translation", "list"], 0, "people write every language themselves"),
        (["messages", "--language", "vi", "--hazard", "flood"], 0, "JMA"),
    ],
)
async def test_without_the_library_all_else_works(tmp_path: Path, words: list[str], code: int, said: str) -> None:
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _WITHOUT, *words),
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": os.defpath},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, wrong = await run.communicate()
    assert run.returncode == code, wrong.decode()
    assert said in out.decode()


async def test_without_the_library_there_are_no_models(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "argostranslate", None)
    assert start().models() == []


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    vouched = ["--sha256", tiny.digest(tiny.JA_EN), "--by", "Aoi, Office"]
    assert cli.main(["translation", "install", str(tiny.JA_EN), *vouched]) == 1
    assert "a model for tests" in capsys.readouterr().err
    tiny.both(tmp_path / "data" / "translation")
    assert cli.main(["translation", "list", "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)["models"]
    assert [row["name"] for row in rows] == ["en_vi-0.1", "ja_en-0.1"]
    assert all("for tests" in row["not_used"] for row in rows)
    assert cli.main(["translation", "remove", "ja_en-0.1"]) == 0
    assert cli.main(["translation", "remove", "ja_en-0.1"]) == 2
    assert [one.name for one in shelf.installed(tmp_path / "data" / "translation")] == ["en_vi-0.1"]
