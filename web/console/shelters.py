"""Evacuation sites in the console: the list, marks in two taps, and an import that is looked at before it is done."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from alerts.places import Place
from delivery import naming
from delivery.naming import Report
from shelters import importing, latin, looking, store, uploads, word
from shelters.finding import Nearest
from shelters.importing import ImportResult, Task
from shelters.kept import Lists
from shelters.site import Danger, Site, State
from shelters.uploads import Upload
from storage.connection import Connection
from subscribers import sheets
from web.accounts.roles import Permission
from web.console import forms
from web.console.frame import Frame
from web.console.nearest import CHANGING, NearestPages, own
from web.console.visitor import Visitor
from web.state import WebState

_PATH: Final = "/console/shelters"
#: sites on one page of the list
PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a reader looks for on the list, and how far down; what cannot be read is left out."""

    words: str = ""
    #: from 1
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """Out of an address or a form."""
        return cls(words=query.get("words", "").strip()[:100], page=forms.number(query.get("page", ""), 4) or 1)

    @property
    def first(self) -> bool:
        """The list from its beginning, of all sites."""
        return self.page == 1 and not self.words

    def query(self) -> dict[str, str]:
        """The same for an address; nothing for the first page of all."""
        return ({"words": self.words} if self.words else {}) | ({"page": str(self.page)} if self.page > 1 else {})

    def address(self, code: str, page: int) -> str:
        """Of another page of the same."""
        return f"{_PATH}?{urlencode({'m': code} | replace(self, page=page).query())}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The list of one municipality as the page shows it."""

    #: on the whole list
    total: int
    #: of them those that are looked for
    found: int
    #: of these the ones on this page
    sites: tuple[Site, ...]
    asked: Asked
    report: Report
    #: the municipality lets texts name the nearest by themselves
    nearest: Nearest | None

    @property
    def begin(self) -> int:
        """How many stand on earlier pages."""
        return (self.asked.page - 1) * PAGE

    @property
    def earlier(self) -> int | None:
        """The page before this one."""
        return self.asked.page - 1 if self.asked.page > 1 else None

    @property
    def next(self) -> int | None:
        """The page after this one."""
        return self.asked.page + 1 if self.begin + len(self.sites) < self.found else None


class ShelterPages:
    """The list, its marks, its import."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame
        self._lists = Lists()

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes."""
        gate = self._frame.gate
        router.add_get(_PATH, gate.page(self.show, Permission.SEE_CONSOLE))
        router.add_post(f"{_PATH}/{{id}}/mark", gate.page(self.mark, *CHANGING))
        router.add_post(f"{_PATH}/{{id}}/choose", gate.page(self.choose, *CHANGING))
        router.add_post(f"{_PATH}/preview", gate.page(self.preview, *CHANGING))
        router.add_post(f"{_PATH}/import", gate.page(self.do_import, *CHANGING))
        NearestPages(self._state, self._frame, self._lists).add_to(router)

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The list of a municipality."""
        places = visitor.municipalities
        if not visitor.signed_in:
            places = tuple(code for code, _ in await self._state.db.read(store.municipalities))
        wanted, asked = request.query.get("m", ""), Asked.of(request.query)
        code = wanted if wanted in places else next(iter(places), "")
        place = self._state.places.place(code)
        listed = await self._state.db.read(self._listed, place, asked, visitor.now) if place else None
        return await self._frame.show(
            visitor,
            "console/shelters.html",
            municipalities=places,
            code=code,
            listed=listed,
            asked=listed.asked if listed else asked,
            changing=any(visitor.may(one, code) for one in CHANGING) if code else False,
            dangers=tuple(Danger),
            states=(State.OPEN, State.FULL, State.CLOSED, State.LISTED),
            latin=lambda entry: latin.name(entry.name, entry.kana, entry.english),
            alike=lambda stands: tuple(stands.texts.items()),
            stands={one.site.id: one for one in listed.report.sites} if listed else {},
        )

    async def mark(self, request: web.Request, visitor: Visitor) -> web.Response:
        """One site is open, full, closed, or no more than listed."""
        fields = await forms.read(request)
        try:
            state = State(fields.get("state", ""))
        except ValueError:
            raise web.HTTPBadRequest(text="state: expected open, full, closed or listed\n") from None
        return await self._change(request, visitor, fields, "shelter_marked", state=state)

    async def choose(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Texts may name one site to everybody, or no longer."""
        fields = await forms.read(request)
        chosen = fields.get("chosen") == "1"
        return await self._change(request, visitor, fields, "shelter_chosen", chosen=chosen)

    async def _change(
        self, request: web.Request, visitor: Visitor, fields: Mapping[str, str], said: str, **change: State | bool
    ) -> web.Response:
        code = fields.get("m", "")
        own(visitor, code)
        number = forms.number(request.match_info["id"])
        if number is None:
            raise web.HTTPNotFound
        done = await self._state.db.write(_changed, number, code, visitor, change)
        self._state.changes.notify()
        said = said if isinstance(done, Site) else "shelter_gone"
        return self._frame.back(_PATH, said=said, m=code, **Asked.of(fields).query())

    async def preview(self, request: web.Request, visitor: Visitor) -> web.Response:
        """What importing a file would do."""
        fields, data = await forms.read_file(request, sheets.MAX_BYTES, ("m", "fewer"))
        code = fields.get("m", "")
        own(visitor, code)
        if not data:
            return self._frame.back(_PATH, said="upload_missing", m=code)
        upload = Upload(data=data, municipality=code, actor=visitor.principal.name, fewer=fields.get("fewer") == "1")
        task = self._task(upload)
        result = await asyncio.to_thread(importing.dry_run, self._state.db, data, task)
        if result.file_refused:
            return await self._preview(visitor, code, result)
        report = await self._state.db.read(naming.foreseen, task, result, visitor.now)
        token = await self._state.db.write(uploads.keep, upload, visitor.wall)
        return await self._preview(visitor, code, result, report, token)

    async def do_import(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Import what was looked at."""
        fields = await forms.read(request)
        asked = (fields.get("token", ""), visitor.principal.name, visitor.wall)
        upload = await self._state.db.write(uploads.take, *asked)
        if upload is None:
            return self._frame.back(_PATH, said="upload_gone")
        own(visitor, upload.municipality)
        task, wall = self._task(upload), visitor.wall
        result = await asyncio.to_thread(importing.import_list, self._state.db, upload.data, task, lambda: wall)
        self._state.changes.notify()
        if result.file_refused:
            return await self._preview(visitor, upload.municipality, result)
        return self._frame.back(_PATH, said="shelters_imported", m=upload.municipality)

    async def _preview(
        self, visitor: Visitor, code: str, result: ImportResult, report: Report | None = None, token: str = ""
    ) -> web.Response:
        return await self._frame.show(
            visitor,
            "console/shelters_preview.html",
            code=code,
            result=result,
            report=report,
            told=result.to_json(),
            latin=lambda entry: latin.name(entry.name, entry.kana, entry.english),
            token=token,
        )

    def _listed(self, db: Connection, place: Place, asked: Asked, now: datetime) -> Listed:
        """One page. A page behind the end, of a list that has become shorter, is the last one."""
        every = self._lists.on_list(db, place.code)
        found = looking.matching(every, asked.words) if asked.words else every
        asked = replace(asked, page=min(asked.page, max(1, -(-len(found) // PAGE))))
        sites = found[(asked.page - 1) * PAGE : asked.page * PAGE]
        only = frozenset(site.id for site in sites)
        return Listed(
            total=len(every),
            found=len(found),
            sites=sites,
            asked=asked,
            report=naming.report(db, self._state.places, place, now, listed=every, only=only, summed=asked.first),
            nearest=word.given(db, [place.code]).get(place.code),
        )

    def _task(self, upload: Upload) -> Task:
        place = self._state.places.place(upload.municipality)
        if place is None:
            raise web.HTTPNotFound
        return Task(places=self._state.places, municipality=place, actor=upload.actor, fewer=upload.fewer)


def _changed(
    db: Connection, site_id: int, code: str, visitor: Visitor, change: dict[str, State | bool]
) -> Site | store.Unknown:
    actor, now = visitor.principal.name, visitor.wall
    match change:
        case {"state": State() as state}:
            return store.mark(db, site_id, state, actor=actor, now=now, municipality=code)
        case _:
            chosen = bool(change.get("chosen"))
            return store.choose(db, site_id, chosen=chosen, actor=actor, now=now, municipality=code)
