"""What people are asked to sign: what a source wants of each place, beside what is told and what was decided. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts import hazards
from alerts.vocabulary import Hazard
from feeds.cap import folding
from feeds.cap.folding import Held
from feeds.cap.understanding import Word

_RULE = hazards.rule(Hazard.EVACUATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What became of something that a source said of a place."""

    grade: str
    #: when the source said it
    issued: datetime
    #: people rejected it; else it was told
    rejected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to be signed, and what came too late to be told."""

    asks: Mapping[str, Held]
    late: Mapping[str, Held]
    #: of what is asked, what the source only says again after people ended it: no approval of the source lets it go
    repeats: frozenset[str] = frozenset()


def of(
    words: Sequence[Word], told: Mapping[str, str], decided: Mapping[str, Sequence[Decided]], now: datetime
) -> Changes:
    """`told`: municipality -> the grade in force by this source. `decided`: of each, the newest first.

    A rise is told while it is valid, and once: what people have rejected comes again only with a newer word, and what
    they have taken back or lowered is asked of people where the source says it again. An end, or a lower grade, is told
    whenever it is read: nothing stays in force because a message was late.
    """

    def is_over(place: str, held: Held) -> bool:
        """A rise that is not told, or not again."""
        past = decided.get(place, ())
        over = held.valid_until <= now or _was_decided(held, past) or _was_rejected(held, past)
        return rises(held, told[place]) and over

    left = folding.fold(words, without=is_over)
    asks: dict[str, Held] = {}
    late: dict[str, Held] = {}
    for place, held in sorted(folding.fold(words).items()):
        past = decided.get(place, ())
        if rises(held, told[place]) and held.valid_until <= now and not _was_decided(held, past):
            late[place] = held
        one = _candidate(held, left.get(place), told[place], past)
        if one is not None and one.grade != told[place] and not _was_rejected(one, past):
            asks[place] = one
    repeats = [
        place for place, one in asks.items() if rises(one, told[place]) and _says_again(one, decided.get(place, ()))
    ]
    return Changes(asks=asks, late=late, repeats=frozenset(repeats))


def _candidate(held: Held, left: Held | None, told: str, past: Sequence[Decided]) -> Held | None:
    """What counts beside a rise that is over: another rise, or the end of what the source itself told after it."""
    if not rises(held, told):
        return held
    if left is None or rises(left, told):
        return left
    newest = next((one for one in past if not one.rejected), None)
    return left if newest is not None and newest.grade == told else None


def rises(held: Held, told: str) -> bool:
    """Whether it would raise what is in force."""
    return _RULE.rank(held.grade) > _RULE.rank(told)


def _was_decided(held: Held, past: Sequence[Decided]) -> bool:
    """Of this very message."""
    return any((one.grade, one.issued) == (held.grade, held.issued) for one in past)


def _was_rejected(held: Held, past: Sequence[Decided]) -> bool:
    return any(one.rejected for one in past if _is_of(held, one))


def _says_again(held: Held, past: Sequence[Decided]) -> bool:
    """Its chain has said so since before it was told."""
    return any(not one.rejected for one in past if _is_of(held, one))


def _is_of(held: Held, one: Decided) -> bool:
    """Whether it was decided of the same grade while its chain said so without a break."""
    return one.grade == held.grade and held.since <= one.issued <= held.issued
