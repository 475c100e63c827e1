"""Takes back what a telegram said of some places, or puts its grade right there, when two people have signed that.

The telegram stays as it is; what it said of a place is struck out by its digest, so that the next telegram that says
something else counts again, and a repetition of the same does not warn anew. Owns the rows of `struck`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts import hazards, store, strand_store
from alerts.changes import Cause
from alerts.vocabulary import NONE, Action
from delivery import deciding
from delivery.broadcasts import Broadcast
from delivery.byhand.submissions import Submission
from delivery.scopes import Scope, Word
from storage.connection import Connection


def strike(
    db: Connection, broadcast: Broadcast, places: Sequence[str], grade: str, by: Submission, reason: str, now: datetime
) -> list[int]:
    """Set what the broadcast told to `grade` in some places; the broadcasts that say so."""
    rule = hazards.rule(broadcast.hazard)
    rows = store.in_force(db, broadcast.hazard, broadcast.event, places)
    newest = [place for place in places if place in rows and rows[place].broadcast_id == broadcast.id]
    cause = Cause.CORRECTED if rule.is_told(grade) else Cause.WITHDRAWN
    for place, digest in _digests(db, broadcast, newest):
        strand_store.strike(db, broadcast.hazard, broadcast.event, place, digest, grade, by.id)
    scope = Scope(
        hazard=broadcast.hazard,
        event=broadcast.event,
        words={place: Word(cause=cause, issued=by.submitted_at, digest=rows[place].digest) for place in newest},
        withdrawn=set(newest) if grade == NONE else set(),
        signed=True,
        alert_id=broadcast.alert_id,
        action=Action.SEND,
        reason=reason,
        seen_at=by.decided_at,
    )
    return deciding.settle(db, scope, now)


def _digests(db: Connection, broadcast: Broadcast, places: Sequence[str]) -> Iterable[tuple[str, str]]:
    """(place, telegram) of everything that holds as much there as was told."""
    rule = hazards.rule(broadcast.hazard)
    for place, held in strand_store.at(db, broadcast.hazard, broadcast.event, places).items():
        told = rule.rank(broadcast.changes[place].after)
        yield from ((place, one.digest) for one in held.values() if rule.rank(one.grade) >= told)
