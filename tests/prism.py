"""Where Prism is, which checks HTTP against an OpenAPI description, and what happens without it."""

import os
import shutil
from pathlib import Path

import pytest

_OURS = Path(__file__).parents[1] / "build" / "prism" / "node_modules" / ".bin" / "prism"
REMEDY = "no Prism for the contract with Twilio: make prism (needs nodejs and npm)"


def find() -> str | None:
    """The path of the program; None without it."""
    if shutil.which("node") is None:
        return None
    return str(_OURS) if _OURS.exists() else shutil.which("prism")


def refuse_to_leave_out(path: str | None) -> None:
    """In CI (CI_FULL) tests without Prism are an error, said before anything runs."""
    if path is None and os.environ.get("CI_FULL"):
        raise pytest.UsageError(REMEDY)


def leave_out(config: pytest.Config, items: list[pytest.Item], path: str | None) -> None:
    """Without Prism take its tests out."""
    wanted = [item for item in items if item.get_closest_marker("prism")]
    if wanted and path is None:
        config.hook.pytest_deselected(items=wanted)
        items[:] = [item for item in items if item not in wanted]
