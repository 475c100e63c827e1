"""A person's rights by the command line, the log's end, and a copy of the database that tells no number."""

import asyncio
import json
import re
import signal
from collections.abc import Iterable
from pathlib import Path

import aiohttp
import pytest

from storage import database
from tests.delivery.fake_twilio import Fault
from tests.service.story import number
from tests.service.test_commands import Run, run
from tests.service.test_twilio_stories import Night, night

__all__ = ["night", "run"]
NOBODY = "090-0000-0001"
#: what can be read on this machine before anybody has an account
_PAGES = (
    *("/", "/healthz", "/readyz", "/metrics", "/kit/17204", "/state"),
    *("/console", "/console/live", "/console/broadcasts", "/console/fatigue", "/console/shelters", "/console/kit"),
    *("/console/broadcasts/1", "/console/broadcasts/1/counts.csv", "/console/broadcasts/1/print"),
)


def a_list(folder: Path, people: int = 3) -> str:
    rows = "".join(f"090-0000-{number:04d},vi,17204\n" for number in range(1, people + 1))
    (folder / "people.csv").write_text("phone,language,municipality\n" + rows, encoding="utf-8")
    return "people.csv"


def importing(file: str, code: str = "17204") -> tuple[str, ...]:
    return ("residents", "import", file, "--municipality", code)


def test_one_city_erases_its_own_and_the_operator_all(run: Run, tmp_path: Path) -> None:
    file = a_list(tmp_path)
    run(*importing(file))
    run(*importing(file, "17201"))
    assert run("residents", "erase", NOBODY, "--municipality", "17204").code == 0
    assert run("residents", "erase", NOBODY, "--municipality", "17204").code == 1
    left = run("residents", "export", NOBODY).document()["stored"]
    assert isinstance(left, dict)
    assert [one["municipality"] for one in left["registrations"]] == ["17201"]
    assert run("residents", "erase", NOBODY).code == 0
    assert run("residents", "export", NOBODY).document()["stored"] is None


def test_what_is_given_out_holds_no_number_and_stands_in_the_log(run: Run, tmp_path: Path) -> None:
    run(*importing(a_list(tmp_path)))
    told = run("residents", "export", NOBODY)
    assert told.code == 0
    assert json.loads(told.out)["phone"] == "+81•••••0001"
    assert "00000001" not in told.out
    assert [one["action"] for one in json.loads(told.out)["stored"]["log"]] == ["data given out"]
    db = database.open(tmp_path / "data" / "tomoshibi.db")
    try:
        actions = db.read_sync(lambda c: [r.text("action") for r in c.execute("SELECT action FROM audit_entries")])
    finally:
        db.close_sync()
    assert actions == ["residents imported", "data given out"]


def test_small_counts_are_not_told(run: Run, tmp_path: Path) -> None:
    run(*importing(a_list(tmp_path)))
    assert run("residents", "count", "--json").document() == {
        "residents": "<5",
        "by_state": {"active": "<5"},
        "by_municipality": {"17204": "<5"},
        "by_language": {"vi": "<5"},
    }


def test_a_log_without_its_end_is_noticed_by_what_stands_outside(run: Run, tmp_path: Path) -> None:
    from service import anchors

    run(*importing(a_list(tmp_path)))
    run("residents", "erase", NOBODY)
    path = tmp_path / "data" / "tomoshibi.db"
    db = database.open(path)
    try:
        assert anchors.note(db, path.parent / "tomoshibi.heads")
        assert not anchors.note(db, path.parent / "tomoshibi.heads")
        # whoever knows how the log counts cuts it without leaving a trace inside
        db.write_sync(lambda c: c.execute("DELETE FROM audit_entries WHERE number = 2"))
        db.write_sync(lambda c: c.execute("UPDATE counters SET value = 1 WHERE name = 'audit'"))
    finally:
        db.close_sync()
    said = run("check").out
    assert "entry 2, noted outside the database, is gone" in said


@pytest.mark.parametrize("people", [40])
def test_a_copy_of_the_database_tells_no_number(run: Run, tmp_path: Path, people: int) -> None:
    run(*importing(a_list(tmp_path, people)))
    run("residents", "erase", "090-0000-0007")
    run("residents", "export", "090-0000-0008")
    files = [path for path in (tmp_path / "data").iterdir() if path.suffix != ".key"]
    assert {"tomoshibi.db"} <= {path.name for path in files}
    for path in files:
        holds_no_number(path.name, path.read_bytes(), range(1, people + 1))


def holds_no_number(where: str, data: bytes, numbers: Iterable[int]) -> None:
    """No number of the test set stands there, in any writing: with zero, hyphens, blanks, +81, UTF-16 or hex."""
    for index in numbers:
        for written in (f"900000{index:04d}", f"90-0000-{index:04d}", f"90 0000 {index:04d}"):
            for encoding in ("utf-8", "utf-16-le"):
                assert written.encode(encoding) not in data, where
            assert written.encode().hex().encode() not in data, where
    assert not re.search(rb"(\+|%2B)8190", data, re.IGNORECASE), where


def _files_hold_no_number(folder: Path, numbers: Iterable[int]) -> None:
    """The database and its write-ahead log as they stand at this moment; the key lies beside them."""
    assert (folder / "story.db-wal").stat().st_size > 0
    for path in folder.iterdir():
        if path.is_file() and ".key" not in path.name:
            holds_no_number(path.name, path.read_bytes(), numbers)


async def test_while_it_serves_no_file_no_log_and_no_page_tells_a_number(night: Night, tmp_path: Path) -> None:
    """Imported, welcomed, warned, one stopped by the provider, receipts taken; the log tells all it can."""
    people = range(12)
    await night.story.people(*((index, "vi", "") for index in people))
    night.provider.numbers = {number(3): Fault.OPTED_OUT, number(4): Fault.BAD_NUMBER}
    process = await night.run("serve", LOG_LEVEL="DEBUG")
    output = asyncio.create_task(process.communicate())
    try:
        await night.until(lambda: night.story.count("subscribers", "state <> 'active'") == 2, "the first answers")
        night.story.rain(p17204="L4")
        await night.until(lambda: night.states() == ["delivered"] * 10, "the warning and its receipts")
        async with aiohttp.ClientSession(f"http://127.0.0.1:{night.port}") as browser:
            for path in _PAGES:
                answer = await browser.get(path)
                assert answer.status == 200, path
                holds_no_number(path, await answer.read(), people)
        await asyncio.to_thread(_files_hold_no_number, tmp_path, people)
    finally:
        process.send_signal(signal.SIGTERM)
        out, log = await output
    assert process.returncode == 0
    assert b"debug" in (out + log).lower()
    holds_no_number("the service's log", out + log, people)


def test_the_key_is_changed_by_a_command_and_a_crash_in_it_harms_nothing(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "data"
    run(*importing(a_list(tmp_path)))
    before = (data / "tomoshibi.key").read_text()
    assert run("keys", "rotate", "--json").document() == {"numbers": 3, "stops": 0, "lost": 0}
    after = (data / "tomoshibi.key").read_text()
    assert after != before
    assert (data / "tomoshibi.key.old").read_text() == before
    assert run("residents", "export", NOBODY).code == 0
    # the machine stopped after the database, before the file
    (data / "tomoshibi.key.next").write_text(after)
    (data / "tomoshibi.key.next").chmod(0o600)
    (data / "tomoshibi.key").write_text(before)
    assert run("residents", "export", NOBODY).code == 0
    assert (data / "tomoshibi.key").read_text() == after
    assert run(*importing("people.csv")).code == 0


def test_beside_a_running_service_the_key_is_not_changed(run: Run, tmp_path: Path) -> None:
    run(*importing(a_list(tmp_path)))
    running = database.open(tmp_path / "data" / "tomoshibi.db", role="serve")
    try:
        assert "runs" in run("keys", "rotate").line() or "serve" in run("keys", "rotate").line()
    finally:
        running.close_sync()
