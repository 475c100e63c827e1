"""Looks at what is due of campaigns: begins it, lets it wait, queues it a chunk at a time. APScheduler only wakes it.

Everything is a row, so that a crash anywhere goes on where it stopped, and a clock that jumps sends nothing twice.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from alerts import store as state
from alerts.places import PlaceTable
from campaigns import copies, daylight, due, fitting, news, own, store, timing
from campaigns.due import Due
from campaigns.store import Campaign
from campaigns.telling import Teller
from delivery import broadcasts
from delivery.broadcasts import BroadcastState
from storage import times
from storage.connection import Connection
from storage.database import Database, StorageError
from templates_i18n.lessons import REFERENCE
from templates_i18n.service_texts import TextUnknown

_log = logging.getLogger(__name__)
#: lessons of one look at most: a warning that comes meanwhile must hold the others soon
_AT_ONCE = 100
#: no broadcast of a warning hands anything over for so long
_LONGEST = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What lessons are sent with."""

    teller: Teller
    places: PlaceTable
    #: lessons per person and month of Japan
    per_month: int


async def run_due(db: Database, desk: Desk, now: datetime) -> list[int]:
    """Send or put off everything that is due; the broadcasts that were filled.

    A lesson that fails stops no other one: it is looked at again the next time. None begins while a telegram is on its
    way to us: it may be the warning that holds it.
    """
    if await db.read(due.is_ahead, now):
        await db.write(due.bring_back, now)
    await hold_back(db, desk, now)
    waiting = await db.read(due.due, now, _AT_ONCE)
    if waiting and not await db.read(news.is_heard, now):
        return []
    told = await db.read(last_told, now) if waiting else {}
    filled: list[int] = []
    for one in waiting:
        try:
            broadcast_id = await _send(db, one.id, desk, told, now)
        except (LookupError, ValueError, StorageError) as error:
            _log.exception("lesson_failed", extra={"lesson": one.id, "error": type(error).__name__})
            again = timing.Wait(until=now + timing.AGAIN, reason=f"a fault: {error}"[:300], held=False)
            await db.write(due.postpone, one, again, now)
            await db.write(due.leave_for_now, one, now)
            continue
        if broadcast_id is not None:
            filled.append(broadcast_id)
    return filled


async def _send(db: Database, identity: int, desk: Desk, told: Mapping[str, datetime], now: datetime) -> int | None:
    """Queue one lesson's copies; its broadcast, or None if it waits."""
    begun = await db.write(_begin, identity, desk, told, now)
    if begun is None:
        return None
    while await db.write(_queue, identity, desk, now):
        pass
    await db.write(_end, identity)
    return begun


def _begin(db: Connection, identity: int, desk: Desk, told: Mapping[str, datetime], now: datetime) -> int | None:
    """Judge a lesson as it stands now: since it was listed it may have been stopped, or begun by another process.

    Its broadcast, or None if it waits or comes no more.
    """
    one = due.still_due(db, identity, now)
    campaign = store.find(db, one.campaign_id) if one is not None else None
    if one is None or campaign is None:
        return None
    if one.broadcast_id is None and now > one.planned_for + timing.LATE:
        due.settle(db, one, due.State.MISSED, one.reason or "it would have come too late")
        due.go_on(db, one, campaign.plan)
        return None
    if _is_void(db, one, campaign, desk, now):
        return None
    match _judge(db, one, campaign, desk.places, told, now):
        case timing.Wait() if one.broadcast_id is not None:
            due.leave_for_now(db, one, now)  # broken off in the middle: it goes on when it may
            return None
        case timing.Wait() as wait:
            due.postpone(db, one, wait, now)
            return None
        case timing.Go(gently=gently):
            if one.broadcast_id is None:
                return copies.open_broadcast(db, one, campaign, now, gently=gently or one.gently)
            return one.broadcast_id
        case other:
            assert_never(other)


def _is_void(db: Connection, one: Due, campaign: Campaign, desk: Desk, now: datetime) -> bool:
    """Settle what nobody can word any more, or a change took out of the plan while it was being queued."""
    try:
        if one.lesson != fitting.FITTING:
            own.speaking(db, desk.teller, [one.lesson]).write(one.lesson, REFERENCE)
    except TextUnknown:
        why = due.NO_WORDS
    else:
        wrong = list(own.stopped(db, [one.lesson], desk.places)) if one.broadcast_id is None else []
        if wrong:
            return _cancel(db, one, campaign, wrong[0].text, now)
        if one.place in campaign.plan.audience.places:
            return False
        why = "its place was taken out of the plan"
    return _cancel(db, one, campaign, why, now)


def _cancel(db: Connection, one: Due, campaign: Campaign, why: str, now: datetime) -> bool:
    copies.give_up(db, one, now)
    due.settle(db, one, due.State.CANCELLED, why)
    due.go_on(db, one, campaign.plan)
    return True


def _queue(db: Connection, identity: int, desk: Desk, now: datetime) -> bool:
    """The next chunk by the plan as it stands now; False where nobody is left or it goes no further."""
    one, campaign = _under_way(db, identity)
    if one is None or campaign is None or one.place not in campaign.plan.audience.places:
        return False
    return copies.queue_chunk(db, one, campaign, desk.teller, desk.per_month, now)


def _end(db: Connection, identity: int) -> None:
    """All copies are queued: the next time of the series is planned, by the plan as it stands now."""
    one, campaign = _under_way(db, identity)
    if one is None or campaign is None or one.broadcast_id is None:
        return
    if broadcasts.position(db, one.broadcast_id)[0] is BroadcastState.PLANNING:
        return  # broken off by a change: it is looked at again
    due.settle(db, one, due.State.SENT)
    due.go_on(db, one, campaign.plan)


def _under_way(db: Connection, identity: int) -> tuple[Due | None, Campaign | None]:
    """A lesson that is being queued, with its campaign; nothing where that was stopped or paused meanwhile."""
    one = due.being_queued(db, identity)
    return one, store.find(db, one.campaign_id) if one is not None else None


def _judge(
    db: Connection, one: Due, campaign: Campaign, places: PlaceTable, told: Mapping[str, datetime], now: datetime
) -> timing.Go | timing.Wait:
    here = around(places, [one.place])
    today = daylight.day_of(now)
    begun = one.broadcast_id is not None
    first, last = (daylight.Window(opens=_MIDNIGHT).opening(day) for day in (today, today + timedelta(days=1)))
    return timing.judge(
        timing.Question(
            now=now,
            due_at=one.due_at,
            window=campaign.plan.timing.window,
            rests=campaign.plan.timing.rests,
            in_force=state.in_force_at(db, here, now),
            told=latest(told, here),
            had_today=not begun and due.had_one(db, here, first, last),
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
            await _put_off(db, broadcast_id, wait)
    for identity, broadcast_id in late:
        until, closes = await db.read(_next_window, identity, now)
        while await db.write(copies.bring_back, broadcast_id, until, closes):
            pass


async def _put_off(db: Database, broadcast_id: int, wait: "_Wait") -> None:
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
    if campaign.state in (store.State.PAUSED, store.State.WAITING):
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


def around(places: PlaceTable, areas: Iterable[str]) -> list[str]:
    """Where a warning speaks to the people of these areas too: the areas, the city of a ward, the wards of a city."""
    return sorted({code for area in areas for code in (area, places.city_of(area) or area, *places.wards_of(area))})


def latest(told: Mapping[str, datetime], here: Iterable[str]) -> datetime | None:
    """When somebody there was last handed a warning, of what `last_told` says."""
    return max((told[place] for place in here if place in told), default=None)


def last_told(db: Connection, now: datetime) -> dict[str, datetime]:
    """Municipality -> when its people were last handed a warning, of the last hours."""
    rows = db.execute(
        "SELECT snapshot, coalesce(last_handover_at, created_at) AS at FROM broadcasts"
        " WHERE origin = 'alert' AND created_at >= :oldest"
        " AND state <> 'held' AND coalesce(last_handover_at, created_at) >= :since",
        {"oldest": times.to_text(now - _LONGEST), "since": times.to_text(now - timing.REST)},
    )
    found: dict[str, datetime] = {}
    for row in rows:
        for place in json.loads(row.text("snapshot")).get("changes", {}):
            found[place] = max(row.time("at"), found.get(place, row.time("at")))
    return found
