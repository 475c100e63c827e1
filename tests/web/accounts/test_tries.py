"""Whoever guesses shuts out themself; a known browser is counted by itself."""

from dataclasses import replace
from datetime import UTC, datetime

from subscribers.sealing import Sealer
from web.accounts import tries
from web.accounts.store import LOCKED_FOR, User
from web.accounts.tries import Origin, Tries

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SEALER = Sealer(bytes(32))
AOI = User(id=1, name="aoi", password_hash="hash", must_change=False, locked_until=None)
THERE, ELSEWHERE = Origin(known=False, key="203.0.113.1"), Origin(known=False, key="203.0.113.2")


def test_an_address_rests_for_the_account_that_it_guesses_at_and_only_for_a_time() -> None:
    counted = Tries()
    assert [counted.failed(THERE, "aoi", NOW) for _ in range(tries.MOST)] == [False] * 4 + [True]
    assert not counted.rest(THERE, "ren", NOW)
    assert not counted.rest(ELSEWHERE, "aoi", NOW)
    assert not counted.rest(THERE, "aoi", NOW + LOCKED_FOR)


def test_many_names_from_one_address_are_too_many() -> None:
    counted = Tries()
    for number in range(tries.MOST_OF_ADDRESS):
        counted.failed(THERE, f"name{number}", NOW)
    assert counted.rest(THERE, "aoi", NOW)
    assert not counted.rest(ELSEWHERE, "aoi", NOW)


def test_a_right_password_clears_what_was_counted() -> None:
    counted = Tries()
    for _ in range(4):
        counted.failed(THERE, "aoi", NOW)
    counted.right(THERE, "aoi")
    assert not counted.failed(THERE, "aoi", NOW)


def test_a_browser_is_known_by_its_mark_for_this_account_password_and_time() -> None:
    mark = tries.mark(SEALER, AOI, NOW)
    assert tries.origin(SEALER, AOI, mark, "203.0.113.1", NOW).known
    for who, shown, when in [
        (replace(AOI, id=2), mark, NOW),
        (replace(AOI, password_hash="new"), mark, NOW),
        (AOI, mark, NOW + tries.KNOWN_FOR),
        (AOI, "9" + mark, NOW),
        (AOI, "", NOW),
        (None, mark, NOW),
    ]:
        assert tries.origin(SEALER, who, shown, "203.0.113.1", when) == THERE


def test_a_flood_of_addresses_does_not_fill_the_memory() -> None:
    counted = Tries()
    for number in range(tries._REMEMBERED):
        counted.failed(Origin(known=False, key=str(number)), "aoi", NOW)
    assert len(counted._failed) <= tries._REMEMBERED + 1
