"""Reading telegrams against ElementTree alone on the same bytes. `python -m benchmarks.bench_reading`.

Reads the sample telegrams where they lie on this machine, else some that the builders write.
"""

import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from alerts import places
from benchmarks.measure import Measure, at_most, show
from feeds.jma import compose, reading
from feeds.jma.compose import Item, Sea
from tests.service import samples

#: reading may take so many times what parsing the XML takes
LIMIT = 3.0
_ROUNDS = 15
_AT = datetime(2026, 9, 1, 3, 0, 20, tzinfo=UTC)

Telegram = tuple[str, bytes]


def built() -> list[Telegram]:
    """One large telegram of each type with areas."""
    table = places.load()
    cities = {code: "4" for place in table.all() for code in place.seismic_cities}
    areas = {code: Sea(grade="51", height="3") for place in table.all() for code in place.tsunami_areas}
    kinds = {code: Item(code="43") for place in table.all() if place.office == "170000" for code in place.class20}
    return [
        ("VXSE53", compose.full_earthquake_report(event_id="1", at=_AT, cities=cities)),
        ("VTSE41", compose.tsunami_report(event_ids=["1"], at=_AT, areas=areas)),
        ("VPWW55", compose.rain_report(region="170000", at=_AT, kinds=kinds)),
    ]


def measured(telegrams: Sequence[Telegram]) -> tuple[float, float]:
    """Seconds for all telegrams, read by us and parsed by ElementTree alone: the best of several turns, in turn."""

    def seconds(work: Callable[[str, bytes], object]) -> float:
        began = time.perf_counter()
        for name, raw in telegrams:
            work(name, raw)
        return time.perf_counter() - began

    turns = [
        (seconds(lambda name, raw: reading.read(raw, name)), seconds(lambda _, raw: ET.fromstring(raw)))
        for _ in range(_ROUNDS)
    ]
    return min(ours for ours, _ in turns), min(alone for _, alone in turns)


def measures() -> list[Measure]:
    """Ratio for all types together and for each, and what one telegram takes."""
    telegrams = [(path.name, path.read_bytes()) for path in samples.of()] or built()
    ours, alone = measured(telegrams)
    found = [at_most(f"reading {len(telegrams)} telegrams / ElementTree alone", ours / alone, "times", LIMIT)]
    for code in samples.READ:
        some = [telegram for telegram in telegrams if code in telegram[0]]
        if some:
            ours, alone = measured(some)
            found.append(at_most(f"  {code}: reading / ElementTree alone", ours / alone, "times"))
            found.append(at_most(f"  {code}: one telegram", ours / len(some) * 1000, "ms"))
    return found


if __name__ == "__main__":
    sys.exit(0 if show(measures()) else 1)
