"""`/console/waiting`: what waits for a second person and until when; every word of it; approve, reject, release."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from alerts import hazards
from alerts.vocabulary import Hazard
from campaigns import calling as campaign_calls
from delivery import broadcasts
from delivery.broadcasts import Broadcast
from delivery.byhand import drafts, holds, previews, signing, submissions, submitting
from delivery.byhand.drafts import Wrong
from delivery.byhand.holds import Hold
from delivery.byhand.previews import Preview
from delivery.byhand.signing import Answer, Outcome, Person
from delivery.byhand.submissions import Kind, State, Submission
from storage.connection import Connection
from web.accounts.roles import Permission
from web.console import forms
from web.console.byhand import counts, told
from web.console.byhand.told import Told
from web.console.byhand.write import looked, person
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.state import WebState

_EITHER: Final = (Permission.SUBMIT, Permission.APPROVE)
_DECIDED: Final = 10
_LATELY: Final = timedelta(hours=24)
_SAID: Final = {
    State.WAITING: "vouched",
    State.APPROVED: "approved",
    State.REJECTED: "rejected",
    State.TAKEN_BACK: "taken_back",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A held broadcast as the page shows it."""

    id: int
    hazard: Hazard
    grade: str
    places: tuple[str, ...]
    held_at: datetime
    deadline: datetime
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """All that the list shows."""

    holds: Sequence[Held]
    submissions: Sequence[Submission]
    campaigns: Sequence[campaign_calls.Waiting]
    told: Sequence[Told]
    decided: Sequence[Submission]


class WaitingPages:
    """The list, one submission, one hold."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """The pages of one service."""
        self._state = state
        self._frame = frame

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Its routes."""
        gate = self._frame.gate
        router.add_get("/console/waiting", gate.page(self.everything, *_EITHER))
        router.add_get("/console/waiting/part", gate.part(self.everything, *_EITHER))
        router.add_get(r"/console/waiting/{id:\d{1,15}}", gate.page(self.one, *_EITHER))
        router.add_post(r"/console/waiting/{id:\d{1,15}}", gate.page(self.decide, *_EITHER))
        router.add_get(r"/console/waiting/holds/{id:\d{1,15}}", gate.page(self.hold, *_EITHER))
        router.add_post(r"/console/waiting/holds/{id:\d{1,15}}", gate.page(self.decide_hold, *_EITHER))

    async def everything(self, request: web.Request, visitor: Visitor) -> web.Response:
        """What waits, the nearest deadline first."""
        found = await self._state.db.read(self._waiting, visitor)
        return await self._frame.show(
            visitor,
            "console/byhand/waiting.html",
            holds=found.holds,
            submissions=found.submissions,
            campaigns=found.campaigns,
            told=found.told,
            decided=found.decided,
        )

    async def one(self, request: web.Request, visitor: Visitor) -> web.Response:
        """One submission, word for word."""
        found = await self._state.db.read(submissions.find, int(request.match_info["id"]))
        return await self._one(visitor, found)

    async def _one(self, visitor: Visitor, found: Submission | None, outcome: str = "") -> web.Response:
        if found is None or not _sees(self._state, visitor, found.areas):
            return await self._frame.message(visitor, "byhand_gone", status=404)
        places = self._state.places
        may = person(visitor, Permission.APPROVE)
        return await self._frame.show(
            visitor,
            "console/byhand/one.html",
            status=409 if outcome else 200,
            one=found,
            outcome=outcome,
            mine=visitor.principal.name in (found.submitted_by, found.owner),
            can_approve=all(may.covers(area, places) for area in found.areas),
            can_vouch=not found.owner and all(_either(visitor).covers(area, places) for area in found.areas),
            counts=counts.of(found.texts.message),
            origins=drafts.origins(found.body.get("draft", {})),
            looked=looked(self._state, drafts.from_json(found.body["draft"])) if "draft" in found.body else {},
        )

    async def decide(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Sign first for a program, approve, reject, or take back."""
        fields, identity = await forms.read(request), int(request.match_info["id"])
        answer = await self._state.db.write(
            self._decide, visitor, identity, fields.get("step", ""), fields.get("why", "")
        )
        if answer.outcome not in (Outcome.DONE, Outcome.FIRST) or answer.submission is None:
            return await self._one(visitor, answer.submission, answer.outcome)
        self._state.changes.notify()
        if answer.submission.state is State.APPROVED:
            self._state.on_signed()
        return self._frame.back(f"/console/waiting/{identity}", said=_said(answer.submission))

    def _decide(self, db: Connection, visitor: Visitor, identity: int, step: str, why: str) -> Answer:
        state, now = self._state, self._state.clock()
        match step:
            case "approve":
                return signing.approve(db, identity, person(visitor, Permission.APPROVE), state.desk, now)
            case "vouch":
                return signing.vouch(db, identity, _either(visitor), state.places, now)
            case "reject":
                who = person(visitor, Permission.APPROVE)
                return signing.reject(db, identity, who, why, state.places, now)
            case "take_back":
                return signing.take_back(db, identity, person(visitor, Permission.SUBMIT), now)
            case _:
                raise web.HTTPBadRequest(text="expected step: vouch, approve, reject or take_back\n")

    async def hold(self, request: web.Request, visitor: Visitor) -> web.Response:
        """One held broadcast."""
        return await self._hold(visitor, int(request.match_info["id"]))

    async def _hold(self, visitor: Visitor, identity: int, wrong: Sequence[Wrong] = ()) -> web.Response:
        seen = await self._state.db.read(self._look, visitor, identity)
        if seen is None:
            return await self._frame.message(visitor, "byhand_gone", status=404)
        held, areas, preview, waiting, can_reject = seen
        return await self._frame.show(
            visitor,
            "console/byhand/hold.html",
            status=409 if wrong else 200,
            hold=held,
            areas=areas,
            preview=preview,
            counts=counts.of(preview.texts.message) if preview else None,
            waiting=waiting,
            can_reject=can_reject,
            wrong=wrong,
        )

    async def decide_hold(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The first signature for releasing it, or a no."""
        fields, identity = await forms.read(request), int(request.match_info["id"])
        state, now = self._state, self._state.clock()
        if fields.get("step") == "reject":
            who = person(visitor, Permission.APPROVE)
            no = await state.db.write(signing.reject_hold, identity, who, fields.get("why", ""), state.places, now)
            if no is not Outcome.DONE:
                return await self._hold(visitor, identity, [signing.wrong("broadcast", "not_held", "not held")])
            state.changes.notify()
            return self._frame.back("/console/waiting", said="rejected")
        made = await state.db.write(
            submitting.submit_release, identity, person(visitor, Permission.SUBMIT), state.desk, now
        )
        if isinstance(made, signing.Refused):
            return await self._hold(visitor, identity, made.wrong)
        state.changes.notify()
        return self._frame.back(f"/console/waiting/{made.id}", said="submitted")

    # rows

    def _waiting(self, db: Connection, visitor: Visitor) -> Waiting:
        state = self._state
        held = (_held(hold, broadcasts.load(db, hold.broadcast_id), visitor, state) for hold in holds.open_holds(db))
        return Waiting(
            holds=[one for one in held if one is not None],
            submissions=[one for one in submissions.open_ones(db) if _sees(state, visitor, one.areas)],
            campaigns=[
                one for one in campaign_calls.open_ones(db) if _sees(state, visitor, one.campaign.plan.audience.places)
            ],
            told=told.lately(db, visitor, state.places, state.clock() - _LATELY),
            decided=[one for one in submissions.latest(db, 5 * _DECIDED) if _sees(state, visitor, one.areas)][
                :_DECIDED
            ],
        )

    def _look(
        self, db: Connection, visitor: Visitor, identity: int
    ) -> tuple[Held, list[str], Preview | None, list[Submission], bool] | None:
        state = self._state
        hold = next((one for one in holds.open_holds(db) if one.broadcast_id == identity), None)
        if hold is None:
            return None
        found = broadcasts.load(db, identity)
        held = _held(hold, found, visitor, state)
        if held is None:
            return None
        areas = submitting.releasable(db, identity, person(visitor, Permission.SUBMIT), state.places)
        mine = areas or _mine(visitor, state, held.places)
        preview = previews.of_release(db, found, mine, state.desk) if mine else None
        waiting = [
            one
            for one in submissions.of_broadcast(db, identity)
            if one.kind is Kind.RELEASE and one.state is State.WAITING and _sees(state, visitor, one.areas)
        ]
        who = person(visitor, Permission.APPROVE)
        return held, areas, preview, waiting, any(who.covers(place, state.places) for place in held.places)


def _said(one: Submission) -> str:
    """A key of [said]: what was no warning goes out by day only."""
    by_day = one.kind is Kind.RETRACT and one.state is State.APPROVED
    return "approved_by_day" if by_day else _SAID.get(one.state, "")


def _held(hold: Hold, found: Broadcast, visitor: Visitor, state: WebState) -> Held | None:
    """A held broadcast of which something is the visitor's; None for others."""
    if not _sees(state, visitor, found.changes):
        return None
    worst = hazards.rule(found.hazard).highest([change.after for change in found.changes.values()])
    return Held(
        id=hold.broadcast_id,
        hazard=found.hazard,
        grade=worst,
        places=tuple(found.changes),
        held_at=hold.held_at,
        deadline=hold.deadline,
        overdue=hold.deadline <= state.clock(),
    )


def _mine(visitor: Visitor, state: WebState, places: Sequence[str]) -> list[str]:
    who = Person(name=visitor.principal.name, may=frozenset(visitor.municipalities))
    return [place for place in places if who.covers(place, state.places)]


def _sees(state: WebState, visitor: Visitor, areas: Iterable[str]) -> bool:
    """Whether something in these areas is the visitor's."""
    return any(told.is_seen(visitor, area, state.places) for area in areas)


def _either(visitor: Visitor) -> Person:
    """Who signs first for a program: whoever may submit, or approve."""
    may = frozenset(place for permission in _EITHER for place in visitor.principal.places(permission))
    return Person(name=visitor.principal.name, may=may)
