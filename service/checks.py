"""What `check` looks at: settings, database, words, places, feed. Each finding says what to do."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import aiohttp

from alerts import hazards, places
from delivery.twilio.transport import TwilioTransport
from feeds import fetch, health, store
from feeds.settings import FEEDS, FeedSettings
from service import opening, transports
from service.app import feed_settings
from service.clock import system_time
from service.settings import Settings, SettingsError
from storage import audit
from storage.database import Database
from storage.errors import StorageError
from subscribers import counting
from templates_i18n import catalogue, gates


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    what: str
    good: bool
    #: what was found, and what to do if it is not good
    text: str


def run(settings: Settings) -> list[Finding]:
    """Look at everything, one after the other."""
    return [
        *_sending(settings),
        *_database(settings),
        *_words(),
        *_places(),
        *asyncio.run(_feeds(feed_settings(settings))),
        *asyncio.run(_provider(settings)),
    ]


def _sending(settings: Settings) -> Iterator[Finding]:
    text = "an SMS can leave this machine" if settings.sends_for_real else "simulated: no SMS leaves this machine"
    yield Finding(what="transport", good=True, text=text)
    if not settings.operator_numbers:
        yield Finding(
            what="operator",
            good=False,
            text="nobody is told of blindness or trouble: set TOMOSHIBI_OPERATOR_NUMBERS",
        )


async def _provider(settings: Settings) -> list[Finding]:
    """Whether the SMS provider takes our credentials now. Sends nothing."""
    async with transports.opened(settings, system_time) as transport:
        if not isinstance(transport, TwilioTransport):
            return []
        wrong = await transport.reach()
    if not settings.public_url:
        wrong = wrong or "set TOMOSHIBI_PUBLIC_URL, or nobody tells us what was delivered"
        return [Finding(what="reach provider", good=False, text=f"{settings.twilio_base_url}: {wrong}")]
    return [Finding(what="reach provider", good=not wrong, text=f"{settings.twilio_base_url}: {wrong or 'answers'}")]


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        with opening.opened(settings) as db:
            behind = db.pending_migrations()
            people = db.read_sync(counting.residents).to_json()["residents"] if not behind else 0
            states = db.read_sync(store.feed_states) if not behind else []
            yield _key(settings, db if not behind else None)
            if not behind:
                yield _log_of_changes(db)
    except StorageError as wrong:
        yield Finding(what="database", good=False, text=str(wrong))
        return
    text = f"{', '.join(behind)} missing: run `run.py migrate`" if behind else f"{people} residents"
    yield Finding(what="database", good=not behind, text=text)
    for state in states:
        judged = health.judge(state, system_time(), feed_settings(settings))
        yield Finding(what=f"feed {state.name}", good=judged.sight is health.Sight.FRESH, text=judged.text)


def _key(settings: Settings, db: Database | None) -> Finding:
    """Whether there is a key, and it opens what the database holds."""
    try:
        sealer = opening.sealer(settings)
        if db is not None:
            opening.check_key(db, sealer)
    except SettingsError as wrong:
        return Finding(what="key", good=False, text=str(wrong))
    return Finding(what="key", good=True, text="numbers can be sealed")


def _log_of_changes(db: Database) -> Finding:
    match db.read_sync(audit.verify):
        case audit.Whole(entries=entries, head=head):
            return Finding(what="log of changes", good=True, text=f"{entries} entries, newest {head[:16]}")
        case audit.Broken(number=number, reason=reason):
            text = f"entry {number}: {reason}; somebody has touched the database: compare it with a backup"
            return Finding(what="log of changes", good=False, text=text)


def _words() -> Iterator[Finding]:
    try:
        words = catalogue.load()
    except catalogue.CatalogueError as wrong:
        yield Finding(what="catalogue", good=False, text=str(wrong))
        return
    problems = gates.check(words, places.load())
    text = f"version {words.version}, languages {', '.join(words.languages())}"
    yield Finding(what="catalogue", good=not problems, text="; ".join(map(str, problems[:5])) or text)


def _places() -> Iterator[Finding]:
    table = places.load()
    text = f"{len(table.all())} municipalities and wards, version {table.version}; {len(hazards.rules())} hazards"
    yield Finding(what="places", good=True, text=text)


async def _feeds(settings: FeedSettings) -> list[Finding]:
    """Whether each feed answers now."""
    async with fetch.new_session(settings) as session:
        return [await _feed(session, settings, feed) for feed in FEEDS]


async def _feed(session: aiohttp.ClientSession, settings: FeedSettings, feed: str) -> Finding:
    answer = await fetch.get(session, settings.feed_url(feed), settings, may_follow=lambda url: False)
    match answer:
        case fetch.Fetched(body=body):
            return Finding(what=f"reach {feed}", good=True, text=f"{len(body)} bytes")
        case fetch.Unchanged():
            return Finding(what=f"reach {feed}", good=True, text="answers")
        case fetch.Failed(reason=reason):
            text = f"{settings.feed_url(feed)}: {reason}; look at the line to it"
            return Finding(what=f"reach {feed}", good=False, text=text)
