"""What a sentence says apart from its words: whether it forbids, which way it sends people, what is open or over. Pure.

Owns the reading of `signs.toml`. It finds what is written in common words and misses others; it never decides alone.
"""

import functools
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from importlib import resources
from typing import Final

from templates_i18n import segments

#: what turns into the other when it is denied
PAIRS: Final = (("away", "towards"), ("up", "down"), ("inside", "outside"), ("begins", "ends"), ("open", "closed"))
_OTHER: Final = {one: other for pair in PAIRS for one, other in (pair, pair[::-1])}
#: "do not go near the water" and "away from the water" turn round; "do not go up" sends nobody down
_TURNS: Final = frozenset({"towards", "inside", "outside", "open"})
_FOLDED: Final = frozenset({"pt", "es"})
_END = re.compile(r"(?<=[。！？!?।။។])|(?<=[.])\s+(?!\d)|\n+")
_APOSTROPHES = str.maketrans("’‘", "''")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What one sentence says."""

    forbids: bool
    #: of PAIRS
    senses: frozenset[str]


def read(text: str, tag: str) -> list[Sentence]:
    """The sentences of a text in one of our languages."""
    plain = _plain(text, tag)
    return [_sentence(part, tag) for part in _END.split(plain) if part.strip()]


def prohibitions(text: str, tag: str) -> int:
    """How often something is denied or kept away from, sentence marks or not."""
    table = _tables()[tag]
    plain = table["ignore"].sub(" ", _plain(text, tag))
    return len(table["not"].findall(plain)) + len(table["away"].findall(plain))


def _sentence(part: str, tag: str) -> Sentence:
    table = _tables()[tag]
    senses = {name for pair in PAIRS for name in pair if table[name].search(part)}
    denied = bool(table["not"].search(table["ignore"].sub(" ", part)))
    turned = {_OTHER[name] if denied and name in _TURNS else name for name in senses}
    return Sentence(forbids=denied or "away" in turned, senses=frozenset(turned))


def _plain(text: str, tag: str) -> str:
    plain = unicodedata.normalize("NFC", text).translate(_APOSTROPHES).casefold()
    return segments.fold_latin(plain) if tag in _FOLDED else plain


@functools.cache
def _tables() -> dict[str, dict[str, re.Pattern[str]]]:
    rows = tomllib.loads(resources.files("templates_i18n.freetext").joinpath("signs.toml").read_text(encoding="utf-8"))
    return {
        tag: {name: re.compile(pattern or r"(?!)", re.IGNORECASE) for name, pattern in row.items()}
        for tag, row in rows.items()
    }
