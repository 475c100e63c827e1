"""Rows of the lessons of campaigns: one for each campaign, place and time, with `due_at`.

The row of the next time is added when the one before is settled, so that a series for all of Japan is few rows and
changing it is easy. Owns the states: waiting ⇄ held → sending → sent; or missed (too late) or cancelled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from campaigns import calendar, timing
from campaigns.plan import Plan
from storage import lists, times
from storage.connection import Connection
from storage.rows import Row

_OPEN = "('waiting', 'held')"
#: why a lesson is cancelled that nobody can word any more
NO_WORDS = "its words are there no more"
# Two halves, so that each one goes by its own index. What is being queued is put off by AGAIN at most: what lies
# further away was due before the clock went back.
_DUE = f"""
SELECT * FROM (
    SELECT l.* FROM campaign_lessons l JOIN campaigns c ON c.id = l.campaign_id AND c.state = 'running'
    WHERE l.state IN {_OPEN} AND l.due_at <= :now
    UNION ALL
    SELECT l.* FROM campaign_lessons l JOIN campaigns c ON c.id = l.campaign_id AND c.state = 'running'
    WHERE l.state = 'sending' AND (l.due_at <= :now OR l.due_at > :again)) d
ORDER BY due_at, id LIMIT :limit
"""  # noqa: S608 -- our own words only


class State(StrEnum):
    """Where one lesson for one place is."""

    WAITING = "waiting"
    HELD = "held"  #: by a warning
    SENDING = "sending"  #: copies are being queued
    SENT = "sent"  #: all copies are queued
    MISSED = "missed"  #: it would have come too late
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One lesson for one place; times are UTC."""

    id: int
    campaign_id: int
    place: str
    #: which time it is, from 0
    number: int
    lesson: str
    #: by the calendar
    planned_for: datetime
    #: when it is looked at
    due_at: datetime
    state: State
    reason: str
    gently: bool
    begun_at: datetime | None
    broadcast_id: int | None


def plan(db: Connection, campaign_id: int, wanted: Plan, now: datetime) -> None:
    """The next time for every place, at the beginning and after a change: what has not begun goes by this plan, and
    what was sent is not sent again. What lies too far back is left out.
    """
    drop(db, campaign_id)
    rows = db.execute(
        "SELECT place, max(number) AS number, max(planned_for) AS last FROM campaign_lessons"
        " WHERE campaign_id = :id GROUP BY place",
        {"id": campaign_id},
    )
    done = {row.text("place"): row for row in rows}
    _add(
        db, campaign_id, wanted, [place for place in wanted.audience.places if place not in done], 0, now - timing.LATE
    )
    for place in wanted.audience.places:
        if place in done:
            _add(db, campaign_id, wanted, [place], done[place].integer("number") + 1, done[place].time("last"))


def drop(db: Connection, campaign_id: int) -> None:
    """Nothing that has not begun stands any more."""
    db.execute(f"DELETE FROM campaign_lessons WHERE campaign_id = :id AND state IN {_OPEN}", {"id": campaign_id})  # noqa: S608


def go_on(db: Connection, one: Due, wanted: Plan) -> None:
    """The time after one that is settled, if there is one and it is not there yet."""
    if one.place in wanted.audience.places:
        _add(db, one.campaign_id, wanted, [one.place], one.number + 1, one.planned_for)


def _add(db: Connection, campaign_id: int, wanted: Plan, places: Sequence[str], number: int, after: datetime) -> None:
    """The first time of the calendar after some moment, as the n-th. `times` counts those that were."""
    left = wanted.timing.times is None or number < wanted.timing.times
    at = next((at for at in calendar.due(wanted.timing) if at > after), None) if left and places else None
    if at is None:
        return
    db.executemany(
        "INSERT INTO campaign_lessons (campaign_id, place, number, lesson, planned_for, due_at, state)"
        " VALUES (:campaign, :place, :number, :lesson, :at, :at, 'waiting')"
        " ON CONFLICT (campaign_id, place, number) DO NOTHING",
        [
            {
                "campaign": campaign_id,
                "place": place,
                "number": number,
                "lesson": wanted.lesson(number),
                "at": times.to_text(at),
            }
            for place in places
        ],
    )


def due(db: Connection, now: datetime, limit: int) -> list[Due]:
    """Lessons whose time has come, and those whose queueing was broken off; the oldest first."""
    return [_due(row) for row in db.execute(_DUE, _by(now) | {"limit": limit})]


def still_due(db: Connection, identity: int, now: datetime) -> Due | None:
    """One of them if it is (still) due; its row is kept for this transaction."""
    rows = db.execute(
        "UPDATE campaign_lessons SET state = state WHERE id = :id"
        " AND ((state IN ('waiting', 'held') AND due_at <= :now)"
        " OR (state = 'sending' AND (due_at <= :now OR due_at > :again)))"
        " AND campaign_id IN (SELECT id FROM campaigns WHERE state = 'running') RETURNING *",
        _by(now) | {"id": identity},
    )
    return _due(rows[0]) if rows else None


def _by(now: datetime) -> dict[str, object]:
    return {"now": times.to_text(now), "again": times.to_text(now + timing.AGAIN)}


def being_queued(db: Connection, identity: int) -> Due | None:
    """One of them if its copies are being queued and its campaign runs; its row is kept for this transaction."""
    rows = db.execute(
        "UPDATE campaign_lessons SET state = state WHERE id = :id AND state = 'sending'"
        " AND campaign_id IN (SELECT id FROM campaigns WHERE state = 'running') RETURNING *",
        {"id": identity},
    )
    return _due(rows[0]) if rows else None


def find(db: Connection, identity: int) -> Due | None:
    """One of them."""
    rows = db.execute("SELECT * FROM campaign_lessons WHERE id = :id", {"id": identity})
    return _due(rows[0]) if rows else None


def of_campaign(db: Connection, campaign_id: int, limit: int = 2**62) -> list[Due]:
    """The rows of one campaign in the order of its times; the last ones where there are more than `limit`."""
    rows = db.execute(
        "SELECT * FROM campaign_lessons WHERE campaign_id = :id ORDER BY planned_for DESC, place DESC LIMIT :limit",
        {"id": campaign_id, "limit": limit},
    )
    return [_due(row) for row in reversed(rows)]


def next_of(db: Connection, campaigns: Sequence[int]) -> dict[int, Due]:
    """Campaign -> what of it is due next, of those that have such a thing."""
    found: dict[int, Due] = {}
    for marks, names in lists.portions(campaigns):
        rows = db.execute(
            f"SELECT * FROM campaign_lessons WHERE campaign_id IN ({marks})"  # noqa: S608 -- marks
            " AND state IN ('waiting', 'held', 'sending') ORDER BY due_at DESC, id DESC",
            names,
        )
        found |= {row.integer("campaign_id"): _due(row) for row in rows}
    return found


def had_one(db: Connection, places: Sequence[str], first: datetime, last: datetime) -> bool:
    """Whether a lesson began at one of these places between two times; not later: the clock may have gone back."""
    between = {"first": times.to_text(first), "last": times.to_text(last)}
    return any(
        db.execute(
            f"SELECT 1 AS one FROM campaign_lessons WHERE place IN ({marks}) AND begun_at IS NOT NULL"  # noqa: S608
            " AND begun_at >= :first AND begun_at < :last LIMIT 1",
            {**names, **between},
        )
        for marks, names in lists.portions(places)
    )


def postpone(db: Connection, one: Due, wait: timing.Wait, now: datetime) -> None:
    """Look at it again later."""
    db.execute(
        "UPDATE campaign_lessons SET state = :state, reason = :reason, due_at = :until,"
        " looked_at = :now, gently = CASE WHEN :gently = 1 THEN 1 ELSE gently END"
        " WHERE id = :id AND state IN ('waiting', 'held')",
        {
            "id": one.id,
            "state": State.HELD if wait.held else State.WAITING,
            "reason": wait.reason,
            "until": times.to_text(wait.until),
            "gently": int(wait.gently),
            "now": times.to_text(now),
        },
    )


def leave_for_now(db: Connection, one: Due, now: datetime) -> None:
    """What is being queued cannot go on: look at it again later, and at others first."""
    db.execute(
        "UPDATE campaign_lessons SET due_at = :until WHERE id = :id AND state = 'sending'",
        {"id": one.id, "until": times.to_text(now + timing.AGAIN)},
    )


def begin(db: Connection, one: Due, broadcast_id: int, now: datetime, *, gently: bool) -> None:
    """Its copies are being queued from now on."""
    db.execute(
        "UPDATE campaign_lessons SET state = 'sending', reason = '', begun_at = :now, broadcast_id = :broadcast,"
        " gently = :gently WHERE id = :id",
        {"id": one.id, "now": times.to_text(now), "broadcast": broadcast_id, "gently": int(gently)},
    )


def settle(db: Connection, one: Due, state: State, reason: str = "") -> None:
    """It was queued, or comes no more."""
    db.execute(
        "UPDATE campaign_lessons SET state = :state, reason = :reason WHERE id = :id",
        {"id": one.id, "state": state, "reason": reason},
    )


def is_ahead(db: Connection, now: datetime) -> bool:
    """Whether the clock went back: something was put off at a time that is still to come, or missed and is not late."""
    return bool(
        db.execute(
            f"SELECT 1 AS one FROM campaign_lessons WHERE state IN {_OPEN} AND looked_at > :now"  # noqa: S608
            " UNION ALL SELECT 1 AS one FROM campaign_lessons WHERE state = 'missed' AND planned_for > :late LIMIT 1",
            {"now": times.to_text(now), "late": times.to_text(now - timing.LATE)},
        )
    )


def bring_back(db: Connection, now: datetime) -> int:
    """The clock went back: what was missed or put off then is judged again at its own time. How many."""
    return db.execute_count(
        "UPDATE campaign_lessons SET state = 'waiting', reason = '', due_at = planned_for, looked_at = NULL"
        " WHERE (state IN ('waiting', 'held') AND looked_at > :now) OR (state = 'missed' AND planned_for > :late)",
        {"now": times.to_text(now), "late": times.to_text(now - timing.LATE)},
    )


def cancel(db: Connection, campaign_id: int) -> None:
    """Nothing more of a campaign is begun, and copies that wait are not handed over."""
    whose = {"id": campaign_id}
    db.execute(
        "UPDATE broadcasts SET state = 'withdrawn' WHERE state IN ('planning', 'sending') AND id IN"
        " (SELECT broadcast_id FROM campaign_lessons WHERE campaign_id = :id AND broadcast_id IS NOT NULL)",
        whose,
    )
    db.execute(
        "UPDATE campaign_lessons SET state = 'cancelled', reason = 'the campaign was stopped'"
        " WHERE campaign_id = :id AND state IN ('waiting', 'held', 'sending')",
        whose,
    )


def _due(row: Row) -> Due:
    return Due(
        id=row.integer("id"),
        campaign_id=row.integer("campaign_id"),
        place=row.text("place"),
        number=row.integer("number"),
        lesson=row.text("lesson"),
        planned_for=row.time("planned_for"),
        due_at=row.time("due_at"),
        state=State(row.text("state")),
        reason=row.text("reason"),
        gently=row.flag("gently"),
        begun_at=row.optional_time("begun_at"),
        broadcast_id=row.optional_integer("broadcast_id"),
    )
