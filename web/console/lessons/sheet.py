"""The answers to lessons as CSV, as a city's office opens it: UTF-8 with a mark for Excel, nothing that runs."""

import csv
import io
from collections.abc import Iterable, Iterator

from campaigns.lessons.results import Result, Understood
from web.words import Words


def write(results: Iterable[Result], words: Words) -> bytes:
    """A line for each lesson, for each of its languages and each of its places."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(
        [words(f"learnt.csv_{name}") for name in ("lesson", "language", "place", "answers", "right", "todo")]
    )
    for result in results:
        lines.writerows(_lines(result, words))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _lines(result: Result, words: Words) -> Iterator[list[str]]:
    yield _line(result, result.whole, "", "", "")
    for one in result.by_language:
        yield _line(result, one, one.key, "", words("learnt.rewrite") if one.rewrite else "")
    for one in result.by_place:
        yield _line(result, one, "", one.key or words("learnt.no_place"), "")


def _line(result: Result, one: Understood, language: str, place: str, todo: str) -> list[str]:
    return [result.lesson, language, place, str(one.told), one.percent, todo]
