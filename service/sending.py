"""The sender of a process, made of the settings: alone on the outbox, or one of several."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from delivery import reconciling
from delivery.drilling.guards import NoDrills
from delivery.rate import Bucket, Pace, Pool
from delivery.sender import Sender, SenderSettings
from delivery.transport import Transport
from service import transports
from service.settings import Settings
from storage.database import Database
from subscribers.sealing import Sealer

if TYPE_CHECKING:
    from service.machines import Machines


def sender(
    settings: Settings,
    db: Database,
    transport: Transport,
    sealer: Sealer,
    clock: Callable[[], datetime],
    machines: Machines | None,
) -> Sender:
    """Must be called on the running loop."""
    return Sender(
        db=db,
        transport=NoDrills(inner=transport, sender=settings.drill_sender),
        unseal=sealer.open,
        bucket=_pace(settings) if machines is None else machines.rates,
        clock=clock,
        make_code=sealer.code,
        settings=SenderSettings(
            connections=settings.send_connections, lookups=reconciling.Limits(delay=transports.list_delay(settings))
        ),
        beside=None if machines is None else machines.beside,
    )


def _pace(settings: Settings) -> Pace:
    """A bucket for each sender."""
    clock = asyncio.get_running_loop().time
    if not settings.senders:
        return Bucket(rate=settings.send_rate, clock=clock)
    return Pool(buckets=[Bucket(rate=rate, clock=clock, sender=name) for name, rate in settings.senders.items()])
