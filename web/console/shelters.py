"""Evacuation sites in the console: the list, marks in two taps, and an import that is looked at before it is done."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web

from alerts.places import Place
from delivery import naming
from delivery.naming import Report
from shelters import importing, latin, store, uploads, word
from shelters.finding import Nearest
from shelters.importing import ImportResult, Task
from shelters.site import Danger, Site, State
from shelters.uploads import Upload
from storage.connection import Connection
from subscribers import sheets
from web.accounts.roles import Permission
from web.console import forms
from web.console.frame import Frame
from web.console.nearest import CHANGING, NearestPages
from web.console.visitor import Visitor
from web.state import WebState

_PATH: Final = "/console/shelters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The list of one municipality as the page shows it."""

    sites: tuple[Site, ...]
    report: Report
    #: the municipality lets texts name the nearest by themselves
    nearest: Nearest | None


class ShelterPages:
    """The list, its marks, its import."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes."""
        gate = self._frame.gate
        router.add_get(_PATH, gate.page(self.show, Permission.SEE_CONSOLE))
        router.add_post(f"{_PATH}/{{id}}/mark", gate.page(self.mark, *CHANGING))
        router.add_post(f"{_PATH}/{{id}}/choose", gate.page(self.choose, *CHANGING))
        router.add_post(f"{_PATH}/preview", gate.page(self.preview, *CHANGING))
        router.add_post(f"{_PATH}/import", gate.page(self.do_import, *CHANGING))
        NearestPages(self._state, self._frame).add_to(router)

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The list of a municipality."""
        places = visitor.municipalities
        if not visitor.signed_in:
            places = tuple(code for code, _ in await self._state.db.read(store.municipalities))
        asked = request.query.get("m", "")
        code = asked if asked in places else next(iter(places), "")
        place = self._state.places.place(code)
        listed = await self._state.db.read(_listed, self._state, place, visitor.now) if place else None
        return await self._frame.show(
            visitor,
            "console/shelters.html",
            municipalities=places,
            code=code,
            listed=listed,
            changing=any(visitor.may(one, code) for one in CHANGING) if code else False,
            dangers=tuple(Danger),
            states=(State.OPEN, State.FULL, State.CLOSED, State.LISTED),
            latin=lambda entry: latin.name(entry.name, entry.kana, entry.english),
            stands={one.site.id: one for one in listed.report.sites} if listed else {},
        )

    async def mark(self, request: web.Request, visitor: Visitor) -> web.Response:
        """One site is open, full, closed, or no more than listed."""
        fields = await forms.read(request)
        try:
            state = State(fields.get("state", ""))
        except ValueError:
            raise web.HTTPBadRequest(text="state: expected open, full, closed or listed\n") from None
        return await self._change(request, visitor, fields.get("m", ""), "shelter_marked", state=state)

    async def choose(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Texts may name one site to everybody, or no longer."""
        fields = await forms.read(request)
        chosen = fields.get("chosen") == "1"
        return await self._change(request, visitor, fields.get("m", ""), "shelter_chosen", chosen=chosen)

    async def _change(
        self, request: web.Request, visitor: Visitor, code: str, said: str, **change: State | bool
    ) -> web.Response:
        self._allow(visitor, code)
        number = forms.number(request.match_info["id"])
        if number is None:
            raise web.HTTPNotFound
        done = await self._state.db.write(_changed, number, code, visitor, change)
        self._state.changes.notify()
        return self._frame.back(_PATH, said=said if isinstance(done, Site) else "shelter_gone", m=code)

    async def preview(self, request: web.Request, visitor: Visitor) -> web.Response:
        """What importing a file would do."""
        fields, data = await forms.read_file(request, sheets.MAX_BYTES, ("m", "fewer"))
        code = fields.get("m", "")
        self._allow(visitor, code)
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
        self._allow(visitor, upload.municipality)
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

    def _allow(self, visitor: Visitor, code: str) -> None:
        if not any(visitor.may(permission, code) for permission in CHANGING):
            raise web.HTTPForbidden(text="not your municipality\n")

    def _task(self, upload: Upload) -> Task:
        place = self._state.places.place(upload.municipality)
        if place is None:
            raise web.HTTPNotFound
        return Task(places=self._state.places, municipality=place, actor=upload.actor, fewer=upload.fewer)


def _listed(db: Connection, state: WebState, place: Place, now: datetime) -> Listed:
    sites = tuple(store.on_list(db, place.code))
    return Listed(
        sites=sites,
        report=naming.report(db, state.places, place, now, listed=sites),
        nearest=word.given(db, [place.code]).get(place.code),
    )


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
