"""Whether a due lesson may go out now: pure. Daylight in Japan only, never into a warning, gently after one."""

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alerts import hazards
from alerts.store import InForce
from alerts.vocabulary import Action, Hazard
from campaigns.daylight import Window, day_of

#: after people were told of a warning they are left in peace for so long
REST = timedelta(hours=8)
#: what is held is looked at again after so long
AGAIN = timedelta(minutes=10)
#: a lesson that is so late is not worth a text any more
LATE = timedelta(days=14)
#: nothing is handed over in the last minutes of a window: the provider needs them
LAST_MINUTES = timedelta(minutes=5)
#: after a hold a place's lesson waits for its part of what is left of the window, at most so long
SPREAD = timedelta(hours=2)
#: Told on nearly every day of summer: it would hold the lessons about heat until autumn.
_NO_HOLD = frozenset({Hazard.HEAT})
#: These are told by hand, by two people; a shelter that opens is no reason to hold lessons.
_HELD_BY_HAND = frozenset({Hazard.EVACUATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """The lesson can be sent now."""

    #: it comes back after a warning: not to all at once
    gently: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """The lesson waits: until when it is looked at again, and why."""

    until: datetime
    reason: str
    #: a warning holds it, not the clock
    held: bool
    gently: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is known of a due lesson and its place."""

    now: datetime
    #: since when it may be looked at
    due_at: datetime
    #: the window and the days of rest of its campaign
    window: Window
    rests: Callable[[date], bool]
    in_force: Iterable[InForce]
    #: when the place's people were last told of a warning
    told: datetime | None
    #: another lesson began there today
    had_today: bool = False
    #: a warning held it until now
    was_held: bool = False
    #: what spreads places apart: the same for one lesson and place
    seed: str = ""


def judge(asked: Question) -> Go | Wait:
    """Whether a due lesson goes out now."""
    now = asked.now
    warnings = sorted({row.hazard for row in asked.in_force if holds(row.hazard, row.grade)})
    if warnings:
        return Wait(until=now + AGAIN, reason=f"{warnings[0]} warning in force", held=True)
    if asked.told is not None and asked.told <= now < asked.told + REST:
        return Wait(until=asked.told + REST, reason="resting after a warning", held=True)
    opens = next_opening(asked.window, asked.rests, now)
    if opens > now:
        return Wait(until=opens, reason="outside its hours", held=asked.was_held)
    if asked.was_held and now < (turn := _turn(asked)):
        return Wait(until=turn, reason="comes back gently after a warning", held=False, gently=True)
    if asked.had_today:
        tomorrow = asked.window.opening(day_of(now) + timedelta(days=1))
        opens = next_opening(asked.window, asked.rests, tomorrow)
        return Wait(until=opens, reason="another lesson came today", held=False)
    return Go(gently=asked.was_held)


def holds(hazard: Hazard, grade: str) -> bool:
    """Whether a grade is a warning of level 3 or more, or its like.

    A volcano's level 3 closes its summit, at some for years: what people are told at once counts (design, contract §3).
    """
    if hazard in _NO_HOLD:
        return False
    action = hazards.rule(hazard).action(grade)
    return action is Action.SEND or (action is Action.HOLD and hazard in _HELD_BY_HAND)


def next_opening(window: Window, rests: Callable[[date], bool], now: datetime) -> datetime:
    """`now` where there is time enough left in the window, else when it opens next."""
    opens = window.next_open(now, rests)
    if opens == now and not window.is_open(now + LAST_MINUTES):
        return window.next_open(closing(window, now), rests)
    return opens


def closing(window: Window, now: datetime) -> datetime:
    """When the window of that day of Japan closes, in UTC."""
    day = day_of(now)
    return Window(opens=window.closing(day)).opening(day)


def _turn(asked: Question) -> datetime:
    """When it is this place's turn after a hold: its part of the window, the same whenever it is asked."""
    since = max(asked.due_at, asked.window.opening(day_of(asked.now)))
    left = max(closing(asked.window, since) - since - 2 * LAST_MINUTES, timedelta())
    return since + min(left, SPREAD) * (zlib.crc32(asked.seed.encode()) % 1000) / 1000
