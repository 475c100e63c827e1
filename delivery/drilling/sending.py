"""The sender of drills: takes a few texts of one drill, hands them over side by side, records what was said."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from delivery.drilling import outbox
from delivery.drilling.guards import OnlyDrills
from delivery.drilling.outbox import Answered, Claimed
from delivery.rate import HOLD, Bucket
from delivery.transport import OurFault, OutgoingText, Retryable, Throttled, Unknown
from storage.database import Database

_log = logging.getLogger(__name__)
#: texts in one hand: after a stop no more than these may still arrive
_HAND = 10
#: seconds to wait where the provider asks for none
_REST = 5.0


@dataclass(slots=True, kw_only=True)
class DrillSender:
    """One for people, one for simulated phones; both hand over through a door that takes drills only."""

    db: Database
    transport: OnlyDrills
    bucket: Bucket
    clock: Callable[[], datetime]
    #: opens a sealed number; None: to simulated phones only
    unseal: Callable[[bytes], str] | None = None

    async def step(self, drill_id: int) -> int:
        """Hand over the next texts of a drill; how many were taken."""
        if self.bucket.paused() > HOLD or not await self.db.read(outbox.waits, drill_id):
            return 0
        claim = outbox.claim_simulated if self.unseal is None else outbox.claim_group
        claimed = await self.db.write(claim, drill_id, self.clock(), _HAND)
        if not claimed:
            return 0
        answers = await asyncio.gather(*(self._send(one) for one in claimed))
        await self.db.write(outbox.record, answers)
        return len(claimed)

    async def _send(self, one: Claimed) -> Answered:
        number = self._number(one)
        if number is None:
            return Answered(id=one.id, outcome=OurFault(code="number not opened"))
        sender = await self.bucket.take(one.segments)
        outgoing = OutgoingText(
            number=number,
            text=one.text,
            segments=one.segments,
            validity_seconds=one.validity_seconds,
            message_id=-one.id,
            sender=sender,
        )
        try:
            outcome = await self.transport.send(outgoing)
        except Exception as error:  # noqa: BLE001 -- it may have left
            _log.warning("transport_raised", extra={"error": type(error).__name__, "drill_message": one.id})
            outcome = Unknown(code=type(error).__name__)
        match outcome:
            case Throttled(after=after):
                self.bucket.pause(after)
            case Retryable(after=after):
                self.bucket.pause(after or _REST)
            case _:
                pass
        return Answered(id=one.id, outcome=outcome)

    def _number(self, one: Claimed) -> str | None:
        if self.unseal is None:
            return None if one.phone is None else simulated_number(one.phone)
        try:
            return self.unseal(one.number_sealed)
        except Exception as error:  # noqa: BLE001 -- another key, or damaged bytes
            _log.error("number_not_opened", extra={"error": type(error).__name__, "drill_message": one.id})
            return None


def simulated_number(phone: int) -> str:
    """The number of a simulated phone: 090-0…, which is allotted to nobody."""
    return f"+8190{phone:08d}"
