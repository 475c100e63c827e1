"""What the clock calls for lessons: a rule that fails keeps no copy from waiting for a warning."""

from datetime import date
from pathlib import Path

import pytest

from campaigns.lessons.answering import LessonQuiz
from campaigns.triggers import watching
from service.settings import Settings
from service.teaching import Teaching
from storage.database import Database
from templates_i18n import catalogue, lessons
from tests.campaigns.planning import PLACES, a_plan, japan, planned
from tests.conftest import FakeClock
from tests.delivery.builders import WAJIMA, a_person, a_service, number, set_state

DAY = date(2026, 11, 24)


def _stumbles(*_: object) -> bool:
    raise AttributeError("a rule that nobody foresaw")


async def test_a_rule_that_fails_keeps_no_lesson_from_being_held_or_sent(
    db: Database, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now = japan(DAY, 9)
    monkeypatch.setattr(watching, "look", _stumbles)
    service = a_service(db, clock)
    a_person(db, 0, WAJIMA)
    teaching = Teaching(
        db=db,
        settings=Settings(database=str(tmp_path / "x.db")),
        places=PLACES,
        clock=clock,
        on_queued=lambda: None,
        quiz=LessonQuiz(book=lessons.load, catalogue=catalogue.load),
    )
    planned(db, a_plan(start=DAY), clock())
    clock.now = japan(DAY, 10)
    await teaching.look()
    set_state(db, {WAJIMA: "L4"}, clock())
    await teaching.look()
    await service.send()
    assert list(service.network.texts_of(number(0))) == []
    assert service.states() == ["queued"]
