"""A source of CAP messages, as declared: who it is, what it may speak for, what its words mean. Pure."""

import functools
import hashlib
import json
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources

from alerts import hazards
from alerts.vocabulary import NONE, Hazard

#: what a Cancel says of what it cancels
WITHDRAWN, LIFTED = "withdrawn", "lifted"
#: a pair of names: ("eventCode", "LALERT"), or ("event", "") and ("parameter", …)
Where = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source."""

    name: str
    #: codes of the municipalities it may speak for; a city stands for its wards
    municipalities: frozenset[str]
    #: CAP `sender` values that are its own
    senders: frozenset[str]
    #: polled; '' where it posts
    url: str = ""
    #: of what it posts; '' where it is polled
    secret: str = field(default="", repr=False)
    poll_seconds: float = 30
    #: valueNames of geocodes that hold municipality codes of five or six digits
    geocodes: frozenset[str] = frozenset({"JISX0402"})
    #: the blocks that are read, as the beginning of a tag; '' for all
    language: str = ""
    #: what a Cancel without an all-clear means
    cancel: str = WITHDRAWN
    #: its own words: (where, plain word) -> grade or `none`
    words: Mapping[tuple[Where, str], str] = field(default_factory=dict)

    def meaning(self, where: Where, word: str) -> str | None:
        """The grade that a word stands for; None for an unknown one."""
        key = (where, plain(word))
        return self.words.get(key) or standard().get(key)

    def fingerprint(self) -> str:
        """Of everything that two people approve: another one is another source. The secret may be renewed."""
        told = {
            "name": self.name,
            "municipalities": sorted(self.municipalities),
            "senders": sorted(self.senders),
            "url": self.url,
            "geocodes": sorted(self.geocodes),
            "language": self.language,
            "cancel": self.cancel,
            "words": sorted([*where, word, grade] for (where, word), grade in self.words.items()),
        }
        return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def plain(word: str) -> str:
    """A word as it is compared."""
    return "".join(unicodedata.normalize("NFKC", word).split()).casefold()


@functools.cache
def standard() -> Mapping[tuple[Where, str], str]:
    """The words that every source may use."""
    text = resources.files("feeds.cap").joinpath("words.toml").read_text(encoding="utf-8")
    return parse(tomllib.loads(text))


def parse(table: Mapping[str, object]) -> dict[tuple[Where, str], str]:
    """The words of `[event]`, `[eventCode.NAME]` and `[parameter.NAME]`. ValueError for anything else."""
    found: dict[tuple[Where, str], str] = {}
    for kind, rows in table.items():
        if kind not in ("event", "eventCode", "parameter") or not isinstance(rows, Mapping):
            raise ValueError(f"words: expected event, eventCode.NAME or parameter.NAME, found {kind!r}")
        named = {"": rows} if kind == "event" else rows
        for name, words in named.items():
            if not isinstance(words, Mapping):
                raise ValueError(f"words: {kind}.{name}: expected words with their grades")
            for word, grade in words.items():
                found[(kind, str(name)), plain(str(word))] = _grade(f"{kind}.{name}", word, grade)
    return found


def _grade(where: str, word: object, grade: object) -> str:
    known = (*hazards.rule(Hazard.EVACUATION).grades, NONE)
    if grade not in known:
        raise ValueError(f"words: {where} {word!r}: expected one of {', '.join(known)}, found {grade!r}")
    return str(grade)
