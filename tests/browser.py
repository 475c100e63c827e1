"""Where a browser for the page tests is, and what happens without one."""

import os
import shutil
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REMEDY = "no browser for the page tests: sudo apt-get install chromium"


def find() -> str | None:
    """The path of a Chromium: TOMOSHIBI_BROWSER, the system's, or Playwright's own; None without one."""
    named = os.environ.get("TOMOSHIBI_BROWSER")
    installed = (shutil.which(name) for name in _NAMES)
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    downloaded = (str(path) for path in sorted(folder.glob("chromium-*/chrome-linux*/chrome")))
    return next((path for path in (named, *installed, *downloaded) if path), None)


def refuse_to_leave_out(tests: Path, path: str | None) -> None:
    """In CI (CI_FULL) page tests without a browser are an error, said before anything runs."""
    if path is None and os.environ.get("CI_FULL") and any(map(_has_page_tests, tests.rglob("test_*.py"))):
        raise pytest.UsageError(REMEDY)


def leave_out(config: pytest.Config, items: list[pytest.Item], path: str | None) -> None:
    """Without a browser take the page tests out."""
    wanted = [item for item in items if item.get_closest_marker("browser")]
    if wanted and path is None:
        config.hook.pytest_deselected(items=wanted)
        items[:] = [item for item in items if item not in wanted]


def _has_page_tests(file: Path) -> bool:
    return "pytest.mark." + "browser" in file.read_text(encoding="utf-8")
