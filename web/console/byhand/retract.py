"""The page for taking back a lesson or a welcome, or telling the right lesson instead: a reason is one tap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from campaigns.corrections import deciding, told
from campaigns.corrections.deciding import Desk, Wish
from campaigns.corrections.told import Subject
from delivery.byhand import signing
from delivery.byhand.correcting import Reason
from delivery.byhand.drafts import Wrong
from delivery.byhand.previews import Preview
from delivery.byhand.submissions import Submission
from storage.connection import Connection
from subscribers import disclosure
from web.accounts.roles import Permission
from web.console.byhand import counts
from web.console.byhand.told import is_seen
from web.console.byhand.told import waiting as waiting_on
from web.console.byhand.write import person
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.state import WebState


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What was told, what would be told instead, and who has begun to."""

    lessons: Mapping[str, str]
    #: of what was told
    titles: tuple[str, ...]
    instead: str
    preview: Preview | None
    #: when the people of the preview were counted; None for now
    counted_at: datetime | None
    waiting: tuple[Submission, ...]
    mine: bool


class RetractPart:
    """What `CorrectPage` shows of broadcasts that were no warning."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame

    async def show(
        self, visitor: Visitor, subject: Subject, instead: str = "", wrong: Sequence[Wrong] = ()
    ) -> web.Response:
        """What was told, who would hear the correction, which lessons there are, the reasons."""
        shown = await self._state.db.read(self._look, visitor, subject, instead)
        if shown is None:
            return await self._frame.message(visitor, "byhand_gone", status=404)
        preview = shown.preview
        return await self._frame.show(
            visitor,
            "console/byhand/retract.html",
            status=409 if wrong else 200,
            shown=shown,
            subject=subject,
            preview=preview,
            counts=counts.of(preview.texts.message) if preview else None,
            queued=disclosure.total(preview.queued) if preview else 0,
            reasons=deciding.REASONS,
            wrong=wrong,
        )

    async def submit(self, visitor: Visitor, subject: Subject, reason: Reason, instead: str) -> web.Response:
        """The first signature."""
        state = self._state
        wish = Wish(broadcast_id=subject.id, reason=reason, instead=instead)
        who = person(visitor, Permission.SUBMIT)
        made = await state.db.write(deciding.submit, wish, who, self._desk(), state.clock())
        if isinstance(made, signing.Refused):
            return await self.show(visitor, subject, instead, made.wrong)
        state.changes.notify()
        return self._frame.back(f"/console/waiting/{made.id}", said="submitted")

    def _desk(self) -> Desk:
        return Desk(teller=self._state.teller, places=self._state.places, rate=self._state.rate)

    def _look(self, db: Connection, visitor: Visitor, subject: Subject, asked: str) -> Shown | None:
        places = self._state.places
        if not any(is_seen(visitor, area, places) for area in subject.areas):
            return None
        who, desk = person(visitor, Permission.SUBMIT), self._desk()
        lessons = deciding.offered(db, subject, who, desk, visitor.words.language)
        instead = asked if asked in lessons else ""
        counted = told.counted(db, subject)
        preview = deciding.preview(db, subject, instead, desk, counted.people if counted else None)
        waiting = waiting_on(db, subject.id, visitor, places)
        return Shown(
            lessons=lessons,
            titles=deciding.titles(subject, desk, visitor.words.language),
            instead=instead,
            preview=preview if preview.people or preview.queued else None,
            counted_at=counted.at if counted else None,
            waiting=tuple(waiting),
            mine=all(who.covers(area, places) for area in subject.areas),
        )
