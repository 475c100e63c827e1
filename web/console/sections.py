"""The parts of the first page, each drawn again only when what it is made of has changed. Decides nothing."""

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from alerts.japan import JST
from web import freshness, japan, progress, render, standing
from web.console import reach
from web.console.board import INSIDE, Part
from web.freshness import Freshness
from web.progress import Progress
from web.snapshot import Snapshot, StandingRow
from web.standing import Group
from web.state import WebState
from web.words import Words

#: section, language, readers
Key = tuple[str, str, frozenset[str] | None]
#: what a section was made of, and its HTML
Kept = MutableMapping[Key, tuple[object, str]]
#: all readers of some places, whichever: what is not about their places is the same for them
_SOME: Final = frozenset({"some"})


@dataclass(frozen=True, kw_only=True)
class View:
    """One moment for the readers of some places; None for all."""

    state: WebState
    snapshot: Snapshot
    words: Words
    now: datetime
    within: frozenset[str] | None
    running: tuple[Progress, ...]

    @property
    def scoped(self) -> bool:
        """Whether it is about some places."""
        return self.within is not None

    @property
    def rate(self) -> float:
        """Segments per second of all senders together: as measured, or as set where too little is leaving."""
        return self.snapshot.leaving.measured or self.state.rate

    @cached_property
    def feeds(self) -> tuple[Freshness, ...]:
        """How each feed is."""
        return freshness.judge(self.snapshot.feeds, self.state.feeds, self.now)

    @cached_property
    def unreached(self) -> tuple[Progress, ...]:
        """Broadcasts that somebody should look after."""
        return tuple(one for one in self.running if one.late(self.now))

    @property
    def overdue(self) -> int:
        """How much waits longer than it should."""
        return sum(one.deadline <= self.now for one in self.snapshot.waiting)

    @property
    def mine(self) -> tuple[StandingRow, ...]:
        """What is in force in the readers' places."""
        within = self.within or frozenset()
        return tuple(row for row in self.snapshot.country.standing if row.place in within)

    def groups(self, rows: tuple[StandingRow, ...]) -> tuple[Group, ...]:
        """For a reader, the gravest first."""
        return standing.group(rows, self.snapshot.country.sources, self.state.places)


def view(
    state: WebState,
    snapshot: Snapshot,
    words: Words,
    now: datetime,
    within: frozenset[str] | None,
    seen: tuple[Progress, ...] = (),
) -> View:
    """What the sections are made of; `seen` is the progress of the view before."""
    running = progress.of(snapshot.broadcasts, snapshot.leaving.measured or state.rate, snapshot.leaving.queue, seen)
    return View(state=state, snapshot=snapshot, words=words, now=now, within=within, running=running)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    """One part: the template of its name."""

    name: str
    #: beside the day, which decides how a time is written: what is equal is not drawn again
    made_of: Callable[[View], object]
    #: what its template needs beside what all have
    values: Callable[[View], Mapping[str, object]] = lambda view: {}
    #: other readers see something else
    own: bool = False
    #: '' for the one of its name
    template: str = ""


def _force(view: View) -> Mapping[str, object]:
    groups, places = view.groups(view.snapshot.country.standing), view.state.places
    rows = view.snapshot.country.standing
    return {
        "groups": groups,
        "legend": _legend(groups),
        "map": japan.draw(places, ((row.place, row.hazard, row.grade) for row in rows)),
        "municipalities": japan.municipalities(places),
        "map_size": (japan.WIDTH, japan.HEIGHT),
        "map_frames": japan.FRAMES,
    }


def _legend(groups: tuple[Group, ...]) -> list[Group]:
    """One group for each colour, sign and word."""
    seen: dict[tuple[str, str], Group] = {}
    for group in groups:
        seen.setdefault((group.mark.colour, group.grade), group)
    return list(seen.values())


def _late_lessons(view: View) -> int:
    return sum(one.due_at <= view.now for one in view.snapshot.lessons)


_SECTIONS: Final = (
    _Section(name="as-of", made_of=lambda view: view.words.time(view.now, view.now)),
    _Section(name="blind", made_of=lambda view: view.feeds, values=lambda view: {"feeds": view.feeds}),
    _Section(
        name="mine",
        made_of=lambda view: (view.snapshot.country.standing, view.snapshot.country.sources),
        values=lambda view: {"mine": view.groups(view.mine)},
        own=True,
    ),
    _Section(name="waiting", made_of=lambda view: (view.snapshot.waiting, view.overdue), own=True),
    _Section(
        name="unreached",
        made_of=lambda view: (view.unreached, view.snapshot.nearby),
        values=lambda view: {"unreached": view.unreached},
        own=True,
    ),
    _Section(
        name="broadcasts",
        made_of=lambda view: bool(view.running),
        values=lambda view: {"broadcasts": view.running, "articles": INSIDE},
        own=True,
    ),
    _Section(name="telegrams", made_of=lambda view: view.snapshot.country.telegrams),
    _Section(
        name="now",
        made_of=lambda view: (view.snapshot.country.standing, view.snapshot.country.sources, view.scoped),
        values=_force,
    ),
    _Section(name="texts", made_of=lambda view: view.snapshot.words.texts, own=True),
    _Section(name="feeds", made_of=lambda view: view.feeds, values=lambda view: {"feeds": view.feeds}),
    _Section(
        name="attention",
        made_of=lambda view: (
            view.snapshot.open_notices,
            view.snapshot.notices,
            view.snapshot.country.quarantined,
            view.snapshot.country.quarantine,
        ),
        own=True,
    ),
    _Section(name="lessons", made_of=lambda view: (view.snapshot.lessons, _late_lessons(view)), own=True),
)


def draw(view: View, kept: Kept) -> list[Part]:
    """Every section, and every broadcast in its section, in the order of the page.

    What is not in `kept` as it is now is drawn.
    """
    wanted = [one for one in _SECTIONS if one.name != "mine" or view.scoped]
    drawn = [Part(name=one.name, html=_drawn(one, view, kept)) for one in wanted]
    return [*drawn, *(_broadcast(one, view, kept) for one in view.running)]


def _broadcast(one: Progress, view: View, kept: Kept) -> Part:
    section = _Section(
        name=_name(one),
        template="broadcast",
        made_of=lambda view: (one, view.rate if one.minutes_left is not None else None),
        values=lambda view: {"one": one, "rate": view.rate},
        own=True,
    )
    return Part(name=section.name, html=_drawn(section, view, kept), within="broadcasts")


def still_shown(kept: Kept, views: Mapping[tuple[str, frozenset[str] | None], View | None]) -> Kept:
    """What is kept of these views, by language and places; what nobody looks at any more is dropped."""
    running = {(_name(one), *key) for key, view in views.items() if view for one in view.running}
    sections = {one.name for one in _SECTIONS}
    return {
        key: one
        for key, one in kept.items()
        if key in running or (key[0] in sections and (key[1:] in views or key[2] == _SOME))
    }


def _name(one: Progress) -> str:
    return f"broadcast-{one.row.id}"


def _drawn(section: _Section, view: View, kept: Kept) -> str:
    readers = view.within if section.own else _SOME if view.scoped else None
    key = (section.name, view.words.language, readers)
    made_of = (view.now.astimezone(JST).date(), section.made_of(view))
    known = kept.get(key)
    if known is None or known[0] != made_of:
        known = kept[key] = (made_of, _html(section, view))
    return known[1]


def _html(section: _Section, view: View) -> str:
    state, words = view.state, view.words
    return render.page(
        f"console/live/{section.template or section.name}.html",
        words,
        now=view.now,
        places=state.places,
        snapshot=view.snapshot,
        scoped=view.scoped,
        few=reach.few,
        name_place=lambda code: words.place(state.places, code),
        language_name=lambda tag: render.language_name(state.catalogue, tag, words.language),
        html_language=render.html_language,
        **section.values(view),
    )
