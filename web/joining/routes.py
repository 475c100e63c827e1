"""The routes of /join: language, place, further places, the rest with the number, the code, done.

What was chosen travels in the address until the number is asked for; then it is kept with the code, so that neither
page nor address holds a number.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from aiohttp import web

from storage.connection import Connection
from subscribers import asked, msisdn, own
from subscribers.asked import Limit, Proved, Purpose, Wrong
from subscribers.own import Consent
from subscribers.refusal import Refused
from subscribers.sealing import Sealer
from web.joining import answers, door, words
from web.joining.answers import Answers, Known
from web.joining.coded import LIMITS, WRONG, CodeDoor
from web.joining.door import Joining
from web.joining.finder import Finder
from web.joining.shown import Reader, Shown
from web.state import WebState


class JoinPages:
    """Registering oneself."""

    def __init__(self, state: WebState, joining: Joining) -> None:
        """Pages of one service."""
        self._state, self._joining = state, joining
        self._shown = Shown(state)
        self._codes = CodeDoor(state=state, joining=joining, shown=self._shown, base="/join", purpose=Purpose.JOIN)

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes."""
        router.add_get("/join", self.ask)
        router.add_post("/join", self.send_code)
        router.add_get("/join/code", self._codes.code)
        router.add_post("/join/code", self.enter_code)
        router.add_post("/join/again", self._codes.send_again)
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
        found = await self._codes.ask(request, number, given.to_json(), given.language)
        if isinstance(found, Limit):
            return self._options(reader, given, *LIMITS[found])
        raise web.HTTPSeeOther(self._codes.address(given.language, found))

    async def enter_code(self, request: web.Request) -> web.Response:
        """The code: whoever has it is registered."""
        typed = await self._codes.entered(request)
        if isinstance(typed, web.Response):
            return typed
        wrong = await self._state.db.write(
            _register, typed.ticket, typed.digits, self._state.sealer, self._shown.known, self._state.clock()
        )
        if wrong is not None:
            return self._codes.page(typed.reader, typed.ticket, WRONG[wrong], 400)
        self._joining.registered()
        raise web.HTTPSeeOther(f"/join/done?l={typed.reader.tag}")

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
