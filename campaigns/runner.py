"""Puts due lessons into the outbox, a chunk at a time, so that a crash anywhere goes on where it stopped."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import assert_never

from alerts import store as state
from campaigns import store, timing
from campaigns.store import Learner, ScheduledLesson
from delivery import priority
from storage import times
from storage.connection import Connection
from storage.database import Database, StorageError
from templates_i18n import service_texts
from templates_i18n.catalogue import Catalogue

_log = logging.getLogger(__name__)
CHUNK = 500
#: a lesson that could not be handed over by then is not worth a text any more
KEEP = timedelta(hours=10)


async def run_due(db: Database, catalogue: Catalogue, now: datetime) -> list[int]:
    """Send or postpone every lesson that is due; the broadcasts that were filled.

    A lesson that fails stops no other one: it is looked at again the next time.
    """
    await db.write(hold_back, now)
    filled: list[int] = []
    for lesson in await db.read(store.due, now):
        try:
            broadcast_id = await _send(db, lesson.id, catalogue, now)
        except (LookupError, ValueError, StorageError) as error:
            _log.exception("lesson_failed", extra={"lesson": lesson.id, "error": type(error).__name__})
            continue
        if broadcast_id is not None:
            filled.append(broadcast_id)
    return filled


async def _send(db: Database, lesson_id: int, catalogue: Catalogue, now: datetime) -> int | None:
    """Queue one lesson's copies; its broadcast, or None if it waits."""
    begun = await db.write(_begin, lesson_id, now)
    if begun is None:
        return None
    lesson, broadcast_id = begun
    while await db.write(_queue_chunk, lesson, broadcast_id, catalogue, now):
        pass
    return broadcast_id


def _begin(db: Connection, lesson_id: int, now: datetime) -> tuple[ScheduledLesson, int] | None:
    """Judge a lesson as it stands now: since it was listed it may have been cancelled, or begun by another process."""
    lesson = store.still_due(db, lesson_id, now)
    if lesson is None:
        return None
    match _judge(db, lesson, now):
        case timing.Wait() if lesson.broadcast_id is not None:
            return None  # broken off in the middle: it goes on when it may
        case timing.Wait(until=until, reason=reason, held=held):
            store.postpone(db, lesson, until, reason, held=held)
            return None
        case timing.Go():
            return lesson, lesson.broadcast_id or store.open_broadcast(db, lesson, now + KEEP, now)
        case other:
            assert_never(other)


def _judge(db: Connection, lesson: ScheduledLesson, now: datetime) -> timing.Go | timing.Wait:
    in_force = state.in_force_at(db, [lesson.municipality], now)
    return timing.judge(now, in_force, store.last_warning_sent(db, lesson.municipality))


def hold_back(db: Connection, now: datetime) -> int:
    """Copies of a lesson that still wait for the sender wait longer when a warning comes; how many lessons."""
    held = 0
    for lesson in store.leaving(db, now):
        match _judge(db, lesson, now):
            case timing.Wait(until=until):
                store.delay(db, lesson, until)
                held += 1
            case timing.Go():
                pass
    return held


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
