"""`/console/residents`: register a person or the people of a file, and see how many there are. Nobody is listed.

Whoever looks after a group registers into that group and sees its counts alone; nothing tells whether a number is
known already.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web

from storage.connection import Connection
from subscribers import counting, disclosure, importing, intake, sheets, single
from subscribers.columns import Field
from subscribers.disclosure import Told
from subscribers.importing import Reader
from subscribers.intake import Declaration, ImportResult
from subscribers.refusal import Refused
from subscribers.registration import Entry
from subscribers.sheets import Sheet
from web.accounts.roles import Permission
from web.console import forms
from web.console.frame import Frame
from web.console.gate import REGISTER
from web.console.visitor import Visitor
from web.state import WebState

#: version of what a municipality or supporter declares with the tick of the form ([registering] `agreed`)
WORDING: Final = "console-2026-11"
_ADD: Final = Permission.ADD_RESIDENTS
_COLUMNS: Final = (Field.PHONE, Field.LANGUAGE, Field.MUNICIPALITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Why something was not taken, in the language of the page."""

    #: of the file; 0 for the file as a whole and for the form
    row: int
    #: a name of the interface, or ''
    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What became of a file."""

    rows: int
    taken: int
    wrong: tuple[Wrong, ...]
    #: it was only looked at
    dry: bool


class RegisterPages:
    """The forms and the counts."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes."""
        gate = self._frame.gate
        router.add_get(REGISTER, gate.page(self.show, _ADD))
        router.add_post(f"{REGISTER}/one", gate.page(self.add, _ADD))
        router.add_post(f"{REGISTER}/file", gate.page(self.take, _ADD))

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The forms of a municipality."""
        asked = request.query.get("m", "")
        return await self._page(visitor, asked if asked in visitor.municipalities else visitor.municipalities[0])

    async def add(self, request: web.Request, visitor: Visitor) -> web.Response:
        """One person."""
        fields = await forms.read(request)
        place = _theirs(visitor, fields)
        entry = _entry(fields, self._reader(visitor, place), visitor.words.language)
        if isinstance(entry, Wrong):
            return await self._page(visitor, place, fields=fields, wrong=entry)
        if "agreed" not in fields:
            reason = visitor.words("registering.not_agreed")
            return await self._page(visitor, place, fields=fields, wrong=Wrong(row=0, column="", reason=reason))
        declared = Declaration(wording=WORDING, actor=visitor.principal.name)
        await self._state.db.write(single.register_one, place, entry, self._state.sealer, declared, self._state.clock())
        return self._frame.back(REGISTER, said="resident_registered", m=place)

    async def take(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The people of a file, or only what would become of it."""
        fields, data = await forms.read_file(request, sheets.MAX_BYTES, ("m", "agreed", "step"))
        place, dry = _theirs(visitor, fields), fields.get("step") != "register"
        if not dry and "agreed" not in fields:
            reason = visitor.words("registering.not_agreed")
            return await self._page(visitor, place, wrong=Wrong(row=0, column="", reason=reason))
        reader, actor = self._reader(visitor, place), visitor.principal.name
        result = await asyncio.to_thread(self._take, data, reader, actor, dry=dry)
        return await self._page(visitor, place, read=_read(result, visitor.words.language, dry=dry))

    def _take(self, data: bytes, reader: Reader, actor: str, *, dry: bool) -> ImportResult:
        state = self._state
        if dry:
            return intake.dry_run(state.db, data, reader, state.sealer)
        declared = Declaration(wording=WORDING, actor=actor)
        return intake.import_residents(state.db, data, reader, state.sealer, declaration=declared, clock=state.clock)

    def _reader(self, visitor: Visitor, place: str) -> Reader:
        return replace(self._state.reader(place), only_group=visitor.principal.only_group(_ADD, place))

    async def _page(
        self,
        visitor: Visitor,
        place: str,
        *,
        fields: Mapping[str, str] | None = None,
        wrong: Wrong | None = None,
        read: Read | None = None,
    ) -> web.Response:
        group = visitor.principal.only_group(_ADD, place)
        total, by_language = await self._state.db.read(_counts, place, group)
        return await self._frame.show(
            visitor,
            "console/registering.html",
            status=422 if wrong or (read and read.wrong) else 200,
            municipalities=visitor.municipalities,
            code=place,
            group=group,
            total=total,
            by_language=by_language,
            tags=tuple(self._state.catalogue.names),
            fields=fields or {},
            wrong=wrong,
            read=read,
        )


def _theirs(visitor: Visitor, fields: Mapping[str, str]) -> str:
    """The municipality that a form is for. HTTPForbidden for another one's."""
    place = fields.get("m", "")
    if not visitor.may(_ADD, place):
        raise web.HTTPForbidden(text="not your municipality\n")
    return place


def _counts(db: Connection, place: str, group: str | None) -> tuple[Told, dict[str, Told]]:
    return disclosure.told(counting.seen(db, place, group))


def _entry(fields: Mapping[str, str], reader: Reader, language: str) -> Entry | Wrong:
    """The form is read as the one row of a file is."""
    header, row = tuple(map(str, _COLUMNS)), tuple(fields.get(name, "") for name in _COLUMNS)
    checked = importing.check([Sheet(name="", rows=(header, row))], reader)
    if isinstance(checked, Refused):
        return Wrong(row=0, column="", reason=checked.ja if language == "ja" else checked.reason)
    if checked.refused:
        first = checked.refused[0]
        return Wrong(row=0, column=first.column, reason=first.reason_ja if language == "ja" else first.reason)
    return checked.entries[0]


def _read(result: ImportResult, language: str, *, dry: bool) -> Read:
    japanese = language == "ja"
    wrong = [
        Wrong(row=one.row, column=one.column, reason=one.reason_ja if japanese else one.reason)
        for one in result.refused
    ]
    if (why := result.file_refused) is not None:
        wrong.append(Wrong(row=0, column="", reason=why.ja if japanese else why.reason))
    return Read(rows=result.rows, taken=result.rows - len(result.refused), wrong=tuple(wrong), dry=dry)
