"""`/console/people`: users and keys of one's municipalities. An administrator ends access, and gives keys an owner."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from storage.connection import Connection
from web.accounts import listing, store
from web.accounts.listing import Listed
from web.accounts.roles import Permission
from web.console import forms
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.state import WebState

_PATH: Final = "/console/people"
_MANAGE: Final = Permission.MANAGE_USERS


class PeoplePages:
    """The lists, and what an administrator changes of them."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes."""
        gate = self._frame.gate
        router.add_get(_PATH, gate.page(self.list, _MANAGE))
        router.add_post(f"{_PATH}/{{what:end|revoke|owner}}", gate.page(self.change, _MANAGE))

    async def list(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Everybody who has a role in one of the municipalities, by municipality."""
        found = await self._state.db.read(listing.everybody)
        places = [(code, _of(found, code, "user"), _of(found, code, "key")) for code in visitor.municipalities]
        return await self._frame.show(visitor, "console/people.html", by_place=places)

    async def change(self, request: web.Request, visitor: Visitor) -> web.Response:
        """End somebody's roles in a municipality, end a key, or give a key to a user."""
        fields = await forms.read(request)
        place, what = fields.get("municipality", ""), request.match_info["what"]
        if not visitor.may(_MANAGE, place):
            raise web.HTTPForbidden(text="not your municipality\n")
        if what == "end" and fields.get("name", "") == visitor.name:
            raise web.HTTPForbidden(text="nobody ends their own access\n")
        done = await self._state.db.write(_changed, visitor, what, place, fields)
        return self._frame.back(_PATH, said=f"people_{what}" if done else "people_gone")


def _of(found: list[Listed], place: str, kind: str) -> list[Listed]:
    """Those of one kind with their roles in this municipality alone."""
    return [one.within(place) for one in found if one.kind == kind and one.within(place).grants]


def _changed(db: Connection, visitor: Visitor, what: str, place: str, fields: Mapping[str, str]) -> bool:
    """Whether there was anything to change in this municipality."""
    name, owner = fields.get("name", ""), fields.get("owner", "")
    actor, now = visitor.principal.name, visitor.wall
    if what == "end":
        return store.take_role(db, name, place, actor=actor, now=now)
    if not store.key_works(db, name, place):
        return False
    if what == "revoke":
        return store.revoke_key(db, name, actor=actor, now=now)
    return store.has_role(db, owner, place) and store.own_key(db, name, owner, actor=actor, now=now)
