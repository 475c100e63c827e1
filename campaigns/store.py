"""Rows of scheduled lessons, and their messages in the outbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.vocabulary import Action
from delivery import broadcasts, priority, turns
from storage import times
from storage.connection import Connection
from storage.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledLesson:
    """One lesson for one municipality at one time."""

    id: int
    lesson: str
    municipality: str
    due_at: datetime
    state: str
    reason: str
    broadcast_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """Somebody who gets a lesson, in this language."""

    subscriber_id: int
    language: str


def _lesson(row: Row) -> ScheduledLesson:
    return ScheduledLesson(
        id=row.integer("id"),
        lesson=row.text("lesson"),
        municipality=row.text("municipality"),
        due_at=row.time("due_at"),
        state=row.text("state"),
        reason=row.text("reason"),
        broadcast_id=row.optional_integer("broadcast_id"),
    )


def schedule(db: Connection, lesson: str, municipality: str, due_at: datetime, now: datetime) -> int:
    """Plan a lesson; its id."""
    rows = db.execute(
        "INSERT INTO scheduled_lessons (lesson, municipality, due_at, state, created_at)"
        " VALUES (:lesson, :municipality, :due_at, 'waiting', :now) RETURNING id",
        {
            "lesson": lesson,
            "municipality": municipality,
            "due_at": times.to_text(due_at),
            "now": times.to_text(now),
        },
    )
    return rows[0].integer("id")


def planned(db: Connection) -> list[ScheduledLesson]:
    """All lessons, the next first."""
    return [_lesson(row) for row in db.execute("SELECT * FROM scheduled_lessons ORDER BY due_at, id")]


def due(db: Connection, now: datetime) -> list[ScheduledLesson]:
    """Lessons whose time has come, and those whose sending was interrupted."""
    rows = db.execute(
        "SELECT * FROM scheduled_lessons WHERE (state IN ('waiting', 'held') AND due_at <= :now)"
        " OR (state = 'sending' AND broadcast_id IN (SELECT id FROM broadcasts WHERE planned_at IS NULL))"
        " ORDER BY due_at, id",
        {"now": times.to_text(now)},
    )
    return [_lesson(row) for row in rows]


def still_due(db: Connection, lesson_id: int, now: datetime) -> ScheduledLesson | None:
    """One lesson if it is (still) due; its row is kept for this transaction."""
    rows = db.execute(
        "UPDATE scheduled_lessons SET state = state WHERE id = :id AND"
        " ((state IN ('waiting', 'held') AND due_at <= :now)"
        " OR (state = 'sending' AND broadcast_id IN (SELECT id FROM broadcasts WHERE planned_at IS NULL)))"
        " RETURNING *",
        {"id": lesson_id, "now": times.to_text(now)},
    )
    return _lesson(rows[0]) if rows else None


def leaving(db: Connection, now: datetime) -> list[ScheduledLesson]:
    """Lessons with copies that the sender may take now."""
    rows = db.execute(
        "SELECT l.* FROM broadcasts b JOIN scheduled_lessons l ON l.broadcast_id = b.id"
        " WHERE b.origin = 'lesson' AND b.state IN ('planning', 'sending') AND EXISTS"
        " (SELECT 1 FROM messages m WHERE m.broadcast_id = b.id AND m.state = 'queued'"
        " AND (m.not_before IS NULL OR m.not_before <= :now)) ORDER BY l.id",
        {"now": times.to_text(now)},
    )
    return [_lesson(row) for row in rows]


def delay(db: Connection, lesson: ScheduledLesson, until: datetime) -> None:
    """Let the copies that have not left wait; those whose time limit passes meanwhile expire."""
    db.execute(
        "UPDATE messages SET not_before = :until WHERE broadcast_id = :broadcast AND state = 'queued'",
        {"until": times.to_text(until), "broadcast": lesson.broadcast_id},
    )


def cancel(db: Connection, lesson_id: int) -> bool:
    """Take back a lesson that has not begun; False if it has, or there is none."""
    return (
        db.execute_count(
            "UPDATE scheduled_lessons SET state = 'cancelled' WHERE id = :id AND state IN ('waiting', 'held')",
            {"id": lesson_id},
        )
        > 0
    )


def postpone(db: Connection, lesson: ScheduledLesson, until: datetime, reason: str, *, held: bool) -> None:
    """Look at a lesson again later."""
    db.execute(
        "UPDATE scheduled_lessons SET state = :state, reason = :reason, due_at = :until WHERE id = :id",
        {
            "id": lesson.id,
            "state": "held" if held else "waiting",
            "reason": reason,
            "until": times.to_text(until),
        },
    )


def last_warning_sent(db: Connection, place: str) -> datetime | None:
    """When somebody of a place was last handed a warning."""
    rows = db.execute(
        "SELECT max(m.handed_at) AS at FROM messages m JOIN broadcasts b ON b.id = m.broadcast_id"
        " WHERE m.place = :place AND b.origin = 'alert'",
        {"place": place},
    )
    return rows[0].optional_time("at")


def open_broadcast(db: Connection, lesson: ScheduledLesson, expires_at: datetime, now: datetime) -> int:
    """The broadcast of a lesson that begins."""
    rows = db.execute(
        "INSERT INTO broadcasts (origin, hazard, event, revision, decision, reason, state, priority, snapshot,"
        " form, seen_at, created_at, expires_at) VALUES ('lesson', '', :event, 0, :decision, :reason,"
        " 'planning', :priority, '{}', 'full', :now, :now, :expires_at) RETURNING id",
        {
            "event": str(lesson.id),
            "decision": Action.SEND,
            "reason": f"lesson {lesson.lesson} was planned for this time",
            "priority": priority.LESSON,
            "now": times.to_text(now),
            "expires_at": times.to_text(expires_at),
        },
    )
    broadcast_id = rows[0].integer("id")
    db.execute(
        "UPDATE scheduled_lessons SET state = 'sending', reason = '', broadcast_id = :broadcast WHERE id = :id",
        {"broadcast": broadcast_id, "id": lesson.id},
    )
    return broadcast_id


def learners(db: Connection, municipality: str, after: int, limit: int) -> list[Learner]:
    """The next people registered at a place who take lessons, by subscriber id."""
    rows = db.execute(
        "SELECT p.subscriber_id AS id, coalesce(max(nullif(o.language, '')), min(r.language)) AS language"
        " FROM subscriber_places p"
        " JOIN registrations r ON r.id = p.registration_id JOIN subscribers s ON s.id = p.subscriber_id"
        " LEFT JOIN registrations o ON o.subscriber_id = p.subscriber_id AND o.municipality = ''"
        " WHERE p.place = :place AND p.subscriber_id > :after AND (r.municipality <> '' OR r.standing = 1)"
        " AND CASE WHEN o.chosen = 1 THEN o.lessons ELSE r.lessons END = 1 AND s.state = 'active'"
        " GROUP BY p.subscriber_id ORDER BY p.subscriber_id LIMIT :limit",
        {"place": municipality, "after": after, "limit": limit},
    )
    return [Learner(subscriber_id=row.integer("id"), language=row.text("language")) for row in rows]


def cursor(db: Connection, broadcast_id: int) -> int:
    """The last subscriber whose copy is queued."""
    rows = db.execute("SELECT cursor FROM broadcasts WHERE id = :id", {"id": broadcast_id})
    return int(rows[0].text("cursor") or 0)


def add_text(db: Connection, row: Mapping[str, object]) -> int:
    """Keep a lesson's text once; its id."""
    db.execute(
        "INSERT INTO texts (text_key, broadcast_id, language, form, text, encoding, units, segments, catalogue)"
        " VALUES (:text_key, :broadcast_id, :language, :form, :text, :encoding, :units, :segments, :catalogue)"
        " ON CONFLICT (text_key) DO NOTHING",
        row,
    )
    rows = db.execute("SELECT id FROM texts WHERE text_key = :text_key", {"text_key": row["text_key"]})
    return rows[0].integer("id")


def queue(db: Connection, messages: list[dict[str, object]]) -> None:
    """Queue copies of one broadcast; a copy that is there already stays as it is."""
    if not messages:
        return
    numbers = turns.take(db, int(str(messages[0]["broadcast_id"])), priority.LESSON, len(messages))
    db.executemany(
        "INSERT INTO messages (broadcast_id, subscriber_id, change_key, hazard, event, place, grade, kind, revision,"
        " language, text_id, segments, priority, turn, state, created_at, expires_at) VALUES (:broadcast_id,"
        " :subscriber_id, :change_key, '', :event, :place, :grade, 'lesson', 0, :language, :text_id,"
        " :segments, :priority, :turn, 'queued', :now, :expires_at) ON CONFLICT (subscriber_id, change_key) DO NOTHING",
        [{**message, "turn": turn} for message, turn in zip(messages, numbers, strict=True)],
    )


def advance(db: Connection, broadcast_id: int, last: int, people: int, segments: int) -> None:
    """How far a lesson's copies are queued."""
    db.execute(
        "UPDATE broadcasts SET cursor = :cursor, planned = planned + :people,"
        " planned_segments = planned_segments + :segments WHERE id = :id",
        {"cursor": str(last), "people": people, "segments": segments, "id": broadcast_id},
    )


def finish(db: Connection, broadcast_id: int, now: datetime) -> None:
    """All copies are queued."""
    db.execute(
        "UPDATE broadcasts SET planned_at = :now, state = 'sending' WHERE id = :id AND state = 'planning'",
        {"now": times.to_text(now), "id": broadcast_id},
    )
    broadcasts.complete(db, [broadcast_id])
