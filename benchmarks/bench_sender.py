"""The sender with full durable records through the twilio library, a bare POST loop, and the library's own client.

`python -m benchmarks.bench_sender`. The loopback Twilio is a process of its own on one core, what is measured is on the
other. Figures are ratios of runs that take turns, so that they hold on other machines; the median of the rounds counts.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import aiohttp

from benchmarks.measure import Measure, at_least, at_most, show
from delivery.rate import Bucket
from delivery.sender import Sender, SenderSettings
from delivery.twilio.transport import TwilioSettings, TwilioTransport
from storage import database
from tests.delivery import crashing
from tests.delivery.fake_twilio import ACCOUNT, SERVICE, TOKEN

_TEXT = "LEVEL 4 landslide. Leave now. Wajima, JMA 14:07"
#: the server's latency -> connections that keep one core busy: 400 carry 4,000 texts a second at 100 ms, which is more
#: than a core sends; opening 1,000 made each of 6,000 texts of the bare loop a quarter dearer
_CONNECTIONS = {0.0: 64, 0.1: 400}
_MESSAGES = {0.0: 6_000, 0.1: 10_000}
_SUSTAINED = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: messages a second, and the processor time of each."""

    rate: float
    cpu_us: float


Work = Callable[[str, int, int], Coroutine[None, None, None]]


async def bare(base_url: str, count: int, connections: int) -> None:
    """As quick as aiohttp goes: everything made ready before, nothing kept, nothing looked at."""
    url = f"{base_url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    headers = {
        "Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    form = {"MessagingServiceSid": SERVICE, "Body": _TEXT, "ValidityPeriod": "600"}
    bodies = iter([urlencode({"To": crashing.number(index), **form}).encode() for index in range(count)])
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def work() -> None:
            for body in bodies:
                async with session.post(url, data=body, headers=headers) as answer:
                    await answer.read()

        await asyncio.gather(*(work() for _ in range(connections)))


async def stock(base_url: str, count: int, connections: int) -> None:
    """The library as it comes."""
    from twilio.http.async_http_client import AsyncTwilioHttpClient
    from twilio.rest import Client

    http = AsyncTwilioHttpClient()
    client = Client(ACCOUNT, TOKEN, http_client=http)
    client.api.base_url = base_url
    numbers = iter(range(count))

    async def work() -> None:
        for index in numbers:
            await client.messages.create_async(
                to=crashing.number(index), messaging_service_sid=SERVICE, body=_TEXT, validity_period=600
            )

    await asyncio.gather(*(work() for _ in range(connections)))
    await http.close()


def ours(rate: float | None = None) -> Work:
    """Claim, hand over, record: a whole broadcast from the outbox."""

    async def work(base_url: str, count: int, connections: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            db = database.open(Path(folder) / "bench.db", role="serve")
            db.write_sync(crashing.queue, count)
            settings = TwilioSettings(
                account_sid=ACCOUNT, auth_token=TOKEN, sender=SERVICE, base_url=base_url, connections=connections
            )
            transport = TwilioTransport(settings, now)
            sender = Sender(
                db=db,
                transport=transport,
                unseal=bytes.decode,
                bucket=Bucket(rate=rate, clock=time.monotonic),
                clock=now,
                settings=SenderSettings(connections=connections),
            )
            MARK.begin()
            running = asyncio.create_task(sender.run())
            while await db.read(_left):  # noqa: ASYNC110 -- the rows are in a database, which wakes nobody
                await asyncio.sleep(0.02)
            MARK.end()
            sender.stop()
            await running
            await transport.close()
            await db.close()

    return work


class Mark:
    """When the part that counts began and ended."""

    def begin(self) -> None:
        """From here."""
        self.wall, self.cpu, self.ended = time.perf_counter(), time.process_time(), False

    def end(self) -> None:
        """To here."""
        if not self.ended:
            self.wall, self.cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu
            self.ended = True


MARK = Mark()


def _left(db: database.Connection) -> int:
    return len(db.execute("SELECT id FROM messages WHERE state IN ('queued', 'handing', 'uncertain') LIMIT 1"))


def now() -> datetime:
    """The clock of a benchmark."""
    return datetime.now(UTC)


@contextmanager
def provider(latency: float) -> Iterator[str]:
    """A loopback Twilio on a core of its own; its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.delivery.fake_twilio", "--latency", str(latency)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(process.pid, {cores[-1]})
    os.sched_setaffinity(0, {cores[0]})
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        os.sched_setaffinity(0, set(cores))
        process.terminate()
        process.wait()


def run(work: Work, base_url: str, count: int, connections: int) -> Run:
    """One run."""
    MARK.begin()
    asyncio.run(work(base_url, count, connections))
    MARK.end()
    return Run(rate=count / MARK.wall, cpu_us=MARK.cpu / count * 1e6)


def compare(latency: float, rounds: int) -> dict[str, list[Run]]:
    """All three in turns."""
    kinds: dict[str, Work] = {"bare": bare, "ours": ours(), "stock": stock}
    found: dict[str, list[Run]] = {name: [] for name in kinds}
    with provider(latency) as base_url:
        for _ in range(rounds):
            for name, work in kinds.items():
                found[name].append(run(work, base_url, _MESSAGES[latency], _CONNECTIONS[latency]))
    return found


def ratio(found: dict[str, list[Run]], one: str, other: str) -> float:
    """Median of the rates of the rounds, one against the other."""
    pairs = zip(found[one], found[other], strict=True)
    return statistics.median(first.rate / second.rate for first, second in pairs)


def measures(rounds: int) -> Iterator[Measure]:
    """Everything."""
    for latency, least in ((0.0, 0.45), (0.1, 0.65)):
        found = compare(latency, rounds)
        name = f"{latency * 1000:.0f} ms"
        for kind, runs in found.items():
            yield at_most(f"{name}: {kind}", statistics.median(one.rate for one in runs), "/s")
            yield at_most(f"{name}: {kind}, processor time", statistics.median(one.cpu_us for one in runs), "us")
        yield at_least(f"{name}: ours against bare", ratio(found, "ours", "bare"), "x", least)
        cpu = statistics.median(a.cpu_us / b.cpu_us for a, b in zip(found["bare"], found["ours"], strict=True))
        yield at_most(f"{name}: the same by processor time", cpu, "x")
        if latency:
            yield at_least(f"{name}: ours against stock", ratio(found, "ours", "stock"), "x", 3.0)
    with provider(0.1) as base_url:
        sustained = run(ours(rate=_SUSTAINED), base_url, 5 * _SUSTAINED, 400)
    yield at_least(f"sustained at {_SUSTAINED}/s", sustained.rate, "/s", 0.95 * _SUSTAINED)
    yield at_most(f"cores for {_SUSTAINED}/s", _SUSTAINED * sustained.cpu_us / 1e6, "", 0.5)


def main() -> int:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    return 0 if show(measures(parser.parse_args().rounds)) else 1


if __name__ == "__main__":
    sys.exit(main())
