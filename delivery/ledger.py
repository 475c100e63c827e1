"""What a person knows: folded from the texts that reached them, or may have, place by place. Pure.

A text that is still queued counts as long as it will be sent; one that a newer state has overtaken does not.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.hazards import HazardRule
from alerts.vocabulary import NONE, Kind
from delivery.states import TOLD, MessageState
from delivery.telling import Told

#: kinds after which the person knows of no danger there
_OVER = frozenset({Kind.LIFTED, Kind.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One message, as far as knowing is concerned."""

    state: MessageState
    kind: str
    place: str
    grade: str
    #: JSON place -> grade of all its places, '' where it speaks of one
    told: str
    #: newer than every change the text speaks of, or the same
    revision: int
    language: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is in force in one place."""

    grade: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What one person knows of one hazard (and earthquake)."""

    told: Told | None
    #: place -> revision of the newest text about it, of ended states too
    revisions: Mapping[str, int]


NOTHING = Known(told=None, revisions={})


def graded(kind: str, place: str, grade: str, told: str) -> dict[str, str]:
    """place -> grade that a text leaves its reader with; `none` where it says that it is over."""
    places: dict[str, str] = json.loads(told) if told else {place: grade}
    return dict.fromkeys(places, NONE) if kind in _OVER else places


def is_current(rule: HazardRule, kind: str, revision: int, standing: Standing | None) -> bool:
    """Whether a text still says what is in force in a place.

    A change after it makes it old; its end stays true as long as nothing that people are told of comes back.
    """
    if standing is None or standing.revision <= revision:
        return True
    return kind in _OVER and not rule.is_told(standing.grade)


def fold(rule: HazardRule, texts: Iterable[Text], standings: Mapping[str, Standing]) -> Known:
    """Known from a person's texts of one hazard and event, oldest first."""
    grades: dict[str, str] = {}
    revisions: dict[str, int] = {}
    last: Text | None = None
    for text in texts:
        places = graded(text.kind, text.place, text.grade, text.told)
        if not _counts(rule, text, places, standings):
            continue
        grades |= places
        revisions |= dict.fromkeys(places, text.revision)
        last = text
    if last is None:
        return NOTHING
    danger = {place: grade for place, grade in grades.items() if grade != NONE}
    return Known(told=Told(grades=danger, language=last.language, at=last.at), revisions=revisions)


def _counts(rule: HazardRule, text: Text, places: Iterable[str], standings: Mapping[str, Standing]) -> bool:
    if text.state in TOLD:
        return True
    if text.state is not MessageState.QUEUED:
        return False
    return all(is_current(rule, text.kind, text.revision, standings.get(place)) for place in places)
