"""What the service counted of the broadcast that led to a case; small counts are small. Pure.

Owns the shape of these facts in the database and in a file between municipalities.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from delivery import states
from subscribers.disclosure import Told

#: what became of messages, as the pages say it
PARTS: Final = tuple(states.PARTS)
_NAMES: Final = frozenset({"grade", "total", "by_part", "by_language", "unreached", "first_minutes", "last_minutes"})
_TOLD: Final = re.compile(r"<(?:5|\d{1,8}0)|\d{1,9}-\d{1,9}")
#: of a language
TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_GRADE: Final = re.compile(r"[A-Za-z0-9_+-]{0,20}")
_MOST: Final = 10**9
_MOST_LANGUAGES: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Of the texts to the places of the case."""

    #: the highest that was told there
    grade: str = ""
    total: Told = 0
    by_part: Mapping[str, Told] = field(default_factory=dict)
    by_language: Mapping[str, Told] = field(default_factory=dict)
    #: language -> texts of which nobody knows that they arrived
    unreached: Mapping[str, Told] = field(default_factory=dict)
    #: from telegram seen to the first and to the last text of the whole broadcast handed over
    first_minutes: float | None = None
    last_minutes: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongFacts:
    """They are not of this shape."""

    field: str
    text: str


def to_json(facts: Facts) -> dict[str, object]:
    """As they are kept and shared."""
    return {
        "grade": facts.grade,
        "total": facts.total,
        "by_part": dict(facts.by_part),
        "by_language": dict(facts.by_language),
        "unreached": dict(facts.unreached),
        "first_minutes": facts.first_minutes,
        "last_minutes": facts.last_minutes,
    }


def from_json(value: Any) -> Facts | WrongFacts:
    """Facts out of a file; nothing that is not of this shape comes in."""
    if wrong := _wrong(value):
        return WrongFacts(field=wrong[0], text=wrong[1])
    return Facts(
        grade=value.get("grade", ""),
        total=value.get("total", 0),
        by_part=value.get("by_part") or {},
        by_language=value.get("by_language") or {},
        unreached=value.get("unreached") or {},
        first_minutes=value.get("first_minutes"),
        last_minutes=value.get("last_minutes"),
    )


def _wrong(value: Any) -> tuple[str, str] | None:
    if not isinstance(value, dict):
        return "facts", "expected an object"
    if strange := sorted(str(name) for name in set(value) - _NAMES):
        return "facts", f"unknown field {strange[0][:30]!r}"
    grade = value.get("grade", "")
    if not isinstance(grade, str) or not _GRADE.fullmatch(grade):
        return "facts.grade", "expected a grade such as L4"
    if not _is_told(value.get("total", 0)):
        return "facts.total", 'expected a number, a step such as "5-19", or "<5"'
    for name, check, expected in _CHECKS:
        if not check(value.get(name)):
            return f"facts.{name}", expected
    return None


def _is_told(value: object) -> bool:
    """1 to 4 people are never told as such: a file that does is refused."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value == 0 or 5 <= value < _MOST
    return isinstance(value, str) and _TOLD.fullmatch(value) is not None


def _are_counts(value: object) -> bool:
    if value is None:
        return True
    return isinstance(value, dict) and len(value) <= _MOST_LANGUAGES and all(map(_is_told, value.values()))


def _are_parts(value: Any) -> bool:
    return _are_counts(value) and set(value or ()) <= set(PARTS)


def _are_languages(value: Any) -> bool:
    return _are_counts(value) and all(TAG.fullmatch(tag) for tag in value or ())


def _is_minutes(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _MOST)


_TABLE: Final = 'expected counts such as {"vi": 120, "ne": "<5"}'
_MINUTES: Final = "expected minutes from 0 on, or null"
_CHECKS: Final[tuple[tuple[str, Callable[[Any], bool], str], ...]] = (
    ("by_part", _are_parts, _TABLE),
    ("by_language", _are_languages, _TABLE),
    ("unreached", _are_languages, _TABLE),
    ("first_minutes", _is_minutes, _MINUTES),
    ("last_minutes", _is_minutes, _MINUTES),
)
