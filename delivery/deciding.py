"""The second step: pending telegrams are read, folded into the state, and what changed becomes broadcasts.

All of a batch is decided in one transaction from the state before it to the state after it, so that after an
outage people hear what is in force now, once, and nothing of what came and went meanwhile (design, rule 7).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerts import codec, folding, hazards, history, store
from alerts.changes import Cause, PlaceChange
from alerts.folding import State
from alerts.history import Alert
from alerts.notices import Notice, NoticeKind
from alerts.places import PlaceTable
from alerts.report import Facts, Report
from alerts.store import InForce
from alerts.vocabulary import NONE, Action, Hazard, Kind, Status
from delivery import priority
from feeds.jma import reading
from feeds.telegrams import TelegramState
from storage import times
from storage.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingTelegram:
    """A stored telegram, read but not yet decided."""

    id: int
    digest: str
    seen_at: datetime
    reading: reading.Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one telegram: its new state, and why."""

    id: int
    type: str
    state: TelegramState
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a batch led to."""

    verdicts: tuple[Verdict, ...]
    alerts: tuple[Alert, ...]
    broadcast_ids: tuple[int, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """What a place's state shall be after the batch."""

    grade: str
    facts: Facts
    ends_at: datetime | None
    cause: Cause
    issued: datetime
    digest: str


@dataclass(slots=True, kw_only=True)
class _Scope:
    """One hazard (and earthquake) touched by the batch."""

    hazard: Hazard
    event: str
    targets: dict[str, _Target] = field(default_factory=dict)
    #: places whose people hear of a withdrawal even where the state has ended by time
    withdrawn: set[str] = field(default_factory=set)
    alert_id: int = 0
    action: Action = Action.RECORD
    reason: str = ""
    seen_at: datetime | None = None


def decide(db: Connection, batch: Sequence[PendingTelegram], places: PlaceTable, now: datetime) -> Decided:
    """Decide a batch in the open transaction; times are UTC. Telegrams apply by their own time, not arrival."""
    verdicts: list[Verdict] = []
    alerts: list[Alert] = []
    notices: list[Notice] = []
    scopes: dict[tuple[Hazard, str], _Scope] = {}
    for telegram in sorted(batch, key=order):
        verdicts.append(_verdict(telegram))
        match telegram.reading:
            case reading.Unreadable(type=code, reason=reason):
                notices.append(_unreadable(telegram, code, reason))
            case reading.Ignored(notices=told):
                notices.extend(told)
            case reading.Read(reports=reports, notices=told):
                notices.extend(told)
                for report in reports:
                    alert = _take_in(db, report, telegram.seen_at, places, scopes, now)
                    alerts.append(alert)
                    notices.extend(_notices_of(alert, report))
    broadcast_ids = [made for scope in scopes.values() if (made := _settle(db, scope, now)) is not None]
    return Decided(
        verdicts=tuple(verdicts),
        alerts=tuple(alerts),
        broadcast_ids=tuple(broadcast_ids),
        notices=tuple(notices),
    )


def order(telegram: PendingTelegram) -> tuple[int, datetime, int, str]:
    """The order in which telegrams of a batch apply: unreadable ones first, then by their own time."""
    match telegram.reading:
        case reading.Unreadable():
            return (0, telegram.seen_at, 0, telegram.digest)
        case read:
            return (1, read.sent, read.info_type.rank, telegram.digest)


def _verdict(telegram: PendingTelegram) -> Verdict:
    read = telegram.reading
    return Verdict(id=telegram.id, type=read.type, state=_state(read), reason=read.reason)


def _state(read: reading.Reading) -> TelegramState:
    match read:
        case reading.Unreadable():
            return TelegramState.QUARANTINED
        case reading.Ignored():
            return TelegramState.IGNORED
        case reading.Read(reports=()):
            return TelegramState.NOTHING
        case reading.Read():
            return TelegramState.READ


def _take_in(
    db: Connection,
    report: Report,
    seen_at: datetime,
    places: PlaceTable,
    scopes: dict[tuple[Hazard, str], _Scope],
    now: datetime,
) -> Alert:
    """Add one report to the history and note what the state of its places shall be."""
    event = store.event_of(db, report)
    known = store.reports_beside(db, report, event)
    store.add_report(db, report, event)
    alert = history.apply(report, known, places)
    alert_id = store.add_alert(db, alert, event, now)
    if report.status is Status.ACTUAL:
        scope = scopes.setdefault((report.hazard, event), _Scope(hazard=report.hazard, event=event))
        _aim(scope, report, alert, known, places, now)
        if scope.seen_at is None or alert.action.strength >= scope.action.strength:
            scope.alert_id, scope.action, scope.reason = alert_id, alert.action, alert.reason
        scope.seen_at = min(scope.seen_at or seen_at, seen_at)
    return alert


def _aim(
    scope: _Scope, report: Report, alert: Alert, known: Sequence[Report], places: PlaceTable, now: datetime
) -> None:
    """Set the scope's targets to the whole state that all reports of it give by `now`."""
    everything = [*(other for other in known if other.digest != report.digest), report]
    state = folding.merge(scope.hazard, history.states_of(everything, places, now))
    named = alert.before.grades.keys() | alert.after.grades.keys() | scope.targets.keys() | state.grades.keys()
    for place in named | state.withdrawn:
        scope.targets[place] = _Target(
            grade=state.grades.get(place, NONE),
            facts=state.facts.get(place, Facts()),
            ends_at=state.ends.get(place),
            cause=_cause(scope.hazard, place, alert, state),
            issued=report.issued,
            digest=report.digest,
        )
    if alert.cause is Cause.WITHDRAWN:
        scope.withdrawn |= set(state.withdrawn)


def _cause(hazard: Hazard, place: str, alert: Alert, state: State) -> Cause:
    """An earthquake's place is withdrawn only where no report that still counts ever named it."""
    if hazard is not Hazard.EARTHQUAKE or alert.cause is not Cause.WITHDRAWN:
        return alert.cause
    return Cause.WITHDRAWN if place in state.withdrawn else Cause.ISSUED


def _settle(db: Connection, scope: _Scope, now: datetime) -> int | None:
    """Bring the state to its targets; the broadcast that tells people, if anybody may have to be told."""
    present = store.in_force(db, scope.hazard, scope.event, sorted(scope.targets))
    changes = [
        change
        for place, target in sorted(scope.targets.items())
        if (change := _change(scope, present.get(place), place, target)) is not None
    ]
    _refresh(db, scope, {place: row for place, row in present.items() if place not in {c.place for c in changes}})
    if not changes:
        return None
    revision = store.next_revision(db)
    broadcast_id = _broadcast(db, scope, changes, revision, now)
    store.set_in_force(
        db,
        [_row(scope, present.get(c.place), c, scope.targets[c.place], revision, broadcast_id) for c in changes],
        next(iter(scope.targets.values())).digest,
    )
    return broadcast_id


def _change(scope: _Scope, present: InForce | None, place: str, target: _Target) -> PlaceChange | None:
    before = present.grade if present else NONE
    facts = present.facts if present else Facts()
    higher = 0 < facts.height_rank() < target.facts.height_rank() and target.grade == before
    late_withdrawal = place in scope.withdrawn and present is not None and target.grade == NONE
    if target.grade == before and not higher and not late_withdrawal:
        return None
    return PlaceChange(
        place=place,
        before=before,
        after=target.grade,
        cause=target.cause,
        facts=target.facts,
        higher=higher,
        issued=target.issued,
    )


def _row(
    scope: _Scope,
    present: InForce | None,
    change: PlaceChange,
    target: _Target,
    revision: int,
    broadcast_id: int | None,
) -> InForce:
    return InForce(
        hazard=scope.hazard,
        event=scope.event,
        place=change.place,
        grade=change.after,
        since=change.issued,
        revision=revision,
        ends_at=target.ends_at,
        facts=change.facts,
        broadcast_id=broadcast_id or (present.broadcast_id if present else None),
    )


def _refresh(db: Connection, scope: _Scope, present: Mapping[str, InForce]) -> None:
    """What is unchanged for people may still end later or carry other facts: keep it without a new revision."""
    rows = [
        InForce(
            hazard=row.hazard,
            event=row.event,
            place=place,
            grade=row.grade,
            since=row.since,
            revision=row.revision,
            ends_at=target.ends_at,
            facts=target.facts,
            broadcast_id=row.broadcast_id,
        )
        for place, target in scope.targets.items()
        if (row := present.get(place)) is not None
        and row.grade == target.grade
        and (row.ends_at, row.facts) != (target.ends_at, target.facts)
    ]
    if rows:
        store.set_in_force(db, rows, next(iter(scope.targets.values())).digest)


def _broadcast(
    db: Connection, scope: _Scope, changes: Iterable[PlaceChange], revision: int, now: datetime
) -> int | None:
    """Write the broadcast as a snapshot from which every text can be written again."""
    rule = hazards.rule(scope.hazard)
    told = [change for change in changes if _concerns_people(rule, change)]
    if not told:
        return None
    action = _action(rule, told)
    expires = _expires(rule, scope, told, now)
    held = action is Action.HOLD
    rows = db.execute(
        "INSERT INTO broadcasts (origin, alert_id, hazard, event, revision, decision, reason, state, priority,"
        " snapshot, seen_at, created_at, expires_at) VALUES ('alert', :alert_id, :hazard, :event, :revision,"
        " :decision, :reason, :state, :priority, :snapshot, :seen_at, :now, :expires_at) RETURNING id",
        {
            "alert_id": scope.alert_id,
            "hazard": scope.hazard,
            "event": scope.event,
            "revision": revision,
            "decision": action,
            "reason": scope.reason,
            "state": "held" if held else "planning",
            "priority": min(_priority(scope.hazard, change) for change in told),
            "snapshot": snapshot(scope.hazard, scope.event, told),
            "seen_at": times.to_text(scope.seen_at or now),
            "now": times.to_text(now),
            "expires_at": times.to_text(expires),
        },
    )
    return rows[0].integer("id")


def _action(rule: hazards.HazardRule, told: Sequence[PlaceChange]) -> Action:
    """The strongest of all places, of what is in force and of what ends there; a withdrawal is always sent."""
    if any(change.cause is Cause.WITHDRAWN for change in told):
        return Action.SEND
    actions = (rule.action(grade) for change in told for grade in (change.before, change.after))
    return max(actions, key=lambda action: action.strength)


def _expires(rule: hazards.HazardRule, scope: _Scope, told: Sequence[PlaceChange], now: datetime) -> datetime:
    """Until when a text may be handed over; never after the end of what ends by itself."""
    kept = now + rule.keep
    ends = [end for change in told if (end := scope.targets[change.place].ends_at) is not None]
    return min(kept, max(ends)) if rule.ends is hazards.Ends.TIME and ends else kept


def _concerns_people(rule: hazards.HazardRule, change: PlaceChange) -> bool:
    """Whether anybody may have to be told: of what is in force, or of the end of what they were told."""
    if rule.is_told(change.after) or change.cause is Cause.WITHDRAWN:
        return True
    return rule.hazard is not Hazard.EARTHQUAKE and rule.is_told(change.before)


def snapshot(hazard: Hazard, event: str, changes: Iterable[PlaceChange]) -> str:
    """The JSON text kept with a broadcast."""
    rows = {change.place: codec.change_to_json(change) for change in changes}
    return json.dumps({"hazard": hazard, "event": event, "changes": rows}, ensure_ascii=False)


def _priority(hazard: Hazard, change: PlaceChange) -> int:
    """Of the gravest text that the change can lead to."""
    if change.cause is Cause.WITHDRAWN:
        return priority.FALSE_ALARM
    return priority.of(hazard, change.after, Kind.NEW)


def _notices_of(alert: Alert, report: Report) -> list[Notice]:
    """Unknown place codes, and an alert that says something of no place we know."""
    notices = list(alert.notices)
    graded = [area for area in report.areas if area.grade not in (NONE, "unknown")]
    if report.status is Status.ACTUAL and graded and not alert.places:
        notices.append(
            Notice(
                kind=NoticeKind.NO_AREA,
                subject=alert.identifier,
                text=f"{alert.identifier} resolves to no municipality: nobody is told. Renew the place tables.",
                urgent=True,
            )
        )
    return notices


def _unreadable(telegram: PendingTelegram, code: str, reason: str) -> Notice:
    return Notice(
        kind=NoticeKind.UNREADABLE,
        subject=f"{code or 'telegram'} {telegram.digest[:12]}",
        text=f"A telegram ({code or 'of unknown type'}, {telegram.digest[:12]}) cannot be read: {reason}. It is in "
        "quarantine; after a fix it can be read again.",
        urgent=True,
    )
