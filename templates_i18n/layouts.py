"""What beside the words of a form may stand in a text, and in which order it goes where room is short.

Pure. Owns the ladder of docs/decisions/0014-what-goes-first.md; what the parts say is for `parts`.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from templates_i18n.request import Form


class Role(StrEnum):
    """Why a piece stands in a text."""

    ALWAYS = "always"  #: without it the text would say something else
    NAME = "name"  #: the official name of the warning, in words only
    NUMBER = "number"  #: one with a digit, which every language says
    RISEN = "risen"  #: that the danger was less before
    HEARD = "heard"  #: what loudspeakers say
    SHELTER = "shelter"  #: the nearest shelter
    SHELTERS = "shelters"  #: what is said of shelters where none is named
    NEIGHBOUR = "neighbour"  #: the line for a bystander
    LINK = "link"  #: the address of the alert's page


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What may stand in a text."""

    #: Japanese characters and emoji
    unicode: bool
    #: names also in Japanese, as on signs
    signs: bool = False
    name: bool = True
    #: what only repeats: a name in words, that the danger has risen
    repeats: bool = True
    #: what loudspeakers say
    heard: bool = True
    shelter: bool = False
    #: the shelter in Japanese alone: what stands on its sign is what its readers need most
    bare: bool = False
    #: actions and details in fewer words
    terse: bool = False
    #: the head too
    fewest: bool = False
    #: segments that a shelter may need beyond the form's budget
    extra: int = 0
    neighbour: bool = False
    link: bool = False

    #: the roles of the pieces that stand in the text
    roles: frozenset[Role] = field(init=False)

    def __post_init__(self) -> None:
        """Work out the roles once: a text is laid out many times."""
        shown = {
            Role.ALWAYS: True,
            Role.NUMBER: self.name,
            Role.NAME: self.name and self.repeats,
            Role.RISEN: self.repeats,
            Role.HEARD: self.heard,
            Role.SHELTER: self.shelter,
            Role.SHELTERS: not self.shelter,
            Role.NEIGHBOUR: self.neighbour,
            Role.LINK: self.link,
        }
        object.__setattr__(self, "roles", frozenset(role for role, stands in shown.items() if stands))


class Room(NamedTuple):
    """What there is to be shown, of one text in one form."""

    #: kept in the letters of plain SMS unless a line for a bystander follows
    plain: bool
    form: Form
    heard: bool
    shelter: bool
    #: the text sends people out, so that whoever knows no place to go would stay
    urgent: bool
    #: the shelter has no name that these readers can read but on its sign
    unread: bool
    #: the shelter can be named in Japanese alone
    bare: bool
    #: actions or details can be said in fewer words
    terse: bool
    #: the head too
    fewest: bool
    neighbour: bool
    link: bool


@functools.lru_cache(maxsize=256)
def ladder(room: Room) -> tuple[Layout, ...]:
    """What may be tried, the most telling first; the last one is kept whatever its length.

    The name goes first, then the Japanese writing of the place, the line for a bystander, the link, the shelter.
    Without a link, whose page has the name, the name stays, unless the text would be too long for its form.
    """
    plain = Layout(unicode=not room.plain)
    match room.form:
        case Form.FULL:
            return tuple(_full(room))
        case Form.SHORT:
            return (plain, *_in_fewer_words(plain, room))
        case Form.CORE:
            spoken = (plain, *_in_fewer_words(plain, room))
            silent = (replace(spoken[-1], heard=False),) if room.heard else ()
            return (*spoken, *silent)


def _in_fewer_words(layout: Layout, room: Room) -> Iterator[Layout]:
    """The same in fewer words: first what stands below the head, then the head too."""
    if room.terse:
        yield replace(layout, terse=True)
    if room.fewest:
        yield replace(layout, terse=True, fewest=True)


def _full(room: Room) -> Iterator[Layout]:
    if room.shelter:
        for layout in _without_shelter(room):
            if (layout.signs or not room.unread) and not layout.fewest:
                yield replace(layout, shelter=True)
        if room.urgent and not room.plain:
            yield from _for_shelter(room)
    yield from _without_shelter(room)


def _for_shelter(room: Room) -> Iterator[Layout]:
    """What goes for the shelter in long scripts, and at last a segment more: who knows no place to go stays."""
    named = Layout(unicode=True, signs=True, shelter=True, name=False)
    links = tuple(dict.fromkeys((room.link, False)))
    least = replace(named, signs=room.unread, repeats=False, bare=room.bare)
    if room.bare:
        for link in links:
            yield replace(named, bare=True, link=link)
    yield least
    yield from _in_fewer_words(least, room)
    for link in links:
        yield replace(named, link=link, extra=1)
    yield replace(least, extra=1)


def _without_shelter(room: Room) -> Iterator[Layout]:
    if room.link:
        if room.neighbour:
            yield from _beside_link(neighbour=True, unicode=True)
        yield from _beside_link(neighbour=False, unicode=not room.plain)
        if room.terse:
            yield Layout(unicode=not room.plain, name=False, repeats=False, terse=True, link=True)
    if room.neighbour:
        for signs in (True, False):
            yield Layout(unicode=True, signs=signs, neighbour=True)
    if not room.plain:
        yield Layout(unicode=True, signs=True)
    for repeats in (True, False):
        yield Layout(unicode=not room.plain, repeats=repeats)
    yield from _in_fewer_words(Layout(unicode=not room.plain, repeats=False), room)


def _beside_link(*, neighbour: bool, unicode: bool) -> Iterator[Layout]:
    signed = Layout(unicode=unicode, signs=unicode, neighbour=neighbour, link=True)
    yield signed
    yield replace(signed, name=False)
    yield replace(signed, name=False, signs=False, repeats=False)
