"""The page of webhooks and CAP sources: an administrator enters webhooks of their municipality, approvers approve of
sources. What it does is the same as by `hooks` and `sources`.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from delivery.hooks import addresses, store
from delivery.hooks.store import Hook, State
from delivery.relaying import approvals
from delivery.relaying.approvals import Outcome
from feeds.cap import store as inbox
from feeds.cap.source import Source
from storage.connection import Connection
from storage.database import Conflict
from web.accounts.roles import Permission
from web.console import forms
from web.console.byhand.write import person
from web.console.frame import Frame
from web.console.programs.desk import Programs
from web.console.visitor import Visitor
from web.state import WebState

_PATH: Final = "/console/programs"
_MANAGE, _APPROVE = Permission.MANAGE_USERS, Permission.APPROVE


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRow:
    """One webhook as it stands."""

    hook: Hook
    waiting: int
    delivered: int
    given_up: int
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source as it stands."""

    name: str
    municipalities: tuple[str, ...]
    approved_by: str
    quarantine: list[tuple[str, str]]


class ProgramPages:
    """The page and its forms."""

    def __init__(self, state: WebState, frame: Frame, programs: Programs) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame
        self._programs = programs

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes."""
        gate = self._frame.gate
        router.add_get(_PATH, gate.page(self.list, _MANAGE, _APPROVE))
        router.add_post(f"{_PATH}/add", gate.page(self.add, _MANAGE))
        router.add_post(f"{_PATH}/{{what:enable|remove|test}}", gate.page(self.change, _MANAGE))
        router.add_post(f"{_PATH}/{{what:approve|revoke}}", gate.page(self.judge, _APPROVE))

    async def list(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Webhooks and sources of one's own municipalities."""
        return await self._show(visitor)

    async def _show(self, visitor: Visitor, *, wrong: str = "", secret: str = "", status: int = 200) -> web.Response:
        hooks, sources = await self._state.db.read(self._rows, visitor)
        return await self._frame.show(
            visitor,
            "console/programs.html",
            status=status,
            hooks=hooks,
            sources=sources,
            wrong=wrong,
            secret=secret,
            managed=visitor.principal.places(_MANAGE),
        )

    async def add(self, request: web.Request, visitor: Visitor) -> web.Response:
        """A webhook of a municipality; its secret is shown once."""
        fields = await forms.read(request)
        place, name, url = fields.get("municipality", ""), fields.get("name", ""), fields.get("url", "")
        if not visitor.may(_MANAGE, place):
            raise web.HTTPForbidden(text="not your municipality\n")
        if not store.NAME.fullmatch(name):
            return await self._show(visitor, wrong="programs.wrong_name", status=409)
        try:
            addresses.check(url, private=self._programs.private)
        except addresses.Refused:
            return await self._show(visitor, wrong="programs.wrong_url", status=409)
        try:
            made = await self._state.db.write(_add, visitor, name, url, place)
        except Conflict:
            return await self._show(visitor, wrong="programs.wrong_taken", status=409)
        return await self._show(visitor, secret=self._programs.secret(made))

    async def change(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Tell a webhook again, try it, or forget it."""
        fields, what = await forms.read(request), request.match_info["what"]
        done = await self._state.db.write(_change, visitor, what, fields.get("name", ""))
        return self._frame.back(_PATH, said=f"programs_{what}" if done else "programs_gone")

    async def judge(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Approve of a source, as one of two people, or revoke it."""
        fields, what = await forms.read(request), request.match_info["what"]
        source = next((one for one in self._programs.sources if one.name == fields.get("name", "")), None)
        if source is None:
            return self._frame.back(_PATH, said="programs_gone")
        judge = approvals.approve if what == "approve" else approvals.revoke
        outcome = await self._state.db.write(judge, source, person(visitor, _APPROVE), self._state.places, visitor.wall)
        if outcome is Outcome.NOT_ALLOWED:
            raise web.HTTPForbidden(text="it speaks for other municipalities too\n")
        return self._frame.back(_PATH, said=f"programs_{what}_{outcome}")

    def _rows(self, db: Connection, visitor: Visitor) -> tuple[Sequence[HookRow], Sequence[SourceRow]]:
        counts = store.counts(db)
        hooks = [
            _hook_row(db, one, counts) for one in store.hooks(db) if one.municipality and visitor.sees(one.municipality)
        ]
        sources = [_source_row(db, one) for one in self._programs.sources if all(map(visitor.sees, one.municipalities))]
        return hooks, sources


def _hook_row(db: Connection, one: Hook, counts: Mapping[tuple[int, str], int]) -> HookRow:
    return HookRow(
        hook=one,
        waiting=counts.get((one.id, State.WAITING), 0),
        delivered=counts.get((one.id, State.DELIVERED), 0),
        given_up=counts.get((one.id, State.GIVEN_UP), 0),
        last=one.disabled_why or store.last_answer(db, one),
    )


def _source_row(db: Connection, one: Source) -> SourceRow:
    found = approvals.of(db, one)
    return SourceRow(
        name=one.name,
        municipalities=tuple(sorted(one.municipalities)),
        approved_by=found.names.replace("user:", "") if found else "",
        quarantine=inbox.quarantined(db, one.name),
    )


def _add(db: Connection, visitor: Visitor, name: str, url: str, place: str) -> Hook:
    salt = secrets.token_hex(16)
    by, now = visitor.principal.name, visitor.wall
    return store.add(db, name=name, url=url, municipality=place, salt=salt, by=by, now=now)


def _change(db: Connection, visitor: Visitor, what: str, name: str) -> bool:
    """Whether there was such a webhook of the visitor's municipality."""
    hook, by, now = store.find(db, name), visitor.principal.name, visitor.wall
    if hook is None or not hook.municipality or not visitor.may(_MANAGE, hook.municipality):
        return False
    match what:
        case "remove":
            return store.remove(db, name, by, now)
        case "enable":
            return store.enable(db, name, by, now) is not None
        case _:
            store.ping(db, hook, now, visitor.now)
            return True
