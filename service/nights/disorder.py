"""How telegrams really come in: late, swapped, doubled, and some never."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from service.nights.issued import Issued

_LATE, _SWAPPED, _LOST = 0.04, 0.02, 0.003


def disorder(told: Sequence[Issued], chance: random.Random, count: int) -> list[Issued]:
    """In the order in which they are published; doubled until there are `count`. The last of each kind always comes."""
    in_order = sorted(told, key=lambda one: (one.sent, one.code, one.raw))
    last = {_strand(one): one for one in in_order}
    kept = [one for one in in_order if one is last[_strand(one)] or chance.random() >= _LOST]
    moved = _swapped([_late(one, chance) for one in kept], chance)
    while len(moved) < count:
        again = chance.choice(moved)
        moved.append(replace(again, published=again.published + timedelta(minutes=chance.uniform(0.1, 120))))
    return sorted(moved[:count] if len(kept) <= count else moved, key=lambda one: (one.published, one.code, one.raw))


def _strand(one: Issued) -> tuple[str, tuple[str, ...]]:
    return (one.code, one.words[0].about if one.words else ())


def _late(one: Issued, chance: random.Random) -> Issued:
    """A few seconds on the way; some take hours."""
    wait = timedelta(minutes=chance.uniform(5, 180)) if chance.random() < _LATE else timedelta()
    return replace(one, published=one.sent + wait + timedelta(seconds=chance.uniform(2, 20)))


def _swapped(told: Sequence[Issued], chance: random.Random) -> list[Issued]:
    """Some are overtaken by the next one; none shows up before it was issued."""
    found = list(told)
    for index in range(len(found) - 1):
        if chance.random() < _SWAPPED:
            after = max(found[index].published, found[index + 1].published + timedelta(seconds=3))
            found[index] = replace(found[index], published=after)
    return found
