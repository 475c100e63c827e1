"""`/console/course`: chapters to read, questions to answer, and who has passed. Taken again each year."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from campaigns.course import content, passes
from campaigns.course.passes import Pass, Standing
from cases import store as cases
from cases.case import Case, State
from cases.store import Search
from storage import lists
from storage.connection import Connection
from web.accounts.roles import Permission
from web.console import forms
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.state import WebState

_PATH: Final = "/console/course"
_SEE: Final = Permission.SEE_CONSOLE
#: the chapter that shows this service's own cases
_CASES: Final = "cases"
_NEWEST: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody who needs the course, in a municipality of the reader's."""

    name: str
    passed: Pass | None
    standing: Standing


class CoursePages:
    """Overview, chapters, questions."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """The pages of one service."""
        self._state = state
        self._frame = frame
        self._course = content.load()

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Its routes."""
        gate = self._frame.gate
        router.add_get(_PATH, gate.page(self.overview, _SEE))
        router.add_get(f"{_PATH}/questions", gate.page(self.questions, _SEE))
        router.add_post(f"{_PATH}/questions", gate.page(self.answer, _SEE))
        router.add_get(f"{_PATH}/{{chapter:[a-z_]{{1,20}}}}", gate.page(self.chapter, _SEE))

    async def overview(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Where one stands, what there is to read, and for those in charge who has passed."""
        mine = await self._state.db.read(passes.last, visitor.principal.name)
        watching = visitor.principal.places(Permission.MANAGE_USERS)
        return await self._frame.show(
            visitor,
            "console/course.html",
            course=self._course,
            mine=mine,
            standing=passes.standing(mine, visitor.wall),
            colleagues=await self._state.db.read(_colleagues, watching, visitor) if watching else [],
        )

    async def chapter(self, request: web.Request, visitor: Visitor) -> web.Response:
        """One page to read."""
        found = self._course.chapter(request.match_info["chapter"])
        if found is None:
            return await self._frame.message(visitor, "not_found", status=404)
        newest: list[Case] = []
        if found.key == _CASES:
            newest = await self._state.db.read(cases.find, Search(state=State.PUBLISHED, limit=_NEWEST), [])
        return await self._frame.show(
            visitor, "console/course_chapter.html", chapter=found, after=self._course.after(found.key), cases=newest
        )

    async def questions(self, request: web.Request, visitor: Visitor) -> web.Response:
        """All questions."""
        return await self._questions(visitor, {}, answered=False)

    async def answer(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Everything right: passed. Else the right answers with their reasons, and another try."""
        answers = _answers(await forms.read(request), len(self._course.questions))
        if self._course.wrong(answers):
            return await self._questions(visitor, answers, answered=True)
        await self._state.db.write(self._pass, visitor)
        return self._frame.back(_PATH, said="course_passed")

    def _pass(self, db: Connection, visitor: Visitor) -> None:
        version = self._course.version
        passes.record(db, visitor.principal.name, version, visitor.wall)
        home = visitor.municipalities[0] if visitor.municipalities else ""
        visitor.log(db, "course passed", f"course:{version}", home)

    async def _questions(self, visitor: Visitor, answers: Mapping[int, int], *, answered: bool) -> web.Response:
        return await self._frame.show(
            visitor,
            "console/course_questions.html",
            status=422 if answered else 200,
            course=self._course,
            answers=answers,
            answered=answered,
            wrong=self._course.wrong(answers) if answered else [],
        )


def _answers(fields: Mapping[str, str], questions: int) -> dict[int, int]:
    """Number of the question -> number of the option; what is no number is no answer."""
    found = {number: forms.number(fields.get(f"q{number}", ""), digits=3) for number in range(1, questions + 1)}
    return {number: option for number, option in found.items() if option is not None}


def _colleagues(db: Connection, municipalities: tuple[str, ...], visitor: Visitor) -> list[Colleague]:
    """Coordinators and approvers of some municipalities; whoever never passed first, then the oldest pass."""
    names: set[str] = set()
    for marks, values in lists.portions(municipalities):
        rows = db.execute(
            "SELECT DISTINCT u.name FROM users u JOIN user_grants g ON g.user_id = u.id"  # noqa: S608 -- marks
            f" WHERE u.disabled_at IS NULL AND g.municipality IN ({marks})"
            " AND g.role IN ('coordinator', 'approver')",
            values,
        )
        names.update(row.text("name") for row in rows)
    found = passes.latest(db, [f"user:{name}" for name in names])
    everybody = [
        Colleague(name=name, passed=(one := found.get(f"user:{name}")), standing=passes.standing(one, visitor.wall))
        for name in names
    ]
    return sorted(everybody, key=lambda one: (one.passed.at.timestamp() if one.passed else 0.0, one.name))
