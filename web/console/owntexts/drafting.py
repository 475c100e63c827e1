"""Asks the machine for drafts of a text, and for what it reads in words, while the page is open or not. No request
waits for it.

What it has made is in the database at once; what failed is told until the next try or the end of the process.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from aiohttp import web

from delivery.owntexts import texts
from delivery.owntexts.texts import Back, Drafted, OwnText, Words
from subscribers.languages import TAGS
from templates_i18n.drafts import drafter as drafters
from templates_i18n.drafts.drafter import Failed, Made, Way
from templates_i18n.drafts.shelf import Model
from templates_i18n.freetext.tidying import tidy
from web.state import WebState

_log = logging.getLogger(__name__)
_ENGLISH = "en"
_K = TypeVar("_K")


class Drafting:
    """Drafts of one service."""

    def __init__(self, state: WebState) -> None:
        """Nothing runs yet."""
        self._state = state
        self._drafts: dict[int, asyncio.Task[None]] = {}
        #: of a text and a language: of its newest words
        self._backs: dict[tuple[int, str], asyncio.Task[None]] = {}
        self._failed: dict[int, dict[str, str]] = {}

    def running(self, identity: int) -> bool:
        """Whether drafts of a text are being made."""
        return identity in self._drafts

    def reading(self, identity: int) -> frozenset[str]:
        """Languages of a text in which the machine is reading what a person has saved."""
        return frozenset(language for text, language in self._backs if text == identity)

    def failed(self, identity: int) -> dict[str, str]:
        """Language -> why the last try made no draft."""
        return dict(self._failed.get(identity, {}))

    def start(self, text: OwnText, languages: Iterable[str]) -> None:
        """Begin, unless it is running."""
        if text.id in self._drafts:
            return
        self._failed.pop(text.id, None)
        _keep(self._drafts, text.id, self._run(text.id, list(languages)))

    def read_later(self, text: OwnText, words: str, language: str) -> None:
        """Read saved words back; what was saved there before is read no more."""
        before = self._backs.pop((text.id, language), None)
        if before is not None:
            before.cancel()
        _keep(self._backs, (text.id, language), self._read(text, words, language))

    async def stop(self, app: web.Application) -> None:
        """With the application."""
        tasks = [*self._drafts.values(), *self._backs.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, identity: int, languages: Sequence[str]) -> None:
        for language in languages:
            try:
                why = await draft(self._state, identity, language)
            except Exception:  # noqa: BLE001 -- the other languages are still drafted
                _log.exception("draft_fell")
                why = "fault"
            if why:
                self._failed.setdefault(identity, {})[language] = why

    async def _read(self, text: OwnText, words: str, language: str) -> None:
        try:
            await read_back(self._state, text, words, language)
        except Exception:  # noqa: BLE001 -- the words are kept; the page shows that nothing was read in them
            _log.exception("read_back_fell")


def _keep(tasks: dict[_K, asyncio.Task[None]], key: _K, work: Coroutine[Any, Any, None]) -> None:
    """Run it, and hold it until it ends."""
    task = tasks[key] = asyncio.create_task(work)

    def forget(done: asyncio.Task[None]) -> None:
        if tasks.get(key) is done:
            del tasks[key]

    task.add_done_callback(forget)


def wanted(text: OwnText, models: Sequence[Model]) -> list[str]:
    """Languages that can be drafted and that nobody has written or signed; English first: others are made of it."""
    open_ones = [
        tag
        for tag in TAGS
        if tag != text.source_language
        and ((there := text.words.get(tag)) is None or there.is_draft)
        and _source(text, tag, models) is not None
    ]
    return sorted(open_ones, key=lambda tag: tag != _ENGLISH)


async def draft(state: WebState, identity: int, language: str) -> str:
    """Draft one language and read it back; '' where it is there, else why not."""
    text = await state.db.read(texts.find, identity)
    chosen = _source(text, language, state.drafter.models()) if text is not None else None
    if text is None or chosen is None:
        return "no_model"
    source, way = chosen
    made = await state.drafter.translate(way.names, source.words)
    if isinstance(made, Failed):
        return made.why.value
    drafted = Drafted(
        language=language, words=tidy(made.text), source=source.words, source_language=source.language, by=way.says
    )
    now = state.clock()
    if not drafted.words or not await state.db.write(texts.put_draft, identity, drafted, now):
        return "not_taken"
    await read_back(state, text, drafted.words, language)
    return ""


async def read_back(state: WebState, text: OwnText, words: str, language: str) -> None:
    """What the machine reads in some words: in the language of the source, or in English or Japanese."""
    models = state.drafter.models()
    for into in dict.fromkeys((text.source_language, _ENGLISH, "ja")):
        way = drafters.way(models, language, into) if into != language else None
        if way is None:
            continue
        made = await state.drafter.translate(way.names, words)
        if isinstance(made, Made):
            back = Back(of=words, words=made.text, language=into, by=way.says)
            await state.db.write(texts.put_back, text.id, language, back)
        return


def _source(text: OwnText, language: str, models: Sequence[Model]) -> tuple[Words, Way] | None:
    """What a draft is made of: English that a person wrote or signed is one machine nearer."""
    english = text.words.get(_ENGLISH)
    own = text.words[text.source_language]
    sources = [english, own] if english is not None and not english.is_draft and language != "ja" else [own]
    for source in sources:
        way = drafters.way(models, source.language, language) if source.language != language else None
        if way is not None:
            return source, way
    return None
