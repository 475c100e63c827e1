"""A command that only counts or looks starts at once: it loads nothing of the web, of the sender, of serve."""

import os
import subprocess
import sys
from pathlib import Path

from tests.meta import project

#: what only `serve`, `worker`, the pages or a certain file need
_HEAVY = (
    *("aiohttp", "apscheduler", "feedparser", "jinja2", "lxml", "numpy", "openpyxl", "psycopg", "rich", "twilio"),
    *("delivery.sending", "feeds.poller", "service.app", "sqlite_utils", "web.app", "web.state"),
)


def test_counting_residents_loads_nothing_heavy(tmp_path: Path) -> None:
    """The second command finds the database as the first one left it."""
    env = {**os.environ, "TOMOSHIBI_DATABASE": str(tmp_path / "t.db")}
    asked = f"""
import sys
from service.commands import cli
code = cli.main(["residents", "count", "--json"])
print(*(name for name in {_HEAVY!r} if name in sys.modules), file=sys.stderr)
sys.exit(code)
"""
    for heavy in (["sqlite_utils"], []):
        found = subprocess.run(
            [sys.executable, "-c", asked], cwd=project.ROOT, env=env, capture_output=True, text=True, check=True
        )
        loaded = set(found.stderr.split()) - ({"numpy"} if heavy else set())
        assert loaded == set(heavy), found.stderr
