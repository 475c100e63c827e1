"""The judge of the soak finds a seeded loss, a doubling and a stranger, and memory that grows."""

from tests.service.soak import FEED, PROVIDER, WARM, Life, Verdict, judge

_EXPECTED = {"+819000000001": 2, "+819000000002": 2}
_TAKEN = [(phone, words) for phone in _EXPECTED for words in ("welcome", "leave now")]


def test_everybody_told_once_is_a_clean_verdict() -> None:
    assert judge(_EXPECTED, _TAKEN) == Verdict(expected=4, lost=0, twice=0, strange=0)


def test_a_loss_is_found_also_beside_a_doubling_to_the_same_phone() -> None:
    phone, words = _TAKEN[-2]
    assert judge(_EXPECTED, [*_TAKEN[:-1], (phone, words)]) == Verdict(expected=4, lost=1, twice=1, strange=0)
    assert judge(_EXPECTED, []) == Verdict(expected=4, lost=4, twice=0, strange=0)


def test_a_text_that_nobody_published_is_found() -> None:
    strangers = [("+819000000001", "the warning is lifted"), ("+819000000009", "leave now")]
    assert judge(_EXPECTED, [*_TAKEN, *strangers]) == Verdict(expected=4, lost=0, twice=0, strange=2)


def test_memory_counts_from_when_a_process_is_warm_and_one_high_sample_is_no_growth() -> None:
    ages = [float(age) for age in range(0, 600, 2)]
    assert Life(name="serve1", samples=[(age, 40 + min(age, WARM)) for age in ages]).growth == 0
    assert Life(name="serve1", samples=[(age, age) for age in ages]).growth == 598 - WARM - 8
    assert Life(name="serve1", samples=[*((age, 100.0) for age in ages), (600.0, 900.0)]).growth == 0
    assert Life(name="serve1", samples=[(age, 100.0) for age in ages if age < WARM]).growth is None


def test_the_faults_are_as_many_as_they_are_said_to_be() -> None:
    assert round(sum(PROVIDER.values()), 6) == 0.02
    assert round(sum(FEED.values()), 6) == 0.05
