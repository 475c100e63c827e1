"""Durable one-row writes: one commit each against group commit. `python -m benchmarks.bench_storage [postgresql://…]`."""

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from storage import bulk, database

_ADD = "INSERT INTO counters (name, value) VALUES (:name, :value)"
_ROWS = 20_000


def _add(db: database.Connection, name: str) -> None:
    db.execute(_ADD, {"name": name, "value": 1})


def _add_many(db: database.Connection, prefix: str) -> None:
    db.executemany(_ADD, ({"name": f"{prefix}{number}", "value": 1} for number in range(_ROWS)))


def _upsert_many(db: database.Connection, prefix: str) -> None:
    bulk.upsert_all(db, "counters", [{"name": f"{prefix}{n}", "value": 2} for n in range(_ROWS)], "name")


def _measured(rows: int, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return rows / (time.perf_counter() - began)


def plain(path: Path) -> float:
    """Rows a second of the driver alone, one durable commit each."""
    handle = sqlite3.connect(path, isolation_level=None)
    handle.execute("PRAGMA synchronous = FULL")
    rows = _ROWS // 10

    def work() -> None:
        for number in range(rows):
            handle.execute("BEGIN IMMEDIATE")
            handle.execute(_ADD, {"name": f"plain{number}", "value": 1})
            handle.execute("COMMIT")

    try:
        return _measured(rows, work)
    finally:
        handle.close()


async def tasks(db: database.Database, waiting: int) -> float:
    """Rows a second when `waiting` tasks each wait for their own durable row."""

    async def one(task: int) -> None:
        for number in range(_ROWS // waiting):
            await db.write(_add, f"w{waiting}-{task}-{number}")

    began = time.perf_counter()
    await asyncio.gather(*(one(task) for task in range(waiting)))
    return _ROWS / (time.perf_counter() - began)


def main() -> None:
    """Print one line per way of writing, as rows a second and as a ratio to the first."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        db = database.open(sys.argv[1] if len(sys.argv) > 1 else path)
        db.migrate()
        found = {} if len(sys.argv) > 1 else {"driver alone, a commit each": plain(path)}
        for waiting in (1, 50, 500):
            found[f"{waiting} waiting tasks"] = asyncio.run(tasks(db, waiting))
        found["executemany"] = _measured(_ROWS, lambda: db.write_sync(_add_many, "many"))
        found["bulk upsert"] = _measured(_ROWS, lambda: db.write_sync(_upsert_many, "many"))
        db.close_sync()
    first = next(iter(found.values()))
    for name, rate in found.items():
        print(f"{name:30} {rate:>10,.0f} rows/s {rate / first:>6.1f}x")


if __name__ == "__main__":
    main()
