"""How many people, as it may be told: a language hints at origin, so that small numbers are not told. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from delivery.byhand.submissions import Shown
from subscribers import disclosure
from subscribers.disclosure import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a page or an answer may say of the readers of some texts."""

    people: Told
    by_language: Mapping[str, Told]
    #: SMS parts of all together
    segments: Told


def of(message: Iterable[Shown], *, in_steps: bool = False) -> Counts:
    """Of the texts that both people see; `in_steps`: nothing exactly."""
    shown = list(message)
    people, by_language = disclosure.told({one.language: one.people for one in shown})
    if in_steps:
        people = disclosure.stepped(sum(one.people for one in shown))
        by_language = {one.language: disclosure.stepped(one.people) for one in shown}
    parts = sum(one.segments * one.people for one in shown)
    # parts are people times a number that everybody sees: exact only where all counts are
    exact = all(isinstance(count, int) for count in by_language.values())
    return Counts(people=people, by_language=by_language, segments=parts if exact else disclosure.stepped(parts))
