"""What people decide of a drill: the second signature, a stop, going on. Every step is an entry of the log."""

from datetime import datetime
from enum import StrEnum

from alerts.places import PlaceTable
from campaigns.drills import playing, store
from campaigns.drills.store import Drill, State
from storage.connection import Connection

LONGEST_REASON = 300


class Outcome(StrEnum):
    """What became of a decision."""

    DONE = "done"
    OWN = "own"  #: nobody approves their own
    TOO_LATE = "too_late"  #: somebody was first, or it is over
    WARNED = "warned"  #: a real warning is in force there
    MISSING = "missing"


def approve(db: Connection, identity: int, by: str, places: PlaceTable, now: datetime) -> Outcome:
    """The second signature: the drill begins. Nobody signs twice; of two who come at once one wins."""
    drill = store.find(db, identity)
    if drill is None:
        return Outcome.MISSING
    if drill.submitted_by == by:
        return Outcome.OWN
    if drill.state is not State.WAITING or now >= drill.submitted_at + store.DECIDE:
        return Outcome.TOO_LATE
    if playing.real_warning(db, drill.municipality, places, now) is not None:
        return Outcome.WARNED
    return _move(db, drill, State.RUNNING, by, "drill approved", "", now)


def reject(db: Connection, identity: int, by: str, why: str, now: datetime) -> Outcome:
    """Another person says no; or whoever submitted it takes it back."""
    drill = store.find(db, identity)
    if drill is None:
        return Outcome.MISSING
    if drill.state is not State.WAITING:
        return Outcome.TOO_LATE
    return _move(db, drill, State.REJECTED, by, "drill rejected", why, now)


def stop(db: Connection, identity: int, by: str, now: datetime) -> Outcome:
    """End it at once; what has not left is withdrawn. One person is enough."""
    drill = store.find(db, identity)
    if drill is None:
        return Outcome.MISSING
    if not drill.is_open:
        return Outcome.TOO_LATE
    return _move(db, drill, State.STOPPED, by, "drill stopped", f"by {by}", now)


def resume(db: Connection, identity: int, by: str, places: PlaceTable, now: datetime) -> Outcome:
    """Go on after a pause; not while a real warning is in force there."""
    drill = store.find(db, identity)
    if drill is None:
        return Outcome.MISSING
    if drill.state is not State.PAUSED:
        return Outcome.TOO_LATE
    if playing.real_warning(db, drill.municipality, places, now) is not None:
        return Outcome.WARNED
    return _move(db, drill, State.RUNNING, "", "drill resumed", "", now, actor=by)


def _move(
    db: Connection,
    drill: Drill,
    after: State,
    by: str,
    action: str,
    why: str,
    now: datetime,
    *,
    actor: str = "",
) -> Outcome:
    reason = why.strip()[:LONGEST_REASON]
    if not store.move(db, drill, after, now, reason=reason, by=by):
        return Outcome.TOO_LATE
    store.log(db, drill.id, drill.municipality, actor or by, action, now, {"why": reason} if reason else {})
    return Outcome.DONE
