"""What conftest.py promises every test."""

import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import browser, prism
from tests.conftest import FakeClock


@pytest.mark.parametrize("host", ["192.0.2.1", "www.data.jma.go.jp", "2001:db8::1"])
def test_no_test_leaves_this_machine(host: str) -> None:
    with pytest.raises(AssertionError, match="only this machine"):
        socket.create_connection((host, 80), timeout=1)
    with socket.socket() as plain, pytest.raises(AssertionError, match="only this machine"):
        plain.connect((host, 80))


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def test_settings_of_the_shell_do_not_reach_tests() -> None:
    assert [name for name in os.environ if name.startswith("TOMOSHIBI_")] == []


def test_the_clock_stands_until_it_is_moved(clock: FakeClock) -> None:
    assert clock() == clock() == datetime(2026, 11, 23, tzinfo=UTC)
    clock.advance(90)
    assert clock() == datetime(2026, 11, 23, 0, 1, 30, tzinfo=UTC)


class _Item:
    def __init__(self, name: str, *, marked: bool) -> None:
        self.name = name
        self._marked = marked

    def get_closest_marker(self, name: str) -> object | None:
        return object() if self._marked and name == "browser" else None


def _leave_out(path: str | None) -> tuple[list[str], list[str]]:
    items: list[Any] = [_Item("page", marked=True), _Item("plain", marked=False)]
    gone: list[Any] = []
    config: Any = SimpleNamespace(hook=SimpleNamespace(pytest_deselected=lambda items: gone.extend(items)))
    browser.leave_out(config, items, path)
    return [item.name for item in items], [item.name for item in gone]


def test_page_tests_are_left_out_without_a_browser() -> None:
    assert _leave_out(None) == (["plain"], ["page"])
    assert _leave_out("/usr/bin/chromium") == (["page", "plain"], [])


def test_in_ci_a_missing_browser_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI_FULL", "1")
    browser.refuse_to_leave_out(tmp_path, None)
    (tmp_path / "test_page.py").write_text("@pytest.mark." + "browser\n")
    browser.refuse_to_leave_out(tmp_path, "/usr/bin/chromium")
    with pytest.raises(pytest.UsageError, match="apt-get install chromium"):
        browser.refuse_to_leave_out(tmp_path, None)
    monkeypatch.delenv("CI_FULL")
    browser.refuse_to_leave_out(tmp_path, None)


def test_tests_with_prism_are_left_out_without_it_and_in_ci_that_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI_FULL", raising=False)
    prism.refuse_to_leave_out(None)
    monkeypatch.setenv("CI_FULL", "1")
    prism.refuse_to_leave_out("/usr/bin/prism")
    with pytest.raises(pytest.UsageError, match="make prism"):
        prism.refuse_to_leave_out(None)
