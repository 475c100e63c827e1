"""Calls the people on duty for what waits for two people: at once, again before its deadline, and when that has passed.

A hold is never a silent no. Those in charge (settings) hear by the notices, those on duty in the municipality by a
text of their own. Also closes what has been overtaken or has run out of time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerts import hazards, noticeboard
from alerts.japan import JST
from alerts.notices import Notice, NoticeKind
from delivery import broadcasts, operators, own_texts, priority
from delivery.broadcasts import Broadcast, Origin
from delivery.byhand import holds, submissions
from delivery.byhand.holds import Hold
from delivery.byhand.submissions import State, Submission
from delivery.own_texts import OwnText
from delivery.writing import counted
from storage import audit, lists
from storage.connection import Connection
from subscribers import store as subscribers

#: the last call comes when this part of the time is left
_LAST_PART = 3
_KEEP = timedelta(hours=2)
_SOON = timedelta(hours=12)
#: in the subject of calls about campaigns, which `campaigns.calling` ends
CAMPAIGN = "(campaign "
#: a call that nobody answered stands on the pages for so long
_STANDS = timedelta(hours=12)
CALLS = (NoticeKind.HELD, NoticeKind.LAST_CALL, NoticeKind.UNDECIDED)


class Step(StrEnum):
    """What is due for one thing that waits."""

    CALL = "call"
    REMIND = "remind"
    OVERDUE = "overdue"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What those in charge and those on duty in some municipalities hear."""

    step: Step
    what: str
    deadline: datetime
    areas: Iterable[str]
    #: beside the page, where it is decided
    how: str = "`holds list`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One step for one hold or submission."""

    step: Step
    what: Hold | Submission


def due(db: Connection, now: datetime) -> list[Due]:
    """All that is to be done now; cheap where nothing waits."""
    found = [Due(step=step, what=hold) for hold in holds.open_holds(db) if (step := _of_hold(db, hold, now))]
    found += [Due(step=step, what=one) for one in submissions.open_ones(db) if (step := _of_submission(one, now))]
    return found


def is_due(db: Connection, now: datetime) -> bool:
    """Whether `watch` has anything to do."""
    return holds.unnoticed(db) or bool(due(db, now)) or any(True for _ in _stale(db, now))


def watch(db: Connection, now: datetime) -> int:
    """Do all that is due; how many texts to people on duty were queued."""
    holds.notice(db)
    queued = 0
    for one in due(db, now):
        queued += _of(db, one, now)
    for kind, subject in _stale(db, now):
        noticeboard.resolve(db, kind, subject, now)
    return queued


def _of_hold(db: Connection, hold: Hold, now: datetime) -> Step | None:
    told = broadcasts.load(db, hold.broadcast_id)
    if told.state is not broadcasts.BroadcastState.HELD or not holds.still_so(db, told, now):
        return Step.OVERTAKEN
    if hold.deadline <= now:
        return Step.OVERDUE if hold.overdue_at is None else None
    return _call(hold.held_at, hold.deadline, hold.called_at, hold.reminded_at, now)


def _of_submission(one: Submission, now: datetime) -> Step | None:
    if one.deadline <= now:
        return Step.OVERDUE
    return _call(one.submitted_at, one.deadline, one.called_at, one.reminded_at, now)


def _call(
    since: datetime, deadline: datetime, called: datetime | None, reminded: datetime | None, now: datetime
) -> Step | None:
    if called is None:
        return Step.CALL
    return Step.REMIND if is_late(since, deadline, now) and reminded is None else None


def is_late(since: datetime, deadline: datetime, now: datetime) -> bool:
    """Whether the last part of the time has begun."""
    return now >= deadline - (deadline - since) / _LAST_PART


def _of(db: Connection, one: Due, now: datetime) -> int:
    match one.what:
        case Hold():
            return _hold(db, one.step, one.what, now)
        case Submission():
            return _submission(db, one.step, one.what, now)


def _hold(db: Connection, step: Step, hold: Hold, now: datetime) -> int:
    told = broadcasts.load(db, hold.broadcast_id)
    if step is Step.OVERTAKEN:
        holds.overtake(db, hold.broadcast_id, now)
        _log(db, "hold overtaken", f"broadcast:{hold.broadcast_id}", "", now)
        return 0
    holds.note(db, hold.broadcast_id, _COLUMN[step], now)
    what = f"{told.hazard} {_worst(told)} (hold {hold.broadcast_id})"
    return tell(db, Call(step=step, what=what, deadline=hold.deadline, areas=told.changes), now)


def _submission(db: Connection, step: Step, one: Submission, now: datetime) -> int:
    what = f"{one.what} ({one.name})"
    if step is Step.OVERDUE:
        why = "nobody decided before the deadline"
        if not submissions.decide(db, one.id, State.EXPIRED, by="", why=why, now=now, other_than_submitter=False):
            return 0
        _log(db, "expired", f"submission:{one.id}", one.municipality, now)
    else:
        submissions.note_call(db, one.id, reminder=step is Step.REMIND, now=now)
    return tell(db, Call(step=step, what=what, deadline=one.deadline, areas=one.areas), now)


_COLUMN = {Step.CALL: "called_at", Step.REMIND: "reminded_at", Step.OVERDUE: "overdue_at"}
_KIND = {Step.CALL: NoticeKind.HELD, Step.REMIND: NoticeKind.LAST_CALL, Step.OVERDUE: NoticeKind.UNDECIDED}


def tell(db: Connection, call: Call, now: datetime) -> int:
    """A notice, which those in charge get by SMS, and a text to those on duty in these municipalities."""
    step, what, kind, by = call.step, call.what, _KIND[call.step], _by(call.deadline, now)
    subject = what if step is Step.OVERDUE else f"{by} {what}"
    text = f"{what} waits for a second person until {by} JST. Decide on /console/waiting, or by {call.how}."
    if step is Step.OVERDUE:
        text = f"{what}: nobody decided until {by} JST, so nobody was told. Decide now, or submit it again."
    whose = tuple(sorted(call.areas))
    noticeboard.add(db, Notice(kind=kind, subject=subject, text=text, urgent=True, places=whose), now)
    people = _on_duty(db, call.areas, now)
    if not people:
        return 0
    words = f"TOMOSHIBI: {_SAYS[step].format(what=what, by=by)}\n{_SAYS_JA[step].format(by=by)}"
    own = OwnText(
        text=counted(words, "en"),
        people=people,
        name=f"{kind}:{subject}",
        kind=operators.KIND,
        origin=Origin.OPERATOR,
        reason="waits for two people",
        priority=priority.OPERATOR,
        keep=_KEEP,
    )
    own_texts.queue(db, own, "", now)
    return len(people)


def _by(deadline: datetime, now: datetime) -> str:
    """The hour of Japan, with the day where it is not soon."""
    local = deadline.astimezone(JST)
    return f"{local:%H:%M}" if abs(deadline - now) < _SOON else f"{local:%m-%d %H:%M}"


_SAYS = {
    Step.CALL: "held: {what}, decide by {by}",
    Step.REMIND: "LAST CALL: {what}, decide by {by}",
    Step.OVERDUE: "NOT SENT: {what}, nobody decided by {by}",
}
_SAYS_JA = {
    Step.CALL: "承認待ちです。期限 {by}",
    Step.REMIND: "まもなく承認の期限です。{by}",
    Step.OVERDUE: "期限切れのため送信されていません。{by}",
}


def _on_duty(db: Connection, areas: Iterable[str], now: datetime) -> list[int]:
    """Those on duty in some municipalities, as people who can get a text."""
    found: set[int] = set()
    for marks, names in lists.portions(sorted(areas)):
        rows = db.execute(
            f"SELECT DISTINCT number_hash, number_sealed FROM duty WHERE municipality IN ({marks})",  # noqa: S608 -- marks
            names,
        )
        found |= {
            subscribers.ensure_operator(db, row.text("number_hash"), row.blob("number_sealed"), now) for row in rows
        }
    return sorted(found)


def _stale(db: Connection, now: datetime) -> Iterator[tuple[NoticeKind, str]]:
    """Calls about what waits no more; an unanswered one stands for a while."""
    calls = [
        one for one in noticeboard.open_notices(db) if one.notice.kind in CALLS and CAMPAIGN not in one.notice.subject
    ]
    if not calls:
        return
    waiting = {f"(hold {one.broadcast_id})" for one in holds.open_holds(db)}
    waiting |= {f"({one.name})" for one in submissions.open_ones(db)}
    for one in calls:
        if any(one.notice.subject.endswith(name) for name in waiting):
            continue
        if one.notice.kind is not NoticeKind.UNDECIDED or one.last_at <= now - _STANDS:
            yield one.notice.kind, one.notice.subject


def _worst(told: Broadcast) -> str:
    return hazards.rule(told.hazard).highest([change.after for change in told.changes.values()])


def _log(db: Connection, action: str, subject: str, municipality: str, now: datetime) -> None:
    audit.append(db, now=now, actor="service", action=action, subject=subject, municipality=municipality)
