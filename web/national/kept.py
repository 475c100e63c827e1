"""What is in force, kept per hazard while it does not change, so that a great night costs one hazard at a time."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime

from markupsafe import Markup

from alerts.japan import JST
from alerts.places import PlaceTable
from storage.database import Database
from web.national import document, page, query
from web.national.page import Block
from web.national.query import Japan
from web.words import Words


@dataclass(slots=True, kw_only=True)
class Part:
    """One hazard: as it was read, and as it was written."""

    version: int
    japan: Japan
    #: when the first of it ends by itself, as stored
    until: str | None
    rows: str = ""
    #: (language, day in Japan) -> blocks
    blocks: dict[tuple[str, date], list[tuple[Block, Markup]]] = field(default_factory=dict)


class Kept:
    """The parts of one process."""

    def __init__(self, db: Database, places: PlaceTable) -> None:
        """Empty at first."""
        self._db, self._places = db, places
        self._parts: dict[str, Part] = {}
        self._turn = asyncio.Lock()

    async def rows(self, hazards: tuple[str, ...], now: datetime) -> list[str]:
        """JSON rows per hazard, of all hazards or of some."""
        return [part.rows for part in await self._fresh(hazards, now)]

    async def blocks(self, hazards: tuple[str, ...], words: Words, now: datetime) -> list[tuple[Block, Markup]]:
        """The blocks of the page, of all hazards or of some."""
        parts = await self._fresh(hazards, now)
        return await asyncio.to_thread(self._blocks, parts, words, now)

    def _blocks(self, parts: list[Part], words: Words, now: datetime) -> list[tuple[Block, Markup]]:
        key = (words.language, now.astimezone(JST).date())
        found: list[tuple[Block, Markup]] = []
        for part in parts:
            blocks = part.blocks.get(key)
            if blocks is None:
                blocks = page.written(part.japan, self._places, words, now)
                # A new mapping: another thread may look into this one, for another language.
                part.blocks = {k: kept for k, kept in part.blocks.items() if k[1] == key[1]} | {key: blocks}
            found += blocks
        return found

    async def _fresh(self, hazards: tuple[str, ...], now: datetime) -> list[Part]:
        async with self._turn:
            kept = {hazard: (part.version, part.until) for hazard, part in self._parts.items()}
            found = await self._db.read(query.changed, kept, now)
            self._parts |= await asyncio.to_thread(_parts, found)
        return [part for hazard, part in sorted(self._parts.items()) if not hazards or hazard in hazards]


def _parts(found: dict[str, tuple[int, Japan]]) -> dict[str, Part]:
    return {
        hazard: Part(version=version, japan=japan, until=japan.until(), rows=document.rows(japan))
        for hazard, (version, japan) in found.items()
    }
