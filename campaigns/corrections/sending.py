"""Tells those who were told that a lesson or a welcome was wrong, and then the right lesson.

What is queued of the wrong one stops at once, at any hour. The correction itself keeps the hours of lessons: by
daylight, and not beside a warning, where "it was wrong" might be taken to speak of the warning. It waits for no
campaign's own hours or days of rest: from nine on, on any day. Who has turned lessons off since hears that the lesson
was wrong, for they have it; the right one they do not get.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from alerts import noticeboard
from alerts import store as state
from alerts.notices import Notice, NoticeKind
from alerts.places import PlaceTable
from campaigns import copies, runner, timing
from campaigns.corrections import deciding, told
from campaigns.corrections.told import Reader, Says
from campaigns.daylight import EARLIEST, LATEST_CLOSING, Window
from campaigns.telling import Teller
from delivery import broadcasts, chunks, messages, priority, restoring
from delivery.broadcasts import Advance, BroadcastState
from delivery.byhand import retracting, submissions
from delivery.byhand.submissions import Shown, Submission
from delivery.messages import Draft
from delivery.writing import counted
from storage import times
from storage.connection import Connection
from storage.database import Database, StorageError

_log = logging.getLogger(__name__)
#: of a text that says that something was wrong
KIND: Final = "correction"
#: people read at once
_AT_ONCE: Final = 20_000
_WINDOW: Final = Window(opens=EARLIEST, closes=LATEST_CLOSING)
_OPEN: Final = """
SELECT id, planning, leaving, late FROM (
  SELECT b.id, CASE WHEN b.state = 'planning' THEN 1 ELSE 0 END AS planning,
    CASE WHEN EXISTS (SELECT 1 FROM messages m WHERE m.broadcast_id = b.id AND m.state = 'queued'
      AND (m.not_before IS NULL OR m.not_before <= :soon)) THEN 1 ELSE 0 END AS leaving,
    CASE WHEN EXISTS (SELECT 1 FROM messages m WHERE m.broadcast_id = b.id AND m.state = 'expired'
      AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.message_id = m.id)) THEN 1 ELSE 0 END AS late
  FROM broadcasts b WHERE b.origin = 'correction' AND b.created_at > :oldest) o
WHERE planning + leaving + late > 0 ORDER BY id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What corrections are sent with."""

    teller: Teller
    places: PlaceTable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """A correction that is not told to its end."""

    id: int
    planning: bool
    #: copies leave now, or soon
    leaving: bool
    #: copies were never tried before their window closed
    late: bool


async def run_due(db: Database, desk: Desk, now: datetime) -> list[int]:
    """Stop what was signed to be wrong, and tell whoever may be told now; the broadcasts that were filled."""
    filled: list[int] = []
    for one in await db.read(_open, now):
        try:
            if await _go_on(db, one, desk, now):
                filled.append(one.id)
        except (LookupError, ValueError, StorageError) as error:
            _log.exception("correction_failed", extra={"broadcast": one.id, "error": type(error).__name__})
            await db.write(_complain, one.id, error, now)
    return filled


async def _go_on(db: Database, one: _Open, desk: Desk, now: datetime) -> bool:
    """One correction; whether anything may leave now. While it waits nothing is written."""
    found = await db.read(submissions.that_made, one.id)
    if found is None:
        raise LookupError(f"correction {one.id}: nobody has signed it")
    if one.planning and await db.read(retracting.is_queued, found):
        while await db.write(retracting.withdraw, found, now) == retracting.SIZE:
            pass
    wait = await db.read(_wait, found.areas, desk.places, now)
    await _move(db, one, wait, now)
    if wait is not None or not one.planning:
        return wait is None and one.late
    assert found.broadcast_id is not None
    # read beside the writers, who must not wait for a look through all copies of the wrong one
    while people := await db.read(told.people, found.broadcast_id, _AT_ONCE):
        for first in range(0, len(people), chunks.SIZE):
            await db.write(_queue, one.id, found, people[first : first + chunks.SIZE], desk.teller, now)
    await db.write(_end, one.id, now)
    return True


async def _move(db: Database, one: _Open, wait: datetime | None, now: datetime) -> None:
    """Copies that may not leave now wait; those that were too late come back."""
    until = wait or now
    closes = timing.closing(_WINDOW, until)
    if one.leaving and wait is not None:
        while await db.write(copies.put_off, one.id, until, until, closes):
            pass
    if one.late:
        while await db.write(copies.bring_back, one.id, until, closes):
            pass


def _open(db: Connection, now: datetime) -> list[_Open]:
    which = {"oldest": times.to_text(now - retracting.KEEP), "soon": times.to_text(now + copies.AHEAD)}
    return [
        _Open(id=row.integer("id"), planning=row.flag("planning"), leaving=row.flag("leaving"), late=row.flag("late"))
        for row in db.execute(_OPEN, which)
    ]


def _wait(db: Connection, areas: Sequence[str], places: PlaceTable, now: datetime) -> datetime | None:
    """Until when nothing of it may leave; None where it may."""
    here = runner.around(places, areas)
    asked = timing.Question(
        now=now,
        due_at=now,
        window=_WINDOW,
        rests=_no_rest,
        in_force=state.in_force_at(db, here, now),
        told=runner.latest(runner.last_told(db, now), here),
    )
    match timing.judge(asked):
        case timing.Wait(until=until):
            return timing.next_opening(_WINDOW, _no_rest, until)
        case timing.Go():
            return None


def _no_rest(_: object) -> bool:
    return False


def _queue(
    db: Connection, identity: int, found: Submission, people: Sequence[Reader], teller: Teller, now: datetime
) -> None:
    """Queue the copies of some people; whoever has one keeps it."""
    if broadcasts.position(db, identity)[0] is not BroadcastState.PLANNING:
        raise LookupError(f"correction {identity}: it is not being queued any more")
    doubtful = restoring.since(db, found.decided_at or now)
    drafts = _drafts(identity, found, people, teller, now)
    made = [(replace(draft, doubtful_since=doubtful), ids) for draft, ids in drafts]
    messages.add(db, made, f"{teller.catalogue.version}+{teller.version}", now)
    planned = sum(len(ids) for _, ids in made)
    segments = sum(draft.written.segments * len(ids) for draft, ids in made)
    step = Advance(cursor="", planned=planned, segments=segments, excluded={}, finished=False)
    broadcasts.advance(db, identity, step, now)


def _end(db: Connection, identity: int, now: datetime) -> None:
    """Nobody is left."""
    broadcasts.advance(db, identity, Advance(cursor="", planned=0, segments=0, excluded={}, finished=True), now)
    broadcasts.complete(db, [identity])


def _drafts(
    identity: int, found: Submission, people: Iterable[Reader], teller: Teller, now: datetime
) -> list[tuple[Draft, list[int]]]:
    grouped: dict[tuple[str, str], list[int]] = {}
    for one in people:
        grouped.setdefault((one.language, one.day.isoformat()), []).append(one.subscriber_id)
    right = {one.language: one for one in found.texts.correction}
    made: list[tuple[Draft, list[int]]] = []
    for (language, day), ids in grouped.items():
        made.append((_wrong(identity, found, language, day, teller, now), ids))
        if right:
            made.append((_right(identity, found, language, right.get(language, right["en"]), now), ids))
    return made


def _wrong(identity: int, found: Submission, language: str, day: str, teller: Teller, now: datetime) -> Draft:
    wording = deciding.words(teller, Says(found.body["says"]), datetime.fromisoformat(day).date(), language)
    draft = _draft(identity, found, language, wording.text, wording.language, now)
    return replace(draft, text_key=f"{draft.text_key}|{day}|{teller.catalogue.version}")


def _right(identity: int, found: Submission, language: str, shown: Shown, now: datetime) -> Draft:
    """The right lesson, word for word as two people have signed it."""
    draft = _draft(identity, found, language, shown.text, shown.language, now)
    return replace(
        draft,
        change_key=f"{draft.change_key}:right",
        kind="lesson",
        places={found.areas[0]: str(found.body["instead"])},
        priority=priority.LESSON,
        text_key=f"{identity}|lesson|{found.body['instead']}|{language}",
    )


def _draft(identity: int, found: Submission, language: str, text: str, voice: str, now: datetime) -> Draft:
    assert found.broadcast_id is not None
    return Draft(
        broadcast_id=identity,
        change_key=told.key(found.broadcast_id),
        event=str(found.broadcast_id),
        places={found.areas[0]: ""},
        kind=KIND,
        language=language,
        written=counted(text, voice),
        text_key=f"{identity}|{KIND}|{language}",
        priority=priority.SERVICE,
        expires_at=timing.closing(_WINDOW, now),
    )


def _complain(db: Connection, identity: int, error: Exception, now: datetime) -> None:
    signed = submissions.that_made(db, identity)
    notice = Notice(
        kind=NoticeKind.TEXT,
        subject=f"correction {identity}",
        text=f"Broadcast {identity}: who was told something wrong is not told so yet: {error}. It is tried again.",
        urgent=True,
        places=signed.areas if signed else (),
    )
    noticeboard.add_once(db, notice, now)
