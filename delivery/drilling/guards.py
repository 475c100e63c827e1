"""The two doors between drills and warnings: each transport takes its own kind of text only, and refuses the other.

A drill's text carries a negative id, the sender of drills, and drill words first and last. The tables already keep the
two apart; this stands behind them, at the last step before the network.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from delivery.transport import Lookup, OurFault, Outcome, OutgoingText, Transport

_log = logging.getLogger(__name__)
REFUSED: Final = "drills and warnings do not meet"
#: every drill line holds one of them, whatever the language
_MARKS: Final = ("訓練", "KUNREN", "くんれん")


def is_marked(text: str) -> bool:
    """Whether a text says first and last that it is a drill."""
    lines = text.split("\n")
    return len(lines) > 2 and all(any(mark in line for mark in _MARKS) for line in (lines[0], lines[-1]))


def is_drill(text: OutgoingText, sender: str) -> bool:
    """Whether a text is in every respect one of a drill by this sender."""
    return text.message_id < 0 and text.sender == sender and is_marked(text.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyDrills:
    """A transport for drills: hands over nothing else."""

    inner: Transport
    #: the sender of drills
    sender: str

    async def send(self, text: OutgoingText) -> Outcome:
        """See `Transport`."""
        if not is_drill(text, self.sender):
            _log.error("not_a_drill", extra={"message_id": text.message_id})
            return OurFault(code=REFUSED)
        return await self.inner.send(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDrills:
    """A transport for everything else: hands over nothing of a drill."""

    inner: Transport
    #: the sender of drills; '' where there is none
    sender: str

    async def send(self, text: OutgoingText) -> Outcome:
        """See `Transport`."""
        if text.message_id < 0 or (self.sender and text.sender == self.sender):
            _log.error("drill_at_the_live_sender", extra={"message_id": text.message_id})
            return OurFault(code=REFUSED)
        return await self.inner.send(text)

    async def find(self, number: str, text: str, since: datetime, known: Collection[str] = ()) -> Lookup:
        """See `Transport`."""
        return await self.inner.find(number, text, since, known)
