"""What every page of the console stands in: banner, navigation, what we cannot see, who has signed in."""

import asyncio
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from campaigns.course import passes
from web import access, freshness, queries, render
from web.accounts.roles import Permission
from web.console import reach
from web.console.gate import Gate
from web.console.visitor import Visitor
from web.state import WebState

_SEE, _SUBMIT, _APPROVE = Permission.SEE_CONSOLE, Permission.SUBMIT, Permission.APPROVE
#: route, its word in [nav], and one of which permissions its reader needs; shown where the route exists.
#: The first ones are always in sight, the others stand in the menu.
PRIMARY: Final = (
    ("/console", "now", (_SEE,)),
    ("/console/write", "write", (_SUBMIT,)),
    ("/console/waiting", "waiting", (_SUBMIT, _APPROVE)),
    ("/console/broadcasts", "broadcasts", (_SEE,)),
)
SECONDARY: Final = (
    ("/console/triage", "triage", (_SUBMIT, _APPROVE)),
    ("/console/drills", "drills", (_SEE,)),
    ("/console/shelters", "shelters", (_SEE,)),
    ("/console/campaigns", "campaigns", (_SEE,)),
    ("/console/texts", "texts", (_SUBMIT,)),
    ("/console/lessons", "lessons", (_SEE,)),
    ("/console/cases", "cases", (_SEE,)),
    ("/console/course", "course", (_SEE,)),
    ("/console/kit", "kit", (_SEE, Permission.SEE_COUNTS)),
    ("/console/fatigue", "fatigue", (_SEE,)),
    ("/console/residents", "residents", (Permission.ADD_RESIDENTS,)),
    ("/console/people", "people", (Permission.MANAGE_USERS,)),
    ("/console/programs", "programs", (Permission.MANAGE_USERS, _APPROVE)),
    ("/console/providers", "providers", (Permission.MANAGE_USERS,)),
    ("/console/audit", "audit", (Permission.SEE_AUDIT,)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry of the navigation."""

    path: str
    #: its word in [nav]
    word: str
    here: bool


class Frame:
    """Shows templates of `pages/console/` to visitors. Templates extend `console/frame.html`."""

    def __init__(self, state: WebState, gate: Gate, router: web.UrlDispatcher) -> None:
        """`router`: links to what has no route are not shown."""
        self.state = state
        self.gate = gate
        self._router = router

    async def show(
        self, visitor: Visitor, template: str, *, status: int = 200, look: str = "", **values: object
    ) -> web.Response:
        """A page. `look` is a class of its body, such as "drill"; templates find the visitor as `me`.

        Besides `values` a template has: w (words), lang, now, mode, places (the table), feeds, me, path, may,
        and what writes a count (few), the name of a language, and the lang of a text.
        """
        feeds = freshness.judge(await self.state.db.read(queries.feeds), self.state.feeds, visitor.now)
        course = await self._course(visitor)
        text = await asyncio.to_thread(self._render, visitor, template, feeds, look, {"course_state": course, **values})
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=access.FORMS)

    async def _course(self, visitor: Visitor) -> str:
        """How whoever sends by hand stands with the course; '' for all others."""
        if not visitor.signed_in or not (visitor.may(_SUBMIT) or visitor.may(_APPROVE)):
            return ""
        return passes.standing(await self.state.db.read(passes.last, visitor.principal.name), visitor.wall)

    def back(self, path: str, said: str = "", **query: str) -> web.Response:
        """After a change: to a page that can be loaded again. `said` is a key of [said]."""
        asked = urlencode({**query, **({"said": said} if said else {})})
        return web.Response(status=303, headers={"Location": f"{path}?{asked}" if asked else path})

    async def message(self, visitor: Visitor, key: str, *, status: int, **fields: object) -> web.Response:
        """A page that says one thing: a key of [message] and its `…_more`."""
        return await self.show(visitor, "console/message.html", status=status, key=key, fields=fields)

    def _render(self, visitor: Visitor, template: str, feeds: object, look: str, values: dict[str, object]) -> str:
        given = {
            "me": visitor,
            "now": visitor.now,
            "mode": self.state.mode,
            "places": self.state.places,
            "feeds": feeds,
            "path": visitor.path,
            "look": look,
            "said": f"said.{visitor.said}" if visitor.words.knows(f"said.{visitor.said}") else "",
            "primary": self._links(visitor, PRIMARY),
            "secondary": self._links(visitor, SECONDARY),
            "few": reach.few,
            "language_name": lambda tag: render.language_name(self.state.catalogue, tag, visitor.words.language),
            "html_language": render.html_language,
            "may": lambda name, place=None: visitor.may(Permission[name], place),
        }
        return render.page(template, visitor.words, **(given | values))

    def _links(
        self, visitor: Visitor, entries: tuple[tuple[str, str, tuple[Permission, ...]], ...]
    ) -> tuple[Link, ...]:
        there = {resource.canonical for resource in self._router.resources()}
        return tuple(
            Link(path=path, word=word, here=_is_here(visitor.path, path))
            for path, word, permissions in entries
            if path in there and self._reads(visitor, permissions)
        )

    def _reads(self, visitor: Visitor, permissions: tuple[Permission, ...]) -> bool:
        if not visitor.signed_in:
            return Permission.SEE_CONSOLE in permissions
        return any(visitor.may(permission) for permission in permissions)


def _is_here(path: str, link: str) -> bool:
    return path == link or (link != "/console" and path.startswith(f"{link}/"))
