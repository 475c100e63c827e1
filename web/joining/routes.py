"""The routes of /join: language, place, further places, the rest with the number, the code, done.

What was chosen travels in the address until the number is asked for; then it is kept with the code, so that neither
page nor address holds a number.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from aiohttp import web

from delivery.joining import codes
from storage.connection import Connection
from subscribers import asked, msisdn, own
from subscribers.asked import Asked, Asking, Limit, Proved, Purpose, Wrong
from subscribers.msisdn import Msisdn
from subscribers.own import Consent
from subscribers.refusal import Refused
from subscribers.sealing import Sealer
from web.joining import answers, door, words
from web.joining.answers import Answers, Known
from web.joining.door import Joining
from web.joining.finder import Finder
from web.joining.shown import Reader, Shown
from web.state import WebState

#: why a number was not taken, or no code is sent: words and status
LIMITS = {
    Limit.NUMBER: ("wait_number", 429),
    Limit.ADDRESS: ("wait_address", 429),
    Limit.TOTAL: ("wait_total", 503),
}
WRONG = {Wrong.CODE: "code_wrong", Wrong.SPENT: "code_spent", Wrong.OVER: "code_over"}
_CODE_DIGITS = 6


class JoinPages:
    """Registering oneself."""

    def __init__(self, state: WebState, joining: Joining) -> None:
        """Pages of one service."""
        self._state, self._joining = state, joining
        self._shown = Shown(state)

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes."""
        router.add_get("/join", self.ask)
        router.add_post("/join", self.send_code)
        router.add_get("/join/code", self.code)
        router.add_post("/join/code", self.enter_code)
        router.add_post("/join/again", self.send_again)
        router.add_get("/join/done", self.done)

    async def ask(self, request: web.Request) -> web.Response:
        """The steps before the code."""
        given = self._read(request.query)
        if not given.language:
            return self._languages(request, given)
        reader = self._shown.reader(request, given.language)
        if "find" in request.query or not given.places:
            return self._find(request, reader, given)
        if "o" in request.query:
            return self._options(reader, given)
        return self._places(reader, given)

    def _languages(self, request: web.Request, given: Answers) -> web.Response:
        names = self._shown.catalogue.names.values()
        links = [(name.tag, name.name, replace(given, language=name.tag).href()) for name in names]
        return self._shown.page("join_language.html", self._shown.reader(request), links=links)

    def _find(self, request: web.Request, reader: Reader, given: Answers) -> web.Response:
        finder = Finder(
            table=self._state.places,
            postal=self._state.reader("").postal,
            has_postal=self._joining.has_postal,
            speech=reader.speech,
            choose=lambda code: replace(given, places=(*given.places, code)).href(),
            show=lambda prefecture: given.href(find="1", **{"in": prefecture}) + "#list",
        )
        search = finder.search(request.query.get("q", ""), request.query.get("in", ""))
        heading = "add_where" if given.places else "where"
        fields = [*given.fields(), ("find", "1")]
        return self._shown.page(
            "join_find.html", reader, search=search, heading=heading, action="/join", fields=fields, place=_kept(given)
        )

    def _places(self, reader: Reader, given: Answers) -> web.Response:
        rows = [
            (name, sign, replace(given, places=tuple(p for p in given.places if p != code)).href())
            for code, name, sign in self._shown.names(given, reader)
        ]
        return self._shown.page(
            "join_places.html",
            reader,
            places=rows,
            add=given.href(find="1") if given.has_room else "",
            next=given.href(o="1"),
            place=_kept(given),
        )

    def _options(self, reader: Reader, given: Answers, problem: str = "", status: int = 200) -> web.Response:
        return self._shown.page(
            "join_options.html",
            reader,
            status=status,
            given=given,
            places=self._shown.names(given, reader),
            problem=problem,
            abroad=self._state.real,
            two_way=self._joining.two_way,
            version=own.WORDING,
            provider_page=words.PROVIDER_PAGE,
            change=given.href(),
            place=_kept(given),
        )

    async def send_code(self, request: web.Request) -> web.Response:
        """Number and consent: a code goes out."""
        form = await door.form(request)
        given = self._read(form)
        reader = self._shown.reader(request, given.language)
        if not given.language or not given.places:
            raise web.HTTPSeeOther(given.href())
        if not door.is_ours(request, self._state.public_url):
            return self._options(reader, given, "again", 403)
        number = msisdn.parse(form.get("phone", "")[:60])
        if isinstance(number, Refused):
            return self._options(reader, given, "number_wrong", 400)
        found = await self._ask(request, number, given.to_json(), given.language)
        if isinstance(found, Limit):
            return self._options(reader, given, *LIMITS[found])
        raise web.HTTPSeeOther(f"/join/code?l={given.language}&t={found.ticket}")

    async def _ask(
        self, request: web.Request, number: Msisdn, kept: Mapping[str, object], language: str
    ) -> Asked | Limit:
        asker = door.address(request, self._joining.trust_forwarded_for)
        asking = Asking(
            number=number,
            address_hash=self._state.sealer.fingerprint_address(asker) if asker else "",
            purpose=Purpose.JOIN,
            answers=kept,
            budget=self._joining.desk.budget,
        )
        found = await self._state.db.write(codes.ask, self._joining.desk, asking, language, self._state.clock())
        self._joining.sent()
        return found

    async def code(self, request: web.Request) -> web.Response:
        """Where the code is entered."""
        return self._code(self._shown.reader(request), request.query.get("t", ""))

    def _code(self, reader: Reader, ticket: str, problem: str = "", status: int = 200) -> web.Response:
        return self._shown.page(
            "join_code.html",
            reader,
            status=status,
            base="/join",
            ticket=ticket,
            problem=problem,
            two_way=self._joining.two_way,
        )

    async def enter_code(self, request: web.Request) -> web.Response:
        """The code: whoever has it is registered."""
        form = await door.form(request)
        reader, ticket = self._shown.reader(request, form.get("l", "")), form.get("t", "")
        typed = door.digits(form.get("code", ""))
        if not door.is_ours(request, self._state.public_url):
            return self._code(reader, ticket, "again", 403)
        if len(typed) != _CODE_DIGITS:
            return self._code(reader, ticket, "code_wrong", 400)
        wrong = await self._state.db.write(
            _register, ticket, typed, self._state.sealer, self._shown.known, self._state.clock()
        )
        if wrong is not None:
            return self._code(reader, ticket, WRONG[wrong], 400)
        self._joining.registered()
        raise web.HTTPSeeOther(f"/join/done?l={reader.tag}")

    async def send_again(self, request: web.Request) -> web.Response:
        """Another code to the same number."""
        form = await door.form(request)
        reader, ticket = self._shown.reader(request, form.get("l", "")), form.get("t", "")
        if not door.is_ours(request, self._state.public_url):
            return self._code(reader, ticket, "again", 403)
        before = await self._state.db.read(asked.again, ticket, Purpose.JOIN, self._state.sealer)
        if before is None:
            return self._code(reader, ticket, "code_over", 400)
        found = await self._ask(request, before.number, before.answers, reader.tag)
        if isinstance(found, Limit):
            return self._code(reader, ticket, *LIMITS[found])
        raise web.HTTPSeeOther(f"/join/code?l={reader.tag}&t={found.ticket}")

    async def done(self, request: web.Request) -> web.Response:
        """Registered."""
        return self._shown.page("join_done.html", self._shown.reader(request), path="/join/done")

    def _read(self, given: Mapping[str, str]) -> Answers:
        return answers.read(given, self._shown.known)


def _kept(given: Answers) -> str:
    """What the links to other languages keep."""
    return ",".join(given.places)


def _register(db: Connection, ticket: str, typed: str, sealer: Sealer, known: Known, now: datetime) -> Wrong | None:
    """Prove the number and register what was chosen, in one transaction; why not, or None."""
    proved = asked.prove(db, ticket, typed, Purpose.JOIN, sealer, now)
    if not isinstance(proved, Proved):
        return proved
    chosen = answers.read(proved.answers, known)
    consent = Consent(wording=own.WORDING, language=chosen.language, way="page", invited_by=chosen.invited_by)
    number = (proved.number_hash, sealer.seal(proved.number))
    own.register(db, number, chosen.registration(), consent, now)
    return None
