"""The transport that the settings name: opened, closed, and what it needs of the rest of the service."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from delivery.providers.shares import FIRST, SECOND
from delivery.providers.watching import Providers
from delivery.simulated import EVERYDAY, SimulatedNetwork
from delivery.transport import ReceiptSink
from delivery.twilio.callbacks import Signature, Signatures
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


@asynccontextmanager
async def second_opened(settings: Settings, clock: Clock) -> AsyncIterator[TwilioTransport | None]:
    """The second provider's transport, closed at the end; None where there is none."""
    if not settings.has_second:
        yield None
        return
    transport = TwilioTransport(_second_twilio(settings), clock)
    try:
        yield transport
    finally:
        await transport.close()


def providers(settings: Settings) -> Providers | None:
    """What there is to share traffic between; None for one provider."""
    if not settings.has_second:
        return None
    called = {
        FIRST: f"Twilio …{settings.twilio_account_sid[-4:]}",
        SECOND: f"Twilio …{settings.second_twilio_account_sid[-4:]}",
    }
    return Providers(
        usual=settings.usual_shares(), called=called, reporting=called.keys() if settings.public_url else ()
    )


def list_delay(settings: Settings) -> timedelta:
    """How long a text of unknown outcome waits until the provider's list is believed not to hold it."""
    return timedelta(seconds=settings.twilio_list_seconds if settings.sends_for_real else 0)


def webhooks(settings: Settings, take_receipts: ReceiptSink, inbox: Inbox | None, clock: Clock) -> Webhooks | None:
    """What the provider may call; None for the simulated network."""
    if not settings.sends_for_real:
        return None
    tokens = [settings.twilio_auth_token, settings.second_twilio_auth_token][: 1 + settings.has_second]
    signatures = [Signature(token=one.get_secret_value(), public_url=settings.public_url) for one in tokens]
    return Webhooks(signature=Signatures(signatures), take_receipts=take_receipts, inbox=inbox, clock=clock)


def identity(settings: Settings) -> str:
    """What all that send on one database must have alike, in words for people."""
    if not settings.sends_for_real:
        return "simulated network"
    first = f"{settings.transport} {settings.twilio_account_sid} at {settings.twilio_base_url}"
    if not settings.has_second:
        return first
    return f"{first}, and {settings.second_twilio_account_sid} at {settings.second_twilio_base_url}"


def says(settings: Settings) -> str:
    """One line on whether an SMS can leave this machine."""
    if not settings.sends_for_real:
        return "simulated network: no SMS leaves this machine"
    second = f" and, as second provider, {settings.second_twilio_base_url}" if settings.has_second else ""
    return f"{settings.transport}: real SMS by {settings.twilio_base_url}{second}"


def _twilio(settings: Settings) -> TwilioSettings:
    return TwilioSettings(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value(),
        sender=settings.twilio_messaging_service_sid or settings.twilio_from or next(iter(settings.senders)),
        base_url=settings.twilio_base_url,
        public_url=settings.public_url,
        connections=settings.send_connections,
    )


def _second_twilio(settings: Settings) -> TwilioSettings:
    """What differs from the first account."""
    return replace(
        _twilio(settings),
        account_sid=settings.second_twilio_account_sid,
        auth_token=settings.second_twilio_auth_token.get_secret_value(),
        sender=settings.second_sender,
        base_url=settings.second_twilio_base_url,
    )
