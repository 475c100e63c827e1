"""A case, and what is wrong with one. Pure.

Owns the closed set of life stages, the sections people write, and their lengths.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from alerts.places import PlaceTable
from alerts.vocabulary import Hazard
from cases import personal
from cases.facts import TAG, Facts
from cases.personal import Found

#: municipalities that one case names
MOST_PLACES: Final = 60
EARLIEST: Final = date(1900, 1, 1)
#: characters that turn the direction of writing: a text could read as something else than it says
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class LifeStage(StrEnum):
    """Whose life the case speaks of."""

    NEW_ARRIVAL = "new_arrival"  #: the first months in Japan
    PREGNANCY = "pregnancy"  #: pregnancy, birth, a baby
    FAMILY = "family"  #: children, kindergarten, school
    STUDENT = "student"
    WORK = "work"  #: trainees and employees, their dormitories and firms
    ILLNESS = "illness"  #: illness, disability, care
    OLD_AGE = "old_age"


class State(StrEnum):
    """Where a case is."""

    DRAFT = "draft"  #: seen by its municipality only
    PUBLISHED = "published"  #: seen by all, and shared
    DISCARDED = "discarded"


class Section(StrEnum):
    """What people write, in the order of reading."""

    TITLE = "title"
    HAPPENED = "happened"
    DONE = "done"
    HELPED = "helped"
    NOT_HELPED = "not_helped"
    QUESTIONS = "questions"
    PROPOSAL = "proposal"


#: characters of each section
LONGEST: Final[Mapping[Section, int]] = {section: 3000 for section in Section} | {Section.TITLE: 120}
#: without these nothing can be learnt from a case
_NEEDED: Final = (Section.TITLE, Section.HAPPENED)
_LESSON: Final = (Section.DONE, Section.HELPED, Section.NOT_HELPED, Section.QUESTIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a case says; the same wherever it is kept."""

    hazard: Hazard
    #: day in Japan
    happened_on: date
    #: municipality and ward codes
    places: tuple[str, ...] = ()
    #: tags of the languages it is about
    languages: tuple[str, ...] = ()
    stages: tuple[LifeStage, ...] = ()
    texts: Mapping[Section, str] = field(default_factory=dict)

    def text(self, section: Section) -> str:
        """What stands there, '' for nothing."""
        return self.texts.get(section, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as it is kept."""

    id: int
    #: the same in every database it is shared with
    key: str
    #: whose case it is
    municipality: str
    #: which municipality keeps it here: its own, the one that imported it, '' for the whole service
    keeper: str
    #: it came in a file
    imported: bool
    state: State
    #: changes with every change, so that two people do not write over each other
    version: int
    content: Content
    #: what the service counted, None for a case that no broadcast led to
    facts: Facts | None
    broadcast_id: int | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Why a case is not taken: which field, and what was expected."""

    field: str
    #: a key of the words of the pages
    key: str
    #: the same in English
    text: str


def cleaned(text: str) -> str:
    """As it is kept: lines end in one way, nothing hangs at the ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def check(content: Content, places: PlaceTable) -> list[Wrong]:
    """Everything that is wrong with what a case says, also in a draft."""
    return [*_tags(content, places), *(wrong for name in Section for wrong in _text(name, content.text(name)))]


def check_complete(content: Content, places: PlaceTable) -> list[Wrong]:
    """The same, and what is missing before others may read it."""
    wrong = check(content, places)
    for section in _NEEDED:
        if not content.text(section):
            wrong.append(Wrong(field=section, key="missing", text="empty; others cannot learn from it"))
    if not content.places:
        wrong.append(Wrong(field="places", key="no_place", text="expected at least one municipality"))
    if not any(content.text(section) for section in _LESSON):
        wrong.append(
            Wrong(
                field=Section.HELPED,
                key="no_lesson",
                text="write what was done, what helped, what did not, or which questions came back",
            )
        )
    return wrong


def _tags(content: Content, places: PlaceTable) -> Iterator[Wrong]:
    if len(content.places) > MOST_PLACES:
        yield Wrong(field="places", key="too_many_places", text=f"expected at most {MOST_PLACES} municipalities")
    for code in content.places[:MOST_PLACES]:
        if places.place(code) is None:
            yield Wrong(field="places", key="unknown_place", text=f"{shown(code)}: no municipality has this code")
    for tag in content.languages:
        if not TAG.fullmatch(tag):
            yield Wrong(field="languages", key="unknown_language", text=f"{shown(tag)}: expected a tag such as vi")
    if content.happened_on < EARLIEST:
        yield Wrong(field="happened_on", key="bad_day", text=f"expected a day from {EARLIEST} on")


def _text(section: Section, text: str) -> Iterator[Wrong]:
    longest = LONGEST[section]
    if len(text) > longest:
        yield Wrong(field=section, key="too_long", text=f"expected at most {longest} characters, found {len(text)}")
        return
    allowed = "" if section is Section.TITLE else "\n\t"
    if any(_is_control(char) and char not in allowed for char in text):
        yield Wrong(field=section, key="control", text="holds control characters; write plain text")
    match personal.find(text):
        case Found.PHONE:
            yield Wrong(field=section, key="phone", text="holds what looks like a phone number or another number of a "
                        "person; take it out")  # fmt: skip
        case Found.EMAIL:
            yield Wrong(field=section, key="email", text="holds what looks like an e-mail address; take it out")
        case None:
            pass


def _is_control(char: str) -> bool:
    return char in _TURNING or unicodedata.category(char) in ("Cc", "Cs")


def shown(text: str) -> str:
    """A foreign value in a message: short, on one line."""
    return repr(text if len(text) <= 30 else f"{text[:30]}…")
