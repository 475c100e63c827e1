"""What words cost: the catalogue, one change in all languages, every text. `python -m benchmarks.bench_words`."""

import math
import multiprocessing
import sys
import time
from collections.abc import Callable, Sequence

from alerts import places
from benchmarks.measure import Measure, at_most, show
from templates_i18n import catalogue, matrix
from templates_i18n.render import Form, render
from templates_i18n.request import TextRequest

#: limits of the words: milliseconds for one change in 18 languages and 3 forms, and for the catalogue; seconds for all
CHANGE_MS = 10.0
LOAD_MS = 200.0
ALL_S = 10.0
_ROUNDS = 7
#: of how many kinds of text the first one after a start is measured
_FIRST = 8


def _best(work: Callable[[], object]) -> float:
    """Seconds of processor time of the best of several turns: words wait for nothing, other work does not count."""
    taken = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def _load() -> object:
    catalogue.load.cache_clear()
    return catalogue.load()


def _told(request: TextRequest) -> None:
    """One change in every language and form."""
    words, table = catalogue.load(), places.load()
    for tag in words.names:
        for form in Form:
            render(words, request, tag, form, table)


def _first(number: int) -> float:
    """Milliseconds of the first change of a service that has just started."""
    words = catalogue.load()
    matrix.rehearse(words, places.load())
    request = list(matrix.all_requests(words))[number]
    began = time.process_time()
    _told(request)
    return 1000 * (time.process_time() - began)


def _firsts(count: int) -> list[float]:
    """Milliseconds of the first change after a start, of some kinds of text, each in processes of its own."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        numbers = range(0, count, count // _FIRST)
        return [min(pool.map(_first, [number] * 3, chunksize=1)) for number in numbers]


def _changes(requests: Sequence[TextRequest]) -> list[float]:
    """Milliseconds of each change, in every language and form."""
    best = [math.inf] * len(requests)
    # turn by turn over all: while other work shares the processor, one turn is spoiled and not one kind of text
    for _ in range(_ROUNDS):
        for number, request in enumerate(requests):
            began = time.process_time()
            _told(request)
            best[number] = min(best[number], 1000 * (time.process_time() - began))
    return best


def measures() -> list[Measure]:
    """All measures with their limits."""
    load = 1000 * _best(_load)
    words, table = catalogue.load(), places.load()
    requests = list(matrix.all_requests(words))
    firsts, changes = _firsts(len(requests)), _changes(requests)
    began = time.process_time()
    count = len(matrix.messages_json(words, table)["messages"])
    everything = time.process_time() - began
    languages = f"{len(words.names)} languages ({len(words.languages())} with words)"
    return [
        at_most("loading the catalogue", load, "ms", LOAD_MS),
        at_most(f"one change, {languages}, 3 forms: mean", sum(changes) / len(changes), "ms", CHANGE_MS),
        at_most("one change: the slowest kind of text", max(changes), "ms", CHANGE_MS),
        at_most(f"the first change after a start: the slowest of {len(firsts)} kinds", max(firsts), "ms", CHANGE_MS),
        at_most(f"messages: all {count} texts", everything, "s", ALL_S),
    ]


if __name__ == "__main__":
    sys.exit(0 if show(measures()) else 1)
