"""`/console/write`: choose what to tell, fill the gaps, see every language before it goes, submit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from multidict import MultiDict

from alerts.places import PlaceTable
from alerts.vocabulary import Hazard, Topic
from delivery.byhand import signing, submitting
from delivery.byhand.drafts import Draft, Wrong
from delivery.byhand.previews import Preview
from delivery.byhand.signing import Person
from delivery.owntexts import texts
from delivery.owntexts.texts import OwnText
from storage.connection import Connection
from subscribers import disclosure
from subscribers.languages import TAGS
from templates_i18n.freetext import gates
from templates_i18n.freetext.gates import Finding, Tables
from web.accounts.roles import Permission
from web.console import forms
from web.console.byhand import counts, written
from web.console.byhand.written import Written
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.state import WebState

_KINDS: Final = (Hazard.EVACUATION, Hazard.NOTICE)
_SUBMIT: Final = Permission.SUBMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A municipality, or a ward of a designated city, that can be ticked."""

    code: str
    ticked: bool


class WritePages:
    """The form and its preview. Nothing is kept before it is submitted."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """The pages of one service."""
        self._state = state
        self._frame = frame

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Its routes."""
        gate = self._frame.gate
        router.add_get("/console/write", gate.page(self.choose, _SUBMIT))
        router.add_get("/console/write/{kind:evacuation|notice}", gate.page(self.form, _SUBMIT))
        router.add_post("/console/write/{kind:evacuation|notice}", gate.page(self.send, _SUBMIT))

    async def choose(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Evacuation or notice."""
        return await self._frame.show(visitor, "console/byhand/choose.html", kinds=_KINDS)

    async def form(self, request: web.Request, visitor: Visitor) -> web.Response:
        """An empty form; with one municipality it is ticked."""
        ticked = visitor.municipalities if len(visitor.municipalities) == 1 else ()
        fields = MultiDict[str]()
        if (asked := request.query.get("text", "")).isdecimal():
            text = await self._state.db.read(texts.find, int(asked[:15]))
            if text is not None and visitor.may(_SUBMIT, text.municipality):
                fields, ticked = _of_text(text), (text.municipality,)
        return await self._form(visitor, request.match_info["kind"], fields, ticked, [])

    async def send(self, request: web.Request, visitor: Visitor) -> web.Response:
        """See it, change it again, or submit it."""
        kind, fields = request.match_info["kind"], await forms.read_all(request)
        areas, step = fields.getall("area", []), fields.get("step", "preview")
        found, wrong = written.read(kind, fields, areas)
        if found is None or step == "edit":
            return await self._form(visitor, kind, fields, areas, wrong)
        if step == "submit":
            return await self._submit(visitor, kind, fields, found)
        return await self._preview(visitor, kind, fields, found)

    async def _preview(
        self, visitor: Visitor, kind: str, fields: MultiDict[str], found: Written, wrong: Sequence[Wrong] = ()
    ) -> web.Response:
        now = self._state.clock()
        who = person(visitor, _SUBMIT)
        made = await self._state.db.read(submitting.preview_alert, found.draft, who, self._state.desk, now)
        if isinstance(made, signing.Refused):
            return await self._form(visitor, kind, fields, found.draft.areas, made.wrong)
        shown = counts.of(made.texts.message)
        return await self._frame.show(
            visitor,
            "console/byhand/preview.html",
            kind=kind,
            draft=found.draft,
            expected=found.expected,
            explanation=found.explanation,
            too_many=made.people > 2 * found.expected,
            preview=made,
            counts=shown,
            registered=disclosure.total(made.registered, {one.language: one.people for one in made.texts.message}),
            cost=cost(self._state, made) if isinstance(shown.segments, int) else None,
            fields=written.kept(fields.items()),
            wrong=wrong,
            looked=looked(self._state, found.draft),
        )

    async def _submit(self, visitor: Visitor, kind: str, fields: MultiDict[str], found: Written) -> web.Response:
        state, now = self._state, self._state.clock()

        def work(db: Connection) -> signing.Submitted | signing.Refused:
            who = person(visitor, _SUBMIT)
            return submitting.submit_alert(
                db, found.draft, who, state.desk, now, expected=found.expected, explanation=found.explanation
            )

        made = await state.db.write(work)
        if isinstance(made, signing.Refused):
            if all(one.field == "explanation" for one in made.wrong):
                return await self._preview(visitor, kind, fields, found, made.wrong)
            return await self._form(visitor, kind, fields, found.draft.areas, made.wrong)
        state.changes.notify()
        return self._frame.back(f"/console/waiting/{made.id}", said="submitted")

    async def _form(
        self,
        visitor: Visitor,
        kind: str,
        fields: MultiDict[str],
        ticked: Sequence[str],
        wrong: Sequence[Wrong],
    ) -> web.Response:
        return await self._frame.show(
            visitor,
            f"console/byhand/{kind}.html",
            status=422 if wrong else 200,
            kind=kind,
            fields=fields,
            areas=areas_of(visitor.municipalities, self._state.places, ticked),
            grades=written.EVACUATION_GRADES,
            topics=tuple(Topic),
            tags=TAGS,
            wrong=wrong,
        )


def person(visitor: Visitor, permission: Permission) -> Person:
    """Who signs, with the municipalities for which they may."""
    return Person(name=visitor.principal.name, may=frozenset(visitor.principal.places(permission)))


def cost(state: WebState, preview: Preview) -> float | None:
    """In the currency of the setting; None where no price is known."""
    return preview.segments * state.segment_price if state.segment_price else None


def looked(state: WebState, draft: Draft) -> dict[str, list[Finding]]:
    """What the gates of free text see in words that nobody has signed: both people look at it."""
    words = {tag: text for tag, text in draft.words.items() if tag not in draft.origins}
    if draft.text_id is not None and not draft.origins:  # signed words, not submitted yet
        return {}
    return gates.of_all(words, Tables(catalogue=state.catalogue, places=state.places))


def _of_text(text: OwnText) -> MultiDict[str]:
    """The form with the signed words of an own text."""
    words = {f"words_{tag}": one.words for tag, one in text.signed().items()}
    return MultiDict({"topic": "own", "text": str(text.id), **words})


def areas_of(municipalities: Sequence[str], places: PlaceTable, ticked: Sequence[str]) -> list[Area]:
    """Municipalities with the wards of designated cities, to be ticked."""
    codes = [code for city in municipalities for code in (city, *places.wards_of(city))]
    return [Area(code=code, ticked=code in ticked) for code in dict.fromkeys(codes)]
