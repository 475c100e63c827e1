"""`/console/lessons`: which lessons are understood in which language, and what was answered to each."""

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from campaigns.lessons import facts, results, totals
from campaigns.lessons.totals import Total
from campaigns.telling import Teller
from templates_i18n import lesson_texts
from web import render
from web.accounts.roles import Permission
from web.console import reach
from web.console.frame import Frame
from web.console.lessons import sheet
from web.console.visitor import Visitor
from web.state import WebState

_PATH: Final = "/console/lessons"


class LessonResults:
    """The list, one lesson, and all as CSV."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes; none writes."""
        page = self._frame.gate.page
        router.add_get(_PATH, page(self.all, Permission.SEE_CONSOLE))
        router.add_get(f"{_PATH}/answers.csv", page(self.csv, Permission.SEE_CONSOLE))
        router.add_get(f"{_PATH}/{{lesson}}", page(self.one, Permission.SEE_CONSOLE))

    async def all(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Every lesson, and all together by language."""
        rows = await self._rows(visitor)
        found = results.results(rows, self._ids(), self._is_current)
        return await self._frame.show(
            visitor,
            "console/lessons.html",
            results=found,
            understood=results.by_language(rows, self._is_current),
            title=lambda key: self._title(key, visitor),
            language_name=lambda tag: self._language(tag, visitor),
            few=reach.few,
        )

    async def one(self, request: web.Request, visitor: Visitor) -> web.Response:
        """One lesson: its words, its options, by language and place."""
        key = request.match_info["lesson"]
        if key not in self._ids():
            return await self._frame.message(visitor, "not_found", status=404)
        rows = await self._rows(visitor)
        quiz, lesson = self._state.lessons, facts.load()[key]
        return await self._frame.show(
            visitor,
            "console/lesson.html",
            result=results.results(rows, [key], self._is_current)[0],
            lesson=lesson,
            words_of=lesson_texts.spoken(quiz.book(), quiz.catalogue(), key, visitor.words.language)[0],
            options=results.options(rows, key, self._is_current),
            language_name=lambda tag: self._language(tag, visitor),
            name_place=lambda code: visitor.words.place(self._state.places, code),
            few=reach.few,
        )

    async def csv(self, request: web.Request, visitor: Visitor) -> web.Response:
        """All of it, for the places of the visitor."""
        found = results.results(await self._rows(visitor), self._ids(), self._is_current)
        headers = {
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": 'attachment; filename="tomoshibi-lessons.csv"',
        }
        return web.Response(body=sheet.write(found, visitor.words), headers=headers)

    async def _rows(self, visitor: Visitor) -> Sequence[Total]:
        return await self._state.db.read(totals.read, reach.scope(visitor, self._state.places))

    def _ids(self) -> tuple[str, ...]:
        return tuple(key for key in self._state.lessons.book().ids() if key in facts.load())

    def _is_current(self, row: Total) -> bool:
        """Whether the words that were asked are those of now; of two languages the last, which was sent."""
        tag = row.asked.language.rpartition("+")[2]
        return self._state.lessons.book().versions.get((row.asked.lesson, tag)) == row.asked.version

    def _title(self, key: str, visitor: Visitor) -> str:
        book = self._state.lessons.book()
        return Teller(book=book, catalogue=self._state.lessons.catalogue()).title(key, visitor.words.language)

    def _language(self, tag: str, visitor: Visitor) -> str:
        return render.language_name(self._state.catalogue, tag, visitor.words.language)
