"""What every transport answers, and what it is asked: one taxonomy, one protocol.

A new transport implements `Transport` and passes `tests/delivery/transport_contract.py`.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from delivery.states import MessageState


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingText:
    """One text to hand over."""

    #: MSISDN in E.164
    number: str
    text: str
    segments: int
    #: how long the provider may keep trying
    validity_seconds: int
    #: our message, and the number of its attempt, for callbacks
    message_id: int
    attempt: int = 1
    #: whom it comes from; '' for the transport's own sender
    sender: str = ""
    #: (event and place, state there) that the text speaks of, opaque to transports
    news: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The provider has it."""

    provider_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retryable:
    """It was surely not taken; try again."""

    code: str
    #: seconds the provider asks us to wait, if it does
    after: float | None = None
    #: the provider could not be reached at all: it is not about this text
    unreachable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttled:
    """It was surely not taken, and everything else has to wait as well."""

    after: float
    #: everything of this sender only; None for all
    sender: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OptedOut:
    """The person has said STOP to the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadNumber:
    """Nothing can ever reach this number."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OurFault:
    """Credentials, balance, a setting: surely not taken, and somebody has to act."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """It may have been taken or not."""

    code: str


Outcome = Accepted | Retryable | Throttled | OptedOut | BadNumber | OurFault | Unknown


class OutcomeName(StrEnum):
    """Outcomes as attempts keep them."""

    ACCEPTED = "accepted"
    RETRYABLE = "retryable"
    THROTTLED = "throttled"
    OPTED_OUT = "opted_out"
    BAD_NUMBER = "bad_number"
    OUR_FAULT = "our_fault"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The provider has the text after all."""

    provider_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotThere:
    """The provider's list is up to date and does not hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotTell:
    """The provider could not be asked, or its list may still lag behind."""


Lookup = Found | NotThere | CannotTell


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The provider's later word on a text."""

    provider_id: str
    #: accepted, sent, delivered, undelivered or failed
    status: MessageState
    received_at: datetime
    error_code: str | None = None
    #: our message and its attempt, where the provider hands them back
    message_id: int | None = None
    attempt: int | None = None


#: where a transport delivers receipts
ReceiptSink = Callable[[Sequence[Receipt]], Awaitable[None]]


class Transport(Protocol):
    """Hands texts over. Neither function raises for what a provider may answer."""

    async def send(self, text: OutgoingText) -> Outcome:
        """Hand one text over, once: no retries inside."""
        ...

    async def find(self, number: str, text: str, since: datetime, known: Collection[str] = ()) -> Lookup:
        """Whether a text of unknown outcome, handed over after `since`, is with the provider.

        `known` are the provider's ids of other texts of ours: the same words may have gone to the same number.
        """
        ...
