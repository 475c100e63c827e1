"""The routes of /me: a code by SMS, then everything that is stored, to be changed, paused, taken away or ended."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from aiohttp import web

from alerts.japan import JST
from delivery import stopping
from storage.connection import Connection
from subscribers import asked, further, msisdn, own, store
from subscribers.asked import Limit, Proved, Purpose, Wrong
from subscribers.further import Further
from subscribers.own import Stored
from subscribers.refusal import Refused
from subscribers.registration import MAX_FURTHER_PLACES
from subscribers.sealing import Sealer
from web.joining import answers, door, finder, portrait, session
from web.joining.answers import Answers
from web.joining.coded import LIMITS, WRONG, CodeDoor
from web.joining.door import Joining
from web.joining.finder import Finder
from web.joining.portrait import Naming
from web.joining.session import Session
from web.joining.shown import Reader, Shown
from web.residents import speech
from web.state import WebState

#: days that a pause may last
PAUSES = (1, 3, 7, 14, 30)

Act = Callable[[web.Request, Session, Reader, dict[str, str]], Awaitable[web.Response]]


class MePages:
    """Seeing and changing what one has registered."""

    def __init__(self, state: WebState, joining: Joining) -> None:
        """Pages of one service."""
        self._state, self._joining = state, joining
        self._shown = Shown(state)
        self._codes = CodeDoor(state=state, joining=joining, shown=self._shown, base="/me", purpose=Purpose.ME)
        self._secure = state.public_url.startswith("https:")

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes; whoever has no session is asked for a number."""
        router.add_get("/me", self.show)
        router.add_post("/me", self.send_code)
        router.add_get("/me/code", self._codes.code)
        router.add_post("/me/code", self.enter_code)
        router.add_post("/me/again", self._codes.send_again)
        router.add_get("/me/place", self.find)
        router.add_get("/me/leave", self.ask_leave)
        router.add_get("/me/data.json", self.data_json)
        router.add_get("/me/data.txt", self.data_text)
        for name, act in (
            ("save", self._save),
            ("pause", self._pause),
            ("resume", self._resume),
            ("leave", self._leave),
            ("close", self._close),
        ):
            router.add_post(f"/me/{name}", self._guarded(act))

    async def show(self, request: web.Request) -> web.Response:
        """Everything, or where the number is asked for."""
        found = await self._stored(request)
        if found is None:
            return self._number(self._shown.reader(request))
        return self._overview(request, *found)

    def _number(self, reader: Reader, problem: str = "", status: int = 200) -> web.Response:
        return self._shown.page("me_number.html", reader, status=status, problem=problem, path="/me")

    def _overview(self, request: web.Request, known: Session, stored: Stored) -> web.Response:
        reader = self._shown.reader(request, request.query.get("l") or _language(stored))
        form = portrait.chosen(stored, reader.tag)
        if "p" in request.query:  # places that are not saved yet
            form = replace(form, places=self._places(request.query["p"], stored))
        standing = stored.own is not None and stored.own.standing
        rows = self._shown.names(form, reader)
        last = standing and len(rows) == 1
        return self._shown.page(
            "me.html",
            reader,
            path="/me",
            place="",
            token=known.token(self._state.sealer),
            given=form,
            state=portrait.state(stored, reader.tongue),
            paused=stored.state == "paused",
            may_pause=stored.state in ("active", "paused"),
            facts=portrait.facts(stored, self._masked(stored), self._naming(reader)),
            by_city=any(one.municipality for one in stored.registrations),
            places=[(n, sign, "" if last else self._without(form, code, reader)) for code, n, sign in rows],
            add=_href("/me/place", reader, p=_listed(form)) if len(rows) < _room(stored) else "",
            saved="saved" in request.query,
            pauses=[(days, speech.clock(reader.now + timedelta(days=days))) for days in PAUSES],
            languages=tuple(self._shown.catalogue.names.values()),
        )

    def _without(self, form: Answers, code: str, reader: Reader) -> str:
        left = replace(form, places=tuple(place for place in form.places if place != code))
        return _href("/me", reader, p=_listed(left) or "-")

    def _places(self, text: str, stored: Stored) -> tuple[str, ...]:
        found = answers.places(text, self._state.places, _room(stored))
        standing = stored.own if stored.own is not None and stored.own.standing else None
        return found or (standing.places[:1] if standing is not None else ())

    async def find(self, request: web.Request) -> web.Response:
        """Where another place is looked up."""
        found = await self._stored(request)
        if found is None:
            raise web.HTTPSeeOther("/me")
        _, stored = found
        reader = self._shown.reader(request, request.query.get("l") or _language(stored))
        kept = answers.places(request.query.get("p", ""), self._state.places)
        look = Finder(
            table=self._state.places,
            postal=self._state.reader("").postal,
            has_postal=self._joining.has_postal,
            speech=reader.speech,
            choose=lambda code: _href("/me", reader, p=",".join((*kept, code))),
            show=lambda within: _href("/me/place", reader, p=",".join(kept), **{"in": within}) + "#list",
        )
        search = look.search(request.query.get("q", ""), request.query.get("in", ""))
        fields = [("l", reader.tag), ("p", ",".join(kept))]
        return self._shown.page(
            "join_find.html", reader, search=search, heading="add_where", action="/me/place", fields=fields, path="/me"
        )

    async def send_code(self, request: web.Request) -> web.Response:
        """A code to the number, or the word that it is not registered: the page is the same."""
        form = await door.form(request)
        reader = self._shown.reader(request, form.get("l", ""))
        if not door.is_ours(request, self._state.public_url):
            return self._number(reader, "again", 403)
        number = msisdn.parse(form.get("phone", "")[:60])
        if isinstance(number, Refused):
            return self._number(reader, "number_wrong", 400)
        found = await self._codes.ask(request, number, {}, reader.tag)
        if isinstance(found, Limit):
            return self._number(reader, *LIMITS[found])
        raise web.HTTPSeeOther(self._codes.address(reader.tag, found))

    async def enter_code(self, request: web.Request) -> web.Response:
        """The code opens the session."""
        typed = await self._codes.entered(request)
        if isinstance(typed, web.Response):
            return typed
        now = self._state.clock()
        found = await self._state.db.write(_open, typed.ticket, typed.digits, self._state.sealer, now)
        if isinstance(found, Wrong):
            return self._codes.page(typed.reader, typed.ticket, WRONG[found], 400)
        answer = _see(_href("/me", typed.reader))
        session.begin(answer, found, self._state.sealer, now, secure=self._secure)
        return answer

    def _guarded(self, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
        """A form of a session, sent by its own page; others change nothing."""

        async def guarded(request: web.Request) -> web.Response:
            form = dict(await door.form(request))
            known = session.read(request, self._state.sealer, self._state.clock())
            reader = self._shown.reader(request, form.get("l", ""))
            if known is None:
                return self._number(reader, "over", 403)
            if not door.is_ours(request, self._state.public_url) or not known.sent(
                form.get("token", ""), self._state.sealer
            ):
                return self._number(reader, "again", 403)
            return await act(request, known, reader, form)

        return guarded

    async def _save(self, request: web.Request, known: Session, reader: Reader, form: dict[str, str]) -> web.Response:
        stored = await self._state.db.read(own.stored, known.subscriber_id)
        if stored is None:
            return self._number(reader, "over", 403)
        wanted = replace(
            answers.read(form | {"l": form.get("language", "")}, self._shown.known),
            places=self._places(form.get("p", ""), stored),
        )
        wanted = wanted if wanted.language else replace(wanted, language=reader.tag)
        await self._state.db.write(own.change, known.subscriber_id, wanted.registration(), self._state.clock())
        self._joining.registered()
        return _see(f"/me?l={wanted.language}&saved=1")

    async def _pause(self, request: web.Request, known: Session, reader: Reader, form: dict[str, str]) -> web.Response:
        days = door.digits(form.get("days", ""))
        if days.isdecimal() and int(days) in PAUSES:
            until, now = _ends(self._state.clock(), int(days)), self._state.clock()
            await self._state.db.write(own.pause, known.subscriber_id, until, now)
        return _see(_href("/me", reader, saved="1"))

    async def _resume(self, request: web.Request, known: Session, reader: Reader, form: dict[str, str]) -> web.Response:
        await self._state.db.write(own.resume, known.subscriber_id, self._state.clock())
        self._joining.registered()
        return _see(_href("/me", reader, saved="1"))

    async def _leave(self, request: web.Request, known: Session, reader: Reader, form: dict[str, str]) -> web.Response:
        await self._state.db.write(_forget, known.subscriber_id, self._state.clock())
        answer = self._shown.page("me_left.html", reader, path="/me")
        session.end(answer, secure=self._secure)
        return answer

    async def _close(self, request: web.Request, known: Session, reader: Reader, form: dict[str, str]) -> web.Response:
        answer = _see(_href("/", reader))
        session.end(answer, secure=self._secure)
        return answer

    async def ask_leave(self, request: web.Request) -> web.Response:
        """The last question before everything is erased."""
        found = await self._stored(request)
        if found is None:
            raise web.HTTPSeeOther("/me")
        token = found[0].token(self._state.sealer)
        return self._shown.page("me_leave.html", self._shown.reader(request), token=token, path="/me/leave")

    async def data_json(self, request: web.Request) -> web.Response:
        """Everything as a file."""
        found = await self._stored(request)
        if found is None:
            raise web.HTTPSeeOther("/me")
        text = portrait.as_json(found[1], await self._further(found[0]), self._masked(found[1]))
        return _file(text, "application/json", "tomoshibi.json")

    async def data_text(self, request: web.Request) -> web.Response:
        """Everything as text in the reader's language."""
        found = await self._stored(request)
        if found is None:
            raise web.HTTPSeeOther("/me")
        naming = self._naming(self._shown.reader(request))
        text = portrait.as_text(found[1], await self._further(found[0]), self._masked(found[1]), naming)
        return _file(text, "text/plain", "tomoshibi.txt")

    async def _further(self, known: Session) -> Further:
        return await self._state.db.read(further.of, known.subscriber_id, self._state.sealer.open_text)

    async def _stored(self, request: web.Request) -> tuple[Session, Stored] | None:
        known = session.read(request, self._state.sealer, self._state.clock())
        stored = await self._state.db.read(own.stored, known.subscriber_id) if known is not None else None
        return (known, stored) if known is not None and stored is not None else None

    def _masked(self, stored: Stored) -> str:
        return msisdn.mask(self._state.sealer.open(stored.number_sealed)) if stored.number_sealed else "•••••"

    def _naming(self, reader: Reader) -> Naming:
        table, names = self._state.places, self._shown.catalogue.names

        def place(code: str) -> str:
            found = table.place(code)
            return finder.named(found, reader.speech, table) if found is not None else code

        return Naming(
            tongue=reader.tongue,
            place=place,
            language=lambda tag: names[tag].name if tag in names else tag,
            fitting=reader.fitting,
            common=reader.speech,
        )


def _open(db: Connection, ticket: str, typed: str, sealer: Sealer, now: datetime) -> int | Wrong:
    """The subscriber whose number was proved, in one transaction with the try."""
    proved = asked.prove(db, ticket, typed, Purpose.ME, sealer, now)
    if not isinstance(proved, Proved):
        return proved
    found = own.person(db, proved.number_hash)
    return Wrong.OVER if found is None else found


def _forget(db: Connection, subscriber_id: int, now: datetime) -> None:
    """Erase everything at once; that the number has stopped is kept as a keyed hash, so that no import revives it."""
    number_hash = own.hash_of(db, subscriber_id)
    if number_hash is not None:
        stopping.stop(db, number_hash, now)
        store.erase(db, number_hash)
        own.log_leaving(db, subscriber_id, now)


def _language(stored: Stored) -> str:
    """The person's own, else that of the first registration."""
    return next(
        filter(None, [stored.own.language if stored.own else "", *(r.language for r in stored.registrations)]), ""
    )


def _room(stored: Stored) -> int:
    """How many places the person's own registration may have."""
    return MAX_FURTHER_PLACES + int(stored.own is not None and stored.own.standing)


def _listed(form: Answers) -> str:
    return ",".join(form.places)


def _href(path: str, reader: Reader, **query: str) -> str:
    return Answers(language=reader.tag).href(path, **query)


def _ends(now: datetime, days: int) -> datetime:
    """Midnight in Japan after so many days."""
    local = now.astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0)
    return (local + timedelta(days=days + 1)).astimezone(now.tzinfo)


def _see(where: str) -> web.Response:
    return web.Response(status=303, headers={"Location": where})


def _file(text: str, kind: str, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(text=text, content_type=kind, charset="utf-8", headers=headers)
