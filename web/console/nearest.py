"""A municipality lets texts name the nearest site by themselves: what that means, what would be named, and the word."""

from typing import Final

from aiohttp import web

from delivery import naming
from delivery.naming import Report
from shelters import word
from shelters.finding import Nearest
from shelters.kept import Lists
from storage.connection import Connection
from web.accounts.roles import Permission
from web.console import forms
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.state import WebState

_PATH: Final = "/console/shelters"
#: whoever may change something of a municipality may say that a shelter is full
CHANGING: Final = (Permission.SUBMIT, Permission.APPROVE, Permission.MANAGE_USERS)


def own(visitor: Visitor, code: str) -> str:
    """The municipality, where the visitor may change something of it; HTTPForbidden where not."""
    if not any(visitor.may(permission, code) for permission in CHANGING):
        raise web.HTTPForbidden(text="not your municipality\n")
    return code


class NearestPages:
    """The page that says what it means, and what gives the word or takes it back."""

    def __init__(self, state: WebState, frame: Frame, lists: Lists) -> None:
        """Of one service. `lists`: shared with the page of the list."""
        self._state = state
        self._frame = frame
        self._lists = lists

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes."""
        gate = self._frame.gate
        router.add_get(f"{_PATH}/nearest", gate.page(self.show, *CHANGING))
        router.add_post(f"{_PATH}/nearest", gate.page(self.give, *CHANGING))
        router.add_post(f"{_PATH}/nearest/stop", gate.page(self.take_back, *CHANGING))

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """What it means, and what texts would name now. Changes nothing."""
        code = own(visitor, request.query.get("m", ""))
        walk = _metres(request.query.get("walk", str(word.LEAST_WALK)))
        if walk is None:
            return self._frame.back(f"{_PATH}/nearest", said="nearest_wrong", m=code)
        report = await self._state.db.read(self._foretold, code, walk, visitor)
        return await self._frame.show(
            visitor,
            "console/shelters_nearest.html",
            code=code,
            walk=walk,
            least=word.LEAST_WALK,
            most=word.MOST_WALK,
            report=report,
        )

    async def give(self, request: web.Request, visitor: Visitor) -> web.Response:
        """From now on."""
        fields = await forms.read(request)
        code, walk = own(visitor, fields.get("m", "")), _metres(fields.get("walk", ""))
        if walk is None:
            return self._frame.back(f"{_PATH}/nearest", said="nearest_wrong", m=code)
        await self._state.db.write(_given, code, walk, visitor)
        return self._done("nearest_given", code)

    async def take_back(self, request: web.Request, visitor: Visitor) -> web.Response:
        """No longer."""
        fields = await forms.read(request)
        code = own(visitor, fields.get("m", ""))
        await self._state.db.write(_taken_back, code, visitor)
        return self._done("nearest_taken_back", code)

    def _done(self, said: str, code: str) -> web.Response:
        self._state.changes.notify()
        return self._frame.back(_PATH, said=said, m=code)

    def _foretold(self, db: Connection, code: str, walk: int, visitor: Visitor) -> Report:
        place = self._state.places.place(code)
        listed = self._lists.on_list(db, code)
        if place is None or not listed:
            raise web.HTTPNotFound
        given = Nearest(walk_km=walk / 1000)
        return naming.report(db, self._state.places, place, visitor.now, listed=listed, nearest=given, only=())


def _metres(text: str) -> int | None:
    metres = forms.number(text)
    return metres if metres is not None and word.LEAST_WALK <= metres <= word.MOST_WALK else None


def _given(db: Connection, code: str, walk: int, visitor: Visitor) -> None:
    word.give(db, code, walk, actor=visitor.principal.name, now=visitor.wall)


def _taken_back(db: Connection, code: str, visitor: Visitor) -> None:
    word.take_back(db, code, actor=visitor.principal.name, now=visitor.wall)
