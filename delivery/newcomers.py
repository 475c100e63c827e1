"""Brings people up to date who have missed something: who registered, moved, came back, or whose text was
withdrawn or expired before it was sent.

They are told once what is in force in their places now, and hear the end of what they were told of.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts import hazards, noticeboard, store
from alerts.changes import Cause, PlaceChange
from alerts.hazards import Ends, HazardRule
from alerts.store import InForce
from alerts.vocabulary import BY_HAND, NONE, Action, Hazard
from delivery import audience, broadcasts, chunks, ledger, messages
from delivery.broadcasts import Broadcast, BroadcastState
from delivery.drafting import Drafter, Groups, Scope
from delivery.ledger import Known, Standing
from delivery.sheltering import Sheltering
from delivery.telling import Person, tell
from delivery.writing import Writer
from storage import times
from storage.connection import Connection
from templates_i18n.render import Form

Event = tuple[Hazard, str]
_NOT_TO_BE_TOLD = frozenset({BroadcastState.HELD, BroadcastState.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """One row of the queue."""

    subscriber_id: int
    since: str
    welcome: bool


def waiting(db: Connection, now: datetime, aside: Collection[int] = ()) -> list[Newcomer]:
    """The next people to bring up to date, at most a chunk; without those whose time is later or who are put aside."""
    rows = db.execute(
        "SELECT subscriber_id, since, welcome FROM newcomers WHERE not_before IS NULL OR not_before <= :now"
        " ORDER BY subscriber_id LIMIT :limit",
        {"now": times.to_text(now), "limit": chunks.SIZE + len(aside)},
    )
    found = [
        Newcomer(subscriber_id=row.integer("subscriber_id"), since=row.text("since"), welcome=row.flag("welcome"))
        for row in rows
        if row.integer("subscriber_id") not in aside
    ]
    return found[: chunks.SIZE]


def add(db: Connection, subscriber_ids: Iterable[int], now: datetime, *, not_before: datetime | None = None) -> None:
    """Put people into the queue again, because a text of theirs was not sent; nobody who waits has to wait longer."""
    later = times.to_text(not_before) if not_before is not None else None
    db.executemany(
        "INSERT INTO newcomers (subscriber_id, since, welcome, not_before) VALUES (:id, :now, 0, :later)"
        " ON CONFLICT (subscriber_id) DO UPDATE SET since = excluded.since,"
        " not_before = CASE WHEN newcomers.not_before < excluded.not_before THEN newcomers.not_before"
        " WHEN newcomers.not_before IS NULL THEN NULL ELSE excluded.not_before END",
        [{"id": identity, "now": times.to_text(now), "later": later} for identity in subscriber_ids],
    )


def done(db: Connection, newcomers: Iterable[Newcomer]) -> None:
    """Take people from the queue, unless they have entered it again meanwhile."""
    db.executemany(
        "DELETE FROM newcomers WHERE subscriber_id = :id AND since = :since",
        [{"id": one.subscriber_id, "since": one.since} for one in newcomers],
    )


def bring_up_to_date(db: Connection, newcomers: Sequence[Newcomer], writer: Writer, now: datetime) -> int:
    """Queue what these people have to hear of what is in force; how many messages. At most a chunk of people."""
    ids = [one.subscriber_id for one in newcomers]
    texts = audience.all_texts(db, ids, now)
    recent = audience.last_earthquake_texts(db, ids, "", now)
    since = {one.subscriber_id: one.since for one in newcomers}
    state = _State(db, now)
    planned = 0
    for identity, someone in audience.People().read(db, ids):
        if someone.state != "active":
            continue
        told = texts.get(identity, {})
        for event in {**dict.fromkeys(state.events_at(someone.person.places)), **told}:
            rule = hazards.rule(event[0])
            known = ledger.fold(rule, told.get(event, ()), state.standings(event))
            last = recent.get(identity)
            planned += _catch_up(db, identity, someone.person, event, known, last, state, writer, since[identity])
    return planned


def _catch_up(
    db: Connection,
    identity: int,
    person: Person,
    event: Event,
    known: Known,
    last_earthquake_text: datetime | None,
    state: "_State",
    writer: Writer,
    since: str,
) -> int:
    """The texts of one person about one event."""
    rule = hazards.rule(event[0])
    changes = state.changes(event, {*person.places, *known.revisions}, known)
    if not changes:
        return 0
    answer = tell(rule, changes, person, known.told, last_earthquake_text, state.now)
    if not isinstance(answer, tuple):
        return 0
    named = [state.row(event, place) for telling in answer for place, _ in telling.places]
    worst = state.broadcast(named[0].broadcast_id)
    if worst is None:
        return 0
    scope = Scope(
        broadcast_id=worst.id,
        hazard=event[0],
        event=event[1],
        # every place's state is as old as this or older, and any later change has a greater number
        revision=max(row.revision for row in named),
        form=Form(worst.form or Form.FULL),
        expires_at=_expiry(rule, named, state.now),
        alert_id=worst.alert_id,
        occasion=f":joined:{since}",
    )
    groups = Groups()
    Drafter(writer, scope, lambda: changes, state.sheltering(event[0]).of).add(groups, identity, answer)
    messages.add(db, list(groups.drafts.values()), writer.version, state.now)
    for notice in groups.notices:
        noticeboard.add(db, notice, state.now)
    return groups.planned


def _expiry(rule: HazardRule, named: Iterable[InForce], now: datetime) -> datetime:
    """Counted from now: what is in force is no old news for somebody who has not heard of it."""
    ends = [row.ends_at for row in named if row.ends_at is not None and row.ends_at > now]
    limit: timedelta = rule.keep
    return min([now + limit, *([max(ends)] if rule.ends is Ends.TIME and ends else [])])


class _State:
    """What is in force, read once per chunk and only where somebody needs it."""

    def __init__(self, db: Connection, now: datetime) -> None:
        self._db = db
        self.now = now
        self._at: dict[str, list[Event]] = {}
        self._rows: dict[Event, Mapping[str, InForce]] = {}
        self._broadcasts: dict[int, Broadcast | None] = {}
        self._sheltering: dict[Hazard, Sheltering] = {}

    def sheltering(self, hazard: Hazard) -> Sheltering:
        """The sites that texts of one hazard name."""
        if hazard not in self._sheltering:
            self._sheltering[hazard] = Sheltering(hazard)
            self._sheltering[hazard].look(self._db, self.now)
        return self._sheltering[hazard]

    def events_at(self, places: Iterable[str]) -> list[Event]:
        """Hazards and events that are in force in some places."""
        found: list[Event] = []
        for place in places:
            if place not in self._at:
                rows = store.in_force_at(self._db, [place], self.now)
                self._at[place] = [(row.hazard, row.event) for row in rows]
            found += self._at[place]
        return found

    def standings(self, event: Event) -> Mapping[str, Standing]:
        """What is in force for one event, for judging queued texts."""
        rows = self._of(event)
        return {place: Standing(grade=row.grade, revision=row.revision) for place, row in rows.items()}

    def row(self, event: Event, place: str) -> InForce:
        """The state of one place that a text speaks of."""
        return self._of(event)[place]

    def broadcast(self, broadcast_id: int | None) -> Broadcast | None:
        """The broadcast that told of a state; None if there is none, or people must not be told by it."""
        if broadcast_id is None:
            return None
        if broadcast_id not in self._broadcasts:
            found = broadcasts.load(self._db, broadcast_id)
            self._broadcasts[broadcast_id] = None if found.state in _NOT_TO_BE_TOLD else found
        return self._broadcasts[broadcast_id]

    def changes(self, event: Event, places: Iterable[str], known: Known) -> dict[str, PlaceChange]:
        """The state of places as changes against what the person knows."""
        rows = self._of(event)
        made = (self._change(event, rows[place], known) for place in places if place in rows)
        return {change.place: change for change in made if change is not None}

    def _change(self, event: Event, row: InForce, known: Known) -> PlaceChange | None:
        rule = hazards.rule(event[0])
        broadcast = self.broadcast(row.broadcast_id)
        told = broadcast.changes.get(row.place) if broadcast else None
        if told is None or known.revisions.get(row.place, -1) >= row.revision:
            return None
        if rule.is_told(row.grade):
            over = row.ends_at is not None and row.ends_at <= self.now
            return None if over else self._as_is(rule, told, row)
        # A timer never causes a text: the end has to stand in the broadcast, not only in the state.
        return None if rule.is_told(told.after) else self._as_is(rule, told, row)

    def _as_is(self, rule: HazardRule, told: PlaceChange, row: InForce) -> PlaceChange:
        facts = told.facts if row.grade != told.after else row.facts
        cause = told.cause if row.grade == told.after else Cause.ISSUED
        # what ends by time begins anew: with a later change than the person knows of, it is another one
        before = NONE if rule.ends is Ends.TIME else row.grade
        released = rule.hazard in BY_HAND
        if rule.action(row.grade) is Action.HOLD and row.grade == told.after and not released:
            before = told.before  # what fell to a held grade is told to those alone who know of more
        return replace(told, before=before, after=row.grade, higher=False, facts=facts, cause=cause)

    def _of(self, event: Event) -> Mapping[str, InForce]:
        if event not in self._rows:
            self._rows[event] = store.in_force(self._db, *event)
        return self._rows[event]
