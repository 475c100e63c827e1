"""The page of "safe / need help". No number stands in the list; this is not 119, and the page says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from delivery.twoway import revealing, triage
from delivery.twoway.answering import Words
from delivery.twoway.revealing import Missing, Revealed, Waits
from delivery.twoway.triage import Case
from storage.connection import Connection
from web.accounts.roles import Permission
from web.console import forms
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.state import WebState

_PAGE: Final = "/console/triage"
_EITHER: Final = (Permission.SUBMIT, Permission.APPROVE)
#: name in a form -> key of [service]
_PHRASES: Final[Mapping[str, str]] = {"119": "help_ack", "ask": "safe_or_help_offer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The cases of one municipality."""

    municipality: str
    on_duty: int
    cases: tuple[Case, ...]

    @property
    def help(self) -> int:
        """Who needs help and has no answer yet."""
        return sum(case.says == "help" and not case.answer for case in self.cases)

    @property
    def safe(self) -> int:
        """Who is safe."""
        return sum(case.says == "safe" for case in self.cases)


class TriagePages:
    """The list, the answers, the numbers."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame
        self._words = Words(catalogue=lambda: state.words, places=state.places)

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes."""
        gate = self._frame.gate
        router.add_get(_PAGE, gate.page(self.list, *_EITHER))
        router.add_post(f"{_PAGE}/answer", gate.page(self.answer, *_EITHER))
        router.add_post(f"{_PAGE}/reveal", gate.page(self.reveal, *_EITHER))

    async def list(self, request: web.Request, visitor: Visitor) -> web.Response:
        """All cases of the visitor's municipalities."""
        return await self._show(visitor)

    async def answer(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Say a fixed phrase to somebody."""
        place, case, fields = await _case(request)
        phrase = _PHRASES.get(fields.get("phrase", ""))
        if phrase is None or not _acts(visitor, place):
            return await self._frame.message(visitor, "not_found", status=404)
        done = await self._state.db.write(_answer, visitor, place, case, phrase, self._words)
        if not done:
            return await self._frame.message(visitor, "not_found", status=404)
        self._state.on_queued()
        return self._frame.back(_PAGE, said="triage_told")

    async def reveal(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Sign for seeing a number; the second person sees it, once, on this page."""
        place, case, _ = await _case(request)
        if not _acts(visitor, place):
            return await self._frame.message(visitor, "not_found", status=404)
        found = await self._state.db.write(
            revealing.reveal, place, case, visitor.principal.name, self._words, visitor.now
        )
        match found:
            case Revealed(sealed=sealed):
                self._state.on_queued()
                return await self._show(visitor, shown=(case, str(self._state.sealer.open(sealed))))
            case Waits():
                return self._frame.back(_PAGE, said="triage_waits")
            case Missing():
                return await self._frame.message(visitor, "not_found", status=404)

    async def _show(self, visitor: Visitor, shown: tuple[int, str] | None = None) -> web.Response:
        boards = await self._state.db.read(_boards, visitor.municipalities)
        return await self._frame.show(visitor, "console/triage.html", boards=boards, shown=shown)


async def _case(request: web.Request) -> tuple[str, int, Mapping[str, str]]:
    """Municipality and number of the case that a form is about; 0 for what is no number."""
    fields = await forms.read(request)
    number = forms.number(fields.get("case", ""))
    return fields.get("municipality", ""), 0 if number is None else number, fields


def _acts(visitor: Visitor, place: str) -> bool:
    return any(visitor.may(permission, place) for permission in _EITHER)


def _boards(db: Connection, municipalities: Sequence[str]) -> list[Board]:
    boards = [
        Board(municipality=code, on_duty=len(triage.duty(db, code)), cases=tuple(triage.cases(db, code)))
        for code in municipalities
    ]
    return sorted(boards, key=lambda board: (-board.help, board.municipality))


def _answer(db: Connection, visitor: Visitor, place: str, case: int, phrase: str, words: Words) -> bool:
    done = triage.answer(db, place, case, phrase, words, visitor.now)
    if done:
        visitor.log(db, "answered a case", f"triage:{case}", place, {"phrase": phrase})
    return done
