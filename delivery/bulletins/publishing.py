"""Publishes bulletins: looks at what is in force and writes the bulletins that it asks for. A look, so that a missed
one loses nothing; beside the send path, which never waits for it.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from alerts import store as state
from alerts.places import PlaceTable
from alerts.vocabulary import Hazard
from delivery.bulletins import bulletin, store
from delivery.bulletins.bulletin import Bulletin
from storage.connection import Connection
from storage.database import Conflict, Database

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Publisher:
    """One for each process that decides; a second one beside it writes nothing twice."""

    db: Database
    places: PlaceTable
    clock: Callable[[], datetime]
    #: called with what was published
    on_published: Callable[[list[Bulletin]], None] = lambda made: None
    _seen: dict[str, int] = field(default_factory=dict)
    _held: tuple[int, ...] | None = None

    async def step(self) -> list[Bulletin]:
        """Publish what there is to publish."""
        now = self.clock()
        versions, held, old = await self.db.read(_signs, now)
        changed = {hazard for hazard in Hazard if versions[hazard.value] != self._seen.get(hazard.value)}
        wanted = set(Hazard) if held != self._held else changed | old
        if not wanted:
            return []
        made = await self.db.read(due, wanted, self.places, now)
        if made:
            try:
                await self.db.write(store.add, made)
            except Conflict:
                _log.info("published_elsewhere")
                return []
        self._seen, self._held = versions, held
        if made:
            self.on_published(made)
        return made

    async def forget(self) -> None:
        """Let go of what nobody needs any more."""
        await self.db.write(store.forget, self.clock())


def _signs(db: Connection, now: datetime) -> tuple[dict[str, int], tuple[int, ...], set[Hazard]]:
    """What differs when something may have to be published."""
    return state.versions(db), store.open_holds(db), store.growing_old(db, now + bulletin.AGAIN)


def due(db: Connection, wanted: Iterable[Hazard], places: PlaceTable, now: datetime) -> list[Bulletin]:
    """The bulletins that the state of some hazards asks for."""
    made: list[Bulletin] = []
    for hazard in sorted(wanted):
        states = store.state_of(db, hazard, places, now)
        last = store.newest(db, states.keys())
        for chain, found in sorted(states.items()):
            before = last.get(chain)
            earlier = store.since_first(db, before) if before else []
            one = bulletin.following(chain, before, found, earlier, now)
            if one is not None:
                made.append(one)
    return made
