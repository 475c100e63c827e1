"""`/console/broadcasts/{id}/correct`: take back what was told, or put it right: a reason is one tap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web

from alerts import hazards
from alerts.vocabulary import NONE, Hazard
from campaigns.corrections import told as lessons
from delivery import broadcasts
from delivery.broadcasts import Broadcast
from delivery.byhand import correcting, counted, previews, signing
from delivery.byhand.correcting import Reason, Wish
from delivery.byhand.drafts import Wrong
from delivery.byhand.previews import Preview
from delivery.byhand.submissions import Kind, Submission
from storage.connection import Connection
from subscribers import disclosure
from web.accounts.roles import Permission
from web.console import forms
from web.console.byhand import counts, told
from web.console.byhand.retract import RetractPart
from web.console.byhand.write import person
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.state import WebState

_SEEN: Final = (Permission.SUBMIT, Permission.APPROVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A broadcast, what of it can be corrected by whom, and who has begun to."""

    id: int
    hazard: Hazard
    places: tuple[str, ...]
    grade: str
    areas: tuple[str, ...]
    preview: Preview | None
    #: when the people of the preview were counted; None for now
    counted_at: datetime | None
    grades: tuple[str, ...]
    waiting: tuple[Submission, ...]
    by_hand: bool


class CorrectPage:
    """One page for every broadcast that residents were told by."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """The page of one service."""
        self._state = state
        self._frame = frame
        self._retract = RetractPart(state, frame)

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Its route."""
        gate, route = self._frame.gate, r"/console/broadcasts/{id:\d{1,15}}/correct"
        router.add_get(route, gate.page(self.show, *_SEEN))
        router.add_post(route, gate.page(self.submit, Permission.SUBMIT))

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """What was told, who would hear the correction, the reasons."""
        identity = int(request.match_info["id"])
        if lesson := await self._lesson(identity):
            return await self._retract.show(visitor, lesson, request.query.get("instead", "")[:100])
        return await self._show(visitor, identity)

    async def _lesson(self, identity: int) -> lessons.Subject | None:
        """What was no warning: a lesson or a welcome, or what put one right."""
        return await self._state.db.read(lessons.find, identity)

    async def _show(self, visitor: Visitor, identity: int, wrong: Sequence[Wrong] = ()) -> web.Response:
        shown = await self._state.db.read(self._look, visitor, identity)
        if shown is None:
            return await self._frame.message(visitor, "byhand_gone", status=404)
        return await self._frame.show(
            visitor,
            "console/byhand/correct.html",
            status=409 if wrong else 200,
            told=shown,
            grade=shown.grade,
            areas=shown.areas,
            preview=shown.preview,
            counts=counts.of(shown.preview.texts.message) if shown.preview else None,
            queued=disclosure.total(shown.preview.queued) if shown.preview else 0,
            grades=shown.grades,
            waiting=shown.waiting,
            by_hand=shown.by_hand,
            reasons=tuple(Reason),
            wrong=wrong,
        )

    async def submit(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The first signature."""
        fields, identity = await forms.read(request), int(request.match_info["id"])
        try:
            reason = Reason(fields.get("reason", ""))
        except ValueError:
            raise web.HTTPBadRequest(text=f"expected reason: {', '.join(Reason)}\n") from None
        if lesson := await self._lesson(identity):
            return await self._retract.submit(visitor, lesson, reason, fields.get("instead", "")[:100])
        wish = Wish(broadcast_id=identity, reason=reason, grade=fields.get("grade", NONE))
        state = self._state
        who = person(visitor, Permission.SUBMIT)
        made = await state.db.write(correcting.submit_correction, wish, who, state.desk, state.clock())
        if isinstance(made, signing.Refused):
            return await self._show(visitor, identity, made.wrong)
        state.changes.notify()
        return self._frame.back(f"/console/waiting/{made.id}", said="submitted")

    def _look(self, db: Connection, visitor: Visitor, identity: int) -> Shown | None:
        try:
            found: Broadcast = broadcasts.load(db, identity)
        except LookupError:
            return None
        state, rule = self._state, hazards.rule(found.hazard)
        if not any(told.is_seen(visitor, place, state.places) for place in found.changes):
            return None
        areas = correcting.correctable(db, found, person(visitor, Permission.SUBMIT), state.places)
        by_hand = correcting.told_by_hand(db, identity) is not None
        waiting = told.waiting(db, identity, visitor, state.places)
        known = counted.of(db, identity, areas) if areas else None
        people = known.people if known else None
        return Shown(
            id=identity,
            hazard=found.hazard,
            places=tuple(found.changes),
            grade=rule.highest([change.after for change in found.changes.values()]),
            areas=tuple(areas),
            preview=previews.of_correction(db, found, areas, NONE, state.desk, state.clock(), people)
            if areas
            else None,
            counted_at=known.at if known else None,
            grades=tuple(correcting.lower_grades(found, areas)) if areas else (),
            waiting=tuple(one for one in waiting if one.kind is Kind.CORRECT),
            by_hand=by_hand,
        )
