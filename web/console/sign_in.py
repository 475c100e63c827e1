"""Sign-in, sign-out, and the change of one's password. Argon2 runs in a thread, two at a time."""

import asyncio
import re
from dataclasses import dataclass, field, replace
from datetime import datetime

from aiohttp import web

from storage import audit
from storage.connection import Connection
from web import access, render
from web.accounts import passwords, store, tries
from web.accounts.store import Session, User
from web.accounts.tries import Origin, Tries
from web.console import forms
from web.console.forms import Unreadable
from web.console.frame import Frame
from web.console.gate import COOKIE, KNOWN, PASSWORD, SIGN_IN, Gate, speak
from web.console.visitor import Visitor
from web.joining import door
from web.loopback import is_loopback
from web.state import WebState

_HOME = "/console"
_BACK = re.compile(r"/console(?:/[\w.~%-]+)*(?:\?[\w.~%&=+-]*)?", re.ASCII)
#: passwords looked at together, and how many may wait: a flood of guesses must not take the sender's time
_AT_ONCE, _WAITING = 2, 16


@dataclass(slots=True)
class _Turn:
    """Passwords being looked at."""

    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    waiting: int = 0


class SignInPages:
    """The pages before the others."""

    def __init__(self, state: WebState, gate: Gate, frame: Frame) -> None:
        """Of one service."""
        self._state = state
        self._gate = gate
        self._frame = frame
        self._tries = Tries()
        #: known browsers do not wait behind strangers
        self._turns = {known: _Turn() for known in (True, False)}

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes."""
        router.add_get(SIGN_IN, self.ask)
        router.add_post(SIGN_IN, self.sign_in)
        router.add_post("/console/sign-out", self.sign_out)
        router.add_get(PASSWORD, self._gate.page(self.ask_password))
        router.add_post(PASSWORD, self._gate.page(self.set_password))

    async def ask(self, request: web.Request) -> web.Response:
        """The form."""
        accounts, session = await self._gate.known(request)
        if session is not None:
            return _to(_back(request.query.get("next", "")))
        if not accounts and not access.allowed(self._state, request):
            return self._page(request, "refused.html", status=403)
        if not accounts:
            return self._page(request, "console/no_accounts.html")
        return self._form(request, request.query.get("next", ""))

    async def sign_in(self, request: web.Request) -> web.Response:
        """Name and password; the same words for whatever is wrong with them."""
        try:
            fields = await forms.read(request)
        except Unreadable as form:  # no password is like that
            typed = {field.name: field.value for field in reversed(form.fields)}
            return self._form(request, typed.get("next", ""), wrong="wrong", status=400, name=typed.get("name", ""))
        name, password, back = (fields.get(key, "") for key in ("name", "password", "next"))
        user, now = await self._state.db.read(store.find, name.lower()), self._gate.wall
        origin = self._origin(request, user)
        if self._tries.rest(origin, name.lower(), now):
            return self._form(request, back, wrong="wrong", status=403, name=name)
        fits = await self._fits(user.password_hash if user else passwords.NOBODY, password, known=origin.known)
        if fits is None:
            return self._form(request, back, wrong="busy", status=503, name=name)
        rests = not origin.known and user is not None and user.locked_until is not None and user.locked_until > now
        if not fits:
            await self._refuse(origin, name.lower(), user, now)
        if user is None or not fits or rests:
            return self._form(request, back, wrong="wrong", status=403, name=name)
        self._tries.right(origin, name.lower())
        token = await self._state.db.write(_open, user, request.cookies.get(COOKIE, ""), now)
        answer = _to(PASSWORD if user.must_change else _back(back))
        self._gate.let_in(answer, token, tries.mark(self._state.sealer, user, now))
        return answer

    def _origin(self, request: web.Request, user: User | None) -> Origin:
        address = door.address(request, self._state.trust_forwarded_for)
        return tries.origin(self._state.sealer, user, request.cookies.get(KNOWN, ""), address, self._gate.wall)

    async def _refuse(self, origin: Origin, name: str, user: User | None, now: datetime) -> None:
        """Count a wrong password, whether or not there is such an account."""
        rests = self._tries.failed(origin, name, now)
        if user is None:
            return
        if not origin.known and (user.locked_until is None or user.locked_until <= now):
            await self._state.db.write(store.refuse, user, now)
        if rests:
            await self._state.db.write(_log_rest, user, origin, now)

    async def sign_out(self, request: web.Request) -> web.Response:
        """End the session, here and in the database."""
        _, session = await self._gate.known(request)
        if session is not None:
            await self._state.db.write(_close, request.cookies[COOKIE], session, self._gate.wall)
        answer = _to(SIGN_IN)
        self._gate.let_out(answer)
        return answer

    async def ask_password(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The form for a new password."""
        return await self._password_form(visitor)

    async def set_password(self, request: web.Request, visitor: Visitor) -> web.Response:
        """A new password: the account's other sessions end, this one goes on as a new one."""
        fields = await forms.read(request)
        new, again = fields.get("new", ""), fields.get("again", "")
        user = await self._state.db.read(store.find, visitor.name)
        if user is None:
            return _to(SIGN_IN)
        weak = passwords.weakness(new, user.name)
        if weak is not None or new != again:
            return await self._password_form(visitor, weak.value if weak else "differ")
        if not user.must_change and not await self._fits(user.password_hash, fields.get("old", "")):
            return await self._password_form(visitor, "old")
        if await self._fits(user.password_hash, new):
            return await self._password_form(visitor, "same")
        hashed = await asyncio.to_thread(passwords.hashed, new)
        token = await self._state.db.write(_replace, user, hashed, self._gate.wall)
        answer = self._frame.back(_HOME, said="password")
        again_known = tries.mark(self._state.sealer, replace(user, password_hash=hashed), self._gate.wall)
        self._gate.let_in(answer, token, again_known)
        return answer

    async def _password_form(self, visitor: Visitor, wrong: str = "") -> web.Response:
        return await self._frame.show(
            visitor,
            "console/password.html",
            status=400 if wrong else 200,
            wrong=wrong,
            least=passwords.MIN_LENGTH,
            most=passwords.MAX_LENGTH,
        )

    async def _fits(self, password_hash: str, password: str, *, known: bool = True) -> bool | None:
        """None where too many passwords are being looked at."""
        turn = self._turns[known]
        if turn.waiting >= _WAITING:
            return None
        turn.waiting += 1
        try:
            async with turn.at_once:
                return await asyncio.to_thread(passwords.fits, password_hash, password)
        finally:
            turn.waiting -= 1

    def _form(
        self, request: web.Request, back: str, *, wrong: str = "", status: int = 200, name: str = ""
    ) -> web.Response:
        open_air = not self._state.public_url.startswith("https:") and not is_loopback(access.host(request))
        values = {"next": _back(back), "wrong": wrong, "name": name[:40], "open_air": open_air}
        return self._page(request, "console/sign_in.html", status=status, **values)

    def _page(self, request: web.Request, template: str, *, status: int = 200, **values: object) -> web.Response:
        text = render.page(template, speak(request), mode=self._state.mode, path=SIGN_IN, **values)
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=access.FORMS)


def _open(db: Connection, user: User, before: str, now: datetime) -> str:
    if before:
        store.close_session(db, before)
    return store.open_session(db, user, now)


def _log_rest(db: Connection, user: User, origin: Origin, now: datetime) -> None:
    store.log_rest(db, user, now, known=origin.known)


def _close(db: Connection, token: str, session: Session, now: datetime) -> None:
    store.close_session(db, token)
    audit.append(db, now=now, actor=session.principal.name, action="signed out", subject=session.principal.name)


def _replace(db: Connection, user: User, password_hash: str, now: datetime) -> str:
    store.set_password(db, user.id, password_hash, actor=f"user:{user.name}", now=now, once=False)
    return store.open_session(db, user, now)


def _back(address: str) -> str:
    """A page of the console to go on to; the first one for whatever else stands there."""
    inside = _BACK.fullmatch(address) and not address.startswith((SIGN_IN, "/console/sign-out"))
    return address if inside else _HOME


def _to(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address})
