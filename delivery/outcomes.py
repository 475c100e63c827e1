"""What becomes of a text after the transport's answer; recorded in batches, never row by row in transactions.

The decision is a pure function of the answer and what is known of the message; the rest writes it down.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import assert_never

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from delivery import broadcasts, chunks, newcomers, receipts, undelivered
from delivery.providers.shares import FIRST, SECOND
from delivery.states import MessageState
from delivery.transport import (
    Accepted,
    BadNumber,
    OptedOut,
    OurFault,
    Outcome,
    OutcomeName,
    Retryable,
    Throttled,
    Unknown,
)
from storage import times
from storage.connection import Connection
from subscribers import store as subscribers
from subscribers.store import State

_FIRST_WAIT = 5.0
_LONGEST_WAIT = 120.0
#: seconds until a throttled text is tried again at least, doubling, with an end: some providers ask for 0 for minutes
_HASTE, _LONGEST_HASTE = 0.25, 5.0
#: seconds of a pause asked for by the provider, above which people in charge are called
_LONG_PAUSE = 60.0
#: tries after answers that may be about this text alone
_MOST_ATTEMPTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOpened:
    """The transport was not asked: the stored number does not open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One attempt's end."""

    message_id: int
    broadcast_id: int
    outcome: Outcome | NotOpened
    at: datetime
    #: number of the attempt; None where only one can be open
    attempt: int | None = None
    #: a bad number, as a notice may show it
    masked: str = ""
    #: whose answer it is
    provider: str = FIRST


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What a message becomes."""

    state: MessageState
    outcome: OutcomeName
    reason: str = ""
    provider_id: str | None = None
    code: str | None = None
    #: when it may be tried again
    not_before: datetime | None = None
    #: what the answer makes of the person: stopped, unreachable
    person: State | None = None
    #: somebody has to act
    trouble: NoticeKind | None = None
    #: the person hears in another text what is still in force
    catch_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    subscriber_id: int
    attempts: int
    expires_at: datetime


#: trying again would not open it, and another text would not either
_NOT_OPENED = Next(
    state=MessageState.FAILED,
    outcome=OutcomeName.OUR_FAULT,
    reason="the stored number does not open",
    code="not opened",
    trouble=NoticeKind.NUMBER,
)
_OPEN = """
SELECT m.id, m.subscriber_id, m.expires_at, max(a.number) AS attempts
FROM messages m JOIN attempts a ON a.message_id = m.id
WHERE m.id IN :chunk AND m.state = 'handing' GROUP BY m.id, m.subscriber_id, m.expires_at
"""
#: who says so, in the log of changes
PROVIDER = "SMS provider"
_CLOSE = """
UPDATE attempts SET finished_at = :at, outcome = :outcome, provider_id = :provider_id, error_code = :code
WHERE message_id = :id AND finished_at IS NULL
"""
# A receipt may have brought the provider's id to an attempt that is now without an answer.
_SETTLE = """
UPDATE messages SET state = :state, reason = :reason, not_before = :not_before, settled_at = :at,
    provider_id = CASE WHEN :unknown = 1 THEN provider_id ELSE :provider_id END
WHERE id = :id AND state = 'handing'
"""
# The same two for whatever was accepted, a chunk in one statement: message, when, the provider's id.
_CLOSE_ACCEPTED = chunks.statement(
    "UPDATE attempts SET finished_at = answer.column2, outcome = 'accepted', provider_id = answer.column3,"
    " error_code = NULL FROM ({rows}) AS answer"
    " WHERE attempts.message_id = answer.column1 AND attempts.finished_at IS NULL"
)
_SETTLE_ACCEPTED = chunks.statement(
    "UPDATE messages SET state = 'accepted', reason = '', not_before = NULL, settled_at = answer.column2,"
    " provider_id = answer.column3 FROM ({rows}) AS answer"
    " WHERE messages.id = answer.column1 AND messages.state = 'handing'"
)
_KNOWN_ALL_THE_SAME = (
    "UPDATE messages SET state = 'accepted', reason = '' WHERE id IN :chunk"
    " AND state = 'uncertain' AND provider_id IS NOT NULL RETURNING provider_id"
)


def follow(outcome: Outcome | NotOpened, attempts: int, expires_at: datetime, at: datetime) -> Next:
    """What the answer to attempt number `attempts` makes of a message."""
    if isinstance(outcome, NotOpened):
        return _NOT_OPENED
    return _after(outcome, attempts, expires_at, at)


def _after(outcome: Outcome, attempts: int, expires_at: datetime, at: datetime) -> Next:
    match outcome:
        case Accepted(provider_id=provider_id):
            return Next(state=MessageState.ACCEPTED, outcome=OutcomeName.ACCEPTED, provider_id=provider_id)
        case Retryable():
            return _retried(outcome, attempts, expires_at, at)
        case Throttled(after=after):
            trouble = NoticeKind.PROVIDER if after > _LONG_PAUSE else None
            wait = max(after, min(_LONGEST_HASTE, _HASTE * 2.0 ** min(attempts - 1, 10)))
            return _again(OutcomeName.THROTTLED, "throttled", wait, 0, expires_at, at, trouble=trouble)
        case OptedOut():
            return Next(
                state=MessageState.FAILED, outcome=OutcomeName.OPTED_OUT, reason="opted out", person=State.STOPPED
            )
        case BadNumber(code=code):
            return Next(
                state=MessageState.FAILED,
                outcome=OutcomeName.BAD_NUMBER,
                reason="the number cannot be reached",
                code=code,
                person=State.UNREACHABLE,
            )
        case OurFault(code=code):
            trouble = NoticeKind.PROVIDER
            return _again(OutcomeName.OUR_FAULT, code, backoff(attempts), 0, expires_at, at, trouble=trouble)
        case Unknown(code=code):
            return Next(
                state=MessageState.UNCERTAIN,
                outcome=OutcomeName.UNKNOWN,
                reason="the provider's answer did not arrive",
                code=code,
            )
        case _:
            assert_never(outcome)


def _retried(outcome: Retryable, attempts: int, expires_at: datetime, at: datetime) -> Next:
    """Without any connection it is not about this text; and once is nothing to call people for."""
    wait = outcome.after if outcome.after is not None else backoff(attempts)
    if not outcome.unreachable:
        return _again(OutcomeName.RETRYABLE, outcome.code, wait, attempts, expires_at, at)
    trouble = NoticeKind.PROVIDER if attempts > 1 else None
    return _again(OutcomeName.RETRYABLE, outcome.code, wait, 0, expires_at, at, trouble=trouble)


def backoff(attempts: int) -> float:
    """Seconds to wait after that many attempts: doubling, with an end."""
    return min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(attempts - 1, 10))


def _again(
    outcome: OutcomeName,
    code: str,
    wait: float,
    attempts: int,
    expires_at: datetime,
    at: datetime,
    *,
    trouble: NoticeKind | None = None,
) -> Next:
    """Queued again while it is still worth it."""
    due = at + timedelta(seconds=wait)
    if due < expires_at and attempts < _MOST_ATTEMPTS:
        return Next(state=MessageState.QUEUED, outcome=outcome, code=code, not_before=due, trouble=trouble)
    reason = f"not taken after {attempts} attempts" if attempts >= _MOST_ATTEMPTS else "no time left to try again"
    return Next(state=MessageState.FAILED, outcome=outcome, code=code, reason=reason, trouble=trouble, catch_up=True)


def record(db: Connection, answers: Sequence[Answered]) -> None:
    """Write down the ends of attempts; at most a chunk. Answers to attempts that are not open change nothing.

    Whoever was taken for dead may still get an answer, when somebody else has the text in hand.
    """
    receipts.one_at_a_time(db)
    found = db.execute(_OPEN, chunks.parameters([answer.message_id for answer in answers]))
    open_ones = {
        row.integer("id"): _Open(
            subscriber_id=row.integer("subscriber_id"),
            attempts=row.integer("attempts"),
            expires_at=row.time("expires_at"),
        )
        for row in found
    }
    settled = [
        (answer, follow(answer.outcome, known.attempts, known.expires_at, answer.at))
        for answer in answers
        if (known := open_ones.get(answer.message_id)) is not None and answer.attempt in (None, known.attempts)
    ]
    _write(db, settled)
    accepted = [after.provider_id for _, after in settled if after.provider_id]
    receipts.apply_early(db, [*accepted, *_known_all_the_same(db, settled)])
    for answer, after in settled:
        _about_person(db, open_ones[answer.message_id].subscriber_id, answer, after)
    _raise_trouble(db, settled)
    _mark_broadcasts(db, settled)


def _write(db: Connection, settled: Sequence[tuple[Answered, Next]]) -> None:
    accepted = {
        answer.message_id: (answer.message_id, times.to_text(answer.at), after.provider_id)
        for answer, after in settled
        if after.state is MessageState.ACCEPTED and after.provider_id
    }
    if accepted:
        rows = chunks.rows(list(accepted.values()))
        db.execute(_CLOSE_ACCEPTED, rows)
        db.execute(_SETTLE_ACCEPTED, rows)
    others = [_row(answer, after) for answer, after in settled if answer.message_id not in accepted]
    db.executemany(_CLOSE, others)
    db.executemany(_SETTLE, others)


def _row(answer: Answered, after: Next) -> dict[str, object]:
    return {
        "id": answer.message_id,
        "at": times.to_text(answer.at),
        "state": after.state,
        "outcome": after.outcome,
        "unknown": int(after.state is MessageState.UNCERTAIN),
        "reason": after.reason,
        "provider_id": after.provider_id,
        "code": after.code,
        "not_before": times.to_text(after.not_before) if after.not_before else None,
    }


def _known_all_the_same(db: Connection, settled: Sequence[tuple[Answered, Next]]) -> list[str]:
    """Provider's ids of texts whose answer did not arrive, but a receipt did."""
    unknown = [answer.message_id for answer, after in settled if after.state is MessageState.UNCERTAIN]
    if not unknown:
        return []
    return [row.text("provider_id") for row in db.execute(_KNOWN_ALL_THE_SAME, chunks.parameters(unknown))]


def _about_person(db: Connection, subscriber_id: int, answer: Answered, after: Next) -> None:
    at = answer.at
    if after.person is not None:
        code = after.code or ""
        subscribers.give_up(db, subscriber_id, after.person, said_by=PROVIDER, code=code, now=at)
        if answer.masked:
            undelivered.tell_municipalities(db, subscriber_id, answer.masked, code, at)
    elif after.catch_up:
        # what is in force is still news to this person, in a text with a new time limit
        newcomers.add(db, [subscriber_id], at)


def _raise_trouble(db: Connection, settled: Sequence[tuple[Answered, Next]]) -> None:
    """Notices about our own side; a provider's trouble ends when it takes a text again."""
    kinds = {
        (after.trouble, answer.provider, after.code or "", after.outcome)
        for answer, after in settled
        if after.trouble is not None
    }
    for kind, provider, code, outcome in sorted(kinds):
        noticeboard.add(db, _trouble(kind, provider, code, outcome), max(answer.at for answer, _ in settled))
    in_trouble = {provider for kind, provider, *_ in kinds if kind is NoticeKind.PROVIDER}
    taken = {answer.provider: answer.at for answer, after in settled if after.state is MessageState.ACCEPTED}
    for provider in sorted(taken.keys() - in_trouble):
        at = max(answer.at for answer, _ in settled if answer.provider == provider)
        noticeboard.resolve_those(db, NoticeKind.PROVIDER, at, partial(_is_about, provider))


def _is_about(provider: str, subject: str) -> bool:
    return whose(subject) == provider


def _subject(provider: str, code: str) -> str:
    return code if provider == FIRST else f"{provider}: {code}"


def whose(subject: str) -> str:
    """The provider that a notice is about."""
    return SECOND if subject.startswith(f"{SECOND}: ") else FIRST


def _trouble(kind: NoticeKind, provider: str, code: str, outcome: OutcomeName) -> Notice:
    name = "SMS provider" if provider == FIRST else f"second SMS provider ({provider})"
    if kind is NoticeKind.NUMBER:
        text = (
            "The stored number of some people does not open, and they get no texts: the rows are damaged, or were "
            "sealed with another key. Look for `number_not_opened` in the log, and import these people again."
        )
        return Notice(kind=kind, subject="stored numbers", text=text, urgent=True)
    if outcome is OutcomeName.RETRYABLE:
        text = f"The {name} cannot be reached ({code}): look at the line to it. Texts wait and are tried again."
        return Notice(kind=kind, subject=_subject(provider, code), text=text, urgent=True)
    if outcome is OutcomeName.THROTTLED:
        text = f"The {name} asks us to wait for more than a minute: no text leaves by it until then. Ask it why."
        return Notice(kind=kind, subject=_subject(provider, code), text=text, urgent=True)
    text = (
        f"The {name} refuses texts because of our side ({code}): check credentials, balance and sender."
        " Texts wait and are tried again."
    )
    return Notice(kind=kind, subject=_subject(provider, code), text=text, urgent=True)


def _mark_broadcasts(db: Connection, settled: Sequence[tuple[Answered, Next]]) -> None:
    handed: dict[int, list[datetime]] = defaultdict(list)
    for answer, after in settled:
        if after.state is MessageState.ACCEPTED:
            handed[answer.broadcast_id].append(answer.at)
    for broadcast_id, moments in handed.items():
        broadcasts.handed_over(db, broadcast_id, min(moments), max(moments))
    broadcasts.complete(db, sorted({answer.broadcast_id for answer, _ in settled}))
