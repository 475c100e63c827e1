"""`/console/notices`: all that is open, and an administrator closes with a reason what nothing else ends."""

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from alerts import noticeboard
from alerts.noticeboard import Closed, StoredNotice
from alerts.notices import LASTING
from web.accounts.roles import Permission
from web.console import forms, reach
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.state import WebState

_PATH: Final = "/console/notices"
_MANAGE: Final = Permission.MANAGE_USERS


class NoticePages:
    """The page and its form."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Both routes."""
        gate = self._frame.gate
        router.add_get(_PATH, gate.page(self.list, Permission.SEE_CONSOLE))
        router.add_post(f"{_PATH}/{{id:[0-9]{{1,15}}}}", gate.page(self.close, _MANAGE))

    async def list(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Every open notice of the service and of one's own places, whole."""
        return await self._show(visitor)

    async def close(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Close one of them."""
        why = " ".join((await forms.read(request)).get("why", "").split())
        if not why:
            return await self._show(visitor, wrong="notices.wrong_why", status=409)
        identity, home = int(request.match_info["id"]), visitor.principal.places(_MANAGE)[0]
        if identity not in {one.id for one in await self._open(visitor)}:
            return self._frame.back(_PATH, said=f"notices_{Closed.GONE}")
        outcome = await self._state.db.write(
            noticeboard.close,
            identity,
            by=visitor.principal.name,
            why=why,
            municipality=home,
            now=visitor.wall,
        )
        if outcome is Closed.LASTS:
            return await self._show(visitor, wrong="notices.lasts", status=409)
        return self._frame.back(_PATH, said=f"notices_{outcome}")

    async def _open(self, visitor: Visitor) -> Sequence[StoredNotice]:
        """Of the service, and of the visitor's places."""
        return await self._state.db.read(noticeboard.open_notices, reach.scope(visitor, self._state.places))

    async def _show(self, visitor: Visitor, *, wrong: str = "", status: int = 200) -> web.Response:
        return await self._frame.show(
            visitor,
            "console/notices.html",
            status=status,
            notices=await self._open(visitor),
            lasting=LASTING,
            wrong=wrong,
            closes=bool(visitor.principal.places(_MANAGE)),
            longest=noticeboard.LONGEST_WHY,
        )
