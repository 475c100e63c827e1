"""The console with 100,000 messages: time of each page on the server, and what 50 open consoles cost a running sender.

`python -m benchmarks.bench_console`. Times are processor seconds of this process for one request, so that a busy
machine says the same; a sender beside open consoles needs a quiet one. Open consoles are those of
`benchmarks.open_consoles`, people of three municipalities in both languages. The loopback Twilio is another process;
the sender hands over as fast as it can from this one, with and without consoles in turns.
"""

import argparse
import asyncio
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from aiohttp import ClientResponse
from aiohttp.test_utils import TestServer

from alerts import places
from benchmarks.bench_sender import Run, provider
from benchmarks.filled_console import BROADCASTS, HERE, everything
from benchmarks.measure import Measure, at_most, show
from benchmarks.open_consoles import CONSOLES, consoles, enter
from delivery import counting
from delivery.rate import Bucket
from delivery.sender import Sender, SenderSettings
from delivery.twilio.transport import TwilioSettings, TwilioTransport
from service.drills import offered
from service.settings import Settings
from storage import database, times
from storage.connection import Connection
from tests.delivery import crashing
from tests.delivery.fake_twilio import ACCOUNT, SERVICE, TOKEN
from tests.web import rows
from tests.web.console.test_programs import PROGRAMS
from tests.web.console.test_providers import PROVIDERS
from tests.web.states import a_state
from web.app import make_app
from web.state import WebState

#: rounds with consoles, and as many without; seconds of each; more texts than a sender can send in that time
ROUNDS = 4
SECONDS = 15
QUEUED = 60_000
#: rows of the people that the sender writes to begin here
_FIRST = 1_000_000
_PAGES = (
    "/console",
    "/console/live",
    "/console/notices",
    "/console/broadcasts",
    "/console/broadcasts?words=TSUNAMI&hazard=tsunami",
    f"/console/broadcasts/{BROADCASTS}",
    f"/console/broadcasts/{BROADCASTS}?place=17204",
    f"/console/broadcasts/{BROADCASTS}/print",
    f"/console/broadcasts/{BROADCASTS}/counts.csv",
    "/console/telegrams/1",
    "/console/fatigue",
    "/console/triage",
    "/console/audit",
    "/console/audit?actor=aoi",
    "/console/audit?before=200",
    "/console/audit?check=1",
    "/console/write",
    "/console/write/evacuation",
    "/console/write/notice",
    "/console/waiting",
    "/console/waiting/1",
    "/console/drills",
    "/console/drills/1",
    f"/console/shelters?m={HERE[0]}",
    f"/console/shelters?m={HERE[0]}&page=2",
    f"/console/shelters?m={HERE[0]}&words=19",
    f"/console/shelters/nearest?m={HERE[0]}",
    "/console/campaigns",
    "/console/campaigns/1",
    "/console/campaigns/plan",
    "/console/texts",
    "/console/lessons",
    "/console/cases",
    "/console/cases?words=避難所",
    "/console/cases?words=shelter&hazard=flood",
    "/console/cases/1",
    "/console/course",
    "/console/kit",
    "/console/residents",
    "/console/people",
    "/console/programs",
    "/console/providers",
)
_EVACUATION = {"grade": "order", "area": HERE[0], "expected": "5000"}
_PLAN = {
    "name": "Water", "lessons": "water", "places": HERE[0], "start": "2026-12-08", "every": "weeks", "step": "1",
    "times": "3", "opens": "10:00", "closes": "17:00", "on_holiday": "move",
}  # fmt: skip
_DRILL = {"m": HERE[0], "scenario": "noto", "group": "", "phones": "18", "pace": "60"}
#: pages that a form leads to; what is made here is shown above
_POSTS = (
    ("/console/write/evacuation", _EVACUATION | {"step": "preview"}),
    ("/console/campaigns/plan", _PLAN | {"do": "preview"}),
)
_MADE = (
    ("/console/write/evacuation", _EVACUATION | {"step": "submit", "explanation": "all of it"}),
    ("/console/campaigns/plan", _PLAN | {"do": "submit"}),
    ("/console/drills", _DRILL),
)


async def run(base_url: str, *, pages: bool, sender: bool) -> list[Measure]:
    """All measures, with a loopback Twilio."""
    with tempfile.TemporaryDirectory() as folder:
        db = database.open(Path(folder) / "bench.db")
        everything(db)
        began = time.process_time()
        for broadcast, version in db.read_sync(counting.moved, None):
            cells = db.read_sync(counting.cells_of, broadcast)
            db.write_sync(counting.put, broadcast, cells, version, rows.NOW)
        counted = time.process_time() - began
        offer = offered(Settings(), places.load())
        more = {"drills": offer, "programs": PROGRAMS, "providers": PROVIDERS, "lessons_alone": 100_000}
        state = a_state(db, _clock(), live_seconds=1.0, wall_clock=lambda: datetime.now(UTC), **more)
        server = TestServer(make_app(state))
        await server.start_server()
        try:
            measures = [at_most("count all 100,000 messages once", counted * 1000, "ms")]
            if pages:
                measures += await _pages(server)
            if sender:
                measures += await _beside_a_sender(server, state, base_url)
        finally:
            await server.close()
            db.close_sync()
    return measures


def _clock() -> Callable[[], datetime]:
    """Goes on from the time of the rows."""
    began = time.monotonic()
    return lambda: rows.NOW + timedelta(seconds=time.monotonic() - began)


async def _pages(server: TestServer) -> list[Measure]:
    measures, forms = [], {"Sec-Fetch-Site": "same-origin"}
    async with await enter(str(server.make_url("/"))) as session:
        for path, form in _MADE:
            async with session.post(path, data=form, headers=forms) as answer:
                assert answer.status == 200, (path, answer.status, await answer.text())
        for path in _PAGES:
            measures.append(await _page(path, partial(session.get, path)))
        for path, form in _POSTS:
            ask = partial(session.post, path, data=form, headers=forms)
            measures.append(await _page(f"{path}, the preview", ask))
    return measures


async def _page(name: str, ask: Callable[[], AbstractAsyncContextManager[ClientResponse]]) -> Measure:
    spent = []
    for _ in range(5):
        await asyncio.sleep(1.05)  # what is kept for a second must be made again
        gc.collect()
        began = time.process_time()
        async with ask() as answer:
            assert answer.status == 200, (name, answer.status)
            await answer.read()
        spent.append(time.process_time() - began)
    return at_most(f"page {name}", sorted(spent)[2] * 1000, "ms", 100)


async def _beside_a_sender(server: TestServer, state: WebState, base_url: str) -> list[Measure]:
    """What 50 open pages cost each text of a sender at full speed; rounds with and without them take turns."""
    gc.collect()
    gc.freeze()  # as `serve` does once it has started
    address, brought, rounds = str(server.make_url("/")), list[float](), list[tuple[bool, Run]]()
    await _round(state, base_url, 0)  # to warm up
    for number in range(1, 2 * ROUNDS + 1):
        opened = number % 4 in (1, 2)  # what changes from round to round, changes for both alike
        async with consoles(address, brought) if opened else nullcontext():
            rounds.append((opened, await _round(state, base_url, number)))
    alone, beside = (_mean([run for opened, run in rounds if opened is which]) for which in (False, True))
    ratio, share = beside.cpu_us / alone.cpu_us, (beside.cpu_us - alone.cpu_us) * beside.rate / 1e6
    return [
        at_most("sender alone", alone.rate, "/s"),
        at_most("sender alone, processor time of a text", alone.cpu_us, "us"),
        at_most(f"sender beside {CONSOLES} open consoles", beside.rate, "/s"),
        at_most(f"sender beside {CONSOLES} open consoles, processor time of a text", beside.cpu_us, "us"),
        at_most("that, as a multiple of the sender alone", ratio, "x", 1.05),
        at_most("what the consoles take of a core", share * 100, "%"),
        at_most(f"changes that each console was brought in a round of {SECONDS} s", statistics.median(brought), ""),
    ]


def _mean(rounds: list[Run]) -> Run:
    return Run(rate=statistics.mean(one.rate for one in rounds), cpu_us=statistics.mean(one.cpu_us for one in rounds))


async def _round(state: WebState, base_url: str, number: int) -> Run:
    """Some seconds of a sender with more to send than it can, counted as the service counts."""
    db, clock = state.db, state.clock
    await db.write(_queue, number, clock())
    settings = TwilioSettings(account_sid=ACCOUNT, auth_token=TOKEN, sender=SERVICE, base_url=base_url, connections=400)
    transport = TwilioTransport(settings, clock)
    sender = Sender(
        db=db,
        transport=transport,
        unseal=bytes.decode,
        bucket=Bucket(rate=None, clock=time.monotonic),
        clock=clock,
        settings=SenderSettings(connections=400),
    )
    tally = counting.Tally(db=db, clock=clock, watch=time.monotonic, on_counted=state.changes.notify)
    running = asyncio.create_task(sender.run())
    await asyncio.sleep(1)  # all connections are open
    gc.collect()
    before, began, spent = await db.read(_left), time.perf_counter(), time.process_time()
    while time.perf_counter() - began < SECONDS:
        await asyncio.sleep(0.5)
        await tally.step()
    took, spent = time.perf_counter() - began, time.process_time() - spent
    left = await db.read(_left)
    sender.stop()
    await running
    await transport.close()
    assert left, "the sender had nothing left to do"
    await db.write(lambda c: c.execute("UPDATE messages SET state = 'cancelled' WHERE state = 'queued'"))
    return Run(rate=(before - left) / took, cpu_us=spent / (before - left) * 1e6)


def _queue(db: Connection, number: int, now: datetime) -> None:
    """One more broadcast, of one text to as many people as may be reached in a round."""
    broadcast = rows.a_broadcast(
        db,
        state="sending",
        seen_at=now,
        created_at=now,
        expires_at=now + timedelta(hours=2),
        planned=QUEUED,
        planned_at=now,
    )
    text = rows.a_text(db, broadcast, "en", "LEVEL 4 landslide. Leave now. Wajima, JMA 14:07")
    at, until = times.to_text(now), times.to_text(now + timedelta(hours=2))
    people = [
        {"id": _FIRST + one, "hash": f"s{one}", "sealed": crashing.number(one).encode(), "at": at}
        for one in range(QUEUED)
    ]
    if not number:
        db.executemany(
            "INSERT INTO subscribers (id, number_hash, number_sealed, role, state, created_at)"
            " VALUES (:id, :hash, :sealed, 'resident', 'active', :at)",
            people,
        )
    db.executemany(
        "INSERT INTO messages (broadcast_id, subscriber_id, change_key, hazard, event, place, grade, kind, revision,"
        " language, text_id, segments, priority, turn, state, created_at, expires_at) VALUES (:broadcast, :id, :key,"
        " 'landslide', '', '17204', 'L4', 'new', 1, 'en', :text, 1, 20, :id, 'queued', :at, :until)",
        [one | {"broadcast": broadcast, "key": f"s{number}", "text": text, "until": until} for one in people],
    )


def _left(db: Connection) -> int:
    return db.execute("SELECT count(*) AS n FROM messages WHERE state = 'queued'")[0].integer("n")


def main() -> int:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sender", action="store_true", help="only the sender beside open consoles")
    parser.add_argument("--pages", action="store_true", help="only the pages")
    given = parser.parse_args()
    with provider(0.1) as base_url:
        return 0 if show(asyncio.run(run(base_url, pages=not given.sender, sender=not given.pages))) else 1


if __name__ == "__main__":
    sys.exit(main())
