"""A year of lessons for all of Japan, and one lesson to a whole city. `-m benchmarks.bench_campaigns`.

Counted in processor time of this process, all threads; beside it the ratio to the plainest way to the same end: as many
aware datetimes made one by one, as many rows written by sqlite3 alone.
"""

import argparse
import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from alerts import places
from alerts.japan import JST
from benchmarks.measure import Measure, at_most, show
from campaigns import calendar, copies, deciding, holidays, runner
from campaigns.calendar import Every, Rhythm, Timing
from campaigns.deciding import Office
from campaigns.plan import Audience, Plan
from campaigns.runner import Desk
from campaigns.telling import Teller
from campaigns.triggers import rules
from campaigns.triggers.rules import Kind
from delivery import outbox
from delivery.byhand.signing import Person
from storage import database
from storage.connection import Connection
from storage.database import Database
from templates_i18n import catalogue, lessons

#: seconds for a year's calendar of every municipality, and times as many datetimes made one by one
YEAR, YEAR_RATIO = 1.0, 10.0
#: seconds until a lesson to a city is planned and queued, and times sqlite3 alone
CITY, CITY_RATIO = 5.0, 40.0
#: milliseconds that a warning's transaction waits behind a lesson's at most, and behind copies that are held
CHUNK, CLAIM = 100.0, 50.0
_PLACE = "17204"
_LANGUAGES = ("vi", "en", "pt", "ne", "id", "my", "zh-Hans", "ja-Hira")
_DAY = date(2026, 11, 24)
_TEN = datetime(2026, 11, 24, 1, tzinfo=UTC)
_ROUNDS = 5


def _cost(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _year() -> int:
    """Every season's lessons and one every second week, in every municipality; how many."""
    first, last = date(2027, 1, 1), date(2027, 12, 31)
    seasons = [rule for rule in rules.load().values() if rule.kind is Kind.SEASON]
    weekly = Timing(start=first, rhythm=Rhythm(every=Every.WEEKS, step=2), end=last)
    found = 0
    for place in places.load().all():
        timings = [weekly]
        for rule in seasons:
            if rule.start is not None and rule.fits(place):
                timings.append(rule.plan(place.code, date(2027, *rule.start)).timing)
        found += sum(1 for timing in timings for _ in calendar.due(timing))
    return found


def _datetimes(count: int) -> None:
    at = datetime(2027, 1, 1, 10, tzinfo=JST)
    for number in range(count):
        (at + timedelta(days=number % 365)).astimezone(UTC)


def _calendar() -> list[Measure]:
    holidays.is_holiday(date(2027, 1, 1))  # the library is loaded and counted once per process
    count = _year()
    costs = [_cost(_year) for _ in range(_ROUNDS)]
    ratios = [cost / _cost(lambda: _datetimes(count)) for cost in costs]
    name = f"a year for {len(places.load().all())} places, {count} lessons"
    return [
        at_most(name, statistics.median(costs), "s", YEAR),
        at_most("the same, times as many datetimes alone", statistics.median(ratios), "×", YEAR_RATIO),
    ]


def _people(db: Connection, count: int) -> None:
    at = "2026-11-22T00:00:00.000000Z"
    rows = [
        {"n": n, "hash": f"h{n}", "language": _LANGUAGES[n % len(_LANGUAGES)], "at": at} for n in range(1, count + 1)
    ]
    db.executemany(
        "INSERT INTO subscribers (id, number_hash, number_sealed, role, state, created_at)"
        " VALUES (:n, :hash, x'00', 'resident', 'active', :at)",
        [{"n": row["n"], "hash": row["hash"], "at": at} for row in rows],
    )
    db.executemany(
        "INSERT INTO registrations (id, subscriber_id, municipality, language, places, created_at, updated_at)"
        f" VALUES (:n, :n, '{_PLACE}', :language, '{_PLACE}', :at, :at)",
        [{"n": row["n"], "language": row["language"], "at": at} for row in rows],
    )
    db.executemany(
        f"INSERT INTO subscriber_places (place, subscriber_id, registration_id) VALUES ('{_PLACE}', :n, :n)",
        [{"n": row["n"]} for row in rows],
    )


def _alone(folder: Path, count: int) -> None:
    plain = sqlite3.connect(folder / "plain.db")
    plain.execute("CREATE TABLE IF NOT EXISTS messages (person INTEGER, key TEXT, text INTEGER, state TEXT, at TEXT)")
    with plain:
        plain.executemany(
            "INSERT INTO messages VALUES (?, ?, ?, ?, ?)", ((n, "lesson:1:0", 1, "queued", "x") for n in range(count))
        )
    plain.close()


def _plan(db: Database) -> None:
    plan = Plan(
        name="benchmark", lessons=("water",), audience=Audience(places=(_PLACE,)), timing=Timing(start=_DAY, times=1)
    )
    office = Office(places=places.load(), lessons=("water",), alone=10**9)
    made = db.write_sync(deciding.submit, plan, Person(name="benchmark", may=frozenset({_PLACE})), office, _TEN)
    assert isinstance(made, deciding.Planned), made


def _city(count: int) -> list[Measure]:
    desk = Desk(teller=Teller(book=lessons.load(), catalogue=catalogue.load()), places=places.load(), per_month=8)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        db = database.open(folder / "tomoshibi.db")
        db.write_sync(_people, count)
        _plan(db)
        chunks: list[float] = []
        real = copies.queue_chunk

        def timed(*args: object) -> bool:
            began = time.perf_counter()
            more = real(*args)  # type: ignore[arg-type]  # passed on as it came
            chunks.append((time.perf_counter() - began) * 1000)
            return more

        copies.queue_chunk = timed  # type: ignore[assignment]
        cost = _cost(lambda: asyncio.run(runner.run_due(db, desk, _TEN)))
        copies.queue_chunk = real
        queued = db.read_sync(lambda c: c.execute("SELECT count(*) AS n FROM messages")[0].integer("n"))
        assert queued == count, queued
        db.write_sync(lambda c: c.execute("UPDATE messages SET not_before = '2026-11-25T00:00:00.000000Z'"))
        claims = []
        for _ in range(_ROUNDS):
            began = time.process_time()
            db.write_sync(outbox.claim, _TEN, 400)
            claims.append((time.process_time() - began) * 1000)
        ratio = cost / statistics.median(_cost(lambda: _alone(folder, count)) for _ in range(_ROUNDS))
        db.close_sync()
    return [
        at_most(f"a lesson to {count} people, planned and queued", cost, "s", CITY),
        at_most("the same, times sqlite3 writing as many rows", ratio, "×", CITY_RATIO),
        at_most("median transaction of it, which a warning waits for", statistics.median(chunks), "ms", CHUNK),
        at_most(f"a look into the outbox past {count} held copies", statistics.median(claims), "ms", CLAIM),
    ]


def main() -> int:
    """Print the figures; 1 where one misses its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=53_790)
    return 0 if show([*_calendar(), *_city(parser.parse_args().people)]) else 1


if __name__ == "__main__":
    sys.exit(main())
