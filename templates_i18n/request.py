"""What a text is asked to tell, and in how many words.

Owns the request, the same for all languages; refuses nothing: what has no words or no place is found by
the writing of it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alerts.report import Facts, Spot
from alerts.vocabulary import Hazard, Kind
from templates_i18n.composition import band
from templates_i18n.heads import Subject

#: texts of a danger that is there, which say all that is known and ask a bystander for help
DANGER = frozenset({Kind.NEW, Kind.RAISED, Kind.DRILL})
#: the official name is said of what is in force
IN_FORCE = DANGER | {Kind.LOWERED, Kind.CORRECTED}


class Form(StrEnum):
    """How much a text says."""

    FULL = "full"
    SHORT = "short"
    CORE = "core"

    @property
    def budget(self) -> int:
        """Segments it should need at most."""
        return _BUDGETS[self]

    @property
    def and_shorter(self) -> tuple["Form", ...]:
        """This form and those that say less, in that order."""
        forms = tuple(Form)
        return forms[forms.index(self) :]


#: segments
_BUDGETS = {Form.FULL: 3, Form.SHORT: 2, Form.CORE: 1}


class Unworded(LookupError):
    """The catalogue has no words for this hazard, grade and kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelter:
    """The place to go to, by the municipality's own data: the nearest one that is meant for this danger."""

    name: Spot
    #: from the reader's place, where it is known
    metres: int | None = None
    #: a building where people can stay (避難所), else a place to flee to (避難場所)
    can_stay: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRequest:
    """What a text is to tell; the same for all languages and forms."""

    hazard: Hazard
    #: the grade in force now; for lifted and cancelled the one that had been told
    grade: str
    kind: Kind
    #: five-digit codes of the reader's places that it is about, worst first
    places: tuple[str, ...]
    #: the official time of issue, aware
    issued: datetime
    facts: Facts = Facts()
    #: a drill of this kind; `Kind.DRILL` is a drill of a new alert
    drill: bool = False
    #: five-digit code and grade of the reader's places where a lower grade is told
    others: tuple[tuple[str, str], ...] = ()
    #: told in the full form where it has room, and where the text sends people out; may always be given
    shelter: Shelter | None = None
    #: address of the alert's page: the last line of the full form where it has room, the first to be left out
    link: str = ""

    @property
    def is_drill(self) -> bool:
        """Whether it begins and ends with the drill words."""
        return self.drill or self.kind is Kind.DRILL

    @property
    def has_several_places(self) -> bool:
        """Whether more than one place has to be named."""
        return len(self.places) + len(self.others) > 1

    def subject(self, *, brief: bool = False) -> Subject:
        """What its head speaks of; `brief` for the fewest words."""
        return Subject(
            hazard=self.hazard,
            grade=self.grade,
            kind=self.kind,
            expected=self.facts.expected,
            topic=self.facts.topic,
            brief=brief,
        )

    def key(self, form: Form) -> str:
        """How the text is called in the list of exceptions."""
        grade = band(self.hazard, self.grade, expected=True) if self.facts.expected else self.grade
        return ".".join((self.hazard, grade, Kind.DRILL if self.is_drill else self.kind, form))
