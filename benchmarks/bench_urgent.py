"""What must be quick beside a running broadcast: its cancellation, and a burst of receipts.

`python -m benchmarks.bench_urgent`. Times of the cancellation are counted at the provider: when the last old copy came,
and when the first correction did.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from aiohttp import web

from alerts import places
from alerts.changes import Cause
from benchmarks.bench_delivery import CITY, RATES, WAJIMA, announce, now, populate
from benchmarks.bench_sender import provider
from benchmarks.measure import Measure, at_least, at_most, show
from delivery.planner import Planner
from delivery.rate import Bucket
from delivery.receiving import Receiver
from delivery.sender import Sender
from delivery.twilio.callbacks import Signature
from delivery.twilio.transport import TwilioSettings, TwilioTransport
from delivery.writing import CatalogueWriter
from storage import database
from storage.database import Database
from templates_i18n import catalogue
from tests.delivery import crashing
from tests.delivery.fake_twilio import ACCOUNT, SERVICE, TOKEN, FakeTwilio, sign
from web.webhooks import Webhooks

_PUBLIC = "https://sms.example.jp"
_RATE = 500.0
_RECEIPTS = 10_000


@dataclass(slots=True)
class Agents:
    """A planner and a sender at work."""

    planner: Planner
    sender: Sender
    transport: TwilioTransport
    tasks: list[asyncio.Task[None]]

    async def stop(self) -> None:
        """End both."""
        self.planner.stop()
        self.sender.stop()
        await asyncio.gather(*self.tasks)
        await self.transport.close()


def start(db: Database, base_url: str, rate: float | None) -> Agents:
    """On the running loop."""
    settings = TwilioSettings(account_sid=ACCOUNT, auth_token=TOKEN, sender=SERVICE, base_url=base_url)
    transport = TwilioTransport(settings, now)
    sender = Sender(
        db=db,
        transport=transport,
        unseal=bytes.decode,
        bucket=Bucket(rate=rate, clock=time.monotonic),
        clock=now,
    )
    writer = CatalogueWriter(catalogue=catalogue.load(), places=places.load())
    planner = Planner(db=db, writer=writer, rates=RATES, clock=now, wake_sender=sender.wake)
    return Agents(planner, sender, transport, [asyncio.create_task(one.run()) for one in (planner, sender)])


def _at_home(index: int) -> str:
    return WAJIMA


async def cancellation() -> tuple[float, float, float, int]:
    """Seconds from it to the last old copy, the first correction, and the last row settled; copies before it."""
    fake = FakeTwilio()
    base_url = await fake.start()
    with tempfile.TemporaryDirectory() as folder:
        db = database.open(Path(folder) / "bench.db", role="serve")
        for first in range(1, CITY + 1, 20_000):
            db.write_sync(populate, _at_home, first, min(CITY, first + 19_999))
        agents = start(db, base_url, _RATE)
        await db.write(announce, [WAJIMA], "L4")
        agents.planner.wake()
        await _until(lambda: len(fake.taken) >= 2_000)
        before = len(fake.taken)
        old = {one.body for one in fake.taken}
        began = time.time()
        await db.write(announce, [WAJIMA], "none", cause=Cause.WITHDRAWN)
        agents.planner.wake()
        await _until(lambda: any(one.body not in old for one in fake.taken[before:]))
        corrected = next(one.created for one in fake.taken[before:] if one.body not in old)
        while await db.read(_queued_before):  # noqa: ASYNC110 -- the rows are in a database, which wakes nobody
            await asyncio.sleep(0.01)
        settled = time.time()
        last = max((one.created for one in fake.taken[before:] if one.body in old), default=began)
        await agents.stop()
        await db.close()
    await fake.stop()
    return last - began, corrected - began, settled - began, before


async def _until(done: Callable[[], bool]) -> None:
    while not done():  # noqa: ASYNC110 -- the provider wakes nobody
        await asyncio.sleep(0.005)


def _queued_before(db: database.Connection) -> int:
    return len(db.execute("SELECT id FROM messages WHERE state = 'queued' AND kind = 'new' LIMIT 1"))


async def sending(base_url: str, count: int, receipts: int) -> float:
    """Messages a second of a sender that keeps to its rate, while a burst of receipts comes in."""
    with tempfile.TemporaryDirectory() as folder:
        db = database.open(Path(folder) / "bench.db", role="serve")
        db.write_sync(crashing.queue, count)
        runner, address = await _listen(Receiver(db=db))
        agents = start(db, base_url, _RATE)
        burst = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.bench_urgent", address, str(receipts), cwd=Path(__file__).parents[1]
        )
        began = time.perf_counter()
        while await db.read(_left):  # noqa: ASYNC110 -- the rows are in a database, which wakes nobody
            await asyncio.sleep(0.02)
        took = time.perf_counter() - began
        assert await burst.wait() == 0
        kept = (await db.read(lambda c: c.execute("SELECT count(*) AS n FROM receipts")))[0].integer("n")
        assert kept == receipts, f"{kept} of {receipts} receipts were kept"
        await agents.stop()
        await runner.cleanup()
        await db.close()
    return count / took


def _left(db: database.Connection) -> int:
    return len(db.execute("SELECT id FROM messages WHERE state IN ('queued', 'handing', 'uncertain') LIMIT 1"))


async def _listen(receiver: Receiver) -> tuple[web.AppRunner, str]:
    app = web.Application()
    signature = Signature(token=TOKEN, public_url=_PUBLIC)
    Webhooks(signature=signature, take_receipts=receiver.take, clock=now).add_to(app)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


async def burst(address: str, count: int) -> None:
    """All receipts at once, over as many connections as the provider may use."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=500)) as session:

        async def one(index: int) -> int:
            form = {"MessageSid": f"SM{index:032x}", "MessageStatus": "delivered", "To": crashing.number(index)}
            target = f"/webhooks/twilio/status?message={index + 1}&attempt=1"
            headers = {"X-Twilio-Signature": sign(f"{_PUBLIC}{target}", form)}
            async with session.post(f"{address}{target}", data=form, headers=headers) as answer:
                return answer.status

        answers = await asyncio.gather(*(one(index) for index in range(count)))
    assert set(answers) <= {204}, set(answers)


def measures() -> Iterator[Measure]:
    """Everything."""
    last, first, settled, copies = asyncio.run(cancellation())
    yield at_most(f"cancelled after {copies:,} of {CITY:,} copies: last old copy", last, "s", 1.0)
    yield at_most("first correction handed over", first, "s", 2.0)
    yield at_most("all queued copies settled as withdrawn", settled, "s")
    with provider(0.05) as base_url:
        count = int(20 * _RATE)
        alone = asyncio.run(sending(base_url, count, 0))
        beside = asyncio.run(sending(base_url, count, _RECEIPTS))
    yield at_most("sender alone", alone, "/s")
    yield at_least(f"sender beside {_RECEIPTS:,} receipts at once, against alone", beside / alone, "x", 0.9)


def main() -> int:
    """Measure and show; with an address and a number, be the burst."""
    if len(sys.argv) > 2:
        asyncio.run(burst(sys.argv[1], int(sys.argv[2])))
        return 0
    return 0 if show(measures()) else 1


if __name__ == "__main__":
    sys.exit(main())
