"""What becomes of entries."""

import dataclasses
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


NOT_THERE = [
    Failed(fault=Fault.STATUS, reason="HTTP status 404", status=404),
    Failed(fault=Fault.STATUS, reason="HTTP status 410", status=410),
    Failed(fault=Fault.CONTENT_TYPE, reason="a web page"),
]


@pytest.mark.parametrize("failed", NOT_THERE)
def test_what_is_listed_but_not_there_yet_is_asked_for_again_at_once(failed: Failed) -> None:
    settled = listing.settle(Missed(wanted=a_wanted(), failed=failed), NOW, random.Random(1))
    assert (settled.state, settled.notice) == (EntryState.WANTED, None)
    assert settled.next_at is not None and settled.next_at <= NOW + timedelta(seconds=5)


@pytest.mark.parametrize("failed", NOT_THERE)
def test_a_warning_that_stays_away_is_urgent_while_it_is_still_tried(failed: Failed) -> None:
    entry = a_wanted(attempts=8, seen_at=NOW - timedelta(minutes=4))
    settled = listing.settle(Missed(wanted=entry, failed=failed), NOW, random.Random(1))
    assert settled.state is EntryState.WANTED and settled.notice is not None
    assert (settled.notice.kind, settled.notice.urgent) == (NoticeKind.GONE, True)
    assert settled.notice.subject == "20261123000000_0_VXSE51_010000.xml"
    assert settled.next_at is not None and settled.next_at <= NOW + timedelta(minutes=1)
    packed = telegrams.pack(b"<Report/>", file_name="a_VXSE51_b.xml", received_at=NOW)
    came = listing.settle(Got(wanted=entry, telegram=packed), NOW, random.Random(1))
    assert came.found == settled.notice.subject


@pytest.mark.parametrize("failed", NOT_THERE)
def test_giving_a_warning_up_is_urgent(failed: Failed) -> None:
    entry = a_wanted(attempts=90, seen_at=NOW - timedelta(hours=12))
    settled = listing.settle(Missed(wanted=entry, failed=failed), NOW, random.Random(1))
    assert (settled.state, settled.next_at) == (EntryState.GONE, None)
    assert settled.notice is not None and settled.notice.urgent
    assert "given up after 12 hours and 91 attempts" in settled.notice.text


def test_nothing_is_given_up_because_we_ourselves_were_away() -> None:
    entry = a_wanted(attempts=2, seen_at=NOW - timedelta(days=1))
    settled = listing.settle(Missed(wanted=entry, failed=NOT_THERE[0]), NOW, random.Random(1))
    assert settled.state is EntryState.WANTED


@pytest.mark.parametrize(("code", "urgent"), [("VXSE53", True), ("VZZZ99", True), ("VPZJ51", False), ("VPWW53", False)])
def test_only_what_may_hold_a_warning_is_urgent(code: str, urgent: bool) -> None:
    entry = dataclasses.replace(
        a_wanted(attempts=90, seen_at=NOW - timedelta(hours=12)), url=f"{DATA}20261123000000_0_{code}_010000.xml"
    )
    settled = listing.settle(Missed(wanted=entry, failed=NOT_THERE[0]), NOW, random.Random(1))
    assert settled.notice is not None and settled.notice.urgent is urgent


def test_what_was_history_when_we_first_saw_it_is_settled_after_three_attempts_and_not_urgent() -> None:
    entry = dataclasses.replace(a_wanted(), updated=NOW - timedelta(days=3))
    states = [
        listing.settle(
            Missed(wanted=dataclasses.replace(entry, attempts=n), failed=NOT_THERE[0]), NOW, random.Random(1)
        )
        for n in range(3)
    ]
    assert [one.state for one in states] == [EntryState.WANTED, EntryState.WANTED, EntryState.GONE]
    assert states[-1].notice is not None and not states[-1].notice.urgent
    busy = Failed(fault=Fault.STATUS, reason="HTTP status 503", status=503)
    later = listing.settle(Missed(wanted=dataclasses.replace(entry, attempts=9), failed=busy), NOW, random.Random(1))
    assert later.state is EntryState.WANTED


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        (b"<Report></Report>", True),
        (b"<jmx:Report></jmx:Report>\r\n  ", True),
        (b"<Report><Control>", False),
        (b"", False),
        (b"Not found", False),
        (b"</Report>" + b" " * 8000, False),
    ],
)
def test_a_whole_telegram_ends_as_one(body: bytes, whole: bool) -> None:
    assert telegrams.is_whole(body) is whole


def test_what_is_no_whole_telegram_is_kept_and_asked_for_again_a_few_times() -> None:
    packed = telegrams.pack(b"<Report><Con", file_name="a_VXSE51_b.xml", received_at=NOW)
    states = []
    for attempts in range(5):
        got = Got(wanted=a_wanted(attempts=attempts), telegram=packed, whole=False)
        settled = listing.settle(got, NOW, random.Random(1))
        assert settled.telegram is packed
        states.append(settled.state)
    assert states == [EntryState.WANTED] * 4 + [EntryState.FETCHED]


@given(st.integers(0, 10_000), st.integers(0, 100_000), st.sampled_from([0, 403, 404, 410, 429, 500, 503]))
def test_failures_are_tried_again_for_twelve_hours(attempts: int, age: int, status: int) -> None:
    entry = a_wanted(attempts=attempts, seen_at=NOW - timedelta(seconds=age))
    failed = Failed(fault=Fault.STATUS if status else Fault.TIMEOUT, reason="no", status=status)
    settled = listing.settle(Missed(wanted=entry, failed=failed), NOW, random.Random(age))
    if settled.state is EntryState.GONE:
        assert age > 12 * 3600 - 600 and attempts >= 19
        assert settled.notice is not None and settled.notice.urgent
    else:
        assert settled.next_at is not None
        assert NOW < settled.next_at <= NOW + timedelta(minutes=10)
        assert settled.next_at <= entry.seen_at + timedelta(hours=12) or attempts < 19
        assert (settled.notice is None) == (age < 180)
