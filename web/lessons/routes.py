"""The routes of lessons: their list, the page of each, an answer. Anybody may ask; nothing about a person is kept."""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from aiohttp import web

from alerts.japan import JST
from campaigns.lessons import choosing, facts
from campaigns.lessons.choosing import Wanted
from campaigns.lessons.facts import Lesson
from templates_i18n import lesson_texts
from web import access, render
from web.joining import door
from web.lessons import view
from web.lessons.limit import Limit
from web.residents import speech
from web.residents.speech import Speech
from web.state import WebState

#: a lesson, then perhaps its place and the reader's language: "water", "water.17204.my"
_TOKEN = re.compile(r"(?P<lesson>[a-z0-9_]{1,40})(?:\.(?P<place>\d{5}))?(?:\.(?P<tag>[A-Za-z]{2,3}(?:-[A-Za-z]{4})?))?")
_DIGIT = re.compile(r"[1-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What somebody wants to see."""

    speech: Speech
    #: None where there is no such lesson
    lesson: Lesson | None
    #: of the link; '' where it names none that there is
    place: str
    words: Mapping[str, str]


class LessonPages:
    """`/l` and `/l/{lesson}`."""

    def __init__(self, state: WebState) -> None:
        """Pages of one service."""
        self._state = state
        self._limit = Limit()

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes; only an answer writes."""
        router.add_get("/l", self.all)
        router.add_get("/l/{lesson}", self.show)
        router.add_post("/l/{lesson}", self.answer)

    async def all(self, request: web.Request) -> web.Response:
        """Every lesson by its title: first what fits the place of the link in this month."""
        asked = self._asked(request)
        quiz, titles = self._state.lessons, []
        month = self._state.clock().astimezone(JST).month
        fitting = choosing.choose(facts.load(), Wanted(tags=choosing.load().of_place(asked.place), month=month))
        known = quiz.book().ids()
        for key in dict.fromkeys((*(key for key in fitting if key in known), *known)):
            if (lesson := facts.load().get(key)) is not None:
                spoken = lesson_texts.spoken(quiz.book(), quiz.catalogue(), key, asked.speech.tag)[-1]
                titles.append((key, asked.speech.sign(lesson.pictograms[0]), spoken.language, spoken.title))
        return self._page("lessons.html", asked, path="/l", titles=titles)

    async def show(self, request: web.Request) -> web.Response:
        """One lesson; behind `?a=` what is right."""
        asked = self._asked(request)
        if asked.lesson is None:
            return self._page("lesson_unknown.html", asked, status=404, path="/l")
        digit = request.query.get("a", "")
        said = int(digit) if _DIGIT.fullmatch(digit) else None
        shown = view.show(self._state.lessons, asked.lesson, asked.speech, said)
        return self._page("lesson.html", asked, path=f"/l/{shown.id}", page=shown)

    async def answer(self, request: web.Request) -> web.Response:
        """Count an answer, and go to the page that tells what is right."""
        fields = await door.form(request)
        asked = self._asked(request, fields)
        digit = fields.get("answer", "")
        if asked.lesson is None or not _DIGIT.fullmatch(digit):
            return await self.show(request)
        place = f"&p={asked.place}" if asked.place else ""
        options = lesson_texts.sms_options(
            self._state.lessons.book(), self._state.lessons.catalogue(), asked.lesson.id, asked.speech.tag
        )
        if int(digit) <= len(options) and self._counts(request):
            await self._state.db.write(
                self._state.lessons.count, asked.lesson, asked.speech.tag, asked.place, int(digit)
            )
        location = f"/l/{asked.lesson.id}?l={asked.speech.tag}{place}&a={digit}#answer"
        return web.Response(status=303, headers={"Location": location})

    def _counts(self, request: web.Request) -> bool:
        """Whether an answer counts: it comes from our own page, and not too many come from there."""
        address = door.address(request, self._state.trust_forwarded_for)
        return door.is_ours(request, self._state.public_url) and self._limit.counts(address, self._state.clock())

    def _asked(self, request: web.Request, fields: Mapping[str, str] | None = None) -> _Asked:
        token = _TOKEN.fullmatch(request.match_info.get("lesson", "")[:80])
        given = fields or request.query
        tag = given.get("l") or (token["tag"] if token else None)
        catalogue = self._state.words
        chosen = speech.choose(catalogue, tag, request.headers.get("Accept-Language", ""))
        known = token is not None and token["lesson"] in self._state.lessons.book().ids()
        code = given.get("p") or (token["place"] if token else "") or ""
        return _Asked(
            speech=speech.speak(catalogue, chosen),
            lesson=facts.load().get(token["lesson"]) if token and known else None,
            place=code if code.isascii() and self._state.places.place(code[:7]) else "",
            words=_words()[chosen],
        )

    def _page(self, name: str, asked: _Asked, *, status: int = 200, path: str, **values: object) -> web.Response:
        text = render.resident(
            name,
            s=asked.speech,
            t=asked.words,
            blind=False,
            mode=self._state.mode,
            place=asked.place,
            names=tuple(self._state.words.names.values()),
            path=path,
            **values,
        )
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=access.FORMS)


@functools.cache
def _words() -> Mapping[str, Mapping[str, str]]:
    """Headings of these pages by language."""
    return tomllib.loads(resources.files("web.lessons").joinpath("words.toml").read_text(encoding="utf-8"))
