"""Things that notices speak of, and times of day, found in any of our languages. Pure. Words: `things.toml`."""

import functools
import re
import tomllib
from importlib import resources
from typing import Final

#: what is not told apart by the clock of 24 hours, which needs no word for it
_HALVES: Final = frozenset({"morning", "afternoon"})
_LATE = re.compile(r"(?<!\d)(?:1[2-9]|2[0-4])(?::|時|h|\.)?\d{0,2}")


def read(text: str, tag: str) -> frozenset[str]:
    """What a text speaks of."""
    plain = text.casefold()
    return frozenset(thing for thing, words in _tables().items() if tag in words and words[tag].search(plain))


def known(thing: str, tag: str) -> bool:
    """Whether a language has words for it."""
    return tag in _tables()[thing]


def lost(source: frozenset[str], text: str, tag: str) -> list[str]:
    """What of these a text does not speak of; half a day is also told by an hour of 24."""
    own = read(text, tag)
    missing = (thing for thing in sorted(source - own) if known(thing, tag))
    return [thing for thing in missing if thing not in _HALVES or not _told_by_hour(thing, own, text)]


def _told_by_hour(thing: str, own: frozenset[str], text: str) -> bool:
    if own & _HALVES:
        return False
    return thing == "morning" or bool(_LATE.search(text))


@functools.cache
def _tables() -> dict[str, dict[str, re.Pattern[str]]]:
    rows = tomllib.loads(resources.files("templates_i18n.freetext").joinpath("things.toml").read_text(encoding="utf-8"))
    return {thing: {tag: re.compile(words, re.IGNORECASE) for tag, words in row.items()} for thing, row in rows.items()}
