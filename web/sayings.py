"""Reasons, refusals and calls that the service keeps as English sentences, in the words of a page.

They stand in `sayings.toml`: `en` with gaps, as the code writes it, and `ja` with the same gaps. A gap whose name is a
key of `_SECTIONS` or `_LISTS`, or a grade, is read in the language of the page, in English too: "landslide L4 is now
none" is kept, "Landslide Level 4 is now over" is shown; `text` is a sentence of the same table, or stays as
it is; `sentence` is one, or nothing fits. What people wrote stays as it is.
"""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from web.words import Words

#: sentences within sentences
_DEEPEST = 3
_GAP = re.compile(r"\{(\w+)\}")
_SHAPES = {"hazard": r"[a-z_]+", "grade": r"\S{1,20}", "was": r"\S{1,20}", "now": r"\S{1,20}", "kind": r"[a-z_]+"}
#: gaps whose value is a key of a section of the words
_SECTIONS = {
    "hazard": "hazard",
    "kind": "kind",
    "status": "telegram_status",
    "reason": "byhand_reason",
    "thing": "own_text_thing",
    "term": "own_text_term",
    "sense": "own_text_sense",
    "other": "own_text_sense",
}
#: gaps whose value is a list of such keys
_LISTS = {"things": "own_text_thing"}
_COMMA = {"en": ", ", "ja": "、"}
_AND = {"en": " and ", "ja": "、"}
_GRADES = ("grade", "was", "now")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One sentence of the service."""

    #: matches it as it is kept
    pattern: re.Pattern[str]
    #: of a page -> with the same gaps
    shown: Mapping[str, str]


@functools.cache
def load() -> tuple[Saying, ...]:
    """All sentences, in the order in which they are tried. ValueError for one whose gaps differ."""
    file = resources.files("web").joinpath("sayings.toml")
    return tuple(_saying(row["en"], row["ja"]) for row in tomllib.loads(file.read_text(encoding="utf-8"))["saying"])


def _saying(english: str, japanese: str) -> Saying:
    gaps = _GAP.findall(english)
    if not set(_GAP.findall(japanese)) <= set(gaps) or len(set(gaps)) != len(gaps):
        raise ValueError(f"sayings.toml: {english!r}: expected each gap once, and no other one in Japanese")
    parts = _GAP.split(english)
    shaped = [
        f"(?P<{part}>{_SHAPES.get(part, '.+?')})" if odd else re.escape(part)
        for part, odd in zip(parts, (number % 2 for number in range(len(parts))), strict=True)
    ]
    return Saying(pattern=re.compile("".join(shaped), re.DOTALL), shown={"en": english, "ja": japanese})


def say(words: Words, text: str) -> str | None:
    """A kept sentence in the language of a page; None where a Japanese page has no words for it."""
    said = _said(words, text, 0)
    return text if said is None and words.language == "en" else said


@functools.lru_cache(maxsize=4096)
def _said(words: Words, text: str, depth: int) -> str | None:
    for saying in load():
        found = saying.pattern.fullmatch(text)
        if found is None:
            continue
        gaps = found.groupdict()
        filled = {gap: _value(words, gap, value, gaps.get("hazard", ""), depth) for gap, value in gaps.items()}
        if None not in filled.values():
            return saying.shown[words.language].format_map(filled)
    return None


def _value(words: Words, gap: str, value: str, hazard: str, depth: int) -> str | None:
    if gap in _GRADES:
        return words.grade(hazard, value)
    if gap in ("text", "sentence"):
        inside = _said(words, value, depth + 1) if depth < _DEEPEST else None
        return value if inside is None and gap == "text" else inside
    if gap in _LISTS:
        return _COMMA[words.language].join(words.named(_LISTS[gap], one) for one in value.split(", "))
    if gap == "signers":
        return _AND[words.language].join(one.removeprefix("user:") for one in value.split(" and "))
    return words.named(_SECTIONS[gap], value) if gap in _SECTIONS else value
