"""The door of the console: who is there, and whether they may see or do what a route offers.

Owns the session cookie. Before the first account exists the console can be read on this machine only; from then on
every page needs a sign-in.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from storage.connection import Connection
from web import access, render, words
from web.access import Handler
from web.accounts import store, tries
from web.accounts.roles import Permission, Principal
from web.accounts.store import Session
from web.console import forms
from web.console.forms import Unreadable
from web.console.visitor import NOBODY, Visitor
from web.state import WebState
from web.words import Words

SIGN_IN, PASSWORD = "/console/sign-in", "/console/password"
#: the first page of whoever registers people and sees nothing else
REGISTER: Final = "/console/residents"
COOKIE: Final = "tomoshibi_session"
#: marks a browser as known (`web.accounts.tries`)
KNOWN: Final = "tomoshibi_known"
LANGUAGE: Final = "tomoshibi_console_language"
_PATH: Final = "/console"
_SAFE: Final = frozenset({"GET", "HEAD"})
_TYPED: Final = "application/x-www-form-urlencoded"
#: what can be looked at on this machine before anybody has an account
_READABLE: Final = frozenset({Permission.SEE_CONSOLE, Permission.SEE_COUNTS})
#: fields that a page never shows again
_SECRET: Final = frozenset({"password", "old", "new", "again"})
#: a session is written to at most so often
_TOUCH: Final = timedelta(minutes=1)

Page = Callable[[web.Request, Visitor], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    accounts: bool
    session: Session | None


class Gate:
    """Lets people in; one for each process."""

    def __init__(self, state: WebState) -> None:
        """The door of one service."""
        self._state = state
        self._accounts = False

    def page(self, show: Page, *permissions: Permission) -> Handler:
        """A route for whoever has one of these permissions somewhere; without any: for whoever has signed in.

        Others are sent to the sign-in page, or told what they lack.
        """

        async def handler(request: web.Request) -> web.StreamResponse:
            visitor = await self.look(request, permissions)
            if isinstance(visitor, Visitor):
                return await _shown(show, request, visitor)
            if visitor.status == 401:
                return await self._outside(request)
            return visitor

        return handler

    def part(self, show: Page, *permissions: Permission) -> Handler:
        """The same for what scripts read: 401 instead of the sign-in page; does not keep a session alive."""

        async def handler(request: web.Request) -> web.StreamResponse:
            visitor = await self.look(request, permissions, use=False)
            return await show(request, visitor) if isinstance(visitor, Visitor) else visitor

        return handler

    async def look(
        self, request: web.Request, permissions: tuple[Permission, ...] = (), *, use: bool = True
    ) -> Visitor | web.Response:
        """Who is there; or the answer that tells them why not. `use`: it counts as using the session."""
        found = await self._find(request)
        spoken = speak(request)
        if found.session is None:
            return self._nobody(request, found, permissions, spoken)
        await self._touch(request, found.session, use=use)
        if found.session.must_change and request.path != PASSWORD:
            return _redirect(PASSWORD)
        principal = found.session.principal
        places = municipalities(principal, permissions)
        if permissions and not places:
            if request.path == _PATH and principal.places(Permission.ADD_RESIDENTS):
                return _redirect(REGISTER)
            return _html(render.page("console/forbidden.html", spoken, needed=permissions), 403)
        return self._visitor(request, principal, places, spoken, must_change=found.session.must_change)

    async def known(self, request: web.Request) -> tuple[bool, Session | None]:
        """Whether anybody has an account, and the session of whoever asks."""
        found = await self._find(request)
        return found.accounts, found.session

    @property
    def wall(self) -> datetime:
        """The time of people before the screen."""
        return (self._state.wall_clock or self._state.clock)()

    def let_in(self, response: web.StreamResponse, token: str, known: str) -> None:
        """Give a browser its session, and the mark by which it is known at the next sign-in."""
        for name, value, span in ((COOKIE, token, store.LONGEST), (KNOWN, known, tries.KNOWN_FOR)):
            response.set_cookie(
                name,
                value,
                path=_PATH,
                httponly=True,
                samesite="Strict",
                secure=self._state.public_url.startswith("https:"),
                max_age=int(span.total_seconds()),
            )

    def let_out(self, response: web.StreamResponse) -> None:
        """Take the session from a browser."""
        response.del_cookie(COOKIE, path=_PATH)

    async def _find(self, request: web.Request) -> _Found:
        token = request.cookies.get(COOKIE, "")
        if not token and self._accounts:
            return _Found(accounts=True, session=None)
        found = await self._state.db.read(_read, token, self.wall)
        self._accounts = self._accounts or found.accounts
        return found

    async def _touch(self, request: web.Request, session: Session, *, use: bool) -> None:
        now = self.wall
        if use and now - session.seen_at >= _TOUCH:
            await self._state.db.write(store.touch, request.cookies[COOKIE], now)

    def _nobody(
        self, request: web.Request, found: _Found, permissions: tuple[Permission, ...], spoken: Words
    ) -> Visitor | web.Response:
        if found.accounts:
            return _html(render.page("console/signed_out.html", spoken), 401)
        if not access.allowed(self._state, request):
            return _html(render.page("refused.html", spoken), 403)
        if request.method in _SAFE and _READABLE.intersection(permissions):
            return self._visitor(request, NOBODY, (), spoken)
        return _html(render.page("console/no_accounts.html", spoken), 403)

    def _visitor(
        self,
        request: web.Request,
        principal: Principal,
        places: tuple[str, ...],
        spoken: Words,
        *,
        must_change: bool = False,
    ) -> Visitor:
        return Visitor(
            principal=principal,
            municipalities=places,
            words=spoken,
            now=self._state.clock(),
            wall=self.wall,
            path=request.path,
            said=request.query.get("said", ""),
            must_change=must_change,
        )

    async def _outside(self, request: web.Request) -> web.Response:
        """Whoever is signed out signs in. What they sent is not done, and not lost: a form keeps it for them."""
        if request.method in _SAFE or request.path == PASSWORD or request.content_type != _TYPED:
            return self._to_sign_in(request)
        try:
            fields = list((await forms.read_all(request)).items())
        except Unreadable as form:
            fields = [(field.name, field.value) for field in form.fields]
        text = render.page("console/signed_out_form.html", speak(request), address=request.path_qs, fields=fields)
        return _html(text, 401)

    def _to_sign_in(self, request: web.Request) -> web.Response:
        back = request.path_qs if request.method in _SAFE else request.path
        return _redirect(f"{SIGN_IN}?{urlencode({'next': back})}")


async def _shown(show: Page, request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """The answer of a page; that there is none; or its form again, with what was typed and what cannot be taken."""
    try:
        return await show(request, visitor)
    except web.HTTPNotFound:
        return _html(render.page("console/gone.html", visitor.words), 404)
    except Unreadable as form:
        text = render.page(
            "console/form_again.html",
            visitor.words,
            address=request.path_qs,
            fields=form.fields,
            longest=forms.LONGEST,
            secret=_SECRET,
            called=lambda name: called(visitor.words, name),
        )
        return _html(text, 422)


def called(spoken: Words, name: str) -> str:
    """How people know a field of a form."""
    for prefix, key in (("words_", "field.words_of"), ("q", "field.question")):
        if (rest := name.removeprefix(prefix)) != name and not spoken.knows(f"field.{name}"):
            return spoken(key, of=rest[:20])
    return spoken.named("field", name[:40])


def municipalities(principal: Principal, permissions: tuple[Permission, ...]) -> tuple[str, ...]:
    """Where somebody has one of these permissions; with none named, wherever they have a role."""
    wanted = permissions or tuple(Permission)
    return tuple(sorted({place for permission in wanted for place in principal.places(permission)}))


def speak(request: web.Request) -> Words:
    """The page's language: `?lang=`, else the one chosen before, else the browser's."""
    asked = request.query.get("lang") or request.cookies.get(LANGUAGE)
    return words.choose(asked, request.headers.get("Accept-Language", ""))


@web.middleware
async def keep_language(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A language asked for on a page of the console stays for the next ones."""
    response = await handler(request)
    asked = request.query.get("lang", "")
    new = asked in words.LANGUAGES and asked != request.cookies.get(LANGUAGE)
    if new and request.path.startswith(_PATH) and not response.prepared:
        response.set_cookie(LANGUAGE, asked, path=_PATH, samesite="Strict", httponly=True, max_age=365 * 86400)
    return response


def _read(db: Connection, token: str, now: datetime) -> _Found:
    session = store.session(db, token, now) if token else None
    return _Found(accounts=session is not None or store.any_user(db), session=session)


def holders(db: Connection, cookies: Collection[str], now: datetime) -> dict[str, Principal | None]:
    """Who has each of these cookies; None for whom the console is closed. Does not keep a session alive."""
    found: dict[str, Principal | None] = dict.fromkeys(cookies)
    living = store.sessions(db, [cookie for cookie in cookies if cookie], now)
    found.update((cookie, session.principal) for cookie, session in living.items())
    if "" in found and not store.any_user(db):
        found[""] = NOBODY
    return found


def _redirect(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address})


def _html(text: str, status: int) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=access.FORMS)
