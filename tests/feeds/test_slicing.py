"""Cutting feeds: what is cut out reads as it would in the whole feed, and what is dangerous is refused."""

import os
from io import BytesIO
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import entries, slicing
from feeds.slicing import Refused, Slices
from tests.feeds.fake_jma import a_feed, an_entry

DATA = "https://www.data.jma.go.jp/developer/xml/data/"
ATOM = "http://www.w3.org/2005/Atom"


def cut(body: bytes, known: frozenset[str] = frozenset()) -> Slices:
    result = slicing.cut(body, known)
    assert isinstance(result, Slices), result
    return result


def refusal(body: bytes) -> str:
    result = slicing.cut(body, frozenset())
    assert isinstance(result, Refused)
    return result.reason


def ids(slices: Slices) -> list[str]:
    return [entry.entry_id for entry in slices.entries]


def read_all(slices: Slices) -> list[entries.Reading]:
    return [reading for batch in entries.batches(slices.entries) for reading in entries.read(slices, batch, "eqvol")]


def whole(body: bytes) -> list[dict[str, object]]:
    return [dict(item) for item in feedparser.parse(BytesIO(body), sanitize_html=False).entries]


def sliced(slices: Slices) -> list[dict[str, object]]:
    document = slices.head + b"".join(entry.raw for entry in slices.entries) + slices.tail
    return [dict(item) for item in feedparser.parse(BytesIO(document), sanitize_html=False).entries]


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=30
)
written = st.tuples(
    words,
    words,
    st.sampled_from(["2026-11-23T00:00:00Z", "2026-11-23T09:00:00+09:00", "", "yesterday"]),
    st.sampled_from(["plain", "cdata", "comment", "prefix", "xhtml"]),
)


def an_odd_entry(number: int, title: str, content: str, updated: str, form: str) -> str:
    address = f"{DATA}2026_{number}_VXSE51_010000.xml"
    entry = an_entry(address, title=title, updated=updated)
    safe = content.replace("]]>", "").replace("--", "")
    match form:
        case "cdata":
            return entry.replace("</entry>", f"<summary><![CDATA[<entry>{safe}</entry>]]></summary></entry>")
        case "comment":
            return f"<!-- <entry>{safe} -->" + entry.replace("<title>", "<!-- </entry> --><title>", 1)
        case "prefix":
            return (
                f'<a:entry xmlns:a="{ATOM}"><a:title>x</a:title><a:id>{address}</a:id>'
                f'<a:updated>{updated}</a:updated><a:link href="{address}"/></a:entry>'
            )
        case "xhtml":
            return entry.replace('<content type="text">', '<content type="xhtml">')
        case _:
            return entry


@given(st.lists(written, max_size=8), st.sets(st.integers(0, 7)))
def test_new_entries_read_as_in_the_whole_feed(rows: list[tuple[str, str, str, str]], known_numbers: set[int]) -> None:
    body = a_feed(*(an_odd_entry(number, *row) for number, row in enumerate(rows)))
    known = frozenset(f"{DATA}2026_{number}_VXSE51_010000.xml" for number in known_numbers)
    slices = cut(body, known)
    expected = [item for item in whole(body) if item["id"] not in known]
    assert ids(slices) == [item["id"] for item in expected]
    assert sliced(slices) == expected
    assert slices.listed == len(rows)


def _samples() -> list[Path]:
    folder = Path(os.environ.get("TOMOSHIBI_JMA_SAMPLES") or Path(__file__).parents[3] / "shared" / "jma" / "samples")
    return sorted((folder / "feeds_and_errors").glob("*.xml"))


# The variable is gone once a test runs (conftest.py), so the list is made at import.
_SAMPLES = _samples()


def test_sample_feeds_read_whole_and_sliced_alike() -> None:
    for path in _SAMPLES:
        if "404_html" in path.name:
            continue
        body = path.read_bytes()
        slices = cut(body)
        assert sliced(slices) == whole(body), path.name
        assert all(isinstance(entry, entries.FeedEntry) and entry.updated for entry in read_all(slices)), path.name


def test_the_sample_error_page_is_no_feed() -> None:
    for path in _SAMPLES:
        if "404_html" in path.name:
            assert "document type" in refusal(path.read_bytes())


def test_known_entries_are_left_out() -> None:
    body = a_feed(*(an_entry(f"{DATA}{n}.xml") for n in range(4)))
    assert ids(cut(body, frozenset({f"{DATA}1.xml", f"{DATA}2.xml"}))) == [f"{DATA}0.xml", f"{DATA}3.xml"]


def test_the_feed_s_own_time_is_its_own() -> None:
    body = a_feed(an_entry(f"{DATA}1.xml", updated="2026-11-22T00:00:00Z"), updated="2026-11-23T09:00:00+09:00")
    assert cut(body).updated == "2026-11-23T09:00:00+09:00"


def test_an_id_twice_counts_once() -> None:
    slices = cut(a_feed(an_entry(f"{DATA}1.xml", title="first"), an_entry(f"{DATA}1.xml", title="second")))
    assert ids(slices) == [f"{DATA}1.xml"]
    assert b"first" in slices.entries[0].raw


def test_entries_without_id_are_counted() -> None:
    body = a_feed("<entry/>", "<entry><title>x</title></entry>", an_entry("x", entry_id=" "), an_entry(f"{DATA}1.xml"))
    slices = cut(body)
    assert (slices.without_id, ids(slices)) == (3, [f"{DATA}1.xml"])


def test_an_id_of_the_author_or_of_something_inside_is_not_the_entry_s() -> None:
    body = a_feed(f'<entry><source><id>other</id></source><id>{DATA}1.xml</id><x:id xmlns:x="urn:x">no</x:id></entry>')
    assert ids(cut(body)) == [f"{DATA}1.xml"]


def test_a_big_entry_is_named_and_not_cut() -> None:
    slices = cut(a_feed(an_entry(f"{DATA}1.xml", title="x" * slicing.MAX_ENTRY_BYTES), an_entry(f"{DATA}2.xml")))
    assert (slices.too_big, ids(slices)) == ((f"{DATA}1.xml",), [f"{DATA}2.xml"])


@pytest.mark.parametrize("end", ["</entry>", "</entry\n >"])
def test_an_end_tag_may_hold_spaces(end: str) -> None:
    body = a_feed(an_entry(f"{DATA}1.xml").replace("</entry>", end), "<entry/>")
    assert cut(body).entries[0].raw.endswith(end.encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "shift_jis", "euc-jp", "iso-2022-jp"])
def test_other_encodings_read_alike(encoding: str) -> None:
    body = a_feed(*(an_entry(f"{DATA}{n}.xml", title="震度速報") for n in range(3)))
    declared = encoding.removesuffix("-sig")
    other = body.decode().replace('encoding="utf-8"', f'encoding="{declared}"').encode(encoding)
    read = read_all(cut(other))
    assert [entry.title for entry in read if isinstance(entry, entries.FeedEntry)] == ["震度速報"] * 3
    assert read == read_all(cut(body))


@pytest.mark.parametrize("bare", ["utf-16-le", "utf-16-be"])
def test_utf_16_needs_no_mark(bare: str) -> None:
    body = a_feed(an_entry(f"{DATA}1.xml")).decode().replace('encoding="utf-8"', 'encoding="utf-16"')
    assert ids(cut(body.encode(bare))) == [f"{DATA}1.xml"]


def test_a_prefixed_feed_reads_like_a_plain_one() -> None:
    body = (
        f'<?xml version="1.0"?><a:feed xmlns:a="{ATOM}" note="a > b"><a:updated>2026-11-23T00:00:00Z</a:updated>'
        f"<a:entry><a:title>t</a:title><a:id>{DATA}1.xml</a:id><a:updated>2026-11-23T00:00:00Z</a:updated>"
        f'<a:link href="{DATA}1.xml"/></a:entry><entry xmlns="urn:other"><id>no</id></entry></a:feed>'
    ).encode()
    slices = cut(body)
    assert (ids(slices), slices.updated) == ([f"{DATA}1.xml"], "2026-11-23T00:00:00Z")
    (entry,) = read_all(slices)
    assert isinstance(entry, entries.FeedEntry)
    assert (entry.title, entry.url) == ("t", f"{DATA}1.xml")


NESTED = "<x>" * 40 + "</x>" * 40
MANY = " ".join(f'a{n}="1"' for n in range(40))
SPACES = " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(40))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not well-formed"),
        (b"garbage", "not well-formed"),
        (a_feed(an_entry("1"))[:-20], "not well-formed"),
        (a_feed().replace(b"<feed", b"<!DOCTYPE feed><feed"), "document type"),
        (
            b'<!DOCTYPE f [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><feed xmlns="' + ATOM.encode() + b'">&b;</feed>',
            "document type",
        ),
        (b"<rss><channel/></rss>", "'rss'"),
        (b"<feed/>", "expected an Atom feed"),
        (b'<feed xmlns="http://purl.org/atom/ns#"/>', "expected an Atom feed"),
        (a_feed(f"<entry {MANY}/>"), "attributes"),
        (a_feed(f"<entry {SPACES}/>"), "attributes"),
        (a_feed(f"<entry>{NESTED}</entry>"), "deep"),
        (b" " * (slicing.MAX_BYTES + 1), "bytes"),
        (a_feed("<entry/>" * (slicing.MAX_ENTRIES + 1)), "entries"),
        (a_feed().replace(b"utf-8", b"utf-7"), "utf-7"),
        (a_feed().replace(b"utf-8", b"shift_jis") + b"<!--\x81-->", "not cp932"),
        (a_feed("<entry>&nbsp;</entry>"), "not well-formed"),
        (a_feed("<entry><z:id>1</z:id></entry>"), "not well-formed"),
        (a_feed() + a_feed(), "not well-formed"),
        (a_feed() + b"\xff", "not well-formed"),
    ],
)
def test_what_is_no_safe_feed_is_refused(body: bytes, reason: str) -> None:
    assert reason in refusal(body)


@given(st.binary(max_size=400))
def test_no_bytes_make_it_raise(noise: bytes) -> None:
    assert isinstance(slicing.cut(noise, frozenset()), Refused)
    slicing.cut(b'<feed xmlns="' + ATOM.encode() + b'">' + noise, frozenset())


@given(st.integers(0, 2000), st.integers(0, 255))
def test_no_changed_byte_makes_it_raise(position: int, byte: int) -> None:
    body = bytearray(a_feed(*(an_entry(f"{DATA}{n}.xml") for n in range(4))))
    body[position % len(body)] = byte
    slicing.cut(bytes(body), frozenset())
