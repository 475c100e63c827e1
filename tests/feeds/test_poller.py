"""Polling a fake JMA: what is listed is fetched once, and no trouble is more than a matter of health."""

import asyncio

import pytest

from alerts import noticeboard
from alerts.notices import NoticeKind
from feeds import store
from feeds.listing import EntryState
from feeds.poller import Fresh, NotModified, Outcome, PollFailed
from feeds.settings import FEEDS
from tests.feeds.conftest import Polling, until
from tests.feeds.fake_jma import FakeJma, Fault, a_feed, an_entry

SHORT = FakeJma.feed_path("eqvol")
LONG = FakeJma.feed_path("eqvol", long=True)
A = "20261123000000_0_VXSE51_010000.xml"
B = "20261123000100_0_VXSE53_270000.xml"


def open_notices(polling: Polling) -> list[tuple[NoticeKind, str]]:
    return [(found.notice.kind, found.notice.subject) for found in polling.db.read_sync(noticeboard.open_notices)]


def bodies(polling: Polling) -> set[bytes]:
    return {telegram.body for telegram in polling.db.read_sync(store.pending, 10_000)}


async def test_what_is_listed_is_stored_raw_and_the_decider_is_woken(polling: Polling) -> None:
    polling.jma.publish("eqvol", A, b"<Report>a</Report>")
    polling.jma.publish("eqvol", B, b"not XML at all")  # for the reader to put into quarantine
    poller = polling.start()
    assert await poller.poll_once("eqvol") == Fresh(feed="eqvol", listed=2, new=0)  # the long form had them
    await poller.settled()
    assert bodies(polling) == {b"<Report>a</Report>", b"not XML at all"}
    assert {row.type for row in polling.db.read_sync(store.pending, 9)} == {"VXSE51", "VXSE53"}
    assert polling.wakes == [2]
    # What is no whole telegram may have been cut off on the way: it is asked for again.
    assert polling.db.read_sync(store.entry_counts) == {EntryState.FETCHED: 1, EntryState.WANTED: 1}
    assert polling.jma.agents == {"Tomoshibi/0.0 (+test)"}


async def test_each_telegram_is_fetched_once_ever(polling: Polling) -> None:
    polling.jma.publish("eqvol", A)
    poller = polling.start()
    for _ in range(3):
        await poller.poll_once("eqvol")
        await poller.settled()
    polling.jma.publish("eqvol", B)
    polling.jma.set_feed("extra", a_feed(an_entry(polling.jma.base_url + FakeJma.data_path(A))))
    await poller.poll_all()
    await poller.settled()
    await poller.close()
    again = polling.start()  # after a restart
    await again.poll_all()
    await again.watch()
    await again.settled()
    assert [polling.jma.hits[FakeJma.data_path(name)] for name in (A, B)] == [1, 1]


async def test_one_telegram_in_two_feeds_at_once_is_fetched_once(polling: Polling) -> None:
    url = polling.jma.publish("extra", A)
    for feed in FEEDS:
        for long in (False, True):
            polling.jma.set_feed(feed, a_feed(an_entry(url)), long=long)
    poller = polling.start()
    await poller.poll_all()
    await poller.settled()
    assert (polling.jma.hits[FakeJma.data_path(A)], polling.count("telegrams")) == (1, 1)


async def test_the_same_bytes_under_another_id_are_stored_once(polling: Polling) -> None:
    polling.jma.publish("eqvol", A, b"<Report>same</Report>")
    polling.jma.publish("eqvol", B, b"<Report>same</Report>")
    poller = polling.start()
    await poller.poll_once("eqvol")
    await poller.settled()
    assert (polling.count("telegrams"), polling.count("feed_entries", "state = 'fetched'")) == (1, 2)


async def test_unchanged_feeds_are_asked_for_by_their_marks_over_a_restart(polling: Polling) -> None:
    polling.jma.publish("eqvol", A)
    first = polling.start()
    await first.poll_once("eqvol")
    assert await first.poll_once("eqvol") == NotModified(feed="eqvol")
    await first.close()
    assert await polling.start().poll_once("eqvol") == NotModified(feed="eqvol")
    assert polling.jma.unchanged[SHORT] == 2


async def test_the_same_body_with_other_marks_is_unchanged_too(polling: Polling) -> None:
    poller = polling.start()
    await poller.poll_once("eqvol")
    with_other_mark = polling.db.read_sync(store.feed_state, "eqvol")
    assert with_other_mark.etag
    polling.db.write_sync(lambda db: db.execute("UPDATE feeds SET etag = '\"x\"', last_modified = NULL"))
    assert await poller.poll_once("eqvol") == NotModified(feed="eqvol")
    assert polling.jma.unchanged[SHORT] == 0


async def test_the_long_form_is_read_once_and_again_after_a_gap(polling: Polling) -> None:
    poller = polling.start()
    await poller.poll_once("eqvol")
    polling.clock.advance(20)
    await poller.poll_once("eqvol")
    assert (polling.jma.order[:2], polling.jma.hits[LONG]) == ([LONG, SHORT], 1)
    await poller.close()
    polling.clock.advance(7 * 60)
    second = polling.start()
    await second.poll_once("eqvol")
    assert polling.jma.hits[LONG] == 1
    polling.clock.advance(9 * 60)
    await second.poll_once("eqvol")
    await second.poll_once("eqvol")
    assert polling.jma.hits[LONG] == 2


async def test_without_the_long_form_the_short_one_goes_on_and_it_stays_owed(polling: Polling) -> None:
    polling.jma.publish("eqvol", A)
    polling.jma.faults[LONG] = Fault.ERROR_500
    poller = polling.start()
    assert await poller.poll_once("eqvol") == Fresh(feed="eqvol", listed=1, new=1)
    await poller.poll_once("eqvol")
    assert polling.jma.hits[LONG] == 1  # not at every poll
    await poller.settled()
    await poller.close()
    polling.jma.faults.clear()
    await polling.start().poll_once("eqvol")  # owed over a restart
    assert polling.jma.hits[LONG] == 2
    assert polling.db.read_sync(store.feed_state, "eqvol").long_read_at == polling.clock()


async def test_a_long_form_that_comes_late_still_counts(polling: Polling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.poller._LONG_FORM_FIRST", 0.05)
    polling.jma.publish("eqvol", A)
    polling.jma.set_feed("eqvol", a_feed())  # it has left the short form
    polling.jma.faults[LONG] = Fault.HANG
    poller = polling.start()
    assert await poller.poll_once("eqvol") == Fresh(feed="eqvol", listed=0, new=0)
    polling.jma.release()
    await poller.settled()
    assert polling.count("telegrams") == 1


FAULTS = [
    Fault.HANG,
    Fault.HTML_404,
    Fault.ERROR_500,
    Fault.HTML_200,
    Fault.TRUNCATED,
    Fault.GARBAGE,
    Fault.HUGE,
    Fault.GZIP_BOMB,
    Fault.BAD_GZIP,
    Fault.WRONG_TYPE,
    Fault.DRIP,
    Fault.REDIRECT_AWAY,
    Fault.REFUSE,
]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_poll_that_fails_changes_health_only_and_the_next_goes_on(polling: Polling, fault: Fault) -> None:
    polling.jma.publish("eqvol", A)
    first = polling.start()
    await first.poll_once("eqvol")
    await first.settled()
    before = polling.db.read_sync(store.feed_state, "eqvol")
    polling.jma.faults[SHORT] = fault
    polling.clock.advance(20)
    impatient = polling.start(total_timeout=0.4 if fault in (Fault.HANG, Fault.DRIP) else 10)
    outcome = await impatient.poll_once("eqvol")
    assert isinstance(outcome, PollFailed)
    after = polling.db.read_sync(store.feed_state, "eqvol")
    assert (after.failures, after.failing_since, after.last_error) == (1, polling.clock(), outcome.reason)
    assert (after.etag, after.body_hash, after.last_success_at, after.content_at) == (
        before.etag,
        before.body_hash,
        before.last_success_at,
        before.content_at,
    )
    assert (polling.count("telegrams"), polling.count("feed_entries"), open_notices(polling)) == (1, 1, [])
    polling.jma.release()
    polling.jma.faults.clear()
    polling.jma.publish("eqvol", B)
    assert await impatient.poll_once("eqvol") == Fresh(feed="eqvol", listed=2, new=1)
    assert polling.db.read_sync(store.feed_state, "eqvol").failures == 0


async def test_a_failing_feed_pauses_and_a_healthy_one_does_not(polling: Polling) -> None:
    polling.jma.faults[SHORT] = Fault.ERROR_500
    poller = polling.start()
    extra = FakeJma.feed_path("extra")
    for _ in range(9):  # three minutes of the clock's calls
        await asyncio.gather(*(poller.poll_feed(feed) for feed in ("eqvol", "extra")))
        polling.clock.advance(20)
    assert polling.jma.hits[extra] == 9
    assert 3 <= polling.jma.hits[SHORT] < 9  # at least one a minute


async def test_a_hanging_feed_holds_up_nobody(polling: Polling) -> None:
    for path in (SHORT, LONG):
        polling.jma.faults[path] = Fault.HANG
    polling.jma.publish("extra", A)
    poller = polling.start()
    hanging = asyncio.create_task(poller.poll_feed("eqvol"))
    await until(lambda: polling.jma.hits[LONG] == 1, "the request that hangs")
    assert await poller.poll_feed("eqvol") is None  # not twice at once
    assert isinstance(await poller.poll_feed("extra"), Fresh)
    await until(lambda: polling.count("telegrams") == 1, "the other feed's telegram")
    assert not hanging.done()
    polling.jma.release()
    await hanging


async def test_blindness_is_told_once_and_ends(polling: Polling) -> None:
    poller = polling.start()
    await poller.poll_all()
    polling.jma.faults[SHORT] = Fault.ERROR_500
    for _ in range(12):
        polling.clock.advance(20)
        await poller.poll_all()
    assert open_notices(polling) == [(NoticeKind.BLIND, "eqvol")]
    (told,) = polling.db.read_sync(noticeboard.open_notices)
    assert told.times == 1
    polling.jma.faults.clear()
    await poller.poll_all()
    assert open_notices(polling) == []


async def test_time_alone_shows_silence(polling: Polling) -> None:
    poller = polling.start()
    await poller.poll_all()
    for _ in range(2):
        polling.clock.advance(16 * 60)
        await poller.poll_all()
        await poller.watch()
    assert open_notices(polling) == [(NoticeKind.SILENT, "extra")]


async def test_links_elsewhere_are_not_followed(polling: Polling) -> None:
    stranger = FakeJma()
    await stranger.start()
    urls = [
        stranger.base_url + FakeJma.data_path(A),
        "https://www.data.jma.go.jp/developer/xml/data/a.xml",
        polling.jma.base_url + "/developer/xml/data/../feed/extra.xml",
    ]
    polling.jma.set_feed("eqvol", a_feed(*(an_entry(url) for url in urls)))
    poller = polling.start()
    await poller.poll_once("eqvol")
    await poller.settled()
    await stranger.stop()
    assert not stranger.hits
    assert polling.db.read_sync(store.entry_counts) == {EntryState.REFUSED: 3}
    assert open_notices(polling) == [(NoticeKind.REFUSED_LINK, "eqvol entries")]


async def test_odd_entries_are_told_of_and_the_others_go_on(polling: Polling) -> None:
    good = polling.jma.base_url + FakeJma.data_path(A)
    polling.jma.publish("other", A)
    polling.jma.set_feed("eqvol", a_feed("<entry/>", an_entry(good)))
    poller = polling.start()
    await poller.poll_once("eqvol")
    await poller.settled()
    assert polling.count("telegrams") == 1
    assert open_notices(polling) == [(NoticeKind.FEED_ENTRY, "eqvol")]
    polling.jma.set_feed("eqvol", a_feed(an_entry(good)))
    await poller.poll_once("eqvol")
    assert open_notices(polling) == []


async def test_a_fault_of_the_database_is_one_failed_poll(polling: Polling, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("disk full")

    poller = polling.start()
    with monkeypatch.context() as patch:
        patch.setattr(store, "save_poll", broken)
        outcome: Outcome = await poller.poll_once("eqvol")
        assert isinstance(outcome, PollFailed) and "disk full" in outcome.reason
    assert isinstance(await poller.poll_once("eqvol"), Fresh)


async def test_closing_in_the_middle_keeps_what_has_come_and_the_rest_comes_later(polling: Polling) -> None:
    polling.jma.publish("eqvol", A)
    polling.jma.publish("eqvol", B)
    polling.jma.faults[FakeJma.data_path(B)] = Fault.HANG
    polling.jma.faults[FakeJma.feed_path("extra")] = Fault.HANG
    poller = polling.start()
    hanging = asyncio.create_task(poller.poll_once("extra"))
    await poller.poll_once("eqvol")
    await until(lambda: polling.jma.hits[FakeJma.data_path(B)] == 1, "the fetch that hangs")
    await until(lambda: polling.wakes == [1], "the other telegram")
    await until(lambda: polling.jma.hits[FakeJma.feed_path("extra")] == 1, "the poll that hangs")
    await poller.close()
    assert isinstance(await hanging, PollFailed)
    assert polling.count("telegrams") == 1
    assert await poller.poll_feed("eqvol") is None
    polling.jma.release()
    again = polling.start()
    await again.watch()
    await again.settled()
    assert polling.count("telegrams") == 2


async def test_a_big_catch_up_is_read_in_the_worker_and_all_of_it_comes(polling: Polling) -> None:
    names = [f"20261123{number:06}_0_VPWW55_010000.xml" for number in range(900)]
    body = a_feed(*(an_entry(polling.jma.hold(name)) for name in names))
    polling.jma.set_feed("extra", body)
    polling.jma.set_feed("extra", body, long=True)
    poller = polling.start()
    assert await poller.poll_once("extra") == Fresh(feed="extra", listed=900, new=0)
    await poller.settled()
    assert polling.count("telegrams") == 900
    assert max(polling.jma.hits.values()) == 1
    assert polling.jma.most_open <= 8
    assert polling.wakes[-1] == 900
