"""What open pages of the same readers show, and what of it is news to whom. Pure."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup

#: where the parts that stand in another one go
INSIDE: Final = Markup("<!-- parts -->")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a page with an id of its own, which a page can put in place of the old one."""

    name: str
    html: str
    #: the part that it stands in, at INSIDE; '' for the page itself
    within: str = ""


@dataclass(slots=True)
class Board:
    """Parts of a page, each with the turn in which it last changed."""

    turn: int = 0
    #: marks of another board, also one of a process before, mean nothing here
    _born: str = field(default_factory=lambda: secrets.token_hex(4))
    _parts: Sequence[tuple[int, Part]] = ()
    #: turn that a reader has -> the event that brings them up to date, written once for all of them
    _events: dict[int, bytes] = field(default_factory=dict)

    def put(self, parts: Iterable[Part]) -> None:
        """These are the parts now, in their order; the turn moves on if any of them is new.

        A part in which others stand is new where they are others, or in another order.
        """
        parts = tuple(parts)
        known = {part.name: (turn, part) for turn, part in self._parts}
        before, now = _inside(part for _, part in self._parts), _inside(parts)
        moved = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
        since = [
            known[part.name][0] if part.name in known and known[part.name][1] == part and part.name not in moved else 0
            for part in parts
        ]
        if parts and all(since):
            return
        self.turn += 1
        self._events.clear()
        self._parts = [(turn or self.turn, part) for turn, part in zip(since, parts, strict=True)]

    @property
    def mark(self) -> str:
        """For a reader who has everything."""
        return f"{self._born}-{self.turn}"

    @property
    def whole(self) -> Markup:
        """All parts, of templates that escape."""
        return Markup("".join(self._filled(part) for _, part in self._parts if not part.within))

    def _filled(self, part: Part) -> str:
        inside = "".join(other.html for _, other in self._parts if other.within == part.name)
        return part.html.replace(INSIDE, inside, 1) if INSIDE in part.html else part.html

    def news(self, mark: str) -> bytes:
        """An event with what has changed since that mark, everything for one that is not ours; empty for nothing."""
        known = self._turn_of(mark)
        if known not in self._events:
            self._events[known] = self._event(known)
        return self._events[known]

    def _turn_of(self, mark: str) -> int:
        born, _, turn = mark.partition("-")
        ours = born == self._born and turn.isascii() and turn.isdecimal() and len(turn) < 16 and int(turn) <= self.turn
        return int(turn) if ours else 0

    def _event(self, known: int) -> bytes:
        """Lines of it may end in no other way than ours: a text must not end an event and begin another."""
        new = {part.name for turn, part in self._parts if turn > known}
        wanted = [part for _, part in self._parts if part.name in new and part.within not in new]
        if not wanted:
            return b""
        html = "\n".join(map(self._filled, wanted)).replace("\r\n", "\n").replace("\r", "\n")
        data = "".join(f"data: {line}\n" for line in html.split("\n"))
        return f"id: {self.mark}\nevent: parts\n{data}\n".encode()


def _inside(parts: Iterable[Part]) -> dict[str, list[str]]:
    """Part -> names of those that stand in it."""
    found: dict[str, list[str]] = {}
    for part in parts:
        found.setdefault(part.within, []).append(part.name)
    return found
