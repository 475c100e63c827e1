"""What of a service speaks with other programs: it takes municipalities' CAP messages and tells webhooks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import aiohttp

from alerts.places import PlaceTable
from delivery.hooks.telling import HookTeller
from delivery.planner import Planner
from delivery.relaying.taking import Taker
from feeds.cap.polling import CapPoller
from service import hooking, opening
from service.clock import Clock
from service.parts import Parts
from storage.database import Database
from web.api.cap import CapDoor
from web.console.programs.desk import Programs


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Who is told of what has come."""

    #: something is signed and can be told
    signed: Callable[[], None]
    #: something waits for people
    submitted: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """What of a service speaks with other programs."""

    taker: Taker
    poller: CapPoller
    hooks: HookTeller

    def schedule(self, clock: Clock) -> None:
        """Each is a look, so a missed one loses nothing."""
        hooking.schedule(clock, self.hooks)
        if self.taker.sources:
            clock.every(timedelta(seconds=1), "take CAP messages", self.taker.step, at_once=True)
        for source in self.taker.sources.values():
            if source.url:
                every = timedelta(seconds=source.poll_seconds)
                clock.every(every, f"poll {source.name}", partial(self.poller.poll, source), at_once=True)

    def programs(self, db: Database, now: Callable[[], datetime]) -> Programs:
        """What the pages have of it; `db` is not only that of whoever leads."""
        posting = {name: source for name, source in self.taker.sources.items() if source.secret}
        return Programs(
            secret=self.hooks.secret,
            private=self.hooks.private,
            sources=tuple(self.taker.sources.values()),
            door=CapDoor(db=db, sources=posting, clock=now) if posting else None,
        )


def relay(
    parts: Parts, db: Database, session: aiohttp.ClientSession, places: PlaceTable, planner: Planner, heard: Heard
) -> Relay:
    """Of the sources in the settings; `db` as it is given to what one process does at a time."""
    feeds = opening.feed_settings(parts.settings)
    return Relay(
        taker=Taker(
            db=db,
            places=places,
            sources={source.name: source for source in parts.settings.cap_sources},
            desk=lambda: planner.desk(places),
            clock=parts.clock,
            on_signed=heard.signed,
            on_submitted=heard.submitted,
        ),
        poller=CapPoller(db=db, session=session, settings=feeds, clock=parts.clock),
        hooks=hooking.teller(parts, db, places),
    )
