"""The page of two SMS providers: who gets how much and why, and a form to set that by hand.

Traffic belongs to all municipalities, so that only who administers every one of them may change it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from delivery.providers import store, watching
from delivery.providers.shares import FIRST, SECOND, WHOLE, Counts, Standing
from delivery.providers.store import Look
from delivery.providers.watching import By, Providers
from storage.connection import Connection
from web.accounts.roles import Permission
from web.console import forms
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.state import WebState

_PATH: Final = "/console/providers"
_MANAGE = Permission.MANAGE_USERS
_EVERYWHERE = (
    "SELECT municipality FROM user_grants UNION SELECT municipality FROM registrations WHERE municipality <> ''"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What the page shows."""

    standing: Standing
    look: Look | None
    may_change: bool


class ProviderPages:
    """The page and its forms."""

    def __init__(self, state: WebState, frame: Frame, providers: Providers) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame
        self._providers = providers

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes."""
        gate = self._frame.gate
        router.add_get(_PATH, gate.page(self.show, _MANAGE))
        router.add_post(f"{_PATH}/set", gate.page(self.set, _MANAGE))
        router.add_post(f"{_PATH}/auto", gate.page(self.auto, _MANAGE))

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Shares, what the last look found, and why traffic moved."""
        return await self._show(visitor)

    async def _show(self, visitor: Visitor, *, wrong: str = "", status: int = 200) -> web.Response:
        page = await self._state.db.read(self._read, visitor)
        counts: Mapping[str, Counts] = {} if page.look is None else page.look.counts
        return await self._frame.show(
            visitor,
            "console/providers.html",
            status=status,
            wrong=wrong,
            page=page,
            rows=[
                (name, share, self._providers.called[name], counts.get(name, Counts()))
                for name, share in page.standing.shares.items()
            ],
        )

    async def set(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Shares by hand: the second one's is what the first one leaves."""
        fields = await forms.read(request)
        share = forms.number(fields.get("share", ""), digits=3)
        if share is None or share > WHOLE:
            return await self._show(visitor, wrong="providers.wrong_share", status=409)
        wanted = {FIRST: share, SECOND: WHOLE - share}
        await self._state.db.write(self._set, visitor, wanted)
        return self._frame.back(_PATH, said="providers_set")

    async def auto(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Traffic moves by itself again."""
        await self._state.db.write(self._auto, visitor)
        return self._frame.back(_PATH, said="providers_auto")

    def _read(self, db: Connection, visitor: Visitor) -> _Page:
        standing = store.standing(db, self._providers.usual)
        return _Page(standing=standing, look=store.look(db), may_change=_may_change(db, visitor))

    def _set(self, db: Connection, visitor: Visitor, wanted: Mapping[str, int]) -> None:
        _refuse(db, visitor)
        watching.set_by_hand(db, self._providers.usual, wanted, visitor.now, _by(visitor))

    def _auto(self, db: Connection, visitor: Visitor) -> None:
        _refuse(db, visitor)
        watching.set_automatic(db, self._providers.usual, visitor.now, _by(visitor))


def _by(visitor: Visitor) -> By:
    return By(actor=visitor.principal.name, at=visitor.wall)


def _may_change(db: Connection, visitor: Visitor) -> bool:
    """Whether they administer every municipality that works with this service."""
    everywhere = [row.text("municipality") for row in db.execute(_EVERYWHERE)]
    return visitor.signed_in and all(visitor.may(_MANAGE, code) for code in everywhere)


def _refuse(db: Connection, visitor: Visitor) -> None:
    if not _may_change(db, visitor):
        raise web.HTTPForbidden(text="traffic is of all municipalities; whoever administers them all may move it\n")
