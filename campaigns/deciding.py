"""What people decide of a campaign: plan it, sign it as the second person, pause, go on, stop, change.

A second person is needed above a set number of people, and for words of one's own whatever the number (the same rule
as for what is sent by hand: nobody approves their own). Every step is an entry of the log.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from alerts.places import PlaceTable
from campaigns import calendar, checking, due, own, reaching, store, timing
from campaigns import plan as plans
from campaigns.plan import Plan
from campaigns.store import Campaign, New, State
from delivery.byhand import signing
from delivery.byhand.drafts import Wrong
from delivery.byhand.signing import Person, Refused
from storage.connection import Connection
from subscribers import disclosure

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What a plan is checked against."""

    places: PlaceTable
    lessons: Collection[str]
    #: one person alone may send to so many people
    alone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """It runs, or waits for a second person."""

    id: int
    state: State
    people: int


class Outcome(StrEnum):
    """What became of a decision."""

    DONE = "done"
    OWN = "own"  #: nobody approves their own
    NOT_ALLOWED = "not_allowed"
    TOO_LATE = "too_late"  #: somebody was first, or it is over
    MISSING = "missing"
    PAST = "past"  #: nothing of it lies ahead any more: it has to be planned anew


def submit(db: Connection, plan: Plan, who: Person, office: Office, now: datetime) -> Planned | Refused:
    """A new campaign. To few people it runs at once; to many, or in own words, it waits for a second person."""
    wrong = refused(db, plan, who, office, now)
    if wrong:
        return Refused(wrong=tuple(wrong))
    home = signing.home(who.may, plan.audience.places, office.places)
    new = _new(db, plan, home, who, office)
    if _signed_by_nobody(new, who):
        return _NOBODY_SIGNS
    identity = store.add(db, new, now)
    assert identity is not None
    if new.state is State.RUNNING:
        due.plan(db, identity, plan, now)
    _log_plan(db, identity, new, "campaign planned", now)
    return Planned(id=identity, state=new.state, people=new.people)


def change(
    db: Connection, identity: int, plan: Plan, who: Person, office: Office, now: datetime
) -> Planned | Refused | Outcome:
    """Another plan for what has not been sent. To many people it waits for a second person again."""
    campaign = store.find(db, identity)
    outcome = _may(campaign, who, office.places, store.OPEN)
    if outcome is not None:
        return outcome
    assert campaign is not None
    wrong = refused(db, plan, who, office, now)
    if wrong:
        return Refused(wrong=tuple(wrong))
    new = _new(db, plan, campaign.municipality, who, office)
    if _signed_by_nobody(new, who):
        return _NOBODY_SIGNS
    if campaign.stays_paused:  # it goes on when somebody says so
        paused = new.state is State.RUNNING
        new = replace(new, state=State.PAUSED) if paused else replace(new, reason=store.WAS_PAUSED)
    if not store.change(db, campaign, new, now):
        return Outcome.TOO_LATE
    if new.state is not State.WAITING:
        due.plan(db, identity, plan, now)
    else:
        due.drop(db, identity)
    _log_plan(db, identity, new, "campaign changed", now)
    return Planned(id=identity, state=new.state, people=new.people)


def refused(db: Connection, plan: Plan, who: Person, office: Office, now: datetime) -> list[Wrong]:
    """Everything that is wrong with a plan for whoever plans it; lessons may be their own."""
    theirs = own.known(db, plan.lessons, who, office.places)
    wrong = checking.check(plan, {*office.lessons, *theirs}, office.places, now)
    wrong += own.stopped(db, theirs, office.places)
    return wrong + signing.not_theirs(who, plan.audience.places, office.places)


def needs_two(plan: Plan, people: int, alone: int) -> bool:
    """Whether a second person has to say yes: to many people, and for words of one's own whatever the number."""
    return people > alone or own.among(plan)


def approve(db: Connection, identity: int, who: Person, places: PlaceTable, now: datetime) -> Outcome:
    """The second signature. Of two who come at once one wins. What was paused when it was changed stays paused."""
    campaign = store.find(db, identity)
    outcome = _may(campaign, who, places, (State.WAITING,))
    if outcome is not None:
        return outcome
    assert campaign is not None
    if campaign.planned_by == who.name:
        return Outcome.OWN
    if not any(at > now - timing.LATE for at in calendar.due(campaign.plan.timing)):
        return Outcome.PAST
    after = State.PAUSED if campaign.stays_paused else State.RUNNING
    done = _move(db, campaign, after, who, "campaign approved", now, signs=True)
    if done is Outcome.DONE:
        due.plan(db, identity, campaign.plan, now)
    return done


def reject(db: Connection, identity: int, who: Person, why: str, places: PlaceTable, now: datetime) -> Outcome:
    """Another person says no; or whoever planned it takes it back."""
    campaign = store.find(db, identity)
    outcome = _may(campaign, who, places, (State.WAITING,))
    if outcome is not None:
        return outcome
    assert campaign is not None
    action = "campaign taken back" if campaign.planned_by == who.name else "campaign rejected"
    done = _move(db, campaign, State.REJECTED, who, action, now, signs=True, why=why)
    if done is Outcome.DONE:
        due.cancel(db, identity)
    return done


def pause(db: Connection, identity: int, who: Person, places: PlaceTable, now: datetime) -> Outcome:
    """Nothing more of it is sent until somebody goes on; one person is enough."""
    return _step(db, identity, who, places, now, State.RUNNING, State.PAUSED)


def resume(db: Connection, identity: int, who: Person, places: PlaceTable, now: datetime) -> Outcome:
    """Go on after a pause. What has become too late meanwhile is left out."""
    return _step(db, identity, who, places, now, State.PAUSED, State.RUNNING)


def stop(db: Connection, identity: int, who: Person, places: PlaceTable, now: datetime) -> Outcome:
    """End it for good; copies that have not left are withdrawn. One person is enough."""
    campaign = store.find(db, identity)
    outcome = _may(campaign, who, places, (State.RUNNING, State.PAUSED))
    if outcome is not None:
        return outcome
    assert campaign is not None
    done = _move(db, campaign, State.STOPPED, who, "campaign stopped", now)
    if done is Outcome.DONE:
        due.cancel(db, identity)
    return done


def _step(
    db: Connection, identity: int, who: Person, places: PlaceTable, now: datetime, before: State, after: State
) -> Outcome:
    campaign = store.find(db, identity)
    outcome = _may(campaign, who, places, (before,))
    if outcome is not None:
        return outcome
    assert campaign is not None
    return _move(db, campaign, after, who, f"campaign {'paused' if after is State.PAUSED else 'resumed'}", now)


def _may(campaign: Campaign | None, who: Person, places: PlaceTable, states: Collection[State]) -> Outcome | None:
    """Why somebody may not decide; None if they may."""
    if campaign is None:
        return Outcome.MISSING
    if not all(who.covers(place, places) for place in campaign.plan.audience.places):
        return Outcome.NOT_ALLOWED
    return None if campaign.state in states else Outcome.TOO_LATE


def _new(db: Connection, plan: Plan, home: str, who: Person, office: Office) -> New:
    people = reaching.people(db, plan.audience, home)
    state = State.WAITING if needs_two(plan, people, office.alone) else State.RUNNING
    return New(municipality=home, plan=plan, people=people, state=state, by=who.signs_as or who.name)


#: a program without an owner is no first person: one user alone would then send to many
_NOBODY_SIGNS = signing.refused(
    "owner",
    "no_owner",
    "so many people, or words of your own, need two: let a user answer for this key (`users owner`)",
)


def _signed_by_nobody(new: New, who: Person) -> bool:
    return new.state is State.WAITING and not who.signs_as


def _move(
    db: Connection,
    campaign: Campaign,
    after: State,
    who: Person,
    action: str,
    now: datetime,
    *,
    signs: bool = False,
    why: str = "",
) -> Outcome:
    reason = why.strip()[:LONGEST_REASON]
    if not store.move(db, campaign, after, now, by=who.name if signs else "", reason=reason):
        return Outcome.TOO_LATE
    store.log(db, campaign.id, campaign.municipality, who.name, action, now, {"why": reason} if reason else {})
    return Outcome.DONE


def _log_plan(db: Connection, identity: int, new: New, action: str, now: datetime) -> None:
    details = plans.to_json(new.plan) | {"people": disclosure.total(new.people), "state": new.state}
    store.log(db, identity, new.municipality, new.by, action, now, details)
