"""The console with 100,000 messages: time of each page on the server, and what 50 open consoles cost a running sender.

`python -m benchmarks.bench_console`. Times are processor seconds of this process for one request, so that a busy
machine says the same. Open consoles read here in this process too: what they cost a sender is less than what is shown.
"""

import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer

from alerts import places
from alerts.vocabulary import Hazard
from benchmarks.measure import Measure, at_most, show
from cases import store as cases
from cases.case import Content, LifeStage, Section, State
from delivery import counting
from service.drills import offered
from service.settings import Settings
from storage import audit, database, times
from storage.connection import Connection
from storage.database import Database
from tests.web import rows
from tests.web.states import a_state
from web.accounts import passwords, store
from web.accounts.roles import Grant, Role
from web.app import make_app
from web.console.cases import labels

MESSAGES = 100_000
BROADCASTS = 40
CONSOLES = 50
AUDITED = 20_000
CASES = 500
_PASSWORD = "a lamp in the harbour"
_LANGUAGES = ("en", "vi", "zh-Hans", "ja-Hira", "ne", "my", "pt", "fil")
_STATES = ("delivered",) * 8 + ("sent", "undelivered")
_HERE = ("17204", "17205", "17201")
_PAGES = (
    "/console",
    "/console/live",
    "/console/broadcasts",
    "/console/broadcasts?words=TSUNAMI&hazard=tsunami",
    f"/console/broadcasts/{BROADCASTS}",
    f"/console/broadcasts/{BROADCASTS}/print",
    f"/console/broadcasts/{BROADCASTS}/counts.csv",
    "/console/fatigue",
    "/console/triage",
    "/console/audit",
    "/console/audit?actor=aoi",
    "/console/write",
    "/console/write/evacuation",
    "/console/write/notice",
    "/console/waiting",
    "/console/drills",
    "/console/shelters",
    "/console/campaigns",
    "/console/campaigns/plan",
    "/console/texts",
    "/console/lessons",
    "/console/cases",
    "/console/cases?words=避難所",
    "/console/cases/1",
    "/console/course",
    "/console/kit",
    "/console/residents",
    "/console/people",
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


async def run() -> list[Measure]:
    """All measures."""
    with tempfile.TemporaryDirectory() as folder:
        db = database.open(Path(folder) / "bench.db")
        db.write_sync(fill)
        db.write_sync(_log_and_cases)
        began = time.process_time()
        for broadcast, version in db.read_sync(counting.moved, None):
            cells = db.read_sync(counting.cells_of, broadcast)
            db.write_sync(counting.put, broadcast, cells, version, rows.NOW)
        counted = time.process_time() - began
        _accounts(db)
        offer = offered(Settings(), places.load())
        state = a_state(
            db, lambda: rows.NOW, drills=offer, live_seconds=1.0, wall_clock=lambda: datetime.now(UTC)
        )  # fmt: skip
        server = TestServer(make_app(state))
        await server.start_server()
        try:
            measures = [at_most("count all 100,000 messages once", counted * 1000, "ms")]
            measures += await _pages(server)
            measures.append(await _open_consoles(server, db, state.changes.notify))
        finally:
            await server.close()
            db.close_sync()
    return measures


def _accounts(db: Database) -> None:
    hashed = passwords.hashed(_PASSWORD)
    for role in Role:
        for place in _HERE:
            grant = Grant(municipality=place, role=role)
            db.write_sync(store.add, "aoi", hashed, grant, actor="bench", now=datetime.now(UTC))
    db.write_sync(lambda c: c.execute("UPDATE users SET must_change = 0"))


async def _enter(server: TestServer) -> ClientSession:
    session = ClientSession(cookie_jar=CookieJar(unsafe=True))
    form = {"name": "aoi", "password": _PASSWORD}
    headers = {"Sec-Fetch-Site": "same-origin"}
    async with session.post(server.make_url("/console/sign-in"), data=form, headers=headers) as answer:
        assert answer.status == 200, answer.status
    return session


async def _pages(server: TestServer) -> list[Measure]:
    measures = []
    async with await _enter(server) as session:
        for path in _PAGES:
            spent = []
            for _ in range(5):
                await asyncio.sleep(1.05)  # what is kept for a second must be made again
                gc.collect()
                began = time.process_time()
                async with session.get(server.make_url(path)) as answer:
                    assert answer.status == 200, (path, answer.status)
                    await answer.read()
                spent.append(time.process_time() - began)
            measures.append(at_most(f"page {path}", sorted(spent)[2] * 1000, "ms", 100))
    return measures


async def _open_consoles(server: TestServer, db: Database, notify: Callable[[], None]) -> Measure:
    """Processor time per second of 50 open pages while something changes all the time."""
    alone = await _spent(db, notify, 10)
    sessions = [await _enter(server)]
    tasks = [asyncio.create_task(_console(sessions[0], server)) for _ in range(CONSOLES)]
    await asyncio.sleep(3)
    together = await _spent(db, notify, 20)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for session in sessions:
        await session.close()
    return at_most("50 open consoles, with their own reading: share of a core", (together - alone) * 100, "%", 5)


async def _spent(db: Database, notify: Callable[[], None], seconds: int) -> float:
    """Processor seconds per second while a broadcast moves."""
    began, spent = time.perf_counter(), time.process_time()
    number = 0
    while time.perf_counter() - began < seconds:
        number += 1
        await db.write(lambda c: c.execute("UPDATE counters SET value = value + 1 WHERE name = 'revision'"))
        notify()
        await asyncio.sleep(0.1)
    return (time.process_time() - spent) / (time.perf_counter() - began)


async def _console(session: ClientSession, server: TestServer) -> None:
    """One page: waits for events, reads the part that changes; does not draw it."""
    async with session.get(server.make_url("/console/events"), timeout=None) as stream:
        async for line in stream.content:
            if line.startswith(b"event:"):
                async with session.get(server.make_url("/console/live")) as answer:
                    await answer.read()


if __name__ == "__main__":
    sys.exit(0 if show(asyncio.run(run())) else 1)
