"""Fetching telegrams: once, a few at a time, committed in batches, and the decider woken when it helps."""

import random

import pytest

from alerts import noticeboard
from alerts.notices import NoticeKind
from feeds import collector, listing, store
from feeds.collector import Collector
from feeds.jma import types
from feeds.listing import EntryState, NewEntry
from tests.feeds.conftest import Polling, some_settings, until
from tests.feeds.fake_jma import FakeJma, Fault


def a_collector(polling: Polling, *, total_timeout: float = 10) -> Collector:
    return Collector(
        session=polling.session,
        clock=polling.clock,
        db=polling.db,
        settings=some_settings(polling.jma.base_url, total_timeout=total_timeout),
        on_stored=lambda: polling.wakes.append(polling.count("telegrams")),
        type_of=types.code_in,
        is_read=types.is_read,
        chance=random.Random(1),
    )


def listed(polling: Polling, *names: str) -> list[listing.Wanted]:
    rows = []
    for name in names:
        url = polling.jma.publish("eqvol", name)
        rows.append(
            NewEntry(
                entry_id=url,
                feed="eqvol",
                url=url,
                title="t",
                updated=polling.clock(),
                seen_at=polling.clock(),
                state=EntryState.WANTED,
                error=None,
            )
        )
    polling.db.write_sync(store.add_entries, rows)
    return listing.wanted(rows)


def names_of(code: str, count: int) -> list[str]:
    return [f"20261123{number:06}_0_{code}_010000.xml" for number in range(count)]


async def test_a_fetch_that_hangs_delays_nothing_else(polling: Polling) -> None:
    quick, slow = names_of("VXSE51", 5), "20261123000000_0_VXSE53_010000.xml"
    polling.jma.faults[FakeJma.data_path(slow)] = Fault.HANG
    fetching = a_collector(polling)
    fetching.take(listed(polling, slow, *quick))
    await until(lambda: polling.wakes == [5], "the quick ones, woken for")
    polling.jma.release()
    await fetching.settled()
    assert polling.wakes == [5, 6]


async def test_a_catch_up_wakes_once_all_is_there(polling: Polling) -> None:
    fetching = a_collector(polling)
    fetching.take(listed(polling, *names_of("VXSE53", 60)))
    await fetching.settled()
    assert polling.wakes == [60]


async def test_a_catch_up_holds_up_no_fresh_warning(polling: Polling) -> None:
    slow = "20261122000000_0_VPWW55_010000.xml"
    polling.jma.faults[FakeJma.data_path(slow)] = Fault.HANG
    fetching = a_collector(polling)
    fetching.take(listed(polling, slow, *names_of("VPWW55", 30)))
    await until(lambda: polling.count("telegrams") == 30, "the catch-up but for one")
    assert polling.wakes == []
    fetching.take(listed(polling, "20261123000000_0_VXSE51_010000.xml"))
    await until(lambda: polling.wakes == [31], "the fresh one, woken for at once")
    polling.jma.release()
    await fetching.settled()
    assert polling.wakes == [31, 32]


async def test_a_catch_up_is_held_for_a_limited_time(polling: Polling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "_HOLD_SECONDS", 0.5)
    slow = "20261122000000_0_VPWW55_010000.xml"
    polling.jma.faults[FakeJma.data_path(slow)] = Fault.HANG
    fetching = a_collector(polling)
    fetching.take(listed(polling, slow, *names_of("VPWW55", 30)))
    await until(lambda: polling.wakes != [] and polling.wakes[-1] == 30, "the wake-up by time")
    polling.jma.release()
    await fetching.settled()
    assert polling.wakes[-1] == 31


async def test_types_with_a_reader_come_first_and_eight_at_a_time(polling: Polling) -> None:
    others, read = names_of("VPFD51", 12), names_of("VXSE51", 12)
    fetching = a_collector(polling)
    fetching.take(listed(polling, *others, *read))
    await fetching.settled()
    first = [path.rpartition("/")[2] for path in polling.jma.order[:12]]
    assert len([name for name in first if name in read]) >= 12 - collector.CONCURRENCY + 1
    assert polling.jma.order.index(FakeJma.data_path(read[-1])) < len(read) + collector.CONCURRENCY
    assert polling.jma.most_open <= collector.CONCURRENCY


@pytest.mark.parametrize("fault", [Fault.HTML_404, Fault.GONE, Fault.HTML_200])
async def test_what_is_listed_before_it_is_there_is_had_later(polling: Polling, fault: Fault) -> None:
    """Also over a restart; people in charge hear of it meanwhile, and no longer once it came."""
    (name,) = names_of("VXSE51", 1)
    polling.jma.faults[FakeJma.data_path(name)] = fault
    fetching = a_collector(polling)
    fetching.take(listed(polling, name))
    await fetching.settled()
    for _ in range(20):
        polling.clock.advance(60)
        fetching = a_collector(polling)
        assert await fetching.retry_due() == 1
        await fetching.settled()
    assert (polling.count("telegrams"), polling.wakes) == (0, [])
    (told,) = polling.db.read_sync(noticeboard.open_notices)
    assert (told.notice.kind, told.notice.subject, told.notice.urgent) == (NoticeKind.GONE, name, True)
    polling.jma.faults.clear()
    polling.clock.advance(60)
    await fetching.retry_due()
    await fetching.settled()
    assert (polling.count("telegrams"), polling.wakes) == (1, [1])
    assert polling.db.read_sync(noticeboard.open_notices) == []


@pytest.mark.parametrize("body", [b"", b"Not found", b"<?xml version='1.0'?><Error>AccessDenied</Error>"])
async def test_what_is_no_telegram_is_kept_and_the_telegram_had_later(polling: Polling, body: bytes) -> None:
    (name,) = names_of("VXSE51", 1)
    fetching = a_collector(polling)
    wanted = listed(polling, name)
    polling.jma.hold(name, body)
    fetching.take(wanted)
    await fetching.settled()
    assert polling.count("telegrams") == 1
    polling.jma.hold(name, b"<Report>whole</Report>")
    polling.clock.advance(5)
    await fetching.retry_due()
    await fetching.settled()
    assert polling.count("telegrams") == 2
    assert polling.db.read_sync(store.entry_counts) == {EntryState.FETCHED: 1}


async def test_a_clock_set_back_by_hours_delays_no_retry(polling: Polling) -> None:
    (name,) = names_of("VXSE51", 1)
    polling.jma.faults[FakeJma.data_path(name)] = Fault.HTML_404
    fetching = a_collector(polling)
    fetching.take(listed(polling, name))
    await fetching.settled()
    polling.jma.faults.clear()
    polling.clock.advance(-5 * 3600)
    assert await fetching.retry_due() == 1
    await fetching.settled()
    assert polling.count("telegrams") == 1


@pytest.mark.parametrize(
    "fault", [Fault.HANG, Fault.ERROR_500, Fault.TRUNCATED, Fault.HUGE, Fault.REDIRECT_AWAY, Fault.REFUSE]
)
async def test_other_failures_are_tried_again(polling: Polling, fault: Fault) -> None:
    (name,) = names_of("VXSE51", 1)
    polling.jma.faults[FakeJma.data_path(name)] = fault
    fetching = a_collector(polling, total_timeout=0.4 if fault is Fault.HANG else 10)
    fetching.take(listed(polling, name))
    await fetching.settled()
    assert await fetching.retry_due() == 0  # not at once
    polling.jma.release()
    polling.jma.faults.clear()
    polling.clock.advance(5)
    assert await fetching.retry_due() == 1
    await fetching.settled()
    assert (polling.count("telegrams"), polling.wakes) == (1, [1])


async def test_after_twelve_hours_it_is_given_up(polling: Polling) -> None:
    (name,) = names_of("VXSE51", 1)
    polling.jma.faults[FakeJma.data_path(name)] = Fault.ERROR_500
    fetching = a_collector(polling)
    fetching.take(listed(polling, name))
    for _ in range(80):
        await fetching.settled()
        polling.clock.advance(600)
        await fetching.retry_due()
    await fetching.settled()
    assert polling.db.read_sync(store.entry_counts) == {EntryState.GONE: 1}
    (told,) = polling.db.read_sync(noticeboard.open_notices)
    assert "given up after 12 hours" in told.notice.text


async def test_what_another_batch_has_fetched_is_not_fetched_again(polling: Polling) -> None:
    wanted = listed(polling, *names_of("VXSE51", 3))
    fetching = a_collector(polling)
    fetching.take(wanted)
    fetching.take(wanted)
    await fetching.settled()
    fetching.take(wanted)
    await fetching.settled()
    assert [polling.jma.hits[FakeJma.data_path(name)] for name in names_of("VXSE51", 3)] == [1, 1, 1]


async def test_a_commit_that_fails_is_tried_again(polling: Polling, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = store.settle, []

    def flaky(*args: object) -> int:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("locked")
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "settle", flaky)
    fetching = a_collector(polling)
    fetching.take(listed(polling, *names_of("VXSE51", 1)))
    await fetching.settled()
    assert (polling.count("telegrams"), polling.wakes) == (1, [1])


async def test_closed_at_once_it_ends_and_leaves_them_wanted(polling: Polling) -> None:
    fetching = a_collector(polling)
    fetching.take(listed(polling, *names_of("VXSE51", 30)))
    await fetching.close()
    fetching.take(listed(polling, "20261123000000_0_VXSE53_010000.xml"))
    await fetching.settled()
    left = polling.count("feed_entries", "state = 'wanted'")
    assert left + polling.count("telegrams") == 31
    assert left > 0
