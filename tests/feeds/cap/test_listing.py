"""Which messages a feed names: each address again where the feed says that it changed; what is left out is counted."""

import pytest

from feeds.cap import listing
from feeds.cap.listing import Named
from feeds.cap.message import NotCap

FEED = "https://town.example/feed.xml"


def feed(*entries: str) -> bytes:
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{"".join(entries)}</feed>'.encode()


def entry(href: str, updated: str = "") -> str:
    said = f"<updated>{updated}</updated>" if updated else ""
    return f'<entry>{said}<link type="application/cap+xml" href="{href}"/></entry>'


def test_an_address_that_is_used_again_is_another_message() -> None:
    first, second = (listing.read(feed(entry("/now.cap", at)), FEED) for at in ("2026-11-23", "2026-11-24"))
    assert first.messages == (Named("https://town.example/now.cap", "2026-11-23"),)
    assert set(first.messages).isdisjoint(second.messages)
    assert listing.read(feed(entry("/a.cap"), entry("/a.cap"), entry("https://else.example/b.cap")), FEED).messages == (
        Named("https://town.example/a.cap", ""),
    )


def test_what_is_left_out_is_counted() -> None:
    found = listing.read(feed(*[entry(f"/{number}.cap") for number in range(listing.MOST + 3)]), FEED)
    assert (len(found.messages), found.left_out) == (listing.MOST, 3)
    assert listing.read(feed(), FEED).left_out == 0


def test_what_is_no_feed() -> None:
    with pytest.raises(NotCap):
        listing.read(b"<rss/>", FEED)
