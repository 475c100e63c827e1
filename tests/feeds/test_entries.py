"""Reading entries, and which links may be followed."""

from datetime import UTC, datetime

import pytest

from feeds import entries, slicing
from feeds.entries import FeedEntry, Unusable
from tests.feeds.fake_jma import a_feed, an_entry

BASE = "https://www.data.jma.go.jp"
DATA = f"{BASE}/developer/xml/data/"


def read(body: bytes) -> list[entries.Reading]:
    slices = slicing.cut(body, frozenset())
    assert isinstance(slices, slicing.Slices)
    return [reading for batch in entries.batches(slices.entries) for reading in entries.read(slices, batch, "eqvol")]


def test_an_entry_reads_as_written() -> None:
    url = f"{DATA}20240101114028_0_VTSE51_010000.xml"
    assert read(a_feed(an_entry(url, title="津波情報ａ <b>", updated="2026-11-23T09:00:01+09:00"))) == [
        FeedEntry(
            entry_id=url,
            url=url,
            title="津波情報ａ <b>",
            updated=datetime(2026, 11, 23, 0, 0, 1, tzinfo=UTC),
            feed="eqvol",
            author="気象庁",
        )
    ]


@pytest.mark.parametrize("updated", ["", "yesterday", "2026-11-23T00:00:00", "0001-01-01T00:00:00+09:00"])
def test_an_entry_without_a_sure_time_is_still_an_entry(updated: str) -> None:
    (entry,) = read(a_feed(an_entry(f"{DATA}1.xml", updated=updated)))
    assert isinstance(entry, FeedEntry)
    assert entry.updated is None


def test_without_a_link_the_id_serves_if_it_is_an_address() -> None:
    body = a_feed(f"<entry><id>{DATA}1.xml</id></entry>", "<entry><id>urn:uuid:1</id></entry>")
    assert [entry.url for entry in read(body) if isinstance(entry, FeedEntry)] == [f"{DATA}1.xml", ""]


def test_an_entry_inside_an_entry_spoils_only_itself() -> None:
    nested = f'<entry><id>{DATA}2.xml</id><content type="xml"><entry><id>inner</id></entry></content></entry>'
    read_back = read(a_feed(an_entry(f"{DATA}1.xml"), nested, an_entry(f"{DATA}3.xml")))
    assert [entry.entry_id for entry in read_back] == [f"{DATA}1.xml", f"{DATA}2.xml", f"{DATA}3.xml"]
    assert [isinstance(entry, Unusable) for entry in read_back] == [False, True, False]


def test_batches_are_small_and_lose_nothing() -> None:
    body = a_feed(*(an_entry(f"{DATA}{n}.xml", title="x" * (n * 40)) for n in range(100)))
    slices = slicing.cut(body, frozenset())
    assert isinstance(slices, slicing.Slices)
    batches = list(entries.batches(slices.entries))
    assert [entry for batch in batches for entry in batch] == list(slices.entries)
    assert all(len(batch) == 1 or sum(len(entry.raw) for entry in batch) <= 8192 for batch in batches)
    assert list(entries.batches([])) == []


@pytest.mark.parametrize(
    "url",
    [
        f"{DATA}20240101114028_0_VTSE51_010000.xml",
        f"{DATA}d25c00b2-c23d-313c-830b-201eb7ada516.xml",
        "https://www.data.jma.go.jp:443/developer/xml/data/a.xml",
        "HTTPS://WWW.data.jma.go.jp/developer/xml/data/2026/a.xml",
    ],
)
def test_links_below_the_base_are_followed(url: str) -> None:
    assert entries.is_below(BASE, url)
    assert entries.is_below(f"{BASE}/", url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://www.data.jma.go.jp/developer/xml/data/a.xml",
        "https://www.data.jma.go.jp:8443/developer/xml/data/a.xml",
        "https://www.data.jma.go.jp:0/developer/xml/data/a.xml",
        "https://www.data.jma.go.jp:x/developer/xml/data/a.xml",
        "https://www.data.jma.go.jp.example/developer/xml/data/a.xml",
        "https://www.data.jma.go.jp@example.org/developer/xml/data/a.xml",
        "https://me@www.data.jma.go.jp/developer/xml/data/a.xml",
        "https://@www.data.jma.go.jp/developer/xml/data/a.xml",
        "https://example.org/https://www.data.jma.go.jp/developer/xml/data/a.xml",
        "https://www.data.jma.go.jp\\@example.org/developer/xml/data/a.xml",
        "https://www.data.jma.go.jp/developer/xml/data/../feed/eqvol.xml",
        "https://www.data.jma.go.jp/developer/xml/data/./a.xml",
        "https://www.data.jma.go.jp/developer/xml/data/%2e%2e/a.xml",
        "https://www.data.jma.go.jp/developer/xml/data/%2e%2e%2fa.xml",
        "https://www.data.jma.go.jp/developer/xml/data/..%5ca.xml",
        "https://www.data.jma.go.jp/developer/xml/data//a.xml",
        "https://www.data.jma.go.jp/developer/xml/data/",
        "https://www.data.jma.go.jp/developer/xml/data",
        "https://www.data.jma.go.jp/developer/xml/database/a.xml",
        "https://www.data.jma.go.jp/developer/xml/data/a.xml?x=1",
        "https://www.data.jma.go.jp/developer/xml/data/a.xml?",
        "https://www.data.jma.go.jp/developer/xml/data/a.xml#x",
        "https://www.data.jma.go.jp/developer/xml/data/a.xml\n",
        " https://www.data.jma.go.jp/developer/xml/data/a.xml",
        "https://www.data.jma.go.jp/developer/xml/da\tta/a.xml",
        "https://www.data.jma.go.jp/developer/xml/data/é.xml",
        "https://[::1/developer/xml/data/a.xml",
        "//www.data.jma.go.jp/developer/xml/data/a.xml",
        "ftp://www.data.jma.go.jp/developer/xml/data/a.xml",
        "javascript:alert(1)",
    ],
)
def test_other_links_are_not_followed(url: str) -> None:
    assert not entries.is_below(BASE, url)


def test_a_test_address_does_not_open_jma_s_and_its_path_counts() -> None:
    assert not entries.is_below("http://127.0.0.1:8000", f"{DATA}a.xml")
    assert entries.is_below("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/x/developer/xml/data/a.xml")
    assert not entries.is_below("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/developer/xml/data/a.xml")


def test_feeds_have_their_own_folder() -> None:
    assert entries.is_below(BASE, f"{BASE}/developer/xml/feed/eqvol.xml", entries.FEED)
    assert not entries.is_below(BASE, f"{DATA}a.xml", entries.FEED)


def test_too_big_types_stand_in_a_list_with_reasons() -> None:
    assert "VPTA50" in entries.unfetched_types()
    assert all(entries.unfetched_types().values())
