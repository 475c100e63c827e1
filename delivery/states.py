"""The states of a message and which may follow which, as data; receipts only move up in rank."""

from collections.abc import Mapping
from enum import StrEnum


class MessageState(StrEnum):
    """Where one text to one person is."""

    QUEUED = "queued"
    HANDING = "handing"  #: an attempt is open
    UNCERTAIN = "uncertain"  #: nobody knows whether the provider has it
    ACCEPTED = "accepted"  #: the provider has it
    SENT = "sent"  #: the carrier has it
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"  #: the carrier gave up
    FAILED = "failed"  #: the provider refused it, or we gave up
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


_S = MessageState

#: who may know of what the text says: it was handed over, or may have been
TOLD = frozenset({_S.HANDING, _S.UNCERTAIN, _S.ACCEPTED, _S.SENT, _S.DELIVERED})

#: higher wins, whatever the order of arrival; a proof of delivery outranks a report of failure
RANK = {
    _S.QUEUED: 0,
    _S.HANDING: 1,
    _S.UNCERTAIN: 2,
    _S.ACCEPTED: 3,
    _S.SENT: 4,
    _S.FAILED: 5,
    _S.UNDELIVERED: 6,
    _S.DELIVERED: 7,
    _S.EXPIRED: 8,
    _S.WITHDRAWN: 8,
}

_BY_RECEIPT = frozenset({_S.SENT, _S.DELIVERED, _S.UNDELIVERED, _S.FAILED})

#: what the outbox, the sender and receipts may do; going back to `queued` is a new try, known not to be sent
FOLLOWS: dict[MessageState, frozenset[MessageState]] = {
    _S.QUEUED: frozenset({_S.HANDING, _S.EXPIRED, _S.WITHDRAWN}),
    _S.HANDING: frozenset({_S.QUEUED, _S.ACCEPTED, _S.UNCERTAIN, *_BY_RECEIPT}),
    _S.UNCERTAIN: frozenset({_S.QUEUED, _S.ACCEPTED, *_BY_RECEIPT}),
    _S.ACCEPTED: _BY_RECEIPT,
    _S.SENT: frozenset({_S.DELIVERED, _S.UNDELIVERED, _S.FAILED}),
    _S.FAILED: frozenset({_S.DELIVERED, _S.UNDELIVERED}),
    _S.UNDELIVERED: frozenset({_S.DELIVERED}),
    _S.DELIVERED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.WITHDRAWN: frozenset(),
}


#: what people read of a message -> its states, in the order in which pages show them
PARTS: Mapping[str, tuple[MessageState, ...]] = {
    "delivered": (_S.DELIVERED,),
    "handed": (_S.ACCEPTED, _S.SENT),
    "unknown": (_S.UNCERTAIN,),
    "failed": (_S.FAILED, _S.UNDELIVERED),
    "withdrawn": (_S.WITHDRAWN, _S.EXPIRED),
    "waiting": (_S.QUEUED, _S.HANDING),
}
_PART_OF: Mapping[str, str] = {state: part for part, states in PARTS.items() for state in states}


def part(state: str) -> str:
    """What people read of a message in this state; "unknown" for a state that is not one of ours."""
    return _PART_OF.get(state, "unknown")


def after_receipt(state: MessageState, reported: MessageState) -> MessageState:
    """The state after the provider's word, which never goes down and never revives what was not handed over."""
    if reported in FOLLOWS[state] and RANK[reported] > RANK[state]:
        return reported
    return state
