"""What a poll makes of a feed's health, and when that is an alarm."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.notices import NoticeKind
from feeds import health
from feeds.health import FeedState, Sight
from tests.feeds.conftest import some_settings

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SETTINGS = some_settings()
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def seen(name: str = "extra", *, ago: timedelta = SECOND, content_ago: timedelta = SECOND) -> FeedState:
    return FeedState(
        name=name,
        last_poll_at=NOW - ago,
        last_success_at=NOW - ago,
        content_at=NOW - content_ago,
        long_read_at=NOW - ago,
    )


def sight(state: FeedState, now: datetime = NOW, since: datetime | None = None) -> Sight:
    return health.judge(state, now, SETTINGS, since).sight


def test_a_feed_just_seen_is_fresh() -> None:
    judgement = health.judge(seen(), NOW, SETTINGS)
    assert (judgement.sight, judgement.since, health.alarm(judgement)) == (Sight.FRESH, None, None)


def test_a_feed_never_polled_is_not_fresh_and_no_alarm() -> None:
    judgement = health.judge(FeedState(name="eqvol"), NOW, SETTINGS)
    assert (judgement.sight, judgement.since, health.alarm(judgement)) == (Sight.FAILING, None, None)


def test_a_feed_that_never_answered_is_not_called_never_polled() -> None:
    began = NOW - 20 * SECOND
    state = health.after_failure(FeedState(name="eqvol"), NOW, "no whole answer within 20 s", began)
    judgement = health.judge(state, NOW, SETTINGS, began)
    assert (judgement.sight, judgement.since) == (Sight.FAILING, began)
    assert (
        "has not answered yet, asked since 2026-11-23 08:59 Japan time: no whole answer within 20 s" in judgement.text
    )


def test_a_feed_whose_first_poll_never_ends_is_blind_in_time() -> None:
    state = FeedState(name="eqvol")
    assert sight(state, since=NOW - MINUTE) is Sight.FAILING
    judgement = health.judge(state, NOW, SETTINGS, NOW - 5 * MINUTE)
    assert (judgement.sight, judgement.since) == (Sight.BLIND, NOW - 5 * MINUTE)
    assert "no poll has ended" in judgement.text


def test_failing_becomes_blindness_after_the_time_allowed() -> None:
    state = health.after_failure(seen("eqvol", ago=20 * SECOND), NOW, "HTTP status 404")
    assert sight(state) is Sight.FAILING
    assert sight(state, NOW + 180 * SECOND) is Sight.FAILING
    judgement = health.judge(state, NOW + 181 * SECOND, SETTINGS)
    assert (judgement.sight, judgement.since) == (Sight.BLIND, NOW - 20 * SECOND)
    notice = health.alarm(judgement)
    assert notice is not None
    assert (notice.kind, notice.subject, notice.urgent) == (NoticeKind.BLIND, "eqvol", True)
    assert "We cannot see the JMA feed eqvol since 2026-11-23 08:59 Japan time: HTTP status 404" in notice.text


def test_a_feed_that_never_answered_is_blind_since_its_first_failure() -> None:
    state = health.after_failure(FeedState(name="eqvol"), NOW, "timeout")
    judgement = health.judge(state, NOW + 4 * MINUTE, SETTINGS)
    assert (judgement.sight, judgement.since) == (Sight.BLIND, NOW)


def test_polls_that_are_not_made_are_blindness_too_but_not_while_starting() -> None:
    state = seen(ago=timedelta(hours=1))
    assert sight(state) is Sight.BLIND
    assert sight(state, since=NOW - MINUTE) is Sight.FRESH or sight(state, since=NOW - MINUTE) is Sight.SILENT
    assert sight(state, since=NOW - 5 * MINUTE) is Sight.BLIND


@pytest.mark.parametrize(
    ("feed", "age", "expected"),
    [
        ("extra", timedelta(minutes=30), Sight.FRESH),
        ("extra", timedelta(minutes=30, seconds=1), Sight.SILENT),
        ("regular", timedelta(minutes=59), Sight.FRESH),
        ("regular", timedelta(minutes=61), Sight.SILENT),
        ("eqvol", timedelta(days=400), Sight.FRESH),
        ("other", timedelta(days=400), Sight.FRESH),
    ],
)
def test_content_may_be_as_old_as_its_feed_allows(feed: str, age: timedelta, expected: Sight) -> None:
    judgement = health.judge(seen(feed, content_ago=age), NOW, SETTINGS)
    assert judgement.sight is expected
    notice = health.alarm(judgement)
    assert (notice is not None and notice.urgent) is (expected is Sight.SILENT)


def test_a_failed_poll_changes_health_only() -> None:
    before = replace(seen(), etag="e", last_modified="l", body_hash="h")
    after = health.after_failure(before, NOW, "timeout")
    assert after == replace(before, last_poll_at=NOW, failing_since=NOW, failures=1, last_error="timeout")
    again = health.after_failure(after, NOW + SECOND, "404")
    assert (again.failing_since, again.failures, again.last_error) == (NOW, 2, "404")


def test_one_success_ends_a_failure() -> None:
    after = health.after_success(health.after_failure(seen(), NOW, "timeout"), NOW + SECOND)
    assert (after.failing_since, after.failures, after.last_error) == (None, 0, None)
    assert after.last_success_at == NOW + SECOND


@given(st.lists(st.integers(-100_000, 100_000)), st.none() | st.integers(-100_000, 0))
def test_the_time_of_the_content_never_goes_back_and_never_ahead(offsets: list[int], before: int | None) -> None:
    state = replace(seen(), content_at=None if before is None else NOW + before * SECOND)
    after = health.after_success(state, NOW, [NOW + offset * SECOND for offset in offsets])
    assert after.content_at is not None
    assert after.content_at <= NOW + 5 * MINUTE
    assert state.content_at is None or after.content_at >= state.content_at
    assert all(offset > 300 or after.content_at >= NOW + offset * SECOND for offset in offsets)


def test_content_without_a_time_can_fall_silent_too() -> None:
    state = health.after_success(FeedState(name="extra"), NOW)
    later = health.after_success(state, NOW + timedelta(hours=1))
    assert sight(later, NOW + timedelta(hours=1)) is Sight.SILENT


def test_the_long_form_is_owed_at_first_and_after_a_gap() -> None:
    assert health.needs_long_form(FeedState(name="eqvol"), NOW)
    assert health.needs_long_form(replace(seen(), long_read_at=None), NOW)
    assert not health.needs_long_form(seen(ago=8 * MINUTE), NOW)
    assert health.needs_long_form(seen(ago=9 * MINUTE), NOW)
    assert not health.needs_long_form(FeedState(name="eqvol", long_read_at=NOW - MINUTE), NOW)


@given(st.integers(0, 10_000), st.floats(0.01, 600), st.randoms(use_true_random=False))
def test_pauses_grow_and_the_next_poll_comes_within_a_minute(
    failures: int, poll_seconds: float, chance: random.Random
) -> None:
    pause = health.pause(failures, poll_seconds, chance)
    assert 0 <= pause <= max(0.0, 60 - poll_seconds)
    assert failures or pause == 0


def test_pauses_differ() -> None:
    assert len({health.pause(3, 5, random.Random(seed)) for seed in range(20)}) == 20
    assert health.pause(1, 5, random.Random(1)) < health.pause(3, 5, random.Random(1))
