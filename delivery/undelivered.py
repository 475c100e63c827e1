"""What follows when a carrier did not deliver a text: one more try, a number given up, people called.

A second try is not the same text again: the person is brought up to date a little later, with what is in force then
and a time limit of its own. So nothing old is told, and nothing that another text has told meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from delivery import carriers, newcomers
from delivery.carriers import Advice
from storage.connection import Connection
from storage.rows import Row
from subscribers import store as subscribers
from subscribers.store import State

#: a stored number as a notice may show it
Mask = Callable[[bytes], str]

_ONCE = """
SELECT m.subscriber_id FROM messages m JOIN broadcasts b ON b.id = m.broadcast_id
WHERE m.id = :id AND b.origin = 'alert' AND NOT EXISTS (
    SELECT 1 FROM messages earlier WHERE earlier.subscriber_id = m.subscriber_id AND earlier.hazard = m.hazard
    AND earlier.event = m.event AND earlier.broadcast_id = m.broadcast_id AND earlier.id <> m.id
    AND earlier.state IN ('undelivered', 'failed'))
"""
_LAST = """
SELECT m.state, r.error_code FROM messages m
LEFT JOIN receipts r ON r.provider_id = m.provider_id AND r.status = m.state
WHERE m.subscriber_id = (SELECT subscriber_id FROM messages WHERE id = :id)
    AND m.state IN ('delivered', 'undelivered', 'failed')
ORDER BY m.id DESC LIMIT :most
"""
_WHOSE = "SELECT subscriber_id FROM messages WHERE id = :id"
#: who says so, in the log of changes
_CARRIER = "carrier"
_MUNICIPALITIES = (
    "SELECT municipality FROM registrations WHERE subscriber_id = :id AND municipality <> '' ORDER BY municipality"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDelivered:
    """One text, and the carrier's reason."""

    message_id: int
    code: str


def follow(db: Connection, failure: NotDelivered, mask: Mask | None, now: datetime) -> None:
    """What a failure asks for; its receipt and state are written already."""
    match carriers.advice(failure.code):
        case Advice.TRY_AGAIN:
            _try_again(db, failure, now)
        case Advice.COUNT:
            _count(db, failure, mask, now)
        case Advice.FILTERED:
            noticeboard.add(db, _filtered(failure.code), now)
        case Advice.STOPPED:
            _give_up(db, failure, State.STOPPED, now)
        case None:
            pass


def tell_municipalities(db: Connection, subscriber_id: int, shown: str, code: str, now: datetime) -> None:
    """Whoever registered a number that cannot be reached should ask for a new one; `shown`: masked, or empty."""
    named = f"The number {shown}" if shown else f"The number of person #{subscriber_id}"
    for row in db.execute(_MUNICIPALITIES, {"id": subscriber_id}):
        notice = Notice(
            kind=NoticeKind.UNREACHABLE,
            subject=" ".join(filter(None, [row.text("municipality"), shown, f"#{subscriber_id}"])),
            text=f"{named} cannot be reached ({code}): it gets no warnings. Ask the person for a new one.",
            places=(row.text("municipality"),),
        )
        noticeboard.add(db, notice, now)


def _try_again(db: Connection, failure: NotDelivered, now: datetime) -> None:
    people = [row.integer("subscriber_id") for row in db.execute(_ONCE, {"id": failure.message_id})]
    newcomers.add(db, people, now, not_before=now + carriers.PAUSE)


def _count(db: Connection, failure: NotDelivered, mask: Mask | None, now: datetime) -> None:
    last = db.execute(_LAST, {"id": failure.message_id, "most": carriers.MOST})
    if len(last) < carriers.MOST or any(row.optional_text("error_code") not in carriers.COUNTED for row in last):
        return
    for row in _give_up(db, failure, State.UNREACHABLE, now):
        shown = mask(row.blob("number_sealed")) if mask is not None else ""
        tell_municipalities(db, row.integer("id"), shown, failure.code, now)


def _give_up(db: Connection, failure: NotDelivered, state: State, now: datetime) -> list[Row]:
    return [
        row
        for whose in db.execute(_WHOSE, {"id": failure.message_id})
        for row in subscribers.give_up(
            db, whose.integer("subscriber_id"), state, said_by=_CARRIER, code=failure.code, now=now
        )
    ]


def _filtered(code: str) -> Notice:
    text = (
        f"A carrier does not pass our texts on ({code}): it takes the words, the link or the sender for spam. They are"
        " not tried again. Ask the provider to have the sender registered, and try TOMOSHIBI_LINKS=false."
    )
    return Notice(kind=NoticeKind.FILTERED, subject=f"carrier filter {code}", text=text, urgent=True)
