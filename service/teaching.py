"""Lessons in a running service: what the clock calls, and with which words."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from alerts.places import PlaceTable
from campaigns import runner
from campaigns.corrections import sending as corrections
from campaigns.lessons.answering import LessonQuiz
from campaigns.runner import Desk
from campaigns.telling import Teller
from campaigns.triggers import watching
from service.settings import Settings
from storage.database import Database
from templates_i18n.catalogue import Catalogue
from templates_i18n.lessons import LessonBook

_log = logging.getLogger(__name__)


def teller(settings: Settings, book: LessonBook, catalogue: Catalogue) -> Teller:
    """Writes lessons by these settings."""
    return Teller(
        book=book,
        catalogue=catalogue,
        two_way=settings.two_way,
        pages=settings.public_url if settings.links else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaching:
    """Looks at what is due."""

    db: Database
    settings: Settings
    places: PlaceTable
    clock: Callable[[], datetime]
    #: called when something was queued
    on_queued: Callable[[], None]
    #: has the words of lessons and of everything else, which may change while the service runs
    quiz: LessonQuiz

    async def begin(self) -> None:
        """Before the sender looks: while we were away a warning may have come, or the night."""
        await runner.hold_back(self.db, self._desk(), self.clock())
        await corrections.run_due(self.db, self._correcting(), self.clock())

    async def look(self) -> None:
        """Set off what the rules see, and send what is due, unless a warning holds it."""
        now = self.clock()
        if await self.db.read(watching.is_due, now):
            try:
                while await self.db.write(watching.look, self.places, now):
                    pass
            except Exception:  # noqa: BLE001 -- whatever a rule stumbles over, copies have to wait for a warning
                _log.exception("rules_failed")
        lessons = await runner.run_due(self.db, self._desk(), now)
        if await corrections.run_due(self.db, self._correcting(), now) or lessons:
            self.on_queued()

    def teller(self) -> Teller:
        """The words as they are now."""
        return teller(self.settings, self.quiz.book(), self.quiz.catalogue())

    def _correcting(self) -> corrections.Desk:
        return corrections.Desk(teller=self.teller(), places=self.places)

    def _desk(self) -> Desk:
        return Desk(teller=self.teller(), places=self.places, per_month=self.settings.lessons_per_month)
