"""The state that pages are made of, with defaults."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from alerts import places
from feeds.settings import FeedSettings
from storage.database import Database
from templates_i18n import catalogue
from tests.subscribers.builders import a_reader, a_sealer
from tests.web.rows import NOW
from web.state import WebState

FEEDS = FeedSettings(
    base_url="http://127.0.0.1:9",
    poll_seconds=20,
    silence={"eqvol": None, "extra": timedelta(minutes=30), "regular": timedelta(hours=1), "other": None},
    blind_after=timedelta(minutes=3),
    user_agent="tests",
)


def a_state(db: Database, clock: Callable[[], datetime] = lambda: NOW, **values: Any) -> WebState:
    """A service with the simulated network at NOW."""
    state = WebState(
        db=db,
        places=places.load(),
        catalogue=catalogue.load(),
        clock=clock,
        sealer=a_sealer(),
        reader=a_reader,
        real=False,
        feeds=FEEDS,
        rate=100,
        live_seconds=0.02,
    )
    return replace(state, **values)
