"""Whole-service stories of webhooks: entered by the command, told by the running service, over a restart."""

import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from click.testing import CliRunner

from delivery.hooks import signature
from service.commands.cli import cli
from tests.service import story as stories
from tests.service.story import WAJIMA, Story


@pytest.fixture
async def story(tmp_path) -> AsyncIterator[Story]:
    """A service that polls; Aoi (1) lives in Wajima."""
    async with stories.told(tmp_path, hooks_private="127.0.0.1", public_url="https://tomoshibi.example") as told:
        await told.start()
        await told.people((1, "en", ""))
        await told.settled()
        yield told


class Receiver:
    """A program that is told, and may be down."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.down = False
        self.address = ""

    async def take(self, request: web.Request) -> web.Response:
        if self.down:
            return web.Response(status=503)
        self.heard.append((dict(request.headers), await request.read()))
        return web.Response()

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.heard]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A program that listens."""
    found = Receiver()
    app = web.Application()
    app.router.add_post("/hook", found.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    found.address = f"http://{host}:{port}/hook"
    yield found
    await runner.cleanup()


@pytest.fixture
def run(story: Story, monkeypatch: pytest.MonkeyPatch):
    """The command line beside the service."""
    monkeypatch.setenv("TOMOSHIBI_DATABASE", story.settings.database)
    monkeypatch.setenv("TOMOSHIBI_HOOKS_PRIVATE", "127.0.0.1")

    def command(*words: str) -> str:
        done = CliRunner().invoke(cli, words, standalone_mode=False)
        assert done.exception is None, done.output
        return done.stdout.strip()

    return command


async def test_told_signed_of_the_own_places_alone(story: Story, receiver: Receiver, run) -> None:
    secret = run("hooks", "add", "town", "--url", receiver.address, "--municipality", WAJIMA)
    assert run("hooks", "secret", "town") == secret
    story.rain(p17204="L3", p17205="L4")
    await story.until(lambda: len(receiver.heard) >= 3, "three events")
    assert sorted(receiver.types()) == ["alert.started", "broadcast.ended", "broadcast.started"]
    for headers, body in receiver.heard:
        sent = {name.lower(): value for name, value in headers.items()}
        assert signature.is_signed(secret, sent, body, story.clock())
        assert json.loads(body)["data"]["places"] == {WAJIMA: "L3"}
        assert b"+81" not in body


async def test_what_waits_is_told_after_a_restart(story: Story, receiver: Receiver, run) -> None:
    run("hooks", "add", "town", "--url", receiver.address)
    receiver.down = True
    story.rain(p17204="L4")
    await story.until(lambda: story.count("hook_deliveries", "attempts > 0 AND state = 'waiting'"), "a failure")
    await story.stop()
    receiver.down = False
    story.pass_time(hours=1)
    await story.start()
    await story.until(lambda: "alert.started" in receiver.types(), "what waited")
    await story.until(lambda: not story.count("hook_deliveries", "state = 'waiting'"), "the rest")
    assert "town: http://" in run("hooks", "list")
    run("hooks", "test", "town")
    assert story.count("hook_deliveries", "event LIKE 'ping.%'") == 1  # due by the clock of the machine
    run("hooks", "remove", "town")
    assert run("hooks", "list") == "no webhooks"
