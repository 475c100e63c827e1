"""`serve` as its own process with the real transport, between a loopback JMA and a loopback Twilio."""

import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import pytest

from service.simulated_clock import SimulatedClock
from tests.delivery.fake_twilio import ACCOUNT, SERVICE, TOKEN, FakeTwilio, Fault, sign
from tests.meta.project import ROOT
from tests.service import story as stories
from tests.service.story import number


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Night:
    """One database, one JMA, one Twilio; the service is a process that can be killed."""

    def __init__(self, story, provider):
        self.story, self.provider = story, provider
        self.port = free_port()
        self.process = None

    def environment(self, **more):
        ours = {
            "DATABASE": self.story.settings.database,
            "JMA_BASE_URL": self.story.jma.base_url,
            "POLL_SECONDS": "0.2",
            "TRANSPORT": "twilio",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_MESSAGING_SERVICE_SID": SERVICE,
            "TWILIO_BASE_URL": self.provider.base_url,
            "TWILIO_LIST_SECONDS": "0.5",
            "ALLOW_TEST_FEED": "true",
            "HTTP_PORT": str(self.port),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "SILENCE_SECONDS": "extra=none,regular=none",
            **more,
        }
        plain = {name: value for name, value in os.environ.items() if not name.startswith("TOMOSHIBI_")}
        return plain | {f"TOMOSHIBI_{name}": value for name, value in ours.items()}

    async def run(self, *words, **more):
        return await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "run.py"),
            *words,
            cwd=ROOT,
            env=self.environment(**more),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def serve(self, **more):
        self.process = await self.run("serve", **more)

    async def until(self, done, what):
        """A process of its own has to start first, maybe on a busy machine."""
        await self.story.until(done, what, patience=180.0)

    async def end(self, how=signal.SIGTERM):
        if self.process is None or self.process.returncode is not None:
            return 0
        self.process.send_signal(how)
        await self.process.communicate()
        return self.process.returncode

    def states(self):
        return [row[0] for row in self.story.rows("SELECT state FROM messages WHERE hazard <> '' ORDER BY id")]


@pytest.fixture
async def night(tmp_path):
    @asynccontextmanager
    async def made():
        provider = FakeTwilio(callbacks=True)
        await provider.start()
        try:
            async with stories.told(tmp_path) as story:
                story.clock = SimulatedClock(datetime.now(UTC))
                one = Night(story, provider)
                yield one
                await one.end(signal.SIGKILL)
        finally:
            await provider.stop()

    async with made() as one:
        yield one


async def test_a_warning_reaches_its_people_by_twilio_and_what_became_of_it_comes_back(night):
    await night.story.people(*((index, "en", "") for index in range(5)))
    await night.serve()
    await night.until(lambda: len(night.provider.taken) >= 5, "the welcome texts")
    night.story.rain(p17204="L4")
    await night.until(lambda: night.states() == ["delivered"] * 5, "the warning and its receipts")
    assert await night.end() == 0
    assert night.provider.twice() == 0
    for index in range(5):
        assert [("LEVEL 4" in text or "[4]" in text) for text in night.provider.texts_of(number(index))] == [
            False,
            True,
        ]
    assert {one.sender for one in night.provider.taken} == {SERVICE}
    assert all(1 <= one.validity <= 36_000 for one in night.provider.taken)


async def test_answers_that_are_lost_are_looked_up_and_nobody_is_told_twice(night):
    night.provider.callbacks = False
    await night.story.people(*((index, "en", "") for index in range(4)))
    night.provider.numbers = {number(0): Fault.DROP_TAKEN, number(1): Fault.ERROR_TAKEN, number(2): Fault.DROP_LOST}
    night.story.rain(p17204="L4")
    await night.serve()
    await night.until(lambda: night.provider.texts_of(number(3)), "the first texts")
    await night.until(lambda: night.provider.hits[_MESSAGES] > 3, "look-ups")
    night.provider.numbers = {}
    await night.until(lambda: set(night.states()) == {"accepted"}, "everybody told")
    assert await night.end() == 0
    assert night.provider.twice() == 0
    assert all(night.provider.texts_of(number(index)) for index in range(4))


_MESSAGES = f"GET /2010-04-01/Accounts/{ACCOUNT}/Messages.json"


async def test_who_said_stop_to_the_provider_is_stopped(night):
    await night.story.people((0, "en", ""))
    night.provider.numbers = {number(0): Fault.OPTED_OUT}
    await night.serve()
    await night.until(lambda: night.story.count("subscribers", "state = 'stopped'"), "the stop")
    assert await night.end() == 0
    assert night.provider.taken == []


async def test_check_reaches_the_provider_and_sends_nothing(night):
    async def finding(**more):
        process = await night.run("check", "--json", **more)
        said, _ = await process.communicate()
        return next(one for one in json.loads(said)["findings"] if one["what"] == "reach provider")

    assert (await finding())["good"]
    wrong = await finding(TWILIO_AUTH_TOKEN="wrong")
    assert not wrong["good"] and "401" in wrong["text"]
    assert night.provider.taken == []


async def test_a_language_goes_out_for_real_once_somebody_answers_for_it(night):
    await night.story.people((0, "vi", ""), (1, "en", ""))
    await night.serve()
    await night.until(lambda: night.provider.texts_of(number(0)), "the welcome text")
    process = await night.run("languages", "accept", "vi", "--by", "Yamada, Wajima city")
    said, _ = await process.communicate()
    assert (process.returncode, said) == (0, b"vi is accepted\n")
    voices = [row[0] for row in night.story.rows(_VOICES)]
    assert voices == ["ja-Hira+en"]
    for index in range(2, 30):  # it is noticed a moment later
        await night.story.people((index, "vi", ""))
        await night.until(lambda index=index: night.provider.texts_of(number(index)), "a welcome text")
        voices = [row[0] for row in night.story.rows(_VOICES)]
        if voices[-1] == "vi":
            break
    assert voices[-1] == "vi"


_VOICES = "SELECT t.language FROM messages m JOIN texts t ON t.id = m.text_id WHERE m.language = 'vi' ORDER BY m.id"


async def test_a_service_killed_in_the_middle_goes_on_and_tells_everybody_once(night):
    """With the list of the provider lagging, and some answers lost."""
    night.provider.callbacks, night.provider.list_lag = False, 0.3
    night.provider.chances = {Fault.DROP_TAKEN: 0.05, Fault.DROP_LOST: 0.05}
    await night.story.people(*((index, "en", "") for index in range(60)))
    night.story.rain(p17204="L4")
    for more in (10, 40, 90):
        await night.serve(SEND_RATE="60", TWILIO_LIST_SECONDS="1")
        await night.until(lambda more=more: len(night.provider.taken) >= more, "some more texts")
        assert await night.end(signal.SIGKILL) == -signal.SIGKILL
    await night.serve(TWILIO_LIST_SECONDS="1")
    await night.until(lambda: not night.story.unfinished_sending(), "everybody told")
    assert await night.end() == 0
    assert night.provider.twice() == 0
    assert [len(night.provider.texts_of(number(index))) for index in range(60)] == [2] * 60


async def test_people_write_back_and_are_answered_until_they_stop(night):
    await night.story.people((0, "ja", ""), (1, "en", ""))
    await night.serve(TWO_WAY="true")
    await night.until(lambda: len(night.provider.taken) == 2, "the welcome texts")
    url = f"http://127.0.0.1:{night.port}/webhooks/twilio/inbound"

    async def write(index, sid, body):
        form = {"MessageSid": sid, "From": number(index), "To": "+815000000000", "Body": body}
        headers = {"X-Twilio-Signature": sign(url, form)}
        async with aiohttp.ClientSession() as session, session.post(url, data=form, headers=headers) as answer:
            assert answer.status == 200
            return await answer.text()

    assert "<Message>" not in await write(0, "SM01", "つかいかた")
    await night.until(lambda: len(night.provider.texts_of(number(0))) == 2, "the help")
    assert "119" in night.provider.texts_of(number(0))[-1]
    assert "Tomoshibi" in await write(0, "SM02", "やめて")
    night.story.rain(p17204="L4")
    await night.until(lambda: len(night.provider.texts_of(number(1))) == 2, "the warning of the other one")
    assert len(night.provider.texts_of(number(0))) == 2
    await write(0, "SM03", "すたーと")
    await night.until(lambda: len(night.provider.texts_of(number(0))) == 4, "what is in force, and the answer")
    assert any("4" in text for text in night.provider.texts_of(number(0))[2:])
    assert await night.end() == 0
    assert night.provider.twice() == 0
