"""The console with 100,000 messages: time of each page on the server, and what 50 open consoles cost a running sender.

`python -m benchmarks.bench_console`. Times are processor seconds of this process for one request, so that a busy
machine says the same. Open consoles are read by a process of their own, as browsers are: each signs in, opens the page
and reads what its stream brings, people of three municipalities in both languages. The loopback Twilio is another
process; the sender hands over as fast as it can from this one, with and without consoles in turns.
"""

import argparse
import asyncio
import gc
import os
import re
import signal
import statistics
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape
from pathlib import Path

from aiohttp import ClientResponse, ClientSession, ClientTimeout, CookieJar, TCPConnector
from aiohttp.test_utils import TestServer

from alerts import places
from alerts.vocabulary import Hazard
from benchmarks.bench_sender import Run, provider
from benchmarks.measure import Measure, at_most, show
from cases import store as cases
from cases.case import Content, LifeStage, Section, State
from delivery import counting
from delivery.rate import Bucket
from delivery.sender import Sender, SenderSettings
from delivery.twilio.transport import TwilioSettings, TwilioTransport
from service.drills import offered
from service.settings import Settings
from storage import audit, database, times
from storage.connection import Connection
from storage.database import Database
from tests.delivery import crashing
from tests.delivery.fake_twilio import ACCOUNT, SERVICE, TOKEN
from tests.shelters.builders import STANDARD, a_csv, a_row, take
from tests.web import rows
from tests.web.console.test_programs import PROGRAMS
from tests.web.console.test_providers import PROVIDERS
from tests.web.states import a_state
from web.accounts import passwords, store
from web.accounts.roles import Grant, Role
from web.app import make_app
from web.console.cases import labels
from web.state import WebState

MESSAGES = 100_000
BROADCASTS = 40
CONSOLES = 50
AUDITED = 20_000
CASES = 500
#: rounds with consoles, and as many without; seconds of each; more texts than a sender can send in that time
ROUNDS = 4
SECONDS = 15
QUEUED = 60_000
#: rows of the people that the sender writes to begin here
_FIRST = 1_000_000
_CORES = sorted(os.sched_getaffinity(0))
_PASSWORD = "a lamp in the harbour"
_LANGUAGES = ("en", "vi", "zh-Hans", "ja-Hira", "ne", "my", "pt", "fil")
_STATES = ("delivered",) * 8 + ("sent", "undelivered")
_HERE = ("17204", "17205", "17201")
#: a coordinator of each
_PEOPLE = ("rei", "ben", "mio")
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
    "/console/write",
    "/console/write/evacuation",
    "/console/write/notice",
    "/console/waiting",
    "/console/waiting/1",
    "/console/drills",
    "/console/drills/1",
    f"/console/shelters?m={_HERE[0]}",
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
_EVACUATION = {"grade": "order", "area": _HERE[0], "expected": "5000"}
_PLAN = {
    "name": "Water", "lessons": "water", "places": _HERE[0], "start": "2026-12-08", "every": "weeks", "step": "1",
    "times": "3", "opens": "10:00", "closes": "17:00", "on_holiday": "move",
}  # fmt: skip
_DRILL = {"m": _HERE[0], "scenario": "noto", "group": "", "phones": "18", "pace": "60"}
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


def fill(db: Connection) -> None:
    """Broadcasts with their messages, in force everywhere, a log of changes."""
    now = rows.NOW
    table = [place.code for place in places.load().all() if place.parent is None]
    rows.all_feeds(db)
    for number, code in enumerate(table[:600]):
        rows.in_force(db, code, "landslide", ("L2", "L3", "L4", "L5")[number % 4], digest="d1")
    people = range(1, MESSAGES // BROADCASTS * 4 + 1)
    db.executemany(
        "INSERT INTO subscribers (id, number_hash, number_sealed, role, state, created_at)"
        " VALUES (:id, :hash, :sealed, 'resident', 'active', :now)",
        [{"id": one, "hash": f"h{one}", "sealed": b"x", "now": times.to_text(now)} for one in people],
    )
    _registered(db, people)
    for number in range(1, BROADCASTS + 1):
        seen = now - timedelta(hours=8 * (BROADCASTS - number))
        rows.a_telegram(db, f"t{number}", received_at=seen)
        alert = rows.an_alert(db, f"t{number}", places={code: "6+" for code in table[:400]})
        broadcast = rows.a_broadcast(
            db, alert_id=alert, state="complete", seen_at=seen, created_at=seen,
            planned=MESSAGES // BROADCASTS, planned_segments=2 * MESSAGES // BROADCASTS,
            first_handover_at=seen, last_handover_at=seen, planned_at=seen,
            snapshot='{"changes": {}}',
        )  # fmt: skip
        _messages(db, broadcast, seen, table[:100])


def _registered(db: Connection, people: range) -> None:
    """All of them live in three municipalities; one in a hundred has said how they are."""
    at = times.to_text(rows.NOW)
    made = [
        {"id": one, "place": _HERE[one % 3], "language": _LANGUAGES[one % len(_LANGUAGES)], "at": at} for one in people
    ]
    db.executemany(
        "INSERT INTO registrations (id, subscriber_id, municipality, language, places, created_at, updated_at)"
        " VALUES (:id, :id, :place, :language, :place, :at, :at)",
        made,
    )
    db.executemany(
        "INSERT INTO subscriber_places (place, subscriber_id, registration_id) VALUES (:place, :id, :id)", made
    )
    db.executemany(
        "INSERT INTO triage (municipality, subscriber_id, place, says, said_at)"
        " VALUES (:place, :id, :place, :says, :at)",
        [one | {"says": ("help", "safe")[number % 2]} for number, one in enumerate(made[::100])],
    )


def _shelters(db: Database) -> None:
    """As many sites as a large city lists."""
    sites = [a_row(STANDARD, name=f"第{number}小学校", address=f"石川県輪島市{number}番地") for number in range(400)]
    assert not take(db, a_csv(*sites)).file_refused


def _log_and_cases(db: Connection) -> None:
    """A log of some years, and cases of many broadcasts."""
    table, words = places.load(), labels.load(places.load())
    for number in range(AUDITED):
        at = rows.NOW - timedelta(minutes=AUDITED - number)
        audit.append(
            db,
            now=at,
            actor=f"user:{('aoi', 'rei', 'ben')[number % 3]}",
            action=("signed in", "submitted", "approved")[number % 3],
            subject=f"submission:{number}",
            municipality=_HERE[number % 3] if number % 2 else "",
            details={"hazard": "evacuation", "grade": "order", "areas": list(_HERE), "why": "nobody signed it"},
        )
    everywhere = [place.code for place in table.all() if place.parent is None]
    for number in range(CASES):
        texts = {section: f"{section} 避難所の言葉 {number} " * 20 for section in Section}
        code = everywhere[number % len(everywhere)]
        said = Content(
            hazard=list(Hazard)[number % 6], happened_on=rows.NOW.date(), places=(code,), stages=(LifeStage.WORK,),
            texts=texts,
        )  # fmt: skip
        made = cases.add(db, code, said, words, actor="bench", now=rows.NOW)
        change = cases.Change(id=made, version=None, actor="bench", now=rows.NOW)
        cases.move(db, change, State.PUBLISHED)


def _messages(db: Connection, broadcast: int, seen: datetime, table: list[str]) -> None:
    texts = {
        (language, place): rows.a_text(
            db, broadcast, language, "MAJOR TSUNAMI WARNING: RUN",
            text_key=f"{broadcast}|new|{place}=6+|{language}|full|c1|x",
        )
        for language in _LANGUAGES for place in _HERE
    }  # fmt: skip
    each = MESSAGES // BROADCASTS
    made = []
    for number in range(each):
        place = _HERE[number % 3] if number % 2 else table[number % len(table)]
        language = _LANGUAGES[number % len(_LANGUAGES)]
        made.append(
            {
                "broadcast": broadcast,
                "person": (broadcast * 97 + number) % (each * 4) + 1,
                "place": place,
                "language": language,
                "text": texts[language, place if place in _HERE else "17204"],
                "state": _STATES[number % len(_STATES)],
                "at": times.to_text(seen),
                "key": f"b{broadcast}",
            }
        )
    db.executemany(
        "INSERT INTO messages (broadcast_id, subscriber_id, change_key, hazard, event, place, grade, kind, revision,"
        " language, text_id, segments, priority, state, created_at, expires_at) VALUES (:broadcast, :person, :key,"
        " 'earthquake', '', :place, '6+', 'new', 1, :language, :text, 2, 10, :state, :at, :at)",
        made,
    )


async def run(base_url: str, *, pages: bool, sender: bool) -> list[Measure]:
    """All measures, with a loopback Twilio."""
    with tempfile.TemporaryDirectory() as folder:
        db = database.open(Path(folder) / "bench.db")
        db.write_sync(fill)
        db.write_sync(_log_and_cases)
        _shelters(db)
        began = time.process_time()
        for broadcast, version in db.read_sync(counting.moved, None):
            cells = db.read_sync(counting.cells_of, broadcast)
            db.write_sync(counting.put, broadcast, cells, version, rows.NOW)
        counted = time.process_time() - began
        _accounts(db)
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


def _accounts(db: Database) -> None:
    hashed = passwords.hashed(_PASSWORD)
    for role in Role:
        for place in _HERE:
            grant = Grant(municipality=place, role=role)
            db.write_sync(store.add, "aoi", hashed, grant, actor="bench", now=datetime.now(UTC))
    for place, name in zip(_HERE, _PEOPLE, strict=True):
        grant = Grant(municipality=place, role=Role.COORDINATOR)
        db.write_sync(store.add, name, hashed, grant, actor="bench", now=datetime.now(UTC))
    db.write_sync(lambda c: c.execute("UPDATE users SET must_change = 0"))


async def _enter(address: str, name: str = "aoi") -> ClientSession:
    session = ClientSession(base_url=address, cookie_jar=CookieJar(unsafe=True), connector=TCPConnector(limit=0))
    form = {"name": name, "password": _PASSWORD}
    headers = {"Sec-Fetch-Site": "same-origin"}
    async with session.post("/console/sign-in", data=form, headers=headers) as answer:
        assert answer.status == 200, answer.status
    return session


async def _pages(server: TestServer) -> list[Measure]:
    measures, forms = [], {"Sec-Fetch-Site": "same-origin"}
    async with await _enter(str(server.make_url("/"))) as session:
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
    address, found, brought = str(server.make_url("/")), list[tuple[Run, Run]](), list[float]()
    for number in range(ROUNDS):
        alone = await _round(state, base_url, 2 * number)
        async with _consoles(address, brought):
            found.append((alone, await _round(state, base_url, 2 * number + 1)))
    alone, beside = (_middle([pair[which] for pair in found]) for which in (0, 1))
    ratio = statistics.median(b.cpu_us / a.cpu_us for a, b in found)
    share = statistics.median((b.cpu_us - a.cpu_us) * b.rate for a, b in found) / 1e6
    return [
        at_most("sender alone", alone.rate, "/s"),
        at_most("sender alone, processor time of a text", alone.cpu_us, "us"),
        at_most(f"sender beside {CONSOLES} open consoles", beside.rate, "/s"),
        at_most(f"sender beside {CONSOLES} open consoles, processor time of a text", beside.cpu_us, "us"),
        at_most("that, as a multiple of the sender alone", ratio, "x", 1.05),
        at_most("what the consoles take of a core", share * 100, "%"),
        at_most(f"changes that each console was brought in a round of {SECONDS} s", statistics.median(brought), ""),
    ]


def _middle(rounds: list[Run]) -> Run:
    return Run(
        rate=statistics.median(one.rate for one in rounds), cpu_us=statistics.median(one.cpu_us for one in rounds)
    )


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


@asynccontextmanager
async def _consoles(address: str, brought: list[float]) -> AsyncIterator[None]:
    """Open pages, held and read by another process on the other core, until the block ends.

    `brought` gets how many changes each of them was brought.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.bench_console", "--hold", address, cwd=Path(__file__).parents[1], stdout=PIPE
    )  # fmt: skip
    os.sched_setaffinity(process.pid, {_CORES[-1]})
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"open\n"
        yield
    finally:
        process.terminate()
        brought.append(float(await process.stdout.readline()))
        await process.wait()


async def hold(address: str) -> None:
    """Be the browsers: every page opens its stream and reads what it brings; it does not draw it."""
    opened = [await _enter(address, _PEOPLE[number % len(_PEOPLE)]) for number in range(CONSOLES)]
    ready, brought, end = asyncio.Semaphore(0), list[int](), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.set)
    languages = [("en", "ja")[number // len(_PEOPLE) % 2] for number in range(CONSOLES)]
    reading = [
        asyncio.create_task(_console(session, language, ready, brought))
        for session, language in zip(opened, languages, strict=True)
    ]
    for _ in opened:
        await ready.acquire()
    print("open", flush=True)
    await end.wait()
    print(len(brought) / CONSOLES, flush=True)
    for task in reading:
        task.cancel()
    for session in opened:
        await session.close()


async def _console(session: ClientSession, language: str, ready: asyncio.Semaphore, brought: list[int]) -> None:
    async with session.get(f"/console?lang={language}") as answer:
        page = await answer.text()
    path = unescape(re.findall(r'data-events="([^"]+)"', page)[0])
    async with session.get(path, timeout=ClientTimeout(total=None), read_bufsize=1 << 20) as stream:
        async for line in stream.content:
            if line.startswith(b"event: hello"):
                ready.release()
            if line.startswith(b"event: parts"):
                brought.append(1)


def main() -> int:
    """Measure and show; as another process, be the browsers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sender", action="store_true", help="only the sender beside open consoles")
    parser.add_argument("--pages", action="store_true", help="only the pages")
    parser.add_argument("--hold", metavar="ADDRESS", default="", help="hold consoles open there")
    given = parser.parse_args()
    if given.hold:
        asyncio.run(hold(given.hold))
        return 0
    with provider(0.1) as base_url:
        return 0 if show(asyncio.run(run(base_url, pages=not given.sender, sender=not given.pages))) else 1


if __name__ == "__main__":
    sys.exit(main())
