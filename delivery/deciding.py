"""The second step: pending telegrams are read, folded into the state, and what changed becomes broadcasts.

All of a batch is decided in one transaction from the state before it to the state after it, so that after an
outage people hear what is in force now, once, and nothing of what came and went meanwhile (design, rule 7).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts import codec, decision, folding, hazards, store
from alerts.changes import Cause, PlaceChange
from alerts.history import Alert
from alerts.notices import Notice, NoticeKind
from alerts.places import PlaceTable
from alerts.report import Facts, Report
from alerts.store import InForce
from alerts.vocabulary import NONE, Action, Hazard, Kind, Status
from delivery import comparing, priority, scopes
from delivery.scopes import Scope, Scopes, Target
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
    #: when it is to be read again by itself
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a batch led to."""

    verdicts: tuple[Verdict, ...]
    alerts: tuple[Alert, ...]
    broadcast_ids: tuple[int, ...]
    notices: tuple[Notice, ...]


def decide(db: Connection, batch: Sequence[PendingTelegram], places: PlaceTable, now: datetime) -> Decided:
    """Decide a batch in the open transaction; times are UTC. Telegrams apply by their own time, not arrival."""
    verdicts: list[Verdict] = []
    alerts: list[Alert] = []
    notices: list[Notice] = []
    touched: Scopes = {}
    for telegram in sorted(batch, key=order):
        verdicts.append(verdict(telegram))
        match telegram.reading:
            case reading.Unreadable(type=code, reason=reason):
                notices.append(_unreadable(telegram, code, reason))
            case reading.Ignored(notices=told):
                notices.extend(told)
            case reading.Read(reports=reports, notices=told):
                notices.extend(told)
                for report in reports:
                    alert = scopes.take_in(db, report, telegram.seen_at, places, touched, now)
                    alerts.append(alert)
                    notices.extend(_notices_of(alert, report, places))
    broadcast_ids = [made for scope in touched.values() for made in settle(db, scope, now)]
    notices.extend(comparing.compare(db, [telegram.reading for telegram in batch], places, now))
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


def verdict(telegram: PendingTelegram) -> Verdict:
    """What becomes of a telegram, by how it was read."""
    read = telegram.reading
    again_at = read.again_at if isinstance(read, reading.Unreadable) else None
    return Verdict(id=telegram.id, type=read.type, state=_state(read), reason=read.reason, again_at=again_at)


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


def settle(db: Connection, scope: Scope, now: datetime) -> list[int]:
    """Bring the state to its targets; the broadcasts that tell people, if anybody may have to be told.

    What is sent and what is held for two people are broadcasts of their own: neither waits for the other.
    """
    targets = scopes.targets(db, scope, now)
    present = store.in_force(db, scope.hazard, scope.event, list(targets))
    changes = [
        change
        for place, target in targets.items()
        if (change := _change(scope, present.get(place), place, target)) is not None
    ]
    changed = {change.place for change in changes}
    _refresh(db, targets, {place: row for place, row in present.items() if place not in changed})
    if not changes:
        return []
    revision = store.next_revision(db)
    told_by: dict[str, int] = {}
    for action, told in _by_action(scope, changes).items():
        told_by |= dict.fromkeys([c.place for c in told], _broadcast(db, scope, targets, action, told, revision, now))
    store.set_in_force(
        db, [_row(scope, present.get(c.place), c, targets[c.place], revision, told_by.get(c.place)) for c in changes]
    )
    return list(dict.fromkeys(told_by.values()))


def _by_action(scope: Scope, changes: Iterable[PlaceChange]) -> dict[Action, list[PlaceChange]]:
    """The changes that people may have to be told, by what the rules make of them."""
    rule = hazards.rule(scope.hazard)
    found: dict[Action, list[PlaceChange]] = {}
    for change in changes:
        action = decision.of_change(rule, change, flashed=change.place in scope.flashed)
        if action is Action.HOLD and scope.signed:
            action = Action.SEND
        if action is not Action.RECORD and _concerns_people(rule, change):
            found.setdefault(action, []).append(change)
    return found


def _change(scope: Scope, present: InForce | None, place: str, target: Target) -> PlaceChange | None:
    state, before = target.state, present.decided if present else NONE
    facts = present.facts if present else Facts()
    higher = 0 < facts.height_rank() < state.facts.height_rank() and state.grade == before
    late_withdrawal = place in scope.withdrawn and present is not None and state.grade == NONE
    if state.grade == before and not higher and not late_withdrawal:
        return None
    return PlaceChange(
        place=place,
        before=before,
        after=state.grade,
        cause=target.word.cause,
        facts=state.facts,
        higher=higher,
        issued=target.word.issued,
        eased=place in scope.eased,
    )


def _row(
    scope: Scope,
    present: InForce | None,
    change: PlaceChange,
    target: Target,
    revision: int,
    broadcast_id: int | None,
) -> InForce:
    return InForce(
        hazard=scope.hazard,
        event=scope.event,
        place=change.place,
        grade=change.after,
        since=target.state.since,
        revision=revision,
        ends_at=target.state.ends_at,
        facts=change.facts,
        broadcast_id=broadcast_id or (present.broadcast_id if present else None),
        digest=target.state.digest,
    )


def _refresh(db: Connection, targets: Mapping[str, Target], present: Mapping[str, InForce]) -> None:
    """What is unchanged for people may still begin or end at another time: keep it without a new revision."""
    fresh = {place: store.with_state(row, targets[place].state) for place, row in present.items()}
    rows = [row for place, row in fresh.items() if row != present[place] and row.grade != NONE]
    if rows:
        store.set_in_force(db, rows)


def _broadcast(
    db: Connection,
    scope: Scope,
    targets: Mapping[str, Target],
    action: Action,
    told: Sequence[PlaceChange],
    revision: int,
    now: datetime,
) -> int:
    """Write the broadcast as a snapshot from which every text can be written again."""
    rule = hazards.rule(scope.hazard)
    expires = _expires(rule, [targets[change.place].state.ends_at for change in told], now)
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


def _expires(rule: hazards.HazardRule, ends_at: Iterable[datetime | None], now: datetime) -> datetime:
    """Until when a text may be handed over; never after the end of what ends by itself."""
    kept = now + rule.keep
    ends = [end for end in ends_at if end is not None]
    return min(kept, max(ends)) if rule.ends is hazards.Ends.TIME and ends else kept


def _concerns_people(rule: hazards.HazardRule, change: PlaceChange) -> bool:
    """Whether anybody may have to be told: of what is in force, or of the end of what they were told."""
    if rule.is_told(change.after) or change.cause is Cause.WITHDRAWN:
        return True
    some_may_know = rule.is_told(change.before) or (bool(rule.flash) and change.eased)
    return some_may_know and not decision.ends_unsaid(rule.hazard, change.cause)


def snapshot(hazard: Hazard, event: str, changes: Iterable[PlaceChange]) -> str:
    """The JSON text kept with a broadcast."""
    rows = {change.place: codec.change_to_json(change) for change in changes}
    return json.dumps({"hazard": hazard, "event": event, "changes": rows}, ensure_ascii=False)


def _priority(hazard: Hazard, change: PlaceChange) -> int:
    """Of the gravest text that the change can lead to."""
    if change.cause is Cause.WITHDRAWN:
        return priority.FALSE_ALARM
    return priority.of(hazard, change.after, Kind.NEW)


def _notices_of(alert: Alert, report: Report, places: PlaceTable) -> list[Notice]:
    """Unknown place codes, and an alert that says something of no place we know.

    Places that a later telegram has already freed are known: that alert needs nobody.
    """
    notices = list(alert.notices)
    graded = [area for area in report.areas if area.grade not in (NONE, "unknown")]
    unheard = graded or hazards.rule(report.hazard).action(report.at_large) is not Action.RECORD
    if report.status is Status.ACTUAL and unheard and not alert.places:
        known = any(folding.resolve(area, places).places for area in graded)
        if not known:
            notices.append(_no_area(alert, report))
    return notices


def _no_area(alert: Alert, report: Report) -> Notice:
    text = f"{alert.identifier} resolves to no municipality: nobody is told. Renew the place tables."
    if report.at_large != NONE:
        text = (
            f"{alert.identifier}: {alert.reason}. Tell people by hand, or confirm the list in"
            " alerts/data/designated.toml and have the telegram read again."
        )
    return Notice(kind=NoticeKind.NO_AREA, subject=alert.identifier, text=text, urgent=True)


def mark_of(telegram: PendingTelegram) -> str:
    """By what people can tell a telegram: the beginning of its digest. It ends the subject of its notice."""
    return telegram.digest[:12]


def _unreadable(telegram: PendingTelegram, code: str, reason: str) -> Notice:
    return Notice(
        kind=NoticeKind.UNREADABLE,
        subject=f"{code or 'telegram'} {mark_of(telegram)}",
        text=f"A telegram ({code or 'of unknown type'}, {telegram.digest[:12]}) cannot be read: {reason}. It is in "
        "quarantine; after a fix it can be read again.",
        urgent=True,
    )
