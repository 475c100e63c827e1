"""The door with a code by SMS, the same for /join and for /me: ask for one, enter it, ask again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from delivery.joining import codes
from subscribers import asked
from subscribers.asked import Asked, Asking, Limit, Purpose, Wrong
from subscribers.msisdn import Msisdn
from web.joining import door
from web.joining.door import Joining
from web.joining.shown import Reader, Shown
from web.state import WebState

#: why no code is sent: words and status
LIMITS: Final = {
    Limit.NUMBER: ("wait_number", 429),
    Limit.ADDRESS: ("wait_address", 429),
    Limit.TOTAL: ("wait_total", 503),
}
#: why digits open nothing
WRONG: Final = {Wrong.CODE: "code_wrong", Wrong.SPENT: "code_spent", Wrong.OVER: "code_over"}
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A code that somebody has entered, of the right length."""

    reader: Reader
    ticket: str
    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDoor:
    """Pages below `base`, whose codes are for one purpose."""

    state: WebState
    joining: Joining
    shown: Shown
    #: /join or /me
    base: str
    purpose: Purpose

    async def ask(
        self, request: web.Request, number: Msisdn, kept: Mapping[str, object], language: str
    ) -> Asked | Limit:
        """A code to a number; `kept` are the choices that it opens."""
        asker = door.address(request, self.joining.trust_forwarded_for)
        asking = Asking(
            number=number,
            address_hash=self.state.sealer.fingerprint_address(asker) if asker else "",
            purpose=self.purpose,
            answers=kept,
            budget=self.joining.desk.budget,
        )
        found = await self.state.db.write(codes.ask, self.joining.desk, asking, language, self.state.clock())
        self.joining.sent()
        return found

    async def code(self, request: web.Request) -> web.Response:
        """Where the code is entered."""
        return self.page(self.shown.reader(request), request.query.get("t", ""))

    def page(self, reader: Reader, ticket: str, problem: str = "", status: int = 200) -> web.Response:
        """The same, perhaps with what was wrong."""
        return self.shown.page(
            "join_code.html",
            reader,
            status=status,
            base=self.base,
            ticket=ticket,
            problem=problem,
            two_way=self.joining.two_way,
        )

    async def entered(self, request: web.Request) -> Typed | web.Response:
        """What somebody typed; or the page again where that is no code, or no form of ours."""
        form = await door.form(request)
        reader, ticket = self.shown.reader(request, form.get("l", "")), form.get("t", "")
        typed = door.digits(form.get("code", ""))
        if not door.is_ours(request, self.state.public_url):
            return self.page(reader, ticket, "again", 403)
        if len(typed) != _DIGITS:
            return self.page(reader, ticket, "code_wrong", 400)
        return Typed(reader=reader, ticket=ticket, digits=typed)

    async def send_again(self, request: web.Request) -> web.Response:
        """Another code to the same number."""
        form = await door.form(request)
        reader, ticket = self.shown.reader(request, form.get("l", "")), form.get("t", "")
        if not door.is_ours(request, self.state.public_url):
            return self.page(reader, ticket, "again", 403)
        before = await self.state.db.read(asked.again, ticket, self.purpose, self.state.sealer)
        if before is None:
            return self.page(reader, ticket, "code_over", 400)
        found = await self.ask(request, before.number, before.answers, reader.tag)
        if isinstance(found, Limit):
            return self.page(reader, ticket, *LIMITS[found])
        raise web.HTTPSeeOther(self.address(reader.tag, found))

    def address(self, language: str, found: Asked) -> str:
        """Of the page where this code is entered."""
        return f"{self.base}/code?l={language}&t={found.ticket}"
