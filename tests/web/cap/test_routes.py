"""The feed for programs: what it has of a prefecture or a place, and that nobody gets twice what they have."""

from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import feedparser

from alerts.vocabulary import Hazard
from delivery.bulletins import store
from storage.database import Database
from tests.web.cap.test_document import a_bulletin
from tests.web.conftest import Open
from tests.web.rows import NOW
from tests.web.states import a_state
from web.cap import atom

WAJIMA, TOYAMA = "17204", "16201"


def publish(db: Database) -> None:
    """One of each prefecture."""
    for place in (WAJIMA, TOYAMA):
        one = a_bulletin(Hazard.HEAVY_RAIN, **{f"p{place}": "L4"})
        chain = replace(one.chain, prefecture=place[:2])
        until = NOW + timedelta(hours=24)
        db.write_sync(store.add, [replace(one, identifier=place, chain=chain, sent=NOW, expires=until)])


def named(body: bytes) -> list[str]:
    """Identifiers of a feed."""
    entries = ElementTree.fromstring(body).iterfind(f"{{{atom.NAMESPACE}}}entry")
    return [entry.findtext(f"{{{atom.NAMESPACE}}}id", "").rpartition(":")[2] for entry in entries]


async def test_a_prefecture_and_a_place_have_their_own_alone(browse: Open, db: Database) -> None:
    publish(db)
    client = await browse(a_state(db))
    feeds = set()
    for query, expected in (
        ("", [TOYAMA, WAJIMA]),
        ("?prefecture=17", [WAJIMA]),
        ("?prefecture=13", []),
        (f"?place={TOYAMA}", [TOYAMA]),
        ("?place=17201", []),
        (f"?prefecture=17&place={WAJIMA}", [WAJIMA]),
        (f"?prefecture=17&place={TOYAMA}", []),
    ):
        answer = await client.get(f"/cap/atom.xml{query}")
        body = await answer.read()
        assert (answer.status, named(body)) == (200, expected), query
        parsed = feedparser.parse(body)
        assert parsed.feed.links[0].href.endswith(f"/cap/atom.xml{query}")
        feeds.add(parsed.feed.id)
    assert len(feeds) == 7


async def test_who_has_the_newest_gets_it_no_second_time(browse: Open, sqlite_db: Database) -> None:
    publish(sqlite_db)
    client = await browse(a_state(sqlite_db))
    for path in ("/cap/atom.xml", f"/cap/{WAJIMA}.xml"):
        first = await client.get(path)
        assert first.status == 200 and await first.read()
        again = await client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status, await again.read()) == (304, b"")
        for name in ("ETag", "Cache-Control", "Access-Control-Allow-Origin"):
            assert again.headers[name] == first.headers[name]
    other = await client.get("/cap/atom.xml?prefecture=16", headers={"If-None-Match": '"0"'})
    assert other.status == 200 and named(await other.read()) == [TOYAMA]
