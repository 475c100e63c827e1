"""Several processes of `serve` and `worker` on one PostgreSQL, between a loopback JMA and a loopback Twilio.

Every process is a real one, with a log of its own, and can be killed or stopped; the provider counts for itself.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from service.simulated_clock import SimulatedClock
from storage import database
from tests.delivery.fake_twilio import ACCOUNT, SERVICE, TOKEN, FakeTwilio
from tests.meta.project import ROOT
from tests.service import story as stories
from tests.service.story import Story, number

_KEY = "5b" * 32
#: a process of its own has to start first, maybe on a busy machine
_PATIENCE = 150.0
_FINISHED = "state NOT IN ('queued', 'handing', 'uncertain')"


class Fleet:
    """One database, one JMA, one Twilio, and processes by name."""

    def __init__(self, story: Story, provider: FakeTwilio, folder: Path) -> None:
        self.story, self.provider = story, provider
        self._folder = folder
        self._running: dict[str, asyncio.subprocess.Process] = {}

    async def start(self, *names: str, clock_off: float = 0, **more: str) -> None:
        """Start `serve` or `worker`, as the names begin, on a machine whose clock is so many seconds off."""
        program = ["-m", "tests.service.off_clock", str(clock_off)] if clock_off else [str(ROOT / "run.py")]
        for name in names:
            log = (self._folder / f"{name}.log").open("ab")
            self._running[name] = await asyncio.create_subprocess_exec(
                sys.executable,
                *program,
                name.rstrip("0123456789"),
                cwd=ROOT,
                env=self._environment(**more),
                stdout=log,
                stderr=log,
            )
            log.close()

    def _environment(self, **more: str) -> dict[str, str]:
        ours = {
            "DATABASE": self.story.settings.database,
            "SECRET_KEY": _KEY,
            "JMA_BASE_URL": self.story.jma.base_url,
            "POLL_SECONDS": "0.5",
            "TRANSPORT": "twilio",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_MESSAGING_SERVICE_SID": SERVICE,
            "TWILIO_BASE_URL": self.provider.base_url,
            "TWILIO_LIST_SECONDS": "0.5",
            "ALLOW_TEST_FEED": "true",
            "HTTP_PORT": "0",
            "SILENCE_SECONDS": "extra=none,regular=none",
            "SEND_RATE": "1000",
            **more,
        }
        plain = {name: value for name, value in os.environ.items() if not name.startswith("TOMOSHIBI_")}
        as_installed = {"MALLOC_ARENA_MAX": "2"}  # ops/*.service
        return plain | as_installed | {f"TOMOSHIBI_{name}": value for name, value in ours.items()}

    def names(self) -> list[str]:
        """The processes that run."""
        return list(self._running)

    def processes(self) -> dict[str, int]:
        """Name -> process id of those that run."""
        return {name: process.pid for name, process in self._running.items()}

    def send_signal(self, name: str, how: signal.Signals) -> None:
        """To one process."""
        self._running[name].send_signal(how)

    async def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> int:
        """End one process; its exit code."""
        process = self._running.pop(name)
        process.send_signal(how)
        return await process.wait()

    async def end_all(self, how: signal.Signals = signal.SIGTERM) -> list[int]:
        """End every process."""
        return [await self.end(name, how) for name in list(self._running)]

    def log(self, name: str) -> str:
        """What it has said so far."""
        return (self._folder / f"{name}.log").read_text(encoding="utf-8")

    async def until(self, done: object, what: str) -> None:
        """Wait for something; if it does not happen, the logs tell why."""
        assert callable(done)
        try:
            await self.story.until(done, what, patience=_PATIENCE)
        except AssertionError as late:
            logs = "\n".join(f"--- {path.name}\n{path.read_text()[-3000:]}" for path in self._folder.glob("*.log"))
            raise AssertionError(f"{late}\n{logs}") from None

    async def until_up(self, *names: str) -> None:
        """Wait until they say that they work."""
        await self.until(lambda: all("real SMS by" in self.log(name) for name in names), f"{names} to start")

    def leader(self) -> str:
        """Which process polls and decides now; '' for none."""
        now = "now() AT TIME ZONE 'UTC'"
        rows = self.story.rows(
            "SELECT holder FROM leases WHERE name = 'lead'"
            f' AND until > to_char({now}, \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\')'
        )
        pid = int(str(rows[0][0]).split(":")[1]) if rows else 0
        return next((name for name, process in self._running.items() if process.pid == pid), "")

    async def told(self, people: int, texts: int) -> None:
        """Wait until every phone shows so many texts, and nothing is under way."""
        phones = [number(index) for index in range(people)]

        def done() -> bool:
            return all(len(self.provider.texts_of(one)) >= texts for one in phones) and not self.under_way()

        await self.until(done, f"{texts} texts to everybody, {len(self.provider.taken)} so far")

    def under_way(self) -> int:
        """Messages that are not settled."""
        return self.story.count("messages", f"NOT ({_FINISHED})")


@asynccontextmanager
async def sailing(folder: Path, url: str, **faults: object) -> AsyncIterator[Fleet]:
    """A fleet that ends tidily; the database is migrated first."""
    made = database.open(url)
    made.migrate()
    made.close_sync()
    provider = FakeTwilio(**faults)  # type: ignore[arg-type]  # as the provider has them
    await provider.start()
    try:
        async with stories.told(folder, database=url, secret_key=_KEY) as story:
            story.clock = SimulatedClock(datetime.now(UTC))
            fleet = Fleet(story, provider, folder)
            try:
                yield fleet
            finally:
                await fleet.end_all(signal.SIGKILL)
    finally:
        await provider.stop()
