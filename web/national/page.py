"""The state of Japan as a page: by hazard and grade, the gravest first, and every municipality by its name. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from alerts.places import PlaceTable
from alerts.vocabulary import Hazard
from storage import times
from web import grades, render
from web.freshness import Freshness
from web.grades import Mark
from web.national.query import Held, Japan
from web.words import Words

_LINE = Markup('<li><strong>{}</strong> {} <span class="quiet">{}</span></li>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One hazard (and earthquake) at one grade."""

    hazard: Hazard
    grade: str
    mark: Mark
    #: municipalities; a ward whose city is there is not counted again
    count: int


def page(
    blocks: Sequence[tuple[Block, Markup]], words: Words, now: datetime, mode: str, feeds: Iterable[Freshness]
) -> str:
    """The whole page, of blocks by `written`."""
    gravest_first = sorted(blocks, key=lambda one: (one[0].mark.gravity, one[0].hazard), reverse=True)
    return render.page("national.html", words, mode=mode, now=now, feeds=list(feeds), blocks=gravest_first)


def written(japan: Japan, places: PlaceTable, words: Words, now: datetime) -> list[tuple[Block, Markup]]:
    """Every hazard and grade with its lines: municipalities of one prefecture with the same beginning."""
    together: defaultdict[tuple[str, str, str], list[Held]] = defaultdict(list)
    for held in japan.held:
        # a hundred volcanoes stand at level 1: by grade they are one block, earthquakes are not
        event = "" if held.hazard == Hazard.VOLCANO else held.event
        together[held.hazard, event, held.grade].append(held)
    writer = _Writer(japan, places, words, now)
    return [
        (_block(Hazard(hazard), grade, rows, places), writer.lines(rows))
        for (hazard, _, grade), rows in together.items()
    ]


def _block(hazard: Hazard, grade: str, rows: Sequence[Held], places: PlaceTable) -> Block:
    codes = {held.place for held in rows}
    count = sum(places.city_of(code) not in codes for code in codes)
    return Block(hazard=hazard, grade=grade, mark=grades.mark(hazard, grade), count=count)


class _Writer:
    """Writes lines; each name and time once."""

    def __init__(self, japan: Japan, places: PlaceTable, words: Words, now: datetime) -> None:
        self._japan, self._places, self._words, self._now = japan, places, words, now
        self._names: dict[str, str] = {}
        self._notes: dict[tuple[str, str | None, str], str] = {}

    def lines(self, rows: Iterable[Held]) -> Markup:
        """Prefecture by prefecture."""
        alike: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for held in rows:
            alike[held.place[:2], self._note(held)].append(self._name(held.place))
        return Markup("\n").join(
            _LINE.format(self._words.prefecture(self._places, prefecture), Markup(", ".join(names)), note)
            for (prefecture, note), names in sorted(alike.items())
        )

    def _name(self, code: str) -> str:
        if code not in self._names:
            self._names[code] = str(escape(self._words.place(self._places, code)))
        return self._names[code]

    def _note(self, held: Held) -> str:
        """Since when, by which telegram, until when."""
        key = (held.since, held.ends_at, held.digest)
        if key not in self._notes:
            source = self._japan.sources.get(held.digest)
            parts = [self._words("now.since", time=self._time(held.since)), source.type if source else ""]
            parts.append(self._words("now.ends", time=self._time(held.ends_at)) if held.ends_at else "")
            self._notes[key] = " · ".join(part for part in parts if part)
        return self._notes[key]

    def _time(self, stored: str) -> str:
        return self._words.time(times.from_text(stored), self._now)
