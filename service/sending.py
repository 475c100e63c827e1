"""The sender of a process, made of the settings: alone on the outbox, or one of several."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from delivery import reconciling
from delivery.drilling.guards import NoDrills
from delivery.providers.dealing import Deal
from delivery.rate import Bucket, Pace, Pool
from delivery.sender import Second, Sender, SenderSettings
from delivery.transport import Transport
from service import transports
from service.parts import Parts
from service.settings import Settings

if TYPE_CHECKING:
    from service.machines import Machines


def sender(parts: Parts) -> Sender:
    """Must be called on the running loop."""
    settings, machines = parts.settings, parts.machines
    return Sender(
        db=parts.db,
        transport=NoDrills(inner=parts.transport, sender=settings.drill_sender),
        unseal=parts.sealer.open,
        bucket=_pace(settings) if machines is None else machines.rates,
        clock=parts.clock,
        make_code=parts.sealer.code,
        settings=SenderSettings(
            connections=settings.send_connections, lookups=reconciling.Limits(delay=transports.list_delay(settings))
        ),
        beside=None if machines is None else machines.beside,
        second=None if parts.second is None else _second(settings, parts.second, machines),
    )


def _second(settings: Settings, transport: Transport, machines: Machines | None) -> Second:
    pace: Pace
    if machines is None or machines.second_rates is None:
        clock = asyncio.get_running_loop().time
        pace = Bucket(rate=settings.second_send_rate, clock=clock, sender=settings.second_sender)
    else:
        pace = machines.second_rates
    return Second(
        transport=NoDrills(inner=transport, sender=settings.drill_sender),
        pace=pace,
        deal=Deal(usual=settings.usual_shares()),
    )


def _pace(settings: Settings) -> Pace:
    """A bucket for each sender."""
    clock = asyncio.get_running_loop().time
    if not settings.senders:
        return Bucket(rate=settings.send_rate, clock=clock)
    return Pool(buckets=[Bucket(rate=rate, clock=clock, sender=name) for name, rate in settings.senders.items()])
