"""The two signatures: one person submits, another one approves or rejects. Every step is an entry of the log.

Owns who may and who was first. Sends nothing: what is signed twice is a row that the deciding agent takes.
Permissions come in as the municipalities for which somebody may do a thing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alerts.places import PlaceTable
from alerts.vocabulary import NONE
from delivery import broadcasts
from delivery.broadcasts import Broadcast
from delivery.byhand import drafts, holds, submissions
from delivery.byhand.drafts import Wrong
from delivery.byhand.previews import Desk, Preview
from delivery.byhand.submissions import Kind, New, State, Submission
from storage import audit
from storage.connection import Connection
from subscribers import counting, disclosure

#: letters of an explanation or of a reason to reject
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who signs, and for which municipalities they may."""

    name: str
    may: frozenset[str]
    #: of a program: the user who answers for it, '' where nobody does; None for a user, who answers for themself
    owner: str | None = None

    @property
    def signs_as(self) -> str:
        """Whose signature it is; '' where it is nobody's."""
        return self.name if self.owner is None else self.owner

    def covers(self, area: str, places: PlaceTable) -> bool:
        """Whether an area is theirs: itself, or the city that it is a ward of."""
        return area in self.may or places.city_of(area) in self.may


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """It waits for a second person."""

    id: int
    preview: Preview


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing was submitted."""

    wrong: tuple[Wrong, ...]


class Outcome(StrEnum):
    """What became of a second signature."""

    DONE = "done"
    FIRST = "first"  #: a program submitted it, and this is the first signature of a person
    OWN = "own"  #: nobody approves their own
    NOT_ALLOWED = "not_allowed"
    TOO_LATE = "too_late"  #: somebody was first, or the deadline has passed
    TOO_MANY = "too_many"  #: more than twice the expected people now, unexplained
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The outcome, and how the submission stands now."""

    outcome: Outcome
    submission: Submission | None


def approve(db: Connection, identity: int, who: Person, desk: Desk, now: datetime) -> Answer:
    """The second signature. Of two who come at once exactly one wins; the other one hears who it was."""
    found = submissions.find(db, identity)
    refused = _may_decide(found, who, desk.places)
    if refused is not None:
        return Answer(outcome=refused, submission=found)
    assert found is not None
    if not found.owner:
        return vouch(db, identity, who, desk.places, now)
    if found.kind is Kind.ALERT and not found.explanation and _grown(db, found, desk.places):
        return Answer(outcome=Outcome.TOO_MANY, submission=found)
    return _decide(db, found, State.APPROVED, who, "", now, "approved")


def vouch(db: Connection, identity: int, who: Person, places: PlaceTable, now: datetime) -> Answer:
    """The first signature under what a program submitted for which nobody answers: it needs two people all the same."""
    found = submissions.find(db, identity)
    refused = _may_decide(found, who, places)
    if refused is not None:
        return Answer(outcome=refused, submission=found)
    assert found is not None
    won = submissions.own(db, identity, who.name, now)
    if won:
        _log(db, identity, found.municipality, who.name, "signed first", {}, now)
    outcome = Outcome.FIRST if won else Outcome.TOO_LATE
    return Answer(outcome=outcome, submission=submissions.find(db, identity))


def reject(db: Connection, identity: int, who: Person, why: str, places: PlaceTable, now: datetime) -> Answer:
    """Another person says no, and why."""
    found = submissions.find(db, identity)
    refused = _may_decide(found, who, places)
    if refused is not None:
        return Answer(outcome=refused, submission=found)
    assert found is not None
    return _decide(db, found, State.REJECTED, who, why.strip()[:LONGEST_REASON], now, "rejected")


def take_back(db: Connection, identity: int, who: Person, now: datetime) -> Answer:
    """Whoever submitted it, or answers for it, does not want it any more."""
    found = submissions.find(db, identity)
    if found is None:
        return Answer(outcome=Outcome.MISSING, submission=None)
    if who.name not in (found.submitted_by, found.owner):
        return Answer(outcome=Outcome.NOT_ALLOWED, submission=found)
    return _decide(db, found, State.TAKEN_BACK, who, "", now, "taken back")


def reject_hold(db: Connection, broadcast_id: int, who: Person, why: str, places: PlaceTable, now: datetime) -> Outcome:
    """Decide that a held broadcast is not told in the municipalities for which this person may approve."""
    found = held(db, broadcast_id)
    if found is None:
        return Outcome.TOO_LATE
    mine = [place for place in found.changes if who.covers(place, places)]
    if not mine:
        return Outcome.NOT_ALLOWED
    if not holds.reject(db, broadcast_id, mine, by=who.name, why=why.strip()[:LONGEST_REASON], now=now):
        return Outcome.TOO_LATE
    audit.append(
        db,
        now=now,
        actor=who.name,
        action="hold rejected",
        subject=f"broadcast:{broadcast_id}",
        municipality=home(who.may, mine, places),
        details={"why": why.strip()[:LONGEST_REASON], "areas": mine},
    )
    return Outcome.DONE


def held(db: Connection, broadcast_id: int) -> Broadcast | None:
    try:
        found = broadcasts.load(db, broadcast_id)
    except LookupError:
        return None
    return found if found.state is broadcasts.BroadcastState.HELD else None


def _may_decide(found: Submission | None, who: Person, places: PlaceTable) -> Outcome | None:
    if found is None:
        return Outcome.MISSING
    if not all(who.covers(area, places) for area in found.areas):
        return Outcome.NOT_ALLOWED
    return Outcome.OWN if who.name in (found.submitted_by, found.owner) else None


def _grown(db: Connection, found: Submission, places: PlaceTable) -> bool:
    """Many have registered since; what ends a warning may reach as many as were told."""
    if found.grade == NONE:
        return False
    people = sum(counting.active_at(db, sorted(places.cover(found.areas))).values())
    return drafts.too_many(people, found.expected)


def _decide(
    db: Connection, found: Submission, state: State, who: Person, why: str, now: datetime, action: str
) -> Answer:
    own = state is State.TAKEN_BACK
    won = submissions.decide(db, found.id, state, by=who.name, why=why, now=now, other_than_submitter=not own)
    if won:
        _log(db, found.id, found.municipality, who.name, action, {"why": why} if why else {}, now)
    outcome = Outcome.DONE if won else Outcome.TOO_LATE
    return Answer(outcome=outcome, submission=submissions.find(db, found.id))


def submit(db: Connection, new: New, now: datetime) -> int:
    identity = submissions.add(db, new, now)
    details: dict[str, object] = {
        "kind": new.kind,
        **({"hazard": new.hazard, "grade": new.grade} if new.hazard is not None else {}),
        "areas": list(new.areas),
        "people": disclosure.total(new.people),
        "expected": new.expected,
    }
    if new.broadcast_id is not None:
        details["broadcast"] = new.broadcast_id
    for name, value in (("explanation", new.explanation), ("reason", new.reason)):
        if value:
            details[name] = value
    _log(db, identity, new.municipality, new.submitted_by, "submitted", details, now)
    return identity


def _log(
    db: Connection, identity: int, municipality: str, actor: str, action: str, details: dict[str, object], now: datetime
) -> None:
    audit.append(
        db,
        now=now,
        actor=actor,
        action=action,
        subject=f"submission:{identity}",
        municipality=municipality,
        details=details,
    )


def home(may: Collection[str], areas: Collection[str], places: PlaceTable) -> str:
    """The municipality in whose log it stands; `may` are those for which whoever submits it may."""
    found = next(iter(areas), "")
    return found if found in may else places.city_of(found) or found


def not_theirs(who: Person, areas: Iterable[str], places: PlaceTable) -> list[Wrong]:
    foreign = [area for area in areas if places.place(area) is not None and not who.covers(area, places)]
    return [wrong("areas", "not_yours", f"{area}: you may not submit for it") for area in foreign]


def wrong(field: str, key: str, text: str) -> Wrong:
    return Wrong(field=field, key=key, text=text)


def refused(field: str, key: str, text: str) -> Refused:
    return Refused(wrong=(wrong(field, key, text),))
