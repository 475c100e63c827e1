"""Importing 50,000 rows against the csv module and phonenumbers alone; sealing a number. `-m benchmarks.bench_import`.

Both sides are counted in processor time of this process, all threads, and take turns: the median of the rounds counts.
"""

import argparse
import csv
import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import phonenumbers

from benchmarks.measure import Measure, at_most, show
from service import opening
from storage import database
from subscribers import intake
from subscribers.importing import Reader
from subscribers.msisdn import Msisdn
from subscribers.sealing import Sealer
from templates_i18n import catalogue

#: times what the csv module and phonenumbers need alone
LIMIT = 3.0
#: microseconds to seal one number
SEAL_US = 10.0
_ROUNDS = 5
_HEADER = ("phone", "language", "municipality", "places", "groups", "lessons", "min_level")
_LANGUAGES = ("vi", "en", "Portuguese", "ネパール語", "id", "my", "zh-Hans", "やさしい日本語")
_HOMES = ("17204", "輪島市", "17201", "Nanao City", "17202")
_NOW = datetime(2026, 11, 23, tzinfo=UTC)


def a_file(rows: int) -> bytes:
    """A list as cities have them; the numbers can belong to nobody."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_HEADER)
    for n in range(rows):
        phone = f"090-0{n // 10_000:03d}-{n % 10_000:04d}" if n % 4 else f"+81 90 0{n // 10_000:03d} {n % 10_000:04d}"
        further, group = ("金沢市" if n % 5 == 0 else ""), (f"dormitory {n % 40}" if n % 3 == 0 else "")
        language, home = _LANGUAGES[n % len(_LANGUAGES)], _HOMES[n % len(_HOMES)]
        writer.writerow([phone, language, home, further, group, "yes", "L3"])
    return out.getvalue().encode()


def alone(data: bytes) -> None:
    """Read the file and parse its numbers, nothing else."""
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    next(rows)
    for row in list(rows):
        number = phonenumbers.parse(row[0], "JP")
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def whole(data: bytes, reader: Reader, rows: int) -> float:
    """The whole import into an empty database, durable; seconds of processor time."""
    with tempfile.TemporaryDirectory() as folder:
        db, sealer = database.open(Path(folder) / "tomoshibi.db"), Sealer(os.urandom(32))
        declaration = intake.Declaration(wording="benchmark")
        began = time.process_time()
        result = intake.import_residents(db, data, reader, sealer, declaration=declaration, clock=lambda: _NOW)
        cost = time.process_time() - began
        db.close_sync()
    assert result.tally.added == rows, result.refused[:3]
    return cost


def _cost(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _import(rows: int) -> Measure:
    data, reader = a_file(rows), opening.reader(catalogue.load(), "17204")
    ratios = [whole(data, reader, rows) / _cost(lambda: alone(data)) for _ in range(_ROUNDS)]
    return at_most(f"import of {rows} rows, times csv and phonenumbers alone", statistics.median(ratios), "×", LIMIT)


def _sealing() -> Measure:
    sealer, rounds = Sealer(os.urandom(32)), 20_000
    numbers = [Msisdn(f"+81900000{n:04d}") for n in range(10_000)] * 2
    costs = [_cost(lambda: [sealer.seal(number) for number in numbers]) / rounds * 1e6 for _ in range(_ROUNDS)]
    return at_most("sealing one number", statistics.median(costs), "µs", SEAL_US)


def main() -> int:
    """Print both figures; 1 where one misses its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    return 0 if show([_sealing(), _import(parser.parse_args().rows)]) else 1


if __name__ == "__main__":
    sys.exit(main())
