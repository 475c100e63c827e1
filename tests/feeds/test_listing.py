"""What becomes of entries."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.notices import NoticeKind
from feeds import entries, listing, slicing, telegrams
from feeds.entries import FeedEntry, Unusable
from feeds.fetch import Failed, Fault
from feeds.listing import EntryState, Got, Missed, Wanted
from tests.feeds.conftest import some_settings
from tests.feeds.fake_jma import a_feed, an_entry

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DATA = "https://www.data.jma.go.jp/developer/xml/data/"
SETTINGS = some_settings()


def an_item(name: str = "20261123000000_0_VXSE51_010000.xml", *, url: str | None = None) -> FeedEntry:
    address = DATA + name if url is None else url
    return FeedEntry(entry_id=address, url=address, title="t", updated=None, feed="eqvol", author="")


def a_wanted(*, attempts: int = 0, seen_at: datetime = NOW) -> Wanted:
    url = f"{DATA}20261123000000_0_VXSE51_010000.xml"
    return Wanted(entry_id=url, url=url, updated=NOW, seen_at=seen_at, attempts=attempts)


def record(reading: entries.Reading) -> listing.Recorded:
    return listing.record(reading, "eqvol", NOW, SETTINGS)


def test_an_entry_is_wanted_and_its_time_is_now_where_it_gives_none() -> None:
    recorded = record(an_item())
    row = recorded.row
    assert (row.state, row.updated, row.seen_at, recorded.dated) == (EntryState.WANTED, NOW, NOW, None)
    assert listing.told([recorded], "eqvol") == []
    assert [entry.entry_id for entry in listing.wanted([row])] == [row.entry_id]


def test_links_elsewhere_are_refused_with_one_notice_however_many() -> None:
    strangers = [an_item(url=f"http://www.data.jma.go.jp/developer/xml/data/{n}.xml") for n in range(3)]
    recorded = [record(entry) for entry in (*strangers, an_item())]
    assert [one.row.state for one in recorded] == [EntryState.REFUSED] * 3 + [EntryState.WANTED]
    (notice,) = listing.told(recorded, "eqvol")
    assert (notice.kind, notice.subject, notice.urgent) == (NoticeKind.REFUSED_LINK, "eqvol entries", False)
    assert "3 entries" in notice.text and "/0.xml" in notice.text
    assert len(listing.wanted([one.row for one in recorded])) == 1


def test_types_of_no_use_are_recorded_not_fetched() -> None:
    recorded = record(an_item("20261123_0_VPTA50_010000.xml"))
    assert (recorded.row.state, listing.told([recorded], "regular")) == (EntryState.REFUSED, [])
    assert "never fetched" in (recorded.row.error or "")


def test_unusable_entries_are_recorded_and_noticed() -> None:
    recorded = record(Unusable(entry_id="x", reason="too big"))
    assert (recorded.row.state, recorded.row.error) == (EntryState.REFUSED, "too big")
    assert [notice.kind for notice in listing.told([recorded], "eqvol")] == [NoticeKind.FEED_ENTRY]


def test_entries_that_do_not_fit_are_named_or_counted() -> None:
    big = an_entry("big", title="x" * slicing.MAX_ENTRY_BYTES)
    slices = slicing.cut(a_feed(big, "<entry/>", "<entry/>"), frozenset())
    assert isinstance(slices, slicing.Slices)
    unusable, notice = listing.misfits(slices, "extra")
    assert [entry.entry_id for entry in unusable] == ["big"]
    assert notice is not None and "2 entries without" in notice.text
    clean = slicing.cut(a_feed(), frozenset())
    assert isinstance(clean, slicing.Slices)
    assert listing.misfits(clean, "extra") == ([], None)


def test_a_telegram_that_came_is_fetched() -> None:
    packed = telegrams.pack(b"<Report/>", file_name="a_VXSE51_b.xml", received_at=NOW)
    settled = listing.settle(Got(wanted=a_wanted(), telegram=packed), NOW, random.Random(1))
    assert (settled.state, settled.telegram, settled.notice) == (EntryState.FETCHED, packed, None)


@pytest.mark.parametrize(
    "failed",
    [
        Failed(fault=Fault.STATUS, reason="HTTP status 404", status=404),
        Failed(fault=Fault.STATUS, reason="HTTP status 410", status=410),
        Failed(fault=Fault.CONTENT_TYPE, reason="a web page"),
    ],
)
def test_what_is_no_longer_there_is_gone_at_once_and_noticed(failed: Failed) -> None:
    settled = listing.settle(Missed(wanted=a_wanted(), failed=failed), NOW, random.Random(1))
    assert (settled.state, settled.next_at) == (EntryState.GONE, None)
    assert settled.notice is not None
    assert settled.notice.subject == "20261123000000_0_VXSE51_010000.xml"


@given(st.integers(0, 10_000), st.integers(0, 100_000), st.sampled_from([0, 403, 429, 500, 503]))
def test_other_failures_are_tried_again_for_twelve_hours(attempts: int, age: int, status: int) -> None:
    entry = a_wanted(attempts=attempts, seen_at=NOW - timedelta(seconds=age))
    failed = Failed(fault=Fault.STATUS if status else Fault.TIMEOUT, reason="no", status=status)
    settled = listing.settle(Missed(wanted=entry, failed=failed), NOW, random.Random(age))
    if settled.state is EntryState.GONE:
        assert age > 12 * 3600 - 600
        assert settled.notice is not None
    else:
        assert settled.next_at is not None
        assert NOW < settled.next_at <= NOW + timedelta(minutes=10)
        assert settled.next_at <= entry.seen_at + timedelta(hours=12)
        assert settled.notice is None
