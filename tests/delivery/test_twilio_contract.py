"""What we send and what our loopback Twilio answers, checked by Prism against the description of the resource."""

import asyncio
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from delivery.transport import Accepted, BadNumber, Found, NotThere, OptedOut, OurFault, Retryable, Throttled, Unknown
from delivery.twilio.transport import TwilioSettings, TwilioTransport
from tests import prism
from tests.delivery.fake_twilio import ACCOUNT, SERVICE, TOKEN, FakeTwilio, Fault
from tests.delivery.transport_contract import TEXT

pytestmark = pytest.mark.prism
DESCRIPTION = Path(__file__).with_name("twilio_messages.yaml")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
async def checked():
    """The loopback Twilio, and the address of a Prism before it that answers 4xx or 5xx to what is not as described."""
    provider, port = FakeTwilio(), free_port()
    upstream = await provider.start()
    process = await asyncio.create_subprocess_exec(
        str(prism.find()),
        "proxy",
        str(DESCRIPTION),
        upstream,
        "--errors",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = b""
    while b"is listening" not in said:
        async with asyncio.timeout(120):
            line = await process.stdout.readline()
        assert line, said.decode()
        said += line
    reader = asyncio.create_task(process.stdout.read())
    yield provider, f"http://127.0.0.1:{port}"
    process.terminate()
    await reader
    await process.wait()
    await provider.stop()


def a_transport(base_url, **more):
    settings = TwilioSettings(account_sid=ACCOUNT, auth_token=TOKEN, base_url=base_url, **{"sender": SERVICE, **more})
    return TwilioTransport(settings, lambda: datetime.now(UTC), aiohttp.ClientTimeout(total=60))


async def test_texts_answers_and_lists_are_as_the_reference_says(checked):
    provider, base_url = checked
    transport = a_transport(base_url, public_url="https://sms.example.jp")
    for text in (
        TEXT,
        replace(TEXT, text="避難 & 津波=3m +5% 🌊", validity_seconds=90_000),
        replace(TEXT, sender="+15005550006", validity_seconds=0),
        replace(TEXT, sender="TOMOSHIBI"),
    ):
        assert isinstance(await transport.send(text), Accepted)
    for index in range(150):
        provider._take({"To": TEXT.number, "Body": f"older {index}", "From": "+15005550006"})
    since = datetime.now(UTC) - timedelta(minutes=5)
    assert isinstance(await transport.find(TEXT.number, "避難 & 津波=3m +5% 🌊", since), Found)
    assert await transport.find(TEXT.number, "never sent", since) == NotThere()
    assert await transport.reach() == ""
    await transport.close()


@pytest.mark.parametrize("problems", [False, True], ids=["old", "rfc9457"])
async def test_refusals_are_as_the_reference_says(checked, problems):
    provider, base_url = checked
    provider.problems = problems
    transport = a_transport(base_url)
    for fault, kind in {
        Fault.BAD_NUMBER: BadNumber,
        Fault.OPTED_OUT: OptedOut,
        Fault.BUSY: Retryable,
        Fault.THROTTLED: Throttled,
        Fault.NO_REGION: OurFault,
        Fault.ERROR_LOST: Unknown,
    }.items():
        provider.numbers = {TEXT.number: fault}
        assert isinstance(await transport.send(TEXT), kind), fault
    await transport.close()


async def test_the_description_would_notice(checked):
    """What is not as described does not pass: else the tests above would say nothing."""
    provider, base_url = checked
    transport = a_transport(base_url)
    for wrong in (replace(TEXT, number="not a number"), replace(TEXT, text=""), replace(TEXT, text="x" * 1601)):
        assert not isinstance(await transport.send(wrong), Accepted)
    assert provider.taken == []
    await transport.close()
