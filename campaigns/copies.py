"""A lesson's copies in the outbox: queued chunk by chunk, put off while they may not leave, brought back.

A copy's time limit is the end of the window it stands in: whatever else happens, nothing of it is handed over later
on that day, nor delivered at night.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from campaigns import due, fitting, own, reaching, timing
from campaigns.daylight import day_of
from campaigns.due import Due
from campaigns.plan import Audience
from campaigns.reaching import Learner
from campaigns.store import Campaign
from campaigns.telling import Teller
from delivery import broadcasts, chunks, messages, priority, restoring
from delivery.broadcasts import Advance, BroadcastState, Origin
from delivery.messages import Draft
from delivery.writing import counted
from storage import times
from storage.connection import Connection

#: copies are put off again so long before they could leave: the sender must not be quicker
AHEAD: Final = timedelta(minutes=2)
#: after a hold a big place's people are told one chunk after the other
STEP: Final = timedelta(seconds=20)
#: what rules tell is not told again to the same person so soon: a flood and a landslide set off the same lessons
_FRESH: Final = timedelta(days=25)
# Looked for every second, by the index of few rows. Sorted here: SQLite would go through every id for an order.
_LEAVING: Final = """
SELECT l.id, l.campaign_id, l.place, l.broadcast_id FROM broadcasts b
JOIN campaign_lessons l ON l.broadcast_id = b.id
WHERE b.origin = 'lesson' AND b.state IN ('planning', 'sending') AND EXISTS
  (SELECT 1 FROM messages m WHERE m.broadcast_id = b.id AND m.state = 'queued'
   AND (m.not_before IS NULL OR m.not_before <= :now))
"""
_PUT_OFF: Final = """
UPDATE messages SET not_before = :until, expires_at = :expires WHERE id IN
  (SELECT id FROM messages WHERE broadcast_id = :broadcast AND state = 'queued'
   AND (not_before IS NULL OR not_before < :least) ORDER BY id LIMIT :limit)
"""
# Those that were taken too late although nobody had tried: the sender was away when their window closed.
_LATE: Final = """
SELECT m.id FROM messages m JOIN broadcasts b ON b.id = m.broadcast_id
WHERE m.broadcast_id = :broadcast AND m.state = 'expired' AND b.state <> 'withdrawn'
  AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.message_id = m.id) ORDER BY m.id LIMIT :limit
"""


def open_broadcast(db: Connection, one: Due, campaign: Campaign, now: datetime, *, gently: bool) -> int:
    """The broadcast of a lesson that begins; its id. `gently`: one chunk of people after the other."""
    broadcast_id = broadcasts.add(
        db,
        origin=Origin.LESSON,
        event=str(one.id),
        reason=f"lesson {one.lesson} of campaign {campaign.id} ({campaign.plan.name}) was due",
        priority=priority.LESSON,
        now=now,
        expires_at=one.planned_for + timing.LATE,
        state=BroadcastState.PLANNING,
    )
    db.execute("UPDATE broadcasts SET form = 'full', planned_at = NULL WHERE id = :id", {"id": broadcast_id})
    due.begin(db, one, broadcast_id, now, gently=gently)
    return broadcast_id


def queue_chunk(db: Connection, one: Due, campaign: Campaign, teller: Teller, most: int, now: datetime) -> bool:
    """Queue the next people's copies; False when there was nobody left. `most`: lessons per person and month."""
    assert one.broadcast_id is not None
    state, cursor = broadcasts.position(db, one.broadcast_id)
    if state is not BroadcastState.PLANNING:
        return False
    people = reaching.page(db, campaign.municipality, one.place, int(cursor or 0), chunks.SIZE, now)
    lately = reaching.told(db, [each.subscriber_id for each in people], now - _FRESH) if campaign.rule else {}
    shelf = _Shelf(teller=own.speaking(db, teller, [one.lesson]), most=most, day=day_of(now), lately=lately)
    reached = _choose(db, one, people, campaign.plan.audience, shelf)
    drafts = _drafts(one, campaign, reached.people, shelf.teller, now)
    doubtful = restoring.since(db, one.planned_for)
    drafts = [(replace(draft, doubtful_since=doubtful), ids) for draft, ids in drafts]
    messages.add(db, drafts, teller.version, now)
    if one.gently:
        _spread(db, one, now)
    step = Advance(
        cursor=str(people[-1].subscriber_id) if people else cursor,
        planned=sum(len(ids) for _, ids in drafts),
        segments=sum(draft.written.segments * len(ids) for draft, ids in drafts),
        excluded=reached.excluded,
        finished=not people,
    )
    broadcasts.advance(db, one.broadcast_id, step, now)
    if not people:
        broadcasts.complete(db, [one.broadcast_id])
    return bool(people)


def give_up(db: Connection, one: Due, now: datetime) -> None:
    """No further copies are queued of a lesson; those that are leave."""
    if one.broadcast_id is None:
        return
    _, cursor = broadcasts.position(db, one.broadcast_id)
    nobody = Advance(cursor=cursor, planned=0, segments=0, excluded=Counter(), finished=True)
    broadcasts.advance(db, one.broadcast_id, nobody, now)
    broadcasts.complete(db, [one.broadcast_id])


def leaving(db: Connection, now: datetime) -> list[tuple[int, int, str, int]]:
    """Lessons with copies that the sender may take now, or soon: (id, campaign, place, broadcast)."""
    rows = db.execute(_LEAVING, {"now": times.to_text(now + AHEAD)})
    return sorted(
        (row.integer("id"), row.integer("campaign_id"), row.text("place"), row.integer("broadcast_id")) for row in rows
    )


def put_off(db: Connection, broadcast_id: int, until: datetime, least: datetime, expires: datetime) -> int:
    """Let a chunk of copies wait until then: those that could leave before `least`; how many."""
    return db.execute_count(
        _PUT_OFF,
        {
            "broadcast": broadcast_id,
            "until": times.to_text(until),
            "least": times.to_text(least),
            "expires": times.to_text(expires),
            "limit": chunks.SIZE,
        },
    )


def late(db: Connection, now: datetime) -> list[tuple[int, int]]:
    """Broadcasts with copies that nobody tried before their window closed, while they are worth a text: (lesson,
    broadcast).
    """
    rows = db.execute(
        "SELECT l.id, l.broadcast_id FROM campaign_lessons l JOIN campaigns c ON c.id = l.campaign_id"
        " WHERE l.state IN ('sending', 'sent') AND l.planned_for > :oldest AND l.broadcast_id IS NOT NULL"
        " AND c.state IN ('running', 'paused') AND EXISTS (SELECT 1 FROM messages m"
        " WHERE m.broadcast_id = l.broadcast_id AND m.state = 'expired'"
        " AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.message_id = m.id))",
        {"oldest": times.to_text(now - timing.LATE)},
    )
    return sorted((row.integer("id"), row.integer("broadcast_id")) for row in rows)


def bring_back(db: Connection, broadcast_id: int, until: datetime, expires: datetime) -> int:
    """Queue a chunk of late copies again for the next window; how many."""
    rows = db.execute(_LATE, {"broadcast": broadcast_id, "limit": chunks.SIZE})
    if not rows:
        return 0
    db.execute(
        "UPDATE messages SET state = 'queued', reason = '', settled_at = NULL, not_before = :until,"
        " expires_at = :expires WHERE id IN :chunk AND state = 'expired'",
        chunks.parameters([row.integer("id") for row in rows])
        | {"until": times.to_text(until), "expires": times.to_text(expires)},
    )
    db.execute("UPDATE broadcasts SET state = 'sending' WHERE id = :id AND state = 'complete'", {"id": broadcast_id})
    return len(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """What lessons are taken from on a day of Japan, and how many a person may have in a month."""

    teller: Teller
    most: int
    day: date
    #: person -> what need not be told again so soon
    lately: Mapping[int, set[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reached:
    """People by what they get, and why others get nothing."""

    #: (lesson, language) -> people
    people: dict[tuple[str, str], list[int]]
    excluded: Counter[str]


def _choose(db: Connection, one: Due, people: Sequence[Learner], audience: Audience, shelf: _Shelf) -> _Reached:
    """Who gets which lesson, and why the others get none."""
    told = reaching.told(db, [person.subscriber_id for person in people]) if one.lesson == fitting.FITTING else {}
    found, excluded = dict[tuple[str, str], list[int]](), Counter[str]()
    there = shelf.teller.ids()
    for person in people:
        why = fitting.why_not(audience, person.reader) or _enough(one, person, shelf)
        had = told.get(person.subscriber_id, set())
        lesson = fitting.lesson(one.lesson, person.reader, shelf.day, had, there) if why is None else None
        if lesson is None:
            excluded[why or "had all lessons that fit"] += 1
        else:
            found.setdefault((lesson, person.reader.language), []).append(person.subscriber_id)
    return _Reached(people=found, excluded=excluded)


def _enough(one: Due, person: Learner, shelf: _Shelf) -> str | None:
    """Why somebody whom a lesson suits has had enough; None where they have not."""
    if person.had >= shelf.most:
        return "had enough lessons this month"
    return "was told it lately" if one.lesson in shelf.lately.get(person.subscriber_id, ()) else None


def _drafts(
    one: Due, campaign: Campaign, people: Mapping[tuple[str, str], list[int]], teller: Teller, now: datetime
) -> list[tuple[Draft, list[int]]]:
    expires = timing.closing(campaign.plan.timing.window, now)
    series = _series(campaign)
    return [(_draft(one, series, lesson, language, teller, expires), ids) for (lesson, language), ids in people.items()]


def _series(campaign: Campaign) -> str:
    """What somebody gets once for each number: never the place, for one person may have two of them.

    A rule makes a campaign for each place; those of one event are one series.
    """
    if not campaign.rule:
        return str(campaign.id)
    event, _, _ = campaign.event.rpartition("@")
    return f"{campaign.rule}:{event}"


def _draft(one: Due, series: str, lesson: str, language: str, teller: Teller, expires: datetime) -> Draft:
    assert one.broadcast_id is not None
    wording = teller.write(lesson, language)
    return Draft(
        broadcast_id=one.broadcast_id,
        change_key=f"lesson:{series}:{one.number}",
        hazard="",
        event=str(one.id),
        places={one.place: lesson},
        kind="lesson",
        revision=0,
        language=language,
        written=counted(wording.text, wording.language),
        text_key=f"{one.broadcast_id}|lesson|{lesson}|{language}|{teller.version}",
        priority=priority.LESSON,
        expires_at=expires,
    )


def _spread(db: Connection, one: Due, now: datetime) -> None:
    """After a hold each chunk leaves a step later than the one before it."""
    rows = db.execute("SELECT planned FROM broadcasts WHERE id = :id", {"id": one.broadcast_id})
    db.execute(
        "UPDATE messages SET not_before = :until WHERE broadcast_id = :id AND state = 'queued' AND not_before IS NULL",
        {
            "id": one.broadcast_id,
            "until": times.to_text((one.begun_at or now) + STEP * (rows[0].integer("planned") // chunks.SIZE)),
        },
    )
