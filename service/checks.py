"""What `check` looks at: settings, database, words, places, feed. Each finding says what to do."""

import asyncio
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from alerts import hazards, places
from delivery import accepting
from delivery.twilio.transport import TwilioTransport
from feeds import fetch, health, store
from feeds.settings import FEEDS, FeedSettings
from service import anchors, opening, transports
from service.clock import system_time
from service.settings import Settings, SettingsError
from service.translating import library_is_there, why_not_used
from storage import audit, database
from storage.database import Database
from storage.errors import StorageError
from subscribers import counting
from templates_i18n import catalogue, gates, lessons
from templates_i18n.catalogue import Catalogue
from templates_i18n.drafts import shelf
from templates_i18n.language import Review

#: bytes of a body in which a feed says that it is one
_HEAD = 4096
#: bytes that a night may need on the disk, beside a copy of the database
_ROOM = 500_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    what: str
    good: bool
    #: what was found, and what to do if it is not good
    text: str


def run(settings: Settings) -> list[Finding]:
    """Look at everything, one after the other; a part that fails is a finding, and the others are looked at."""
    looks: list[tuple[str, Callable[[], Iterable[Finding]]]] = [
        ("transport", lambda: _sending(settings)),
        ("database", lambda: _database(settings)),
        ("disk", lambda: _disk(settings)),
        ("places", _places),
        ("catalogue", lambda: _words(settings)),
        ("translation", lambda: _translation(settings)),
        ("reach", lambda: asyncio.run(_feeds(opening.feed_settings(settings)))),
        ("reach provider", lambda: asyncio.run(_provider(settings))),
    ]
    return [finding for what, look in looks for finding in _guarded(what, look)]


def of_settings(wrong: SettingsError) -> list[Finding]:
    """Settings with which nothing else can be looked at."""
    return [Finding(what="settings", good=False, text=problem) for problem in wrong.problems]


def _guarded(what: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    try:
        return list(look())
    except (StorageError, SettingsError, catalogue.CatalogueError) as wrong:
        return [Finding(what=what, good=False, text=" ".join(str(wrong).split("\n")))]
    except Exception as fault:  # noqa: BLE001 -- whatever it is, it is what was to be found
        return [Finding(what=what, good=False, text=f"could not be looked at: {type(fault).__name__}: {fault}")]


def _sending(settings: Settings) -> Iterator[Finding]:
    text = "an SMS can leave this machine" if settings.sends_for_real else "simulated: no SMS leaves this machine"
    yield Finding(what="transport", good=True, text=text)
    if not settings.operator_numbers:
        text = "nobody is told of blindness or trouble: set TOMOSHIBI_OPERATOR_NUMBERS"
        yield Finding(what="operators", good=False, text=text)
    else:
        yield Finding(what="operators", good=True, text=f"{len(settings.operator_numbers)} numbers are told of trouble")


async def _provider(settings: Settings) -> list[Finding]:
    """Whether each SMS provider takes our credentials now. Sends nothing."""
    found = []
    async with (
        transports.opened(settings, system_time) as first,
        transports.second_opened(settings, system_time) as second,
    ):
        for transport, what, address in (
            (first, "reach provider", settings.twilio_base_url),
            (second, "reach second provider", settings.second_twilio_base_url),
        ):
            if isinstance(transport, TwilioTransport):
                found.append(await _reached(transport, what, address, settings.public_url))
    return found


async def _reached(transport: TwilioTransport, what: str, address: str, public_url: str) -> Finding:
    wrong = await transport.reach()
    if not public_url:
        wrong = wrong or "set TOMOSHIBI_PUBLIC_URL, or nobody tells us what was delivered"
    return Finding(what=what, good=not wrong, text=f"{address}: {wrong or 'answers'}")


def _database(settings: Settings) -> Iterator[Finding]:
    with opening.opened(settings) as db:
        behind = db.pending_migrations()
        if behind:
            yield Finding(what="database", good=False, text=f"{', '.join(behind)} missing: run `run.py migrate`")
            return
        people = db.read_sync(counting.residents).to_json()["residents"]
        yield Finding(what="database", good=True, text=f"{people} residents")
        yield _key(settings, db)
        yield _log_of_changes(settings, db)
        for state in db.read_sync(store.feed_states):
            judged = health.judge(state, system_time(), opening.feed_settings(settings))
            yield Finding(what=f"feed {state.name}", good=judged.sight is health.Sight.FRESH, text=judged.text)


def _disk(settings: Settings) -> Iterator[Finding]:
    """Whether a night and a backup have room beside the SQLite file; PostgreSQL's disk is not ours to see."""
    if database.is_postgresql(settings.database):
        return
    path = Path(settings.database)
    free, held = shutil.disk_usage(path.parent).free, path.stat().st_size
    text = f"{free // 1_000_000:,} MB free, the database has {held // 1_000_000:,} MB"
    good = free >= held + _ROOM
    if not good:
        text += (
            f"; make room for a copy of it and {_ROOM // 1_000_000} MB more: with a full disk nobody is told anything"
        )
    yield Finding(what="disk", good=good, text=text)


def _key(settings: Settings, db: Database) -> Finding:
    """Whether there is a key, and it opens what the database holds."""
    try:
        made = opening.try_key(settings, db)
    except SettingsError as wrong:
        return Finding(what="key", good=False, text=str(wrong))
    return Finding(what="key", good=True, text="numbers can be sealed" if made else "is made at the first use")


def _log_of_changes(settings: Settings, db: Database) -> Finding:
    """Nothing in it was changed, and, by the head noted outside the database, nothing at its end is gone."""
    touched = "somebody has touched the database: compare it with a backup"
    match db.read_sync(audit.verify):
        case audit.Broken(number=number, reason=reason):
            return Finding(what="log of changes", good=False, text=f"entry {number}: {reason}; {touched}")
        case audit.Whole(entries=entries, head=head):
            path = anchors.path_of(settings)
            noted = anchors.last(path) if path is not None else None
            if noted is not None and (broken := anchors.why_broken(db, noted)):
                return Finding(what="log of changes", good=False, text=f"{broken}; {touched}")
            return Finding(what="log of changes", good=True, text=f"{entries} entries, newest {head[:16]}")


def _words(settings: Settings) -> Iterator[Finding]:
    words = catalogue.load()
    problems = gates.glance(words, places.load())
    text = f"version {words.version}, languages {', '.join(words.languages())}"
    yield Finding(what="catalogue", good=not problems, text="; ".join(map(str, problems[:5])) or text)
    for tag, gaps in words.missing.items():
        text = f"{len(gaps)} words missing, first {gaps[0]}; what needs them is told in Easy Japanese and English"
        yield Finding(what=f"language {tag}", good=not settings.sends_for_real, text=text)
    yield _languages(settings, words)
    yield _lessons()


def _lessons() -> Finding:
    """Whether the words of lessons can be used; no fault in them stops a warning."""
    try:
        book = lessons.load()
    except lessons.LessonsError as wrong:
        return Finding(what="lessons", good=False, text=f"none is sent: {wrong.problems[0]}")
    lacking = [tag for tag in book.by_tag if book.missing(tag)]
    text = f"{len(book.ids())} lessons, version {book.version}"
    return Finding(what="lessons", good=True, text=f"{text}; not all in {', '.join(lacking)}" if lacking else text)


def _languages(settings: Settings, words: Catalogue) -> Finding:
    """How far each language is; on a real transport, somebody has to answer for an unsigned one."""
    by_review = {review: [tag for tag, one in words.by_tag.items() if one.review is review] for review in Review}
    parts = [f"{review.value.replace('_', '-')}: {', '.join(tags)}" for review, tags in by_review.items() if tags]
    if without := [tag for tag in words.names if tag not in words.by_tag]:
        parts.append(f"no words of their own yet, served by Easy Japanese and English: {', '.join(without)}")
    if not settings.sends_for_real:
        return Finding(what="languages", good=True, text="; ".join(parts))
    with opening.opened(settings) as db:
        known = frozenset(one.language for one in db.read_sync(accepting.accepted))
    if waiting := accepting.waiting(words, known):
        parts.append(
            f"wait for somebody to answer for them, served by Easy Japanese and English: {', '.join(waiting)};"
            " see `run.py languages accept`"
        )
    return Finding(what="languages", good=not waiting, text="; ".join(parts))


def _translation(settings: Settings) -> Iterator[Finding]:
    """Models that draft free text; none are needed."""
    folder = settings.models_folder
    models = shelf.installed(folder)
    used = [model.name for model in models if not why_not_used(folder, model)]
    for model in models:
        if why := why_not_used(folder, model):
            yield Finding(what="translation", good=False, text=f"{model.name} is not used: {why}")
    if models and not library_is_there():
        text = "models are installed, the library is not: pip install 'tomoshibi[translate]'"
        yield Finding(what="translation", good=False, text=text)
    names = ", ".join(used) or "no model; people write every language themselves"
    yield Finding(what="translation", good=True, text=names)


def _places() -> Iterator[Finding]:
    table = places.load()
    text = f"{len(table.all())} municipalities and wards, version {table.version}; {len(hazards.rules())} hazards"
    yield Finding(what="places", good=True, text=text)


async def _feeds(settings: FeedSettings) -> list[Finding]:
    """Whether each feed answers now."""
    async with fetch.new_session(settings) as session:
        return await asyncio.gather(*(_feed(session, settings, feed) for feed in FEEDS))


async def _feed(session: aiohttp.ClientSession, settings: FeedSettings, feed: str) -> Finding:
    answer = await fetch.get(session, settings.feed_url(feed), settings, may_follow=lambda url: False)
    match answer:
        case fetch.Fetched(body=body) if b"<feed" not in body[:_HEAD]:
            text = f"{settings.feed_url(feed)}: answers, but with no feed; look at the address"
            return Finding(what=f"reach {feed}", good=False, text=text)
        case fetch.Fetched(body=body):
            return Finding(what=f"reach {feed}", good=True, text=f"{len(body)} bytes")
        case fetch.Unchanged():
            return Finding(what=f"reach {feed}", good=True, text="answers")
        case fetch.Failed(reason=reason):
            text = f"{settings.feed_url(feed)}: {reason}; look at the line to it"
            return Finding(what=f"reach {feed}", good=False, text=text)
