"""`/console/drills`: practise, alone with simulated phones, or by two people with those who agreed."""

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from campaigns.drills import deciding, results, store, wording
from campaigns.drills.deciding import Outcome
from campaigns.drills.offering import Offer
from campaigns.drills.results import Results
from campaigns.drills.store import Audience, Drill, State
from delivery.drilling import consent
from storage.connection import Connection
from web.accounts.roles import Permission
from web.console import forms
from web.console.drills import wishes
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.render import html_language
from web.state import WebState

_PATH: Final = "/console/drills"
_LOOK: Final = "drill"
_EITHER: Final = (Permission.SUBMIT, Permission.APPROVE)
#: letters of a group's name
_LONGEST_GROUP: Final = 60
_SHOWN: Final = 50
_ACTS: Final = {
    "approve": Permission.APPROVE,
    "reject": Permission.APPROVE,
    "take_back": Permission.SUBMIT,
    "stop": None,
    "resume": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What the list of one municipality shows."""

    drills: tuple[Drill, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A moment in one language."""

    language: str
    html_language: str
    text: str
    segments: int


class DrillPages:
    """The list with its form, one drill, and the list of those who agreed."""

    def __init__(self, state: WebState, frame: Frame, offer: Offer) -> None:
        """The pages of one service."""
        self._state = state
        self._frame = frame
        self._offer = offer

    def add_to(self, router: web.UrlDispatcher) -> None:
        """The routes."""
        gate, one = self._frame.gate, rf"{_PATH}/{{id:\d{{1,15}}}}"
        router.add_get(_PATH, gate.page(self.everything, Permission.SEE_CONSOLE))
        router.add_post(_PATH, gate.page(self.submit, Permission.SUBMIT))
        router.add_post(f"{_PATH}/groups", gate.page(self.agree, Permission.SUBMIT))
        router.add_get(one, gate.page(self.one, Permission.SEE_CONSOLE))
        router.add_get(f"{one}/part", gate.part(self.one, Permission.SEE_CONSOLE))
        router.add_post(one, gate.page(self.decide, *_EITHER))

    async def everything(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Drills of one municipality, and the form of a new one."""
        return await self._list(visitor, _chosen(visitor, request.query.get("m", "")))

    async def _list(
        self, visitor: Visitor, code: str, wrong: tuple[str, ...] = (), given: dict[str, str] | None = None
    ) -> web.Response:
        listed = await self._state.db.read(_listed, visitor, code)
        return await self._frame.show(
            visitor,
            "console/drills.html",
            status=409 if wrong else 200,
            look=_LOOK,
            code=code,
            listed=listed,
            offer=self._offer,
            wrong=wrong,
            given=given or {},
            written=wishes.WRITTEN,
        )

    async def submit(self, request: web.Request, visitor: Visitor) -> web.Response:
        """A new drill: to phones it begins, with people it waits for another person."""
        fields = dict(await forms.read(request))
        code = fields.get("m", "")
        _allow(visitor, Permission.SUBMIT, code)
        wish = await wishes.read(self._state, self._offer, fields, code, visitor.principal.name)
        if isinstance(wish, tuple):
            return await self._list(visitor, code, wish, fields)
        made = await self._state.db.write(store.add, wish, self._state.clock())
        self._state.changes.notify()
        said = "drill_started" if wish.audience is Audience.SIMULATED else "drill_submitted"
        return self._frame.back(f"{_PATH}/{made}", said=said)

    async def agree(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Put a group on the list of those who agreed, or take it off."""
        fields = await forms.read(request)
        code, group = fields.get("m", ""), fields.get("group", "")
        _allow(visitor, Permission.SUBMIT, code)
        if not 0 < len(group) <= _LONGEST_GROUP or "," in group:
            wrong = f"group: expected 1 to {_LONGEST_GROUP} letters without a comma"
            return await self._list(visitor, code, (wrong,), dict(fields))
        change = consent.leave_group if fields.get("off") else consent.agree_group
        await self._state.db.write(change, code, group, visitor.principal.name, self._state.clock())
        return self._frame.back(_PATH, said="drill_group", m=code)

    async def one(self, request: web.Request, visitor: Visitor) -> web.Response:
        """How far it has come, every word of a moment, the results."""
        drill = await self._find(request, visitor)
        counted: Results = await self._state.db.read(results.read, drill)
        moment = _moment(request, drill)
        return await self._frame.show(
            visitor,
            "console/drill.html",
            look=_LOOK,
            drill=drill,
            results=counted,
            columns=results.COLUMNS,
            moment=moment,
            texts=self._texts(drill, moment),
            by_sms=drill.audience is Audience.SIMULATED or self._offer.two_way,
        )

    async def decide(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Approve, reject, take back, stop, go on."""
        drill = await self._find(request, visitor)
        act = (await forms.read(request)).get("act", "")
        if act not in _ACTS:
            raise web.HTTPBadRequest(text=f"expected act: {', '.join(_ACTS)}\n")
        needed = _ACTS[act]
        if needed is not None:
            _allow(visitor, needed, drill.municipality)
        elif not any(visitor.may(one, drill.municipality) for one in _EITHER):
            raise web.HTTPForbidden(text="not your municipality\n")
        outcome = await self._state.db.write(self._act, drill, act, visitor.principal.name)
        self._state.changes.notify()
        return self._frame.back(f"{_PATH}/{drill.id}", said=f"drill_{act if outcome is Outcome.DONE else outcome}")

    def _act(self, db: Connection, drill: Drill, act: str, by: str) -> Outcome:
        places, now = self._state.places, self._state.clock()
        match act:
            case "approve" if self._offer.people:
                return deciding.approve(db, drill.id, by, places, now)
            case "take_back" if drill.submitted_by != by:
                return Outcome.TOO_LATE
            case "reject" | "take_back":
                return deciding.reject(db, drill.id, by, "", now)
            case "stop":
                return deciding.stop(db, drill.id, by, now)
            case "resume":
                return deciding.resume(db, drill.id, by, places, now)
            case _:
                return Outcome.TOO_LATE

    async def _find(self, request: web.Request, visitor: Visitor) -> Drill:
        found = await self._state.db.read(store.find, int(request.match_info["id"]))
        if found is None or not visitor.sees(found.municipality):
            raise web.HTTPNotFound(text="no such drill\n")
        return found

    def _texts(self, drill: Drill, moment: int) -> tuple[Text, ...]:
        """A moment in all languages, as it will be said, or was."""
        state, words = self._state, self._state.words
        shown = []
        for tag in words.names:
            if moment > len(drill.script.moments):
                made = wording.ending(words, tag)
            elif moment == len(drill.script.moments):
                made = wording.question(words, tag)
            else:
                told = drill.script.moments[moment]
                at = drill.started_at or state.clock()
                made = wording.moment(words, state.places, told, told.areas[0], tag, at)
            shown.append(
                Text(
                    language=tag,
                    html_language=html_language(made.voice),
                    text=made.text,
                    segments=made.segments,
                )
            )
        return tuple(shown)


def _chosen(visitor: Visitor, asked: str) -> str:
    """The municipality that is looked at: the one asked for, else the visitor's first."""
    if asked in visitor.municipalities:
        return asked
    return visitor.municipalities[0] if visitor.municipalities else ""


def _listed(db: Connection, visitor: Visitor, code: str) -> Listed:
    found = [one for one in store.latest(db, 10 * _SHOWN) if visitor.sees(one.municipality)]
    return Listed(
        drills=tuple(one for one in found if not code or one.municipality == code)[:_SHOWN],
        groups=tuple(consent.groups(db, code)),
    )


def _moment(request: web.Request, drill: Drill) -> int:
    """The moment asked for, else the one that was told last, or that comes first."""
    asked, last = forms.number(request.query.get("moment", ""), 3), len(drill.script.moments)
    if asked is not None and asked <= last + 1:
        return asked
    return min(last, max(0, drill.next_moment - 1)) if drill.state is not State.WAITING else 0


def _allow(visitor: Visitor, permission: Permission, code: str) -> None:
    if not visitor.may(permission, code):
        raise web.HTTPForbidden(text="not your municipality\n")
