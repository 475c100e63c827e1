"""Whole-service stories of what municipalities' systems say in CAP: over HTTP, to the phones, and out again as CAP."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from delivery.byhand import signing, submissions
from delivery.byhand.signing import Person
from delivery.hooks import signature
from delivery.relaying import approvals
from tests.feeds.cap.messages import SENDER, SUZU, WAJIMA, message, reference, says
from tests.service import story as stories
from tests.service.story import START, Story

SECRET = signature.secret_of(b"a key for tests, of many bytes.....")
HANA, TARO = (Person(name=name, may=frozenset({WAJIMA, SUZU})) for name in ("user:hana", "user:taro"))
POSTS = {"name": "noto", "municipalities": [WAJIMA, SUZU], "senders": [SENDER], "secret": SECRET}


@pytest.fixture
async def story(tmp_path) -> AsyncIterator[Story]:
    """A service with one source that posts; Aoi (1) lives in Wajima, Bao (2) in Suzu."""
    async with stories.told(tmp_path, cap_sources=[POSTS]) as told:
        await told.start()
        await told.people((1, "en", ""))
        await told.people((2, "en", ""), municipality=SUZU)
        await told.settled()
        yield told


async def post(story: Story, raw: bytes, headers: dict[str, str] | None = None, name: str = "noto") -> tuple[int, str]:
    signed = signature.sign(SECRET, "msg_1", story.clock(), raw) if headers is None else headers
    async with aiohttp.ClientSession() as session:
        sent = {"Content-Type": "application/cap+xml", **signed}
        async with session.post(f"{story.service.address}/api/v1/cap/{name}", data=raw, headers=sent) as answer:
            return answer.status, await answer.text()


def approve_source(story: Story) -> None:
    [source] = story.settings.cap_sources
    for who in (HANA, TARO):
        story.tool.write_sync(approvals.approve, source, who, story.service.places, story.clock())


async def waits(story: Story):
    await story.until(lambda: story.tool.read_sync(submissions.open_ones), "a submission")
    return story.tool.read_sync(submissions.open_ones)


async def test_held_for_two_people_and_told_after_both_signed(story: Story) -> None:
    assert await post(story, says("a", {WAJIMA: "order"}, at=START)) == (202, '{"state": "stored"}')
    [one] = await waits(story)
    desk = story.service.planner.desk(story.service.places)
    for who, outcome in ((HANA, "first"), (HANA, "own"), (TARO, "done")):
        assert story.heard(1) == []
        answer = await asyncio.to_thread(story.tool.write_sync, signing.approve, one.id, who, desk, story.clock())
        assert answer.outcome == outcome
    await story.until(lambda: story.heard(1), "the text")
    assert (story.heard(1), story.heard(2)) == ([f"new evacuation order {WAJIMA}"], [])


async def test_an_approved_source_from_order_to_cancellation_and_out_again_as_cap(story: Story) -> None:
    approve_source(story)
    await post(story, says("a", {WAJIMA: "elderly", SUZU: "order"}, at=START))
    await story.until(lambda: story.heard(1) and story.heard(2), "the texts")
    story.pass_time(minutes=2)
    at = story.clock()
    await post(story, says("b", {WAJIMA: "order"}, at=at, kind="Update", refers=[reference("a", START)]))
    await story.until(lambda: len(story.heard(1)) == 2, "the raise")
    await story.until(lambda: story.count("bulletins", "msg_type = 'Update'"), "the bulletin")
    async with aiohttp.ClientSession() as session, session.get(f"{story.service.address}/cap/atom.xml") as answer:
        assert "<title>Evacuation Order (Ishikawa)</title>" in await answer.text()
    story.pass_time(minutes=2)
    await post(story, message("c", kind="Cancel", refers=[reference("a", START)], at=story.clock()))
    await story.until(lambda: len(story.heard(1)) == 3 and len(story.heard(2)) == 2, "the cancellation")
    assert story.heard(1) == [
        f"new evacuation elderly {WAJIMA}",
        f"raised evacuation order {WAJIMA}",
        f"cancelled evacuation order {WAJIMA}",
    ]
    assert story.heard(2) == [f"new evacuation order {SUZU}", f"cancelled evacuation order {SUZU}"]
    assert story.grades() == {}


async def test_a_restart_between_storing_and_reading_loses_nothing(story: Story) -> None:
    approve_source(story)
    story.service._relay.taker.sources = {}  # as if it had been killed before it read
    await post(story, says("a", {WAJIMA: "order"}, at=START))
    await story.stop()
    await story.start()
    await story.until(lambda: story.heard(1), "the text")
    assert story.heard(1) == [f"new evacuation order {WAJIMA}"]


async def test_who_may_not_is_refused_before_anything_is_stored(story: Story) -> None:
    raw = says("a", {WAJIMA: "order"}, at=START)
    good = signature.sign(SECRET, "msg_1", story.clock(), raw)
    old = signature.sign(SECRET, "msg_1", story.clock() - timedelta(minutes=6), raw)
    other = signature.sign(signature.secret_of(b"another key of many bytes........"), "msg_1", story.clock(), raw)
    moved = good | {signature.ID: "msg_2"}
    for headers in ({}, old, other, moved, {"Authorization": "Bearer wrong"}, {signature.SIGNATURE: "v1,x"}):
        assert (await post(story, raw, headers))[0] == 401
    assert (await post(story, raw + b" ", good))[0] == 401
    assert (await post(story, raw, good, name="nobody"))[0] == 401
    assert (await post(story, b"x" * 300_000, good))[0] == 413
    assert (await post(story, raw, good | {"Content-Type": "text/html"}))[0] == 415
    assert story.count("source_messages") == 0
    assert (await post(story, raw, {"Authorization": f"Bearer {SECRET}"}))[0] == 202
    assert await post(story, raw) == (202, '{"state": "known"}')
    assert story.count("source_messages") == 1


@pytest.mark.parametrize(
    "headers",
    [b"Authorization: Bearer \xff\xfe", b"webhook-id: \xff\r\nwebhook-signature: v1,x\r\nwebhook-timestamp: %d"],
)
async def test_headers_that_are_no_text_are_refused(story: Story, headers: bytes) -> None:
    url = URL(story.service.address)
    assert url.host
    reader, writer = await asyncio.open_connection(url.host, url.port)
    sent = headers.replace(b"%d", str(int(story.clock().timestamp())).encode())
    writer.write(b"POST /api/v1/cap/noto HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n" + sent + b"\r\n\r\nx")
    answer = await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert answer.split()[1] == b"401"


class Publisher:
    """A municipality that publishes an Atom feed of its messages."""

    def __init__(self) -> None:
        self.messages: dict[str, bytes] = {}
        self.broken = False
        self.updated = "2026-11-23T00:00:00Z"
        self.address = ""

    async def start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/feed.xml", self.feed)
        app.router.add_get("/{name}.cap", self.one)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        self.address = f"http://{host}:{port}"
        return runner

    async def feed(self, request: web.Request) -> web.Response:
        if self.broken:
            return web.Response(status=503)
        entries = "".join(
            f"<entry><id>{name}</id><updated>{self.updated}</updated>"
            f'<link rel="alternate" type="application/cap+xml" href="/{name}.cap"/></entry>'
            for name in self.messages
        )
        foreign = '<entry><link type="application/cap+xml" href="http://127.0.0.1:9/x.cap"/></entry>'
        body = f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}{foreign}</feed>'
        return web.Response(text=body, content_type="application/atom+xml")

    async def one(self, request: web.Request) -> web.Response:
        return web.Response(body=self.messages[request.match_info["name"]], content_type="application/cap+xml")


async def test_a_source_that_is_polled(tmp_path) -> None:
    town = Publisher()
    runner = await town.start()
    declared = {k: v for k, v in POSTS.items() if k != "secret"} | {
        "url": f"{town.address}/feed.xml",
        "poll_seconds": 0.1,
    }
    try:
        async with stories.told(tmp_path, cap_sources=[declared]) as story:
            await story.start()
            await story.people((1, "en", ""))
            approve_source(story)
            town.messages["a"] = says("a", {WAJIMA: "order"}, at=START)
            await story.until(lambda: story.heard(1), "the text")
            town.broken = True
            await story.until(lambda: story.count("sources", "failing_since IS NOT NULL"), "a failed poll")
            story.pass_time(minutes=4)
            await story.until(
                lambda: ("gone", "cap noto") in story.open_notices(), "somebody hears that it cannot be read"
            )
            assert story.grades() == {f"evacuation {WAJIMA}": "order"}
            town.broken = False
            await story.until(lambda: ("gone", "cap noto") not in story.open_notices(), "it can be read again")
            assert story.heard(1) == [f"new evacuation order {WAJIMA}"]
            town.messages["a"] = says(
                "b", {WAJIMA: "none"}, kind="Update", refers=[reference("a", START)], at=story.clock()
            )
            town.updated = "2026-11-23T00:10:00Z"
            await story.until(lambda: story.heard(1)[1:], "the end, at an address that is used again")
            old = town.messages["a"]
            town.messages |= {f"old{number}": old for number in range(200)}
            await story.until(
                lambda: ("unreadable", "cap noto feed") in story.open_notices(), "a feed that is too long"
            )
            town.messages = {}
            await story.until(lambda: ("unreadable", "cap noto feed") not in story.open_notices(), "a shorter feed")
    finally:
        await runner.cleanup()
