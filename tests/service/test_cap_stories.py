"""Whole-service stories of what programs read: CAP 1.2 documents and the Atom feed, from telegrams to HTTP."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import aiohttp
import feedparser
import pytest

from alerts.vocabulary import InfoType, Status
from feeds.jma import compose
from feeds.jma.compose import Item
from tests.service import story as stories
from tests.service.story import ISHIKAWA, KANAZAWA, RAIN, SUZU, WAJIMA, Story
from tests.web.cap import oracle

_CAP = {"c": oracle.NAMESPACE}
#: 石川県能登
SEA = {"360": compose.Sea(grade="51", height="3")}
TAGS = "ja en ja-Hira zh-Hans zh-Hant ko vi fil pt es id ne my th km mn si bn".split()


@pytest.fixture
async def story(tmp_path) -> AsyncIterator[Story]:
    """A service that polls and nobody registered: programs read all the same."""
    async with stories.told(tmp_path, public_url="https://tomoshibi.example") as told:
        await told.start()
        yield told


class Reader:
    """A program that reads the feed and every document in it."""

    def __init__(self, story: Story) -> None:
        self._story = story

    async def get(self, path: str) -> tuple[int, str, bytes]:
        async with aiohttp.ClientSession() as session, session.get(f"{self._story.service.address}{path}") as answer:
            return answer.status, answer.headers["Content-Type"], await answer.read()

    async def feed(self, query: str = "") -> feedparser.FeedParserDict:
        status, kind, body = await self.get(f"/cap/atom.xml{query}")
        assert (status, kind.split(";")[0]) == (200, "application/atom+xml")
        parsed = feedparser.parse(body)
        assert parsed.version == "atom10" and not parsed.bozo, parsed.get("bozo_exception")
        return parsed

    async def documents(self, query: str = "") -> list[Element]:
        """All that the feed names, each valid."""
        found = []
        for entry in (await self.feed(query)).entries:
            [link] = [one for one in entry.links if one.type == "application/cap+xml"]
            path = link.href.removeprefix("https://tomoshibi.example")
            status, kind, body = await self.get(path)
            assert (status, kind.split(";")[0]) == (200, "application/cap+xml")
            assert oracle.problems(body) == [], body.decode()[:3000]
            found.append(ElementTree.fromstring(body))
        return found

    async def until(self, ready, what: str) -> list[Element]:
        """The documents once they are as they shall be."""
        for _ in range(400):
            documents = await self.documents()
            if ready(documents):
                return documents
            await asyncio.sleep(0.05)
        raise AssertionError(f"{what}: {[shown(one) for one in documents]}")


def text(element: Element, path: str) -> str:
    found = element.find(path, _CAP)
    assert found is not None, path
    return found.text or ""


def texts(element: Element, path: str) -> list[str]:
    return [one.text or "" for one in element.findall(path, _CAP)]


def shown(alert: Element) -> tuple[str, list[tuple[str, str, str]]]:
    """Message type, and of the English blocks what is said of which places."""
    infos = [info for info in alert.findall("c:info", _CAP) if text(info, "c:language") == "en"]
    return text(alert, "c:msgType"), [
        (
            text(info, "c:eventCode/c:value"),
            text(info, "c:responseType"),
            " ".join(texts(info, "c:area/c:geocode/c:value")),
        )
        for info in infos
    ]


async def test_from_the_warning_to_its_end(story: Story) -> None:
    """Alert, Update that refers to it, and an all-clear that refers to the first; eighteen languages in each."""
    reader = Reader(story)
    story.rain(p17204="L3")
    [alert] = await reader.until(lambda found: len(found) == 1, "the alert")
    assert shown(alert) == ("Alert", [("heavy_rain.L3", "Evacuate", WAJIMA)])
    assert texts(alert, "c:info/c:language") == TAGS
    assert texts(alert, "c:references") == []
    english = alert.findall("c:info", _CAP)[1]
    assert text(english, "c:headline") == "LEVEL 3 HEAVY RAIN: Elderly, ill, kids: LEAVE NOW."
    assert "JMA 11/23 09:00" in text(english, "c:description")
    said = {name: text(english, f"c:{name}") for name in ("instruction", "area/c:areaDesc", "web")}
    assert said == {
        "instruction": "Elderly, ill, kids: LEAVE NOW.\nHelp others go. Shelters are free for all.",
        "area/c:areaDesc": "Wajima City, Ishikawa",
        "web": "https://tomoshibi.example/a/1.17204.en",
    }
    assert (text(alert, "c:sender"), text(alert, "c:source")) == ("tomoshibi.example", "JMA VPWW55")

    story.pass_time(hours=1)
    story.rain(p17204="L4", p17201="L3")
    [update] = await reader.until(lambda found: shown(found[0])[0] == "Update", "the update")
    assert shown(update)[1] == [("heavy_rain.L4", "Evacuate", WAJIMA), ("heavy_rain.L3", "Evacuate", KANAZAWA)]
    first = f"tomoshibi.example,{text(alert, 'c:identifier')},{text(alert, 'c:sent')}"
    assert text(update, "c:references") == first

    story.pass_time(hours=1)
    story.rain(p17204=None, p17201=None)
    [end] = await reader.until(lambda found: "AllClear" in str(shown(found[0])), "the end")
    assert shown(end)[0] == "Update"
    assert text(end, "c:references").split()[0] == first
    assert set(texts(end, "c:info/c:urgency")) == {"Past"}
    assert text(end.findall("c:info", _CAP)[2], "c:headline").startswith("ENDED: LEVEL 4 HEAVY RAIN")
    story.pass_time(hours=25)
    assert await reader.documents() == []
    assert (await reader.get(f"/cap/{text(alert, 'c:identifier')}.xml"))[0] == 200


async def test_a_cancellation_refers_to_the_first(story: Story) -> None:
    reader = Reader(story)
    at = story.clock()
    story.publish("VTSE41", compose.tsunami_report(event_ids=["20261123000000"], areas=SEA, at=at), at)
    [alert] = await reader.until(lambda found: len(found) == 1, "the alert")
    story.pass_time(minutes=5)
    at = story.clock()
    cancelled = compose.tsunami_report(event_ids=["20261123000000"], areas=SEA, at=at, info_type=InfoType.CANCEL)
    story.publish("VTSE41", cancelled, at)
    [cancel] = await reader.until(lambda found: shown(found[0])[0] == "Cancel", "the cancellation")
    assert text(cancel, "c:references") == (
        f"{text(alert, 'c:sender')},{text(alert, 'c:identifier')},{text(alert, 'c:sent')}"
    )
    assert text(cancel, "c:note") == "It was wrong and is taken back."
    assert set(texts(cancel, "c:info/c:certainty")) == {"Unlikely"}


async def test_training_and_test_are_in_no_feed(story: Story) -> None:
    at = story.clock()
    for status in (Status.EXERCISE, Status.TEST):
        raw = compose.rain_report(region=ISHIKAWA, kinds={"1720400": Item(code=RAIN["L5"])}, at=at, status=status)
        story.publish("VPWW55", raw, at)
    story.rain(p17205="L3")
    reader = Reader(story)
    documents = await reader.until(bool, "the real one")
    await story.settled()
    assert [shown(one)[1] for one in documents] == [[("heavy_rain.L3", "Evacuate", SUZU)]]


async def test_what_stays_in_force_is_said_again_before_its_message_expires(story: Story) -> None:
    reader = Reader(story)
    story.rain(p17204="L4")
    [alert] = await reader.until(lambda found: len(found) == 1, "the alert")
    story.pass_time(hours=13)
    [again] = await reader.until(lambda found: shown(found[0])[0] == "Update", "the same again")
    assert shown(again)[1] == shown(alert)[1]
    assert datetime.fromisoformat(text(again, "c:info/c:expires")) - story.clock() > timedelta(hours=12)
    assert texts(again.findall("c:info", _CAP)[0], "c:parameter/c:value")[-1] == "lifted"


async def test_the_feed_of_a_place(story: Story) -> None:
    reader = Reader(story)
    story.rain(p17204="L3", p17205="L2")
    await reader.until(bool, "the alert")
    assert len((await reader.feed(f"?place={WAJIMA}")).entries) == 1
    assert (await reader.feed(f"?place={KANAZAWA}")).entries == []
    assert len((await reader.feed("?prefecture=17")).entries) == 1
    assert (await reader.feed("?prefecture=13")).entries == []
    assert (await reader.get("/cap/atom.xml?place=99999"))[0] == 400
    assert (await reader.get("/cap/nothing.xml"))[0] == 404
