"""Whether a campaign is for somebody, and which lesson fits them. Pure.

Words of groups are compared as people read them: wide or narrow, large or small letters, with one space between.
"""

import functools
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from campaigns.lessons import choosing, facts
from campaigns.lessons.choosing import Wanted
from campaigns.lessons.facts import Lesson
from campaigns.plan import Audience
from subscribers import tags
from subscribers.tags import Tag

#: stands in a plan for whatever fits each person best and was not told to them yet
FITTING: Final = "fitting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What is known of somebody that makes a lesson fit."""

    language: str
    #: theirs and those of their places
    tags: frozenset[Tag]
    #: folded; of the municipality that plans
    groups: frozenset[str]


def reader(language: str, places: Iterable[str], ticked: str, groups: str) -> Reader:
    """Somebody of these places; `ticked` and `groups` are words with commas between them.

    A group that is called like a tag counts as one.
    """
    theirs = frozenset(map(fold, groups.split(","))) - {""}
    named = (group.replace(" ", "_").replace("-", "_") for group in theirs)
    around = frozenset[Tag]().union(*map(_of_place, places))
    return Reader(language=language, tags=around | {*tags.known([*ticked.split(","), *named])}, groups=theirs)


def why_not(audience: Audience, one: Reader) -> str | None:
    """Why a campaign is not for somebody; None where it is."""
    if audience.languages and one.language not in audience.languages:
        return "another language"
    if audience.groups and one.groups.isdisjoint(map(fold, audience.groups)):
        return "another group"
    if audience.tags and one.tags.isdisjoint(audience.tags):
        return "none of the tags"
    return None


def lesson(wanted: str, one: Reader, day: date, told: Collection[str], there: Collection[str]) -> str | None:
    """What somebody gets where a plan says `wanted`; None where all that fits was told to them.

    A lesson that a plan names is given as it is: a person has chosen it for these people.
    """
    if wanted != FITTING:
        return wanted
    asked = Wanted(tags=one.tags, month=day.month)
    return choosing.next_one(_known(tuple(there)), asked, told)


def fold(group: str) -> str:
    """A group as it is compared."""
    return " ".join(unicodedata.normalize("NFKC", group).casefold().split())


@functools.cache
def _of_place(code: str) -> frozenset[Tag]:
    return choosing.load().of_place(code)


@functools.lru_cache(maxsize=4)
def _known(there: tuple[str, ...]) -> Mapping[str, Lesson]:
    return {key: one for key, one in facts.load().items() if key in there}
