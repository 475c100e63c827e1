"""The transport that the settings name: opened, closed, and what it needs of the rest of the service."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from delivery.simulated import EVERYDAY, SimulatedNetwork
from delivery.transport import ReceiptSink
from delivery.twilio.callbacks import Signature
from delivery.twilio.transport import TwilioSettings, TwilioTransport
from delivery.twoway.inbox import Inbox
from service.settings import Settings
from web.webhooks import Webhooks

Clock = Callable[[], datetime]


@asynccontextmanager
async def opened(settings: Settings, clock: Clock) -> AsyncIterator[SimulatedNetwork | TwilioTransport]:
    """The transport, closed at the end. On the running loop."""
    if not settings.sends_for_real:
        yield SimulatedNetwork(clock=clock, profile=EVERYDAY)
        return
    transport = TwilioTransport(_twilio(settings), clock)
    try:
        yield transport
    finally:
        await transport.close()


def list_delay(settings: Settings) -> timedelta:
    """How long a text of unknown outcome waits until the provider's list is believed not to hold it."""
    return timedelta(seconds=settings.twilio_list_seconds if settings.sends_for_real else 0)


def webhooks(settings: Settings, take_receipts: ReceiptSink, inbox: Inbox | None, clock: Clock) -> Webhooks | None:
    """What the provider may call; None for the simulated network."""
    if not settings.sends_for_real:
        return None
    signature = Signature(token=settings.twilio_auth_token.get_secret_value(), public_url=settings.public_url)
    return Webhooks(signature=signature, take_receipts=take_receipts, inbox=inbox, clock=clock)


def identity(settings: Settings) -> str:
    """What all that send on one database must have alike, in words for people."""
    if not settings.sends_for_real:
        return "simulated network"
    return f"{settings.transport} {settings.twilio_account_sid} at {settings.twilio_base_url}"


def says(settings: Settings) -> str:
    """One line on whether an SMS can leave this machine."""
    if not settings.sends_for_real:
        return "simulated network: no SMS leaves this machine"
    return f"{settings.transport}: real SMS by {settings.twilio_base_url}"


def _twilio(settings: Settings) -> TwilioSettings:
    return TwilioSettings(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value(),
        sender=settings.twilio_messaging_service_sid or settings.twilio_from or next(iter(settings.senders)),
        base_url=settings.twilio_base_url,
        public_url=settings.public_url,
        connections=settings.send_connections,
    )
