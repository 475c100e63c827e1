"""Rows of feeds, entries and telegrams, on both engines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts import noticeboard
from alerts.notices import NoticeKind
from feeds import health, listing, store, telegrams
from feeds.health import FeedState, Sight
from feeds.listing import EntryState, NewEntry, Settled
from feeds.telegrams import AlreadyThere, Stored, TelegramState
from storage.database import Connection, Database
from tests.feeds.conftest import some_settings

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SETTINGS = some_settings()
NAME = "20261123000000_0_VXSE51_010000.xml"


def pack(body: bytes, name: str = NAME) -> telegrams.Packed:
    return telegrams.pack(body, file_name=name, received_at=NOW, entry_id="e")


def a_row(entry_id: str, state: EntryState = EntryState.WANTED, seen_at: datetime = NOW) -> NewEntry:
    return NewEntry(
        entry_id=entry_id, feed="eqvol", url=entry_id, title="t", updated=NOW, seen_at=seen_at, state=state, error=None
    )


def test_a_telegram_is_stored_once_and_comes_back_whole(db: Database) -> None:
    def story(connection: Connection) -> None:
        body = bytes(range(256)) * 100
        first = store.add_telegram(connection, pack(body))
        assert isinstance(first, Stored)
        assert store.add_telegram(connection, pack(body, "other name")) == AlreadyThere(id=first.id)
        (waiting,) = store.pending(connection, 10)
        assert (waiting.id, waiting.body, waiting.type, waiting.file_name) == (first.id, body, "VXSE51", NAME)
        assert waiting.received_at == NOW
        assert store.find_telegram(connection, waiting.digest) == waiting
        assert store.find_telegram(connection, "0" * 64) is None

    db.write_sync(story)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(body=st.binary())
def test_any_bytes_come_back_as_they_were(sqlite_url: str, body: bytes) -> None:
    from storage import database

    opened = database.open(sqlite_url)
    try:
        opened.write_sync(store.add_telegram, pack(body))
        found = opened.read_sync(store.find_telegram, pack(body).digest)
        assert found is not None and found.body == body
    finally:
        opened.close_sync()


def test_the_oldest_come_first_and_marked_ones_no_more(db: Database) -> None:
    def story(connection: Connection) -> None:
        for number in range(4):
            store.add_telegram(connection, pack(b"%d" % number))
        first, second = store.pending(connection, 2)
        assert (first.body, second.body) == (b"0", b"1")
        store.mark(connection, first.id, TelegramState.READ, "", "VXSE51", NOW)
        store.mark(connection, second.id, "quarantined", "not XML", "VXSE53", NOW)
        assert [waiting.body for waiting in store.pending(connection, 10)] == [b"2", b"3"]
        assert store.telegram_counts(connection) == {
            ("VXSE51", TelegramState.READ): 1,
            ("VXSE51", TelegramState.PENDING): 2,
            ("VXSE53", TelegramState.QUARANTINED): 1,
        }
        (bad,) = store.quarantined(connection)
        assert (bad.id, bad.reason, bad.type) == (second.id, "not XML", "VXSE53")
        assert store.reread(connection) == 1
        assert [waiting.body for waiting in store.pending(connection, 10)] == [b"1", b"2", b"3"]
        assert store.quarantined(connection) == []

    db.write_sync(story)


def test_an_unknown_state_is_refused(db: Database) -> None:
    with pytest.raises(ValueError, match="lost"):
        db.write_sync(store.mark, 1, "lost", "", "", NOW)


def test_a_feed_comes_back_as_it_was_saved(db: Database) -> None:
    def story(connection: Connection) -> None:
        assert store.feed_state(connection, "eqvol") == FeedState(name="eqvol")
        state = FeedState(
            name="eqvol",
            etag='"e"',
            last_modified="Mon",
            body_hash="h",
            last_poll_at=NOW,
            last_success_at=NOW,
            content_at=NOW,
        )
        store.set_long_read(connection, "eqvol", NOW)
        store.save_poll(connection, state, NOW, SETTINGS)
        saved = replace(state, long_read_at=NOW)  # a poll does not write what the long form's reader writes
        assert store.feed_state(connection, "eqvol") == saved
        store.set_long_read(connection, "eqvol", None)
        assert store.feed_states(connection) == [state]

    db.write_sync(story)


def test_an_alarm_is_raised_once_per_episode_and_resolved_after(db: Database) -> None:
    def open_kinds(connection: Connection) -> list[tuple[str, int]]:
        return [(found.notice.kind.value, found.times) for found in noticeboard.open_notices(connection)]

    def story(connection: Connection) -> None:
        def save(state: FeedState, now: datetime) -> FeedState:
            store.save_poll(connection, state, now, SETTINGS)
            return store.feed_state(connection, "extra")

        state = save(health.after_success(FeedState(name="extra"), NOW, [NOW]), NOW)
        for minute in range(1, 8):
            now = NOW + timedelta(minutes=minute)
            state = save(health.after_failure(state, now, "timeout"), now)
        assert open_kinds(connection) == [("blind", 1)]
        assert state.blind_since == NOW + timedelta(minutes=5)
        now = NOW + timedelta(minutes=40)  # it answers again, with the old content
        state = save(health.after_success(state, now), now)
        assert open_kinds(connection) == [("silent", 1)]
        state = save(health.after_failure(state, now, "timeout"), now)
        assert open_kinds(connection) == [("silent", 1)]
        state = save(health.after_success(state, now, [now]), now)
        assert (open_kinds(connection), state.blind_since) == ([], None)

    db.write_sync(story)


def test_a_silence_stays_open_while_blind(db: Database) -> None:
    def story(connection: Connection) -> None:
        later = NOW + timedelta(hours=1)
        silent = FeedState(name="extra", last_success_at=later, content_at=NOW)
        store.save_poll(connection, silent, later, SETTINGS)
        blind = replace(silent, failing_since=later, failures=9, last_error="timeout")
        store.save_poll(connection, blind, later + timedelta(minutes=4), SETTINGS)
        assert {found.notice.kind for found in noticeboard.open_notices(connection)} == {
            NoticeKind.BLIND,
            NoticeKind.SILENT,
        }

    db.write_sync(story)


def test_time_alone_makes_and_ends_no_more_than_it_should(db: Database) -> None:
    def story(connection: Connection) -> None:
        state = FeedState(name="extra", last_poll_at=NOW, last_success_at=NOW, content_at=NOW)
        store.save_poll(connection, state, NOW, SETTINGS)

        def watched(minutes: float) -> Sight:
            now = NOW + timedelta(minutes=minutes)
            judgements = {one.feed: one for one in store.watch(connection, now, SETTINGS, NOW)}
            return judgements["extra"].sight

        def told() -> list[noticeboard.StoredNotice]:
            return [one for one in noticeboard.open_notices(connection) if one.notice.subject == "extra"]

        assert watched(1) is Sight.FRESH
        assert watched(5) is Sight.BLIND
        assert watched(6) is Sight.BLIND
        (only,) = told()
        assert (only.notice.kind, only.times) == (NoticeKind.BLIND, 1)
        assert store.feed_state(connection, "extra").blind_since == NOW + timedelta(minutes=5)
        store.save_poll(connection, replace(state, last_success_at=NOW + timedelta(minutes=7)), NOW, SETTINGS)
        assert told() == []

    db.write_sync(story)


def test_a_feed_without_any_ended_poll_is_blind_in_time(db: Database) -> None:
    def story(connection: Connection) -> None:
        for minutes, blind in ((1, 0), (5, 4), (6, 4)):
            store.watch(connection, NOW + timedelta(minutes=minutes), SETTINGS, NOW)
            found = noticeboard.open_notices(connection)
            assert [(one.notice.kind, one.notice.urgent, one.times) for one in found] == [
                (NoticeKind.BLIND, True, 1)
            ] * blind

    db.write_sync(story)


def test_entries_are_recorded_once(db: Database) -> None:
    def story(connection: Connection) -> None:
        many = [f"id {number}" for number in range(1200)]
        assert store.unseen(connection, many) == set(many)
        assert store.unseen(connection, []) == set()
        assert store.add_entries(connection, [a_row(entry_id) for entry_id in many[:600]]) == set(many[:600])
        assert store.unseen(connection, many) == set(many[600:])
        assert store.add_entries(connection, [a_row("id 0"), a_row("id 600")]) == {"id 600"}
        assert store.still_wanted(connection, many) == set(many[:601])

    db.write_sync(story)


def test_a_fetch_settles_its_entry_and_stores_the_telegram(db: Database) -> None:
    def story(connection: Connection) -> None:
        later = NOW + timedelta(seconds=5)
        store.add_entries(connection, [a_row(name) for name in "abcd"] + [a_row("e", EntryState.REFUSED)])
        stored = store.settle(
            connection,
            [
                Settled(entry_id="a", state=EntryState.FETCHED, telegram=pack(b"1")),
                Settled(entry_id="b", state=EntryState.FETCHED, telegram=pack(b"1")),
                Settled(entry_id="c", state=EntryState.WANTED, next_at=later, error="timeout"),
            ],
            NOW,
        )
        assert stored == 1
        assert [entry.entry_id for entry in store.due(connection, NOW, 10)] == ["d"]
        retry = store.due(connection, later, 10)[1]
        assert (retry.entry_id, retry.attempts, retry.seen_at) == ("c", 1, NOW)
        assert store.entry_counts(connection) == {
            EntryState.FETCHED: 2,
            EntryState.WANTED: 2,
            EntryState.REFUSED: 1,
        }
        assert listing.GIVE_UP_AFTER == timedelta(hours=12)

    db.write_sync(story)
