"""What a source says is in force, as a function of the *set* of its messages: their order of arrival does not matter.

Messages that refer to each other, also over one that never came, are one chain. Chains stand beside each other: the
order for one river is not lifted by what is said of another one. Within a chain the newest word on a place counts, and
a place that an Update does not name stays as it was: absence is not an all-clear. A Cancel ends its chain up to its
own time, whichever of its messages it names. Pure.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts import hazards
from alerts.vocabulary import NONE, Hazard
from feeds.cap.message import Key
from feeds.cap.understanding import Does, Word

_RULE = hazards.rule(Hazard.EVACUATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is so in one municipality by the word of a source."""

    #: `none` where it has ended
    grade: str
    #: it has ended because it was wrong
    withdrawn: bool
    #: when the message was sent that says so
    issued: datetime
    #: when its chain first said so: what is said again is no newer word
    since: datetime
    #: nothing of it is told after that
    valid_until: datetime


def fold(words: Iterable[Word], *, without: Callable[[str, Held], bool] = lambda *_: False) -> dict[str, Held]:
    """Municipality -> what is so, of every municipality that some message names.

    `without`: what a chain says of a municipality as if it had not said it.
    """
    found: dict[str, list[Held]] = {}
    for chain in chains(words):
        for place, held in _of_chain(chain).items():
            if not without(place, held):
                found.setdefault(place, []).append(held)
    return {place: _together(held) for place, held in found.items()}


def idle_ends(words: Sequence[Word], so: Mapping[str, Held], keys: Collection[Key]) -> dict[str, datetime]:
    """Municipality -> when some messages said an end there that ends nothing: their own chain never said more of it.

    `so` is what the words fold to. A Cancel that refers to nothing we have may mean any place in which the source still
    says something.
    """
    found: dict[str, datetime] = {}
    for chain in chains(words):
        said = {place for word in chain for place, grade in word.places.items() if grade != NONE}
        for word in chain:
            if word.key not in keys:
                continue
            ends = [place for place, grade in word.places.items() if grade == NONE]
            if word.does is not Does.SAYS and not said:
                ends = [place for place, held in so.items() if held.grade != NONE and held.issued <= word.sent]
            found |= {place: word.sent for place in ends if place not in said}
    return found


def settled(words: Sequence[Word], before: datetime) -> list[Key]:
    """Messages of chains that are over everywhere, and were last spoken of before then: nothing follows from them."""
    return [
        word.key
        for chain in chains(words)
        if chain[-1].sent < before and all(held.grade == NONE for held in _of_chain(chain).values())
        for word in chain
    ]


def chains(words: Iterable[Word]) -> list[list[Word]]:
    """The messages, parted into chains, each in the order in which it applies."""
    members = {word.key: word for word in words}
    parents: dict[Key, Key] = {}

    def root(key: Key) -> Key:
        while parents.setdefault(key, key) != key:
            parents[key] = parents[parents[key]]
            key = parents[key]
        return key

    for word in members.values():
        for other in word.references:
            parents[root(word.key)] = root(other)
    found: dict[Key, list[Word]] = {}
    for word in members.values():
        found.setdefault(root(word.key), []).append(word)
    return [sorted(chain, key=_order) for _, chain in sorted(found.items())]


def _order(word: Word) -> tuple[datetime, int, Key]:
    return (word.sent, int(word.does is not Does.SAYS), word.key)


def _of_chain(chain: Sequence[Word]) -> Mapping[str, Held]:
    held: dict[str, Held] = {}
    for word in chain:
        said = word.places if word.does is Does.SAYS else dict.fromkeys(held, NONE)
        for place, grade in said.items():
            before = held.get(place)
            again = before is not None and before.grade == grade
            if not (again and grade == NONE):
                held[place] = Held(
                    grade=grade,
                    withdrawn=word.does is Does.CANCELS,
                    issued=word.sent,
                    since=before.since if before is not None and again else word.sent,
                    valid_until=word.valid_until,
                )
    return held


def _together(held: Sequence[Held]) -> Held:
    """The highest of several chains; of the same the newest."""
    return max(held, key=lambda one: (_RULE.rank(one.grade), one.issued, not one.withdrawn, one.valid_until))
