"""What one municipality has registered for one person, and how a new row of a file changes it. Pure."""

import functools
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, TypeAlias

from subscribers.msisdn import Msisdn
from subscribers.tags import Tag

MIN_LEVELS: Final = ("L2", "L3", "L4")
DEFAULT_MIN_LEVEL: Final = "L3"
#: Stands for the municipality in the registration that a person made by SMS: language and further places.
OWN: Final = ""
#: Further places beside the home.
MAX_FURTHER_PLACES: Final = 3
#: different registrations of new people that are remembered
_REMEMBERED: Final = 1000
_NOBODY: Final = Msisdn("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One person as one municipality registered them."""

    language: str
    #: municipality codes of five digits, home first
    places: tuple[str, ...]
    groups: tuple[str, ...] = ()
    lessons: bool = True
    #: the lowest level the person wants, L2 to L4
    min_level: str = DEFAULT_MIN_LEVEL
    #: what the person told us so that lessons fit; municipalities have groups instead
    tags: tuple[Tag, ...] = ()


class Entry(NamedTuple):
    """One accepted row. None: the file has no such column, so what is registered stays.

    A tuple, since there is one for every row of a long file: a dataclass takes five times as long to make.
    """

    number: Msisdn
    language: str
    home: str
    further: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None
    lessons: bool | None = None
    min_level: str | None = None
    #: registered by those who look after this group: what is registered already stays, and gets the group
    supported_group: str = ""


#: an entry without its number
_Said: TypeAlias = tuple[str, str, tuple[str, ...] | None, tuple[str, ...] | None, bool | None, str | None, str]


def merge(entry: Entry, current: Registration | None) -> Registration:
    """The registration after this row; `current` is what the same municipality had registered."""
    if current is not None and entry.supported_group:
        return replace(current, groups=tuple(sorted({*current.groups, entry.supported_group})))
    return _new(entry[1:]) if current is None else _changed(entry, current)


def _changed(entry: Entry, before: Registration) -> Registration:
    further = before.places[1:] if entry.further is None else entry.further
    return Registration(
        language=entry.language,
        places=tuple(dict.fromkeys((entry.home, *further))),
        groups=before.groups if entry.groups is None else entry.groups,
        lessons=before.lessons if entry.lessons is None else entry.lessons,
        min_level=before.min_level if entry.min_level is None else entry.min_level,
    )


@functools.lru_cache(maxsize=_REMEMBERED)
def _new(said: _Said) -> Registration:
    """What an entry says, without its number: many rows of a list say the same."""
    entry = Entry(_NOBODY, *said)
    return _changed(entry, Registration(language=entry.language, places=(entry.home,)))


def hears_more(after: Registration, before: Registration | None) -> bool:
    """Whether the person must be told at once what is in force: new, moved, or with a lower threshold."""
    if before is None or set(after.places) - set(before.places):
        return True
    return MIN_LEVELS.index(after.min_level) < MIN_LEVELS.index(before.min_level)
