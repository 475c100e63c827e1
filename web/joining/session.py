"""The short session behind /me: who proved their number, signed, in a cookie; nothing is stored. Pure but for signing.

Owns how long it lasts and the token that every form of /me carries, so that no other page can send one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from subscribers.sealing import Sealer

COOKIE: Final = "tomoshibi_me"
LASTS: Final = timedelta(minutes=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who has proved a number."""

    subscriber_id: int
    cookie: str

    def token(self, sealer: Sealer) -> str:
        """For the forms of this session."""
        return sealer.sign(f"form {self.cookie}")[:32]

    def sent(self, token: str, sealer: Sealer) -> bool:
        """Whether a form is of this session."""
        return self.token(sealer).encode() == token.encode("utf-8", "replace")


def begin(response: web.Response, subscriber_id: int, sealer: Sealer, now: datetime, *, secure: bool) -> None:
    """Give the browser the session."""
    ends = int((now + LASTS).timestamp())
    signed = f"{subscriber_id}.{ends}"
    response.set_cookie(
        COOKIE,
        f"{signed}.{sealer.sign(f'me {signed}')}",
        max_age=int(LASTS.total_seconds()),
        path="/me",
        httponly=True,
        secure=secure,
        samesite="Strict",
    )


def end(response: web.Response, *, secure: bool) -> None:
    """Take it back."""
    response.del_cookie(COOKIE, path="/me", httponly=True, secure=secure, samesite="Strict")


def read(request: web.Request, sealer: Sealer, now: datetime) -> Session | None:
    """The session of a request; None without one, or when it is over or not ours."""
    cookie = request.cookies.get(COOKIE, "")[:200]
    signed, _, signature = cookie.rpartition(".")
    identity, _, ends = signed.partition(".")
    if not sealer.is_signed(f"me {signed}", signature):
        return None
    return Session(subscriber_id=int(identity), cookie=cookie) if int(ends) > now.timestamp() else None
