"""Looks at what is due of campaigns: begins it, lets it wait, queues it a chunk at a time. APScheduler only wakes it.

Everything is a row, so that a crash anywhere goes on where it stopped, and a clock that jumps sends nothing twice.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from alerts import store as state
from alerts.places import PlaceTable
from campaigns import copies, daylight, due, store, timing
from campaigns.due import Due
from campaigns.store import Campaign
from campaigns.telling import Teller
from storage import times
from storage.connection import Connection
from storage.database import Database, StorageError

_log = logging.getLogger(__name__)
#: lessons of one look at most: a warning that comes meanwhile must hold the others soon
_AT_ONCE = 100
#: broadcasts of alerts that are looked through for the last one told in a place
_RECENT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What lessons are sent with."""

    teller: Teller
    places: PlaceTable
    #: lessons per person and month of Japan
    per_month: int


async def run_due(db: Database, desk: Desk, now: datetime) -> list[int]:
    """Send or put off everything that is due; the broadcasts that were filled.

    A lesson that fails stops no other one: it is looked at again the next time.
    """
    if await db.read(due.is_ahead, now):
        await db.write(due.bring_back, now)
    await hold_back(db, desk, now)
    waiting = await db.read(due.due, now, _AT_ONCE)
    told = await db.read(last_told, now) if waiting else {}
    filled: list[int] = []
    for one in waiting:
        try:
            broadcast_id = await _send(db, one.id, desk, told, now)
        except (LookupError, ValueError, StorageError) as error:
            _log.exception("lesson_failed", extra={"lesson": one.id, "error": type(error).__name__})
            again = timing.Wait(until=now + timing.AGAIN, reason=f"a fault: {error}"[:300], held=False)
            await db.write(due.postpone, one, again, now)
            continue
        if broadcast_id is not None:
            filled.append(broadcast_id)
    return filled


async def _send(db: Database, identity: int, desk: Desk, told: Mapping[str, datetime], now: datetime) -> int | None:
    """Queue one lesson's copies; its broadcast, or None if it waits."""
    begun = await db.write(_begin, identity, desk, told, now)
    if begun is None:
        return None
    one, campaign = begun
    while await db.write(copies.queue_chunk, one, campaign, desk.teller, desk.per_month, now):
        pass
    await db.write(_end, one, campaign)
    return one.broadcast_id


def _begin(
    db: Connection, identity: int, desk: Desk, told: Mapping[str, datetime], now: datetime
) -> tuple[Due, Campaign] | None:
    """Judge a lesson as it stands now: since it was listed it may have been stopped, or begun by another process."""
    one = due.still_due(db, identity, now)
    campaign = store.find(db, one.campaign_id) if one is not None else None
    if one is None or campaign is None:
        return None
    if one.broadcast_id is None and now > one.planned_for + timing.LATE:
        due.settle(db, one, due.State.MISSED, one.reason or "it would have come too late")
        due.go_on(db, one, campaign.plan)
        return None
    match _judge(db, one, campaign, desk.places, told, now):
        case timing.Wait() if one.broadcast_id is not None:
            return None  # broken off in the middle: it goes on when it may
        case timing.Wait() as wait:
            due.postpone(db, one, wait, now)
            return None
        case timing.Go(gently=gently):
            if one.broadcast_id is None:
                copies.open_broadcast(db, one, campaign, now, gently=gently or one.gently)
            begun = due.still_due(db, identity, now)
            return (begun, campaign) if begun is not None else None
        case other:
            assert_never(other)


def _end(db: Connection, one: Due, campaign: Campaign) -> None:
    """All copies are queued: the next time of the series is planned."""
    due.settle(db, one, due.State.SENT)
    due.go_on(db, one, campaign.plan)


def _judge(
    db: Connection, one: Due, campaign: Campaign, places: PlaceTable, told: Mapping[str, datetime], now: datetime
) -> timing.Go | timing.Wait:
    here = {one.place, places.city_of(one.place) or one.place, *places.wards_of(one.place)}
    today = daylight.day_of(now)
    begun = one.broadcast_id is not None
    first, last = (daylight.Window(opens=_MIDNIGHT).opening(day) for day in (today, today + timedelta(days=1)))
    return timing.judge(
        timing.Question(
            now=now,
            due_at=one.due_at,
            window=campaign.plan.timing.window,
            rests=campaign.plan.timing.rests,
            in_force=state.in_force_at(db, sorted(here), now),
            told=max((told[place] for place in here if place in told), default=None),
            had_today=not begun and due.had_one(db, one.place, first, last),
            was_held=not begun and one.state is due.State.HELD,
            seed=f"{one.campaign_id}:{one.place}",
        )
    )


_MIDNIGHT = datetime.min.time()


async def hold_back(db: Database, desk: Desk, now: datetime) -> None:
    """Copies that still wait for the sender wait longer when a warning comes or the window closes; late ones come
    back with the next window.
    """
    under_way = await db.read(copies.leaving, now)
    late = await db.read(copies.late, now)
    told = await db.read(last_told, now) if under_way or late else {}
    for identity, campaign_id, _, broadcast_id in under_way:
        wait = await db.read(_wait, identity, campaign_id, desk.places, told, now)
        if wait is not None:
            await _put_off(db, broadcast_id, wait, now)
    for identity, broadcast_id in late:
        until, closes = await db.read(_next_window, identity, now)
        while await db.write(copies.bring_back, broadcast_id, until, closes):
            pass


async def _put_off(db: Database, broadcast_id: int, wait: "_Wait", now: datetime) -> None:
    """Chunk by chunk, each a step later than the one before: a warning behind them need not wait for all."""
    until = wait.until
    while await db.write(copies.put_off, broadcast_id, until, wait.until, wait.closes):
        until += copies.STEP if wait.held else timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wait:
    until: datetime
    #: when the window closes in which they then leave
    closes: datetime
    held: bool


def _wait(
    db: Connection, identity: int, campaign_id: int, places: PlaceTable, told: Mapping[str, datetime], now: datetime
) -> _Wait | None:
    """Until when the copies of a lesson wait; None where they may leave."""
    one, campaign = due.find(db, identity), store.find(db, campaign_id)
    if one is None or campaign is None:
        return None
    window = campaign.plan.timing.window
    if campaign.state is store.State.PAUSED:
        until = timing.next_opening(window, campaign.plan.timing.rests, now + timing.AGAIN)
        return _Wait(until=until, closes=timing.closing(window, until), held=True)
    match _judge(db, one, campaign, places, told, now):
        case timing.Wait(until=until, held=held):
            until = timing.next_opening(window, campaign.plan.timing.rests, until)
            return _Wait(until=until, closes=timing.closing(window, until), held=held)
        case timing.Go():
            return None


def _next_window(db: Connection, identity: int, now: datetime) -> tuple[datetime, datetime]:
    """When the next window of a lesson opens, and closes."""
    one = due.find(db, identity)
    campaign = store.find(db, one.campaign_id) if one is not None else None
    if campaign is None:
        raise LookupError(f"lesson {identity}: no campaign of it")
    window = campaign.plan.timing.window
    until = timing.next_opening(window, campaign.plan.timing.rests, now)
    return until, timing.closing(window, until)


def last_told(db: Connection, now: datetime) -> dict[str, datetime]:
    """Municipality -> when its people were last handed a warning, of the last hours."""
    rows = db.execute(
        "SELECT snapshot, coalesce(last_handover_at, created_at) AS at FROM broadcasts"
        " WHERE id > (SELECT coalesce(max(id), 0) FROM broadcasts) - :recent AND origin = 'alert'"
        " AND state <> 'held' AND coalesce(last_handover_at, created_at) >= :since ORDER BY id",
        {"recent": _RECENT, "since": times.to_text(now - timing.REST)},
    )
    found: dict[str, datetime] = {}
    for row in rows:
        for place in json.loads(row.text("snapshot")).get("changes", {}):
            found[place] = max(row.time("at"), found.get(place, row.time("at")))
    return found
