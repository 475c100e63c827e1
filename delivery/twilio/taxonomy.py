"""What Twilio's answers, error codes and failing connections mean for a text. Pure.

A text counts as surely not taken only where Twilio says so or no request can have left. Everything else is unknown.
Codes: https://www.twilio.com/docs/api/errors
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from delivery.states import MessageState
from delivery.transport import BadNumber, OptedOut, OurFault, Outcome, Retryable, Throttled, Unknown

#: no such number, no mobile, a landline: nothing can ever arrive
_BAD_NUMBERS = frozenset({21211, 21217, 21614, 21635})
_OPTED_OUT = 21610
#: never processed: too many requests, too many messages in the account or the sender, its queue is full
_THROTTLED = frozenset({20429, 21611, 30001, 30022, 63017, 63018})
#: more than 30 replies to one number within 30 seconds: about this person alone
_LOOP_GUARD = 14107
_LOOP_WAIT = 30.0
_QUEUE_FULL = frozenset({21611, 30001})
_QUEUE_WAIT = 60.0
_THROTTLE_WAIT = 1.0
#: longer than that nobody is asked to wait in earnest: warnings do not stand still for a header that is wrong
_LONGEST_WAIT = 300.0
#: until the next try where no connection came about
_NO_CONNECTION_WAIT = 5.0
#: answers after which the request may have been carried out: the server's trouble, or a proxy's
_MAYBE_TAKEN = frozenset({408, 409})

#: no byte of the request has left
_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientConnectorCertificateError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.ConnectionTimeoutError,
)

#: Twilio's words -> ours; what is not here says nothing of an outgoing text
_STATUSES: Mapping[str, MessageState] = {
    "accepted": MessageState.ACCEPTED,
    "scheduled": MessageState.ACCEPTED,
    "queued": MessageState.ACCEPTED,
    "sending": MessageState.ACCEPTED,
    "sent": MessageState.SENT,
    "partially_delivered": MessageState.SENT,
    "delivered": MessageState.DELIVERED,
    "read": MessageState.DELIVERED,
    "undelivered": MessageState.UNDELIVERED,
    "failed": MessageState.FAILED,
    "canceled": MessageState.FAILED,
}


def of_status(word: str) -> MessageState | None:
    """The state a status stands for; None for one that is not about an outgoing text, or is not known."""
    return _STATUSES.get(word.strip().lower())


def of_error(status: int, code: int | None, headers: Mapping[str, str], now: datetime, sender: str = "") -> Outcome:
    """What an error answer to `sender` says; `code` is Twilio's own, where the answer has one."""
    name = str(code) if code else f"HTTP {status}"
    if status == 429 or code in _THROTTLED:
        if code in _QUEUE_FULL:
            return Throttled(after=retry_after(headers, now, _QUEUE_WAIT), sender=sender)
        return Throttled(after=retry_after(headers, now, _THROTTLE_WAIT))
    if code == _OPTED_OUT:
        return OptedOut()
    if code in _BAD_NUMBERS:
        return BadNumber(code=name)
    if code == _LOOP_GUARD:
        return Retryable(code=name, after=retry_after(headers, now, _LOOP_WAIT))
    if status >= 500 or status in _MAYBE_TAKEN:
        return Unknown(code=name)
    return OurFault(code=name)


def of_failure(error: Exception) -> Outcome:
    """What it means that no answer came."""
    name = type(error).__name__
    if isinstance(error, _NOT_SENT):
        return Retryable(code=name, after=_NO_CONNECTION_WAIT, unreachable=True)
    if isinstance(error, aiohttp.InvalidURL):
        return OurFault(code=name)
    return Unknown(code=name)


def retry_after(headers: Mapping[str, str], now: datetime, default: float) -> float:
    """Seconds to wait by the Retry-After header: a number, or a date."""
    said = headers.get("Retry-After", "").strip()
    seconds = default
    try:
        seconds = float(said) if said else default
    except ValueError:
        try:
            until = parsedate_to_datetime(said)
            seconds = ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds()
        except (ValueError, OverflowError):
            pass
    return min(_LONGEST_WAIT, max(0.0, seconds)) if seconds == seconds else default


#: to these words the provider answers by itself on every number, and stops or starts sending
_ANSWERED = frozenset("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT START YES UNSTOP".split())


def answers_itself(kind: str, body: str) -> bool:
    """Whether the provider has answered an inbound text itself: it says so, or the text is one of its own words.

    To HELP it says nothing of 119, so that a HELP of which it does not say that it has answered is answered by us.
    """
    return kind.upper() in ("STOP", "START", "HELP") or body.strip().upper() in _ANSWERED
