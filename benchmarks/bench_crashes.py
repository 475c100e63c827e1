"""A thousand deaths by kill -9 in broadcasts of 10,000, with and without answers that get lost.

`python -m benchmarks.bench_crashes [--points 1000]`. The provider's own count decides: nobody lost, nobody twice.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Measure, at_least, at_most, show
from tests.delivery import crashing

_PEOPLE = 10_000
#: deaths in one broadcast
_EACH = 25


def measures(points: int, first_seed: int) -> Iterator[Measure]:
    """Broadcast after broadcast, every second one with losses."""
    killed = lost = twice = unsettled = 0
    for run in range(-(-points // _EACH)):
        with tempfile.TemporaryDirectory() as folder:
            found = asyncio.run(
                crashing.kill_again_and_again(
                    Path(folder), people=_PEOPLE, kills=_EACH, seed=first_seed + run, losses=run % 2 == 1
                )
            )
        killed, lost, twice = killed + found.killed, lost + found.lost, twice + found.twice
        unsettled += _PEOPLE - found.states.get("accepted", 0)
        print(f"  broadcast {run + 1}: {killed} deaths, {lost} lost, {twice} twice", file=sys.stderr, flush=True)
    yield at_least("deaths in the middle of a broadcast", killed, "", 0.9 * points)
    yield at_most("people lost", lost, "", 0)
    yield at_most("people told twice", twice, "", 0)
    yield at_most("texts that are not settled as accepted", unsettled, "", 0)


def main() -> int:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1000)
    options = parser.parse_args()
    return 0 if show(measures(options.points, options.seed)) else 1


if __name__ == "__main__":
    sys.exit(main())
