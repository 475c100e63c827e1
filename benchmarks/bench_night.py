"""A typhoon night of 2,000 telegrams: read, folded and decided; the page of all Japan. `-m benchmarks.bench_night`.

53,790 residents are spread over all municipalities. Every telegram is decided in a transaction of its own, as if each
came by a poll of its own; telling people is measured by `benchmarks.bench_delivery`.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from aiohttp.test_utils import TestClient, TestServer

from alerts import hazards, places, store
from alerts.report import Facts
from alerts.store import InForce
from alerts.vocabulary import Hazard
from benchmarks.bench_delivery import CITY, populate
from benchmarks.measure import Measure, at_most, peak_memory, show
from delivery import decider
from feeds import store as telegrams
from feeds.telegrams import pack
from service.nights import typhoon
from service.nights.issued import Issued
from storage import database
from storage.connection import Connection
from storage.database import Database
from tests.web.states import a_state
from web.app import make_app

#: another seed than those of the tests
SEED = 2026
COUNT = 2_000
TABLE = places.load()
#: what a great night has in force everywhere
_HAZARDS = (Hazard.HEAVY_RAIN, Hazard.LANDSLIDE, Hazard.STORM, Hazard.THUNDER)


def spread(db: Connection) -> None:
    """Residents in every municipality, about as many in each."""
    codes = [place.code for place in TABLE.all()]
    populate(db, lambda index: codes[index % len(codes)], 1, CITY)


def store_night(db: Database, night: Sequence[Issued]) -> None:
    """All telegrams stored, none decided."""

    def add(connection: Connection) -> None:
        for number, one in enumerate(night):
            name = f"{number}_{one.code}.xml"
            telegrams.add_telegram(connection, pack(one.raw, file_name=name, received_at=one.published))

    db.write_sync(add)


def decide_all(db: Database, night: Sequence[Issued]) -> tuple[float, float, int]:
    """(seconds of one core for all, of the slowest one, telegrams): read, folded and decided one by one."""
    slowest, count, began = 0.0, 0, time.process_time()
    while raw := db.read_sync(telegrams.pending, 1):
        start = time.process_time()
        batch = decider.read_all(raw, TABLE)
        db.write_sync(decider.commit, batch, TABLE, raw[0].received_at + timedelta(seconds=5))
        slowest, count = max(slowest, time.process_time() - start), count + 1
    return time.process_time() - began, slowest, count


def all_in_force(db: Connection) -> None:
    """Every municipality with four hazards in force."""
    rows = [
        InForce(
            hazard=hazard,
            event="",
            place=place.code,
            grade=hazards.rule(hazard).grades[int(place.office) % len(hazards.rule(hazard).grades)],
            since=typhoon.START + timedelta(minutes=int(place.office) % 90),
            revision=1,
            ends_at=None,
            facts=Facts(),
            broadcast_id=None,
            digest=f"{hazard} {place.office}",
        )
        for hazard in _HAZARDS
        for place in TABLE.all()
    ]
    store.set_in_force(db, rows)


async def page(db: Database) -> list[Measure]:
    """Milliseconds of the page and the document: right after a telegram has changed one hazard, and unchanged."""
    found = []
    async with TestClient(TestServer(make_app(a_state(db, clock=lambda: typhoon.START)))) as client:
        for path in ("/state?lang=ja", "/api/v1/state"):
            first = await _seconds(client, path)
            changed = []
            for _ in range(5):
                db.write_sync(_touch)
                changed.append(await _seconds(client, path))
            again = [await _seconds(client, path) for _ in range(20)]
            name = path.partition("?")[0]
            found.append(at_most(f"{name}, the very first time", first * 1000, "ms"))
            found.append(at_most(f"{name}, one hazard has changed everywhere", min(changed) * 1000, "ms", 100))
            found.append(at_most(f"{name}, nothing has changed", min(again) * 1000, "ms", 100))
    return found


def _touch(db: Connection) -> None:
    rows = store.in_force(db, Hazard.HEAVY_RAIN, "")
    store.set_in_force(db, rows.values())


async def _seconds(client: "TestClient", path: str) -> float:  # type: ignore[type-arg]  # any application
    began = time.perf_counter()
    answer = await client.get(path)
    assert answer.status == 200
    await answer.read()
    return time.perf_counter() - began


def measures() -> list[Measure]:
    """All of this file."""
    night = typhoon.night(SEED, COUNT)
    with tempfile.TemporaryDirectory() as folder:
        db = database.open(Path(folder) / "night.db")
        db.write_sync(spread)
        store_night(db, night)
        seconds, slowest, count = decide_all(db, night)
        db.close_sync()
        other = database.open(Path(folder) / "japan.db")
        other.write_sync(all_in_force)
        pages = asyncio.run(page(other))
        other.close_sync()
    return [
        at_most(f"{len(night):,} telegrams, {count:,} different: read, folded, decided (processor)", seconds, "s", 60),
        at_most("  one telegram", seconds / count * 1000, "ms"),
        at_most("  the slowest one", slowest * 1000, "ms"),
        at_most("  peak memory", peak_memory(), "MB"),
        *pages,
    ]


if __name__ == "__main__":
    sys.exit(0 if show(measures()) else 1)
