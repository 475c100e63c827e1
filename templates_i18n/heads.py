"""Words that are put together: how a danger is called, the head of a text, the official name of a warning.

Pure. Owns which pieces make them, with a language's own sentence for what would read badly in pieces.
KeyError where a language lacks a piece.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from alerts.vocabulary import Hazard, Kind, Topic
from templates_i18n import composition
from templates_i18n.composition import TOPIC, Composition
from templates_i18n.language import Language

#: kinds that are told with the words of a new alert
_AS_NEW = frozenset({Kind.NEW, Kind.RAISED, Kind.DRILL})
#: sentences that are kept, since each change asks for the same ones in three forms
_KEPT = 16384
#: alert levels of the municipality's calls
_EVACUATION_LEVELS = {"elderly": "3", "order": "4", "emergency": "5"}


def level(hazard: Hazard, grade: str) -> str:
    """The digit of a level: of L2 to L5, of a volcano's V1 to V5, of a municipality's call; else empty."""
    if hazard is Hazard.EVACUATION:
        return _EVACUATION_LEVELS[grade]
    return grade[1:] if grade[:1] in {"L", "V"} and grade[1:].isdigit() else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a text speaks of, as far as its head tells it."""

    hazard: Hazard
    grade: str
    kind: Kind = Kind.NEW
    #: foreseen, not there yet
    expected: bool = False
    #: of a notice
    topic: Topic | None = None
    #: what holds now and what to do, in the fewest words
    brief: bool = False


class _Pieces(dict[str, str]):
    """Placeholders of one subject in one language, made when a sentence asks for them."""

    def __init__(self, language: Language, plans: Composition, subject: Subject) -> None:
        super().__init__()
        self._language, self._plans, self._subject = language, plans, subject

    def __missing__(self, name: str) -> str:
        language, subject = self._language, self._subject
        match name:
            case "level":
                return level(subject.hazard, subject.grade)
            case "grade":
                return grade_word(language, self._plans, subject)
            case "term":
                return language.terms[subject.hazard]
            case "hazard":
                return language.hazards.get(subject.hazard) or language.terms[subject.hazard]
            case "alarm":
                words = alarm(language, self._plans, subject)
                return words.upper() if language.capitals else words
            case "act":
                return self._act()
            case _:
                raise KeyError(name)

    def _act(self) -> str:
        plan = self._plans.told_of(self._subject.hazard, self._subject.grade, expected=self._subject.expected)
        act = plan.act_of(self._subject.kind)
        if act == TOPIC:
            return self._language.topics[self._subject.topic or ""]
        words = said(self._language, self._language.acts, act, brief=self._subject.brief)
        if not plan.deadly or self._subject.kind is Kind.LOWERED:
            return words
        deadly = said(self._language, self._language.head, "deadly", brief=self._subject.brief)
        return deadly.format_map({"act": words})


def alarm(language: Language, plans: Composition, subject: Subject) -> str:
    """The danger and its grade by a short noun: "Level 4 Heavy Rain"."""
    return _alarm(language, plans, subject.hazard, subject.grade, expected=subject.expected, brief=subject.brief)


@functools.lru_cache(maxsize=_KEPT)
def _alarm(language: Language, plans: Composition, hazard: Hazard, grade: str, *, expected: bool, brief: bool) -> str:
    """The same for every kind of change: kept, since the heads of a grade all begin with it."""
    words = said(language, language.alarms, plans.told_of(hazard, grade, expected=expected).alarm, brief=brief)
    subject = Subject(hazard=hazard, grade=grade, expected=expected, brief=brief)
    return words.format_map(_Pieces(language, plans, subject))


@functools.lru_cache(maxsize=_KEPT)
def head(language: Language, plans: Composition, subject: Subject) -> str:
    """The first line of a text, which stands alone: "LEVEL 4 HEAVY RAIN: ALL LEAVE danger areas NOW."."""
    return pattern(language, plans, subject).format_map(_Pieces(language, plans, subject))


def said(language: Language, table: Mapping[str, str], key: str, *, brief: bool) -> str:
    """A piece of a head, in fewer words where the language has them."""
    return (language.brief.get(key) if brief else None) or table[key]


def pattern(language: Language, plans: Composition, subject: Subject) -> str:
    """The sentence of a head with its placeholders: the language's own for it, else that of the kind.

    The fewest words tell what has come down or was put right like what is new: the grade that holds now.
    """
    if subject.hazard is Hazard.NOTICE and subject.topic is None and subject.kind in _AS_NEW:
        return "{alarm}"  # what it is about follows in the city's own words
    kind = Kind.NEW if subject.kind in _AS_NEW else subject.kind
    if subject.brief and kind in {Kind.LOWERED, Kind.CORRECTED}:
        kind = Kind.NEW
    if subject.brief and _has_brief(language, plans, subject):
        return said(language, language.head, kind, brief=True)
    own = composition.found(language.own.get(kind, {}), subject.hazard, subject.grade, expected=subject.expected)
    return own or language.head[kind]


def _has_brief(language: Language, plans: Composition, subject: Subject) -> bool:
    """Whether the fewer words go before a sentence of the language's own, in which another action may stand."""
    plan = plans.told_of(subject.hazard, subject.grade, expected=subject.expected)
    act = plan.act_of(subject.kind)
    return subject.kind is Kind.LOWERED or (act or subject.kind.value) in language.brief


def grade_word(language: Language, plans: Composition, subject: Subject) -> str:
    """A grade as it is said behind a place or in a sentence: its word, its digit, else the name of the danger."""
    own = language.grades.get(f"{subject.hazard}.{subject.grade}")
    if own is not None:
        return own
    if subject.hazard is Hazard.EARTHQUAKE:
        # below what is told the steps are plain digits
        return subject.grade
    digit = "" if subject.hazard is Hazard.EVACUATION else level(subject.hazard, subject.grade)
    return digit or alarm(language, plans, subject)


@functools.lru_cache(maxsize=_KEPT)
def official_name(language: Language, plans: Composition, hazard: Hazard, grade: str) -> str:
    """JMA's (or the law's) name of a warning; also of grades that no text tells of."""
    subject = Subject(hazard=hazard, grade=grade)
    name = composition.found(language.names, hazard, grade) or language.alarms.get(f"{hazard}.{grade}")
    return (name or language.names[grade]).format_map(_Pieces(language, plans, subject))
