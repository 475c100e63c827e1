"""When traffic moves between providers: the rules of `delivery.providers.shares`, by example and by property."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.providers import choosing, shares
from delivery.providers.choosing import Turns
from delivery.providers.shares import Counts, Standing, Why

NOW = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
HALVES = {"A": 50, "B": 50}
GOOD = Counts(handed=100, delivered=100)
BAD = Counts(handed=100, delivered=85, slow=15)


def standing(a: int, *, minutes_ago: float | None = 60, why: Why = Why.WORSE) -> Standing:
    changed_at = None if minutes_ago is None else NOW - timedelta(minutes=minutes_ago)
    return Standing(shares={"A": a, "B": 100 - a}, changed_at=changed_at, why=why)


def moved(before: Standing, a: Counts, b: Counts, usual: Mapping[str, int] = HALVES) -> Mapping[str, int]:
    return shares.decide(before, usual, {"A": a, "B": b}, NOW).shares


@pytest.mark.parametrize(
    ("a", "share_of_a"),
    [
        (Counts(handed=100, delivered=85, slow=15), 40),
        (Counts(handed=100, delivered=86, slow=14), 50),
        (Counts(handed=100, delivered=80, failed=15), 40),
        (Counts(handed=100, slow=8, failed=7), 40),
        (Counts(handed=19, failed=19), 50),
        (Counts(handed=20, failed=3), 40),
        (Counts(), 50),
    ],
)
def test_fifteen_in_a_hundred_slow_or_failed_move_ten_points(a: Counts, share_of_a: int) -> None:
    assert moved(standing(50, minutes_ago=None, why=Why.START), a, GOOD) == {"A": share_of_a, "B": 100 - share_of_a}


def test_a_move_says_when_why_and_away_from_whom() -> None:
    after = shares.decide(standing(50), HALVES, {"A": GOOD, "B": BAD}, NOW)
    assert after == Standing(shares={"A": 60, "B": 40}, changed_at=NOW, why=Why.WORSE, about="B")


@pytest.mark.parametrize(("minutes", "share_of_a"), [(0, 50), (4.99, 50), (5, 40), (-3, 50)])
def test_not_again_within_five_minutes_even_if_the_clock_was_set_back(minutes: float, share_of_a: int) -> None:
    assert moved(standing(50, minutes_ago=minutes), BAD, GOOD)["A"] == share_of_a


@pytest.mark.parametrize(
    ("before", "minutes", "after"),
    [(20, 14.9, 20), (20, 15, 30), (45, 15, 50), (80, 15, 70), (50, 60, 50), (0, 15, 10)],
)
def test_after_a_quiet_quarter_of_an_hour_traffic_goes_back(before: int, minutes: float, after: int) -> None:
    assert moved(standing(before, minutes_ago=minutes), GOOD, GOOD)["A"] == after


def test_nothing_goes_back_to_a_provider_while_one_is_bad() -> None:
    assert moved(standing(0), Counts(), BAD, {"A": 0, "B": 100}) == {"A": 10, "B": 90}
    assert moved(standing(20), BAD, Counts(handed=100, slow=20)) == {"A": 20, "B": 80}


def test_on_a_night_when_both_are_slow_nothing_moves_unless_one_is_much_better() -> None:
    alike, much_worse = Counts(handed=100, slow=25), Counts(handed=100, slow=60)
    assert moved(standing(50), BAD, alike)["A"] == 50
    assert moved(standing(50), much_worse, alike)["A"] == 40


def test_what_somebody_set_stays() -> None:
    assert moved(standing(30, minutes_ago=600, why=Why.BY_HAND), BAD, GOOD)["A"] == 30
    assert moved(standing(30, minutes_ago=600, why=Why.AUTOMATIC), BAD, GOOD)["A"] == 20


def test_shares_are_parts_of_one_whole() -> None:
    assert shares.wrong({"A": 70, "B": 30}) == ""
    assert shares.wrong({"A": 70, "B": 40}) == "the shares sum to 110; expected 100"
    assert shares.wrong({"A": 120, "B": -20}) == "A=120: expected a share from 0 to 100"
    with pytest.raises(ValueError, match="sum to 99"):
        Standing(shares={"A": 99, "B": 0})
    with pytest.raises(ValueError, match="cannot be"):
        Counts(handed=1, slow=1, failed=1)


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    handed = draw(st.integers(0, 300))
    slow = draw(st.integers(0, handed))
    return Counts(handed=handed, slow=slow, failed=draw(st.integers(0, handed - slow)))


@given(
    st.integers(0, 100),
    st.integers(0, 100),
    st.lists(st.tuples(st.integers(1, 900), counts(), counts()), max_size=40),
)
def test_whatever_happens_shares_are_a_whole_and_never_move_twice_in_five_minutes(
    first: int, usual: int, looks: list[tuple[int, Counts, Counts]]
) -> None:
    now, held = NOW, Standing(shares={"A": first, "B": 100 - first})
    for seconds, a, b in looks:
        now += timedelta(seconds=seconds)
        after = shares.decide(held, {"A": usual, "B": 100 - usual}, {"A": a, "B": b}, now)
        assert sum(after.shares.values()) == 100 and all(0 <= share <= 100 for share in after.shares.values())
        if after is not held:
            assert held.changed_at is None or now - held.changed_at >= shares.PAUSE
            assert 0 < abs(after.shares["A"] - held.shares["A"]) <= shares.STEP
            assert after.changed_at == now
        if not (a.is_bad or b.is_bad) and after is not held:
            assert after.why is Why.BACK
            assert abs(after.shares["A"] - usual) < abs(held.shares["A"] - usual)
        held = after


@given(st.integers(0, 100), counts(), counts(), st.integers(0, 10_000))
def test_whatever_happens_what_somebody_set_wins(share: int, a: Counts, b: Counts, minutes: int) -> None:
    held = standing(share, minutes_ago=minutes, why=Why.BY_HAND)
    assert shares.decide(held, HALVES, {"A": a, "B": b}, NOW) is held


@given(st.integers(0, 100), st.integers(0, 19), st.integers(0, 19))
def test_too_few_texts_move_nothing_away(share: int, a: int, b: int) -> None:
    few = {"A": Counts(handed=a, failed=a), "B": Counts(handed=b, slow=b)}
    held = standing(share)
    assert shares.decide(held, held.shares, few, NOW) is held


def test_traffic_is_back_where_it_was_after_quiet_quarters() -> None:
    held, now = standing(0, minutes_ago=0), NOW
    for _ in range(5):
        now += shares.QUIET
        held = shares.decide(held, HALVES, {}, now)
    assert held.shares == HALVES
    assert shares.decide(held, HALVES, {}, now + timedelta(days=1)) is held


@given(st.integers(0, 100), st.integers(1, 400))
def test_texts_are_dealt_out_in_the_shares(share: int, texts: int) -> None:
    turns, weights = Turns(), choosing.candidates(standing(share), ())
    dealt = Counter(turns.next(weights) for _ in range(texts))
    assert abs(dealt["A"] - texts * share / 100) <= 1


@pytest.mark.parametrize(
    ("share_of_a", "why", "shut", "refused_by", "left"),
    [
        (50, Why.START, (), "", {"A", "B"}),
        (100, Why.START, (), "", {"A"}),
        (50, Why.START, ("A",), "", {"B"}),
        (100, Why.START, ("A",), "", {"B"}),
        (50, Why.START, ("A", "B"), "", {"A", "B"}),
        (50, Why.START, (), "A", {"B"}),
        (100, Why.START, (), "A", {"B"}),
        (50, Why.START, ("B",), "A", {"A"}),
        (50, Why.START, ("A", "B"), "A", {"B"}),
        (100, Why.BY_HAND, ("A",), "", {"A"}),
        (100, Why.BY_HAND, (), "A", {"A"}),
        (70, Why.BY_HAND, (), "A", {"B"}),
        (70, Why.BY_HAND, ("A",), "", {"B"}),
    ],
)
def test_who_may_take_a_text(share_of_a: int, why: Why, shut: tuple[str, ...], refused_by: str, left: set[str]) -> None:
    assert choosing.candidates(standing(share_of_a, why=why), shut, refused_by).keys() == left
