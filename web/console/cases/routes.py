"""The list of cases, one case, writing it, and the file between municipalities.

Whoever sees the console reads what is published; a municipality's drafts are seen by its own people, and changed by its
coordinators.
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from alerts.japan import JST
from alerts.places import PlaceTable
from alerts.vocabulary import Hazard
from cases import case, facts, sharing, store
from cases.case import Case, Content, LifeStage, Section, State, Wrong
from cases.store import Change, Outcome, Search
from storage.connection import Connection
from web.accounts.roles import Permission
from web.console import forms
from web.console.cases import asked, form, labels
from web.console.cases.form import Typed
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.state import WebState

_PATH: Final = "/console/cases"
_ONE: Final = f"{_PATH}/{{id:[0-9]{{1,15}}}}"
#: what a button of the form does with a case that was saved
_AFTER: Final = {"publish": State.PUBLISHED, "draft": State.DRAFT, "discard": State.DISCARDED}


class CasePages:
    """What happened and what helped."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame
        self._labels = labels.load(state.places)

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes."""
        gate, see, write = self._frame.gate, Permission.SEE_CONSOLE, Permission.SUBMIT
        router.add_get(_PATH, gate.page(self.overview, see))
        router.add_post(_PATH, gate.page(self.begin, write))
        router.add_get(f"{_PATH}/cases.json", gate.page(self.export, see))
        router.add_post(f"{_PATH}/import", gate.page(self.take, write))
        router.add_get(_ONE, gate.page(self.one, see))
        router.add_get(f"{_ONE}/edit", gate.page(self.edit, write))
        router.add_post(_ONE, gate.page(self.save, write))
        router.add_post(f"{_ONE}/move", gate.page(self.move, write))

    async def overview(self, request: web.Request, visitor: Visitor) -> web.Response:
        """By hazard and life stage, or by what is looked for; 25 on a page."""
        search = asked.read(request.query)
        found = await self._state.db.read(store.find, search, _keepers(visitor))
        numbers = await self._state.db.read(store.counts)
        return await self._frame.show(
            visitor,
            "console/cases.html",
            found=found[: store.PAGE],
            asked=search,
            numbers=numbers,
            hazards=[hazard.value for hazard in Hazard],
            stages=[stage.value for stage in LifeStage],
            older=asked.address(_PATH, request.query, search.skip + store.PAGE) if len(found) > store.PAGE else "",
            newest=asked.address(_PATH, request.query, 0) if search.skip else "",
            filter=f"?{request.query_string}" if request.query_string else "",
            filtered=bool(search.words or search.hazard or search.stage or search.state),
            writing=_writing(visitor),
        )

    async def begin(self, request: web.Request, visitor: Visitor) -> web.Response:
        """A new draft of one's own."""
        fields = await forms.read(request)
        place = fields.get("m", "")
        if place not in _writing(visitor):
            raise web.HTTPForbidden(text="not your municipality\n")
        try:
            hazard = Hazard(fields.get("hazard", ""))
        except ValueError:
            raise web.HTTPBadRequest(text="hazard: expected one of the list\n") from None
        content = Content(hazard=hazard, happened_on=visitor.now.astimezone(JST).date(), places=(place,))
        actor = visitor.principal.name
        made = await self._state.db.write(
            lambda db: store.add(db, place, content, self._labels, actor=actor, now=visitor.wall)
        )
        return self._frame.back(f"{_PATH}/{made}/edit")

    async def one(self, request: web.Request, visitor: Visitor) -> web.Response:
        """One case, as it is read."""
        held = await self._held(request, visitor)
        if held is None:
            return await self._frame.message(visitor, "not_found", status=404)
        return await self._frame.show(
            visitor,
            "console/case.html",
            case=held,
            sections=tuple(Section)[1:],
            parts=facts.PARTS,
            mine=held.keeper in _writing(visitor),
            language_name=self._language_name(visitor),
        )

    async def edit(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The form of one's own case."""
        held = await self._own(request, visitor)
        if held is None:
            return await self._frame.message(visitor, "not_found", status=404)
        return await self._form(visitor, held, form.of(held.content, self._state.places), [])

    async def save(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Save what was written; with the other button publish it as well."""
        fields = await forms.read_all(request)
        held = await self._own(request, visitor)
        if held is None:
            return await self._frame.message(visitor, "not_found", status=404)
        typed = form.typed(fields)
        publish = fields.get("do") == "publish"
        content, wrong = form.content(typed, held, self._state.places)
        wrong += _check(content, self._state.places, complete=publish or held.state is State.PUBLISHED)
        if wrong:
            return await self._form(visitor, held, typed, wrong, status=422)
        change = _change(held, visitor, fields.get("version", ""))
        done = await self._state.db.write(self._write, change, content, publish)
        if done is Outcome.OVERTAKEN:
            return await self._form(visitor, held, typed, [_OVERTAKEN], status=409)
        said = "case_published" if publish else "case_saved"
        return self._frame.back(f"{_PATH}/{held.id}", said=said if done is Outcome.DONE else "case_gone")

    async def move(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Publish a case, take it back, or throw it away."""
        fields = await forms.read(request)
        held = await self._kept(request, visitor)
        state = _AFTER.get(fields.get("do", ""))
        if held is None or state is None:
            return await self._frame.message(visitor, "not_found", status=404)
        if state is State.PUBLISHED and (wrong := case.check_complete(held.content, self._state.places)):
            typed = form.of(held.content, self._state.places)
            return await self._form(visitor, held, typed, wrong, status=422)
        done = await self._state.db.write(store.move, _change(held, visitor, fields.get("version", "")), state)
        if done is Outcome.DONE:
            back = _PATH if state is State.DISCARDED else f"{_PATH}/{held.id}"
            return self._frame.back(back, said=f"case_{state.value}")
        return self._frame.back(f"{_PATH}/{held.id}", said=f"case_{done.value}")

    async def export(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The published cases that fit, as a file for others."""
        search = asked.read(request.query)
        wanted = Search(words=search.words, hazard=search.hazard, stage=search.stage, state=State.PUBLISHED)
        found = await self._state.db.read(store.find, wanted, _keepers(visitor))
        text = sharing.write(found)
        if isinstance(text, sharing.Refused):
            return await self._frame.show(visitor, "console/cases_refused.html", status=422, refused=[text])
        return web.Response(
            text=text,
            content_type="application/json",
            headers={"Content-Disposition": 'attachment; filename="tomoshibi-cases.json"'},
        )

    async def take(self, request: web.Request, visitor: Visitor) -> web.Response:
        """A file of others."""
        fields, data = await forms.read_file(request, sharing.MAX_BYTES, ("m",))
        place = fields.get("m", "")
        if place not in _writing(visitor):
            raise web.HTTPForbidden(text="not your municipality\n")
        result = sharing.read(data, self._state.places)
        refused = [one for one in result if isinstance(one, sharing.Refused)]
        if refused:
            return await self._frame.show(visitor, "console/cases_refused.html", status=422, refused=refused)
        shared = [one for one in result if isinstance(one, sharing.Shared)]
        actor = visitor.principal.name
        done = await self._state.db.write(
            lambda db: store.take(db, shared, self._labels, keeper=place, actor=actor, now=visitor.wall)
        )
        return self._frame.back(_PATH, said="cases_imported" if done.added or done.changed else "cases_same")

    def _write(self, db: Connection, change: Change, content: Content, publish: bool) -> Outcome:
        done = store.save(db, change, content, self._labels)
        if done is Outcome.DONE and publish:
            now_it_is = Change(id=change.id, version=None, actor=change.actor, now=change.now)
            return store.move(db, now_it_is, State.PUBLISHED)
        return done

    async def _form(
        self, visitor: Visitor, held: Case, typed: Typed, wrong: list[Wrong], *, status: int = 200
    ) -> web.Response:
        return await self._frame.show(
            visitor,
            "console/case_edit.html",
            status=status,
            case=held,
            typed=typed,
            wrong=wrong,
            sections=tuple(Section),
            longest=case.LONGEST,
            hazards=[hazard.value for hazard in Hazard],
            stages=[stage.value for stage in LifeStage],
            tags=sorted({*self._state.catalogue.names, *held.content.languages}),
            language_name=self._language_name(visitor),
        )

    async def _held(self, request: web.Request, visitor: Visitor) -> Case | None:
        return await self._state.db.read(store.load, int(request.match_info["id"]), _keepers(visitor))

    async def _kept(self, request: web.Request, visitor: Visitor) -> Case | None:
        """A case that this visitor's municipality keeps."""
        held = await self._held(request, visitor)
        return held if held is not None and held.keeper in _writing(visitor) else None

    async def _own(self, request: web.Request, visitor: Visitor) -> Case | None:
        """… and that did not come in a file."""
        held = await self._kept(request, visitor)
        return held if held is not None and not held.imported else None

    def _language_name(self, visitor: Visitor) -> "_LanguageName":
        return _LanguageName(names=self._labels.languages, japanese=visitor.words.language == "ja")


class _LanguageName:
    """Names of languages in the language of the page."""

    def __init__(self, *, names: Mapping[str, tuple[str, ...]], japanese: bool) -> None:
        self._names = names
        self._japanese = japanese

    def __call__(self, tag: str) -> str:
        found = self._names.get(tag)
        return found[1 if self._japanese else 0] if found else tag


_OVERTAKEN: Final = Wrong(field="", key="overtaken", text="somebody else has changed this case meanwhile")


def _keepers(visitor: Visitor) -> tuple[str, ...] | None:
    """Whose drafts are seen; before the first account exists, on this machine, all."""
    return visitor.principal.places(Permission.SEE_CONSOLE) if visitor.signed_in else None


def _writing(visitor: Visitor) -> tuple[str, ...]:
    return visitor.principal.places(Permission.SUBMIT)


def _check(content: Content, places: PlaceTable, *, complete: bool) -> list[Wrong]:
    return case.check_complete(content, places) if complete else case.check(content, places)


def _change(held: Case, visitor: Visitor, version: str) -> Change:
    seen = forms.number(version, 9)
    return Change(
        id=held.id, version=held.version if seen is None else seen, actor=visitor.principal.name, now=visitor.wall
    )
