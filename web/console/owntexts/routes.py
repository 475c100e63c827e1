"""`/console/texts`: a notice or lesson of one's own, in all languages: write, let draft, read, put right, sign."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from campaigns import own
from delivery.byhand.drafts import NEEDED
from delivery.owntexts import signing, texts
from delivery.owntexts.signing import Outcome, Seen
from delivery.owntexts.texts import New, OwnText, Purpose, Words
from subscribers.languages import TAGS
from templates_i18n import segments
from templates_i18n.drafts import drafter as drafters
from templates_i18n.drafts.drafter import Offer
from templates_i18n.drafts.shelf import Model
from templates_i18n.freetext import gates
from templates_i18n.freetext.gates import Finding, Tables
from templates_i18n.freetext.tidying import tidy
from web.accounts.roles import Permission
from web.console import forms
from web.console.frame import Frame
from web.console.owntexts import drafting
from web.console.owntexts.drafting import Drafting
from web.console.visitor import Visitor
from web.state import WebState

_PATH: Final = "/console/texts"
_ONE: Final = f"{_PATH}/{{id:[0-9]{{1,15}}}}"
_SUBMIT: Final = Permission.SUBMIT
_SOURCES: Final = ("ja", "en")
_LONGEST_TITLE: Final = 80
_AGREES: Final = "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One language of a text, as the page shows it."""

    language: str
    words: Words | None
    offer: Offer
    #: why the last try made no draft
    failed: str
    findings: tuple[Finding, ...]
    #: stands for what is shown
    mark: str
    #: of an SMS with these words alone
    segments: int


class OwnTextPages:
    """All texts, and one of them."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """The pages of one service."""
        self._state = state
        self._frame = frame
        self._drafting = Drafting(state)
        self._tables = Tables(catalogue=state.catalogue, places=state.places)

    def add_to(self, app: web.Application) -> None:
        """Its routes, and the end of what it has begun."""
        router, gate = app.router, self._frame.gate
        router.add_get(_PATH, gate.page(self.overview, _SUBMIT))
        router.add_post(_PATH, gate.page(self.begin, _SUBMIT))
        router.add_get(_ONE, gate.page(self.one, _SUBMIT))
        router.add_post(_ONE, gate.page(self.change, _SUBMIT))
        router.add_post(f"{_ONE}/{{language:[A-Za-z-]{{2,10}}}}", gate.page(self.change_language, _SUBMIT))
        app.on_cleanup.append(self._drafting.stop)

    async def overview(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The texts of one's municipalities, and a form for a new one."""
        return await self._overview(visitor, {}, [])

    async def begin(self, request: web.Request, visitor: Visitor) -> web.Response:
        """A new text; drafting begins at once where there are models."""
        fields = await forms.read(request)
        place, language = fields.get("m", ""), fields.get("language", "")
        if place not in visitor.municipalities or language not in _SOURCES:
            raise web.HTTPBadRequest(text="expected a municipality of yours, and Japanese or English\n")
        if fields.get("purpose") not in set(Purpose):
            raise web.HTTPBadRequest(text="purpose: expected notice or lesson\n")
        source = tidy(fields.get("words", ""))
        wrong = gates.alone(source, language, self._tables)
        if wrong:
            return await self._overview(visitor, fields, wrong)
        title = " ".join(fields.get("title", "").split())[:_LONGEST_TITLE] or source[:_LONGEST_TITLE]
        new = New(
            municipality=place,
            purpose=Purpose(fields["purpose"]),
            title=title,
            source_language=language,
            source=source,
        )
        made = await self._state.db.write(signing.begin, new, visitor.principal.name, visitor.wall)
        return self._frame.back(f"{_PATH}/{made}", said="own_text_begun")

    async def one(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Every language beside its state, its back-translation and what the gates see."""
        return await self._one(visitor, await self._found(request, visitor))

    async def change(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Let the machine draft all that is open, or throw the text away."""
        text = await self._found(request, visitor)
        if text is None:
            return await self._one(visitor, None)
        step = (await forms.read(request)).get("step", "")
        if step == "discard":
            await self._state.db.write(signing.discard, text, visitor.principal.name, visitor.wall)
            return self._frame.back(_PATH, said="own_text_discarded")
        if step == "draft":
            self._drafting.start(text, drafting.wanted(text, self._state.drafter.models()))
        return self._frame.back(f"{_PATH}/{text.id}")

    async def change_language(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Save one's own words, let them be drafted anew, or sign."""
        text, language = await self._found(request, visitor), request.match_info["language"]
        if text is None or language not in TAGS:
            return await self._one(visitor, None)
        fields = await forms.read_all(request)
        match fields.get("step"):
            case "save":
                return await self._save(visitor, text, language, tidy(fields.get("words", "")))
            case "draft":
                if language in drafting.wanted(text, self._state.drafter.models()):
                    self._drafting.start(text, [language])
            case "sign":
                answered = frozenset(fields.getall("answer", []))
                agrees = fields.get("read") == _AGREES
                return await self._sign(visitor, text, language, fields.get("mark", ""), answered, agrees=agrees)
        return self._frame.back(f"{_PATH}/{text.id}")

    async def _save(self, visitor: Visitor, text: OwnText, language: str, words: str) -> web.Response:
        wrong = gates.alone(words, language, self._tables)
        if wrong:
            return await self._one(visitor, text, refused={language: (words, tuple(wrong))})
        by, now = visitor.principal.name, visitor.wall
        await self._state.db.write(signing.write, text, language, words, by, now)
        if language != text.source_language:
            self._drafting.read_later(text, words, language)
        return self._frame.back(f"{_PATH}/{text.id}", said="own_text_saved")

    async def _sign(
        self, visitor: Visitor, text: OwnText, language: str, mark: str, answered: frozenset[str], *, agrees: bool
    ) -> web.Response:
        if not agrees:
            return await self._one(visitor, text, outcome=Outcome.ASKED)
        seen = Seen(language=language, mark=mark, answered=answered)
        by, now = visitor.principal.name, visitor.wall
        made = await self._state.db.write(signing.sign, text.id, seen, by, self._tables, now)
        if made.outcome is Outcome.DONE:
            return self._frame.back(f"{_PATH}/{text.id}", said="own_text_signed")
        return await self._one(visitor, await self._state.db.read(texts.find, text.id), outcome=made.outcome)

    async def _found(self, request: web.Request, visitor: Visitor) -> OwnText | None:
        text = await self._state.db.read(texts.find, int(request.match_info["id"]))
        return text if text is not None and visitor.may(_SUBMIT, text.municipality) else None

    async def _overview(self, visitor: Visitor, fields: Mapping[str, str], wrong: list[Finding]) -> web.Response:
        found = await self._state.db.read(texts.latest, visitor.municipalities)
        return await self._frame.show(
            visitor,
            "console/own_texts.html",
            status=422 if wrong else 200,
            texts=found,
            fields=fields,
            wrong=wrong,
            purposes=tuple(Purpose),
            sources=_SOURCES,
            writing=visitor.municipalities,
            total=len(TAGS),
            longest=gates.LONGEST,
        )

    async def _one(
        self,
        visitor: Visitor,
        text: OwnText | None,
        outcome: str = "",
        refused: Mapping[str, tuple[str, tuple[Finding, ...]]] | None = None,
    ) -> web.Response:
        if text is None:
            return await self._frame.message(visitor, "own_text_gone", status=404)
        models = self._state.drafter.models()  # of a folder: read once
        sides = [self._side(text, tag, models) for tag in self._order(text)]
        signed = text.signed()
        return await self._frame.show(
            visitor,
            "console/own_text.html",
            status=422 if outcome or refused else 200,
            text=text,
            sides=sides,
            outcome=outcome,
            refused=refused or {},
            running=self._drafting.running(text.id),
            reading=self._drafting.reading(text.id),
            can_draft=bool(drafting.wanted(text, models)),
            machines=bool(models),
            lesson=own.key(text),
            missing=[tag for tag in NEEDED if tag not in signed],
            signed=len(signed),
            total=len(TAGS),
            longest=gates.LONGEST,
        )

    def _order(self, text: OwnText) -> list[str]:
        """The source, what everybody else is served by, then the others."""
        return list(dict.fromkeys((text.source_language, *NEEDED, *TAGS)))

    def _side(self, text: OwnText, tag: str, models: Sequence[Model]) -> Side:
        words = text.words.get(tag)
        return Side(
            language=tag,
            words=words,
            offer=drafters.offer(models, text.source_language, tag),
            failed=self._drafting.failed(text.id).get(tag, ""),
            findings=tuple(signing.findings(text, tag, self._tables)) if words else (),
            mark=signing.seen(text, tag) if words else "",
            segments=segments.count(words.words).segments if words else 0,
        )
