"""A lesson does not overtake a warning that is on its way to us."""

from datetime import date, timedelta

import pytest

from campaigns import runner
from feeds import health, store, telegrams
from feeds.health import FeedState
from feeds.listing import EntryState, NewEntry
from feeds.telegrams import TelegramState
from tests.campaigns.planning import a_plan, desk, japan, lessons, planned
from tests.delivery.builders import WAJIMA, a_person, a_service
from tests.feeds.conftest import some_settings

DAY = date(2026, 11, 24)
NOW = japan(DAY, 10)
NAME = "20261124010000_0_VPWW55_170000.xml"


@pytest.fixture
def due_now(db, clock):
    clock.now = japan(DAY, 9)
    a_service(db, clock)
    a_person(db, 0, WAJIMA)
    planned(db, a_plan(start=DAY), clock())
    clock.now = NOW


def polled(db, at):
    state = health.after_success(FeedState(name="extra"), at, [])
    db.write_sync(store.save_poll, state, at, some_settings())


async def state_after(db, at):
    await runner.run_due(db, desk(), at)
    return [state for _, _, state in lessons(db)]


async def test_it_waits_until_a_telegram_that_has_come_is_read(db, due_now):
    raw = telegrams.pack(b"<Report/>", file_name=NAME, received_at=NOW)
    identity = db.write_sync(store.add_telegram, raw).id
    assert await state_after(db, NOW) == ["waiting"]
    db.write_sync(store.mark, identity, TelegramState.READ, "", "VPWW55", NOW)
    assert await state_after(db, NOW) == ["sent"]


async def test_it_waits_for_a_telegram_that_is_listed_and_not_for_one_that_cannot_be_had(db, due_now):
    entry = NewEntry(
        entry_id="e", feed="extra", url="e", title="t", updated=NOW, seen_at=NOW, state=EntryState.WANTED, error=None
    )
    db.write_sync(store.add_entries, [entry])
    assert await state_after(db, NOW + timedelta(minutes=1)) == ["waiting"]
    assert await state_after(db, NOW + timedelta(minutes=3)) == ["sent"]


async def test_after_a_sleep_the_feeds_are_looked_at_first(db, due_now):
    polled(db, NOW - timedelta(hours=5))
    assert await state_after(db, NOW) == ["waiting"]
    polled(db, NOW)
    assert await state_after(db, NOW) == ["sent"]
