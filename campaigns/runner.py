"""Puts due lessons into the outbox, a chunk at a time, so that a crash anywhere goes on where it stopped."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from alerts import store as state
from alerts.store import InForce
from campaigns import store, timing
from campaigns.store import Learner, ScheduledLesson
from delivery import priority
from storage import times
from storage.connection import Connection
from storage.database import Database
from templates_i18n import service_texts
from templates_i18n.catalogue import Catalogue

CHUNK = 500
#: a lesson that could not be handed over by then is not worth a text any more
KEEP = timedelta(hours=10)


async def run_due(db: Database, catalogue: Catalogue, now: datetime) -> list[int]:
    """Send or postpone every lesson that is due; the broadcasts that were filled."""
    filled: list[int] = []
    for lesson in await db.read(store.due, now):
        broadcast_id = await db.write(_begin, lesson, now)
        if broadcast_id is None:
            continue
        while await db.write(_queue_chunk, lesson, broadcast_id, catalogue, now):
            pass
        filled.append(broadcast_id)
    return filled


def _begin(db: Connection, lesson: ScheduledLesson, now: datetime) -> int | None:
    if lesson.state != "sending":
        in_force: list[InForce] = state.in_force_at(db, [lesson.municipality], now)
        match timing.judge(now, in_force, store.last_warning_sent(db, lesson.municipality)):
            case timing.Wait(until=until, reason=reason, held=held):
                store.postpone(db, lesson, until, reason, held=held)
                return None
            case timing.Go():
                pass
    return store.open_broadcast(db, lesson, priority.LESSON, now + KEEP, now)


def _queue_chunk(
    db: Connection, lesson: ScheduledLesson, broadcast_id: int, catalogue: Catalogue, now: datetime
) -> bool:
    """Queue the next people's copies; False when there was nobody left."""
    people = store.learners(db, lesson.municipality, store.cursor(db, broadcast_id), CHUNK)
    if not people:
        store.finish(db, broadcast_id, now)
        return False
    texts = {
        language: _text(db, lesson, broadcast_id, catalogue, language)
        for language in {person.language for person in people}
    }
    store.queue(db, [_message(lesson, broadcast_id, person, texts, now) for person in people])
    store.advance(db, broadcast_id, people[-1].subscriber_id, len(people), sum(texts[p.language][1] for p in people))
    return True


def _text(
    db: Connection, lesson: ScheduledLesson, broadcast_id: int, catalogue: Catalogue, language: str
) -> tuple[int, int]:
    """(row id, segments) of the lesson in a language."""
    wording = service_texts.lesson_text(catalogue, lesson.lesson, language)
    counted = wording.segmentation
    row = {
        "text_key": f"lesson:{lesson.lesson}:{language}:{broadcast_id}:{catalogue.version}",
        "broadcast_id": broadcast_id,
        "language": wording.language,
        "form": "full",
        "text": wording.text,
        "encoding": counted.encoding,
        "units": counted.units,
        "segments": counted.segments,
        "catalogue": catalogue.version,
    }
    return store.add_text(db, row), counted.segments


def _message(
    lesson: ScheduledLesson,
    broadcast_id: int,
    person: Learner,
    texts: Mapping[str, tuple[int, int]],
    now: datetime,
) -> dict[str, object]:
    text_id, count = texts[person.language]
    return {
        "broadcast_id": broadcast_id,
        "subscriber_id": person.subscriber_id,
        "change_key": f"lesson:{lesson.id}",
        "event": str(lesson.id),
        "place": lesson.municipality,
        "grade": lesson.lesson,
        "language": person.language,
        "text_id": text_id,
        "segments": count,
        "priority": priority.LESSON,
        "now": times.to_text(now),
        "expires_at": times.to_text(now + KEEP),
    }
