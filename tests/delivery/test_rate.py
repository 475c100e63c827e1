"""The rate: segments per second by a clock that stands still until somebody waits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rate import Bucket


class Time:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.now += seconds


@given(st.lists(st.integers(1, 3), min_size=1, max_size=60), st.sampled_from([1.0, 10.0, 100.0, 5000.0]))
def test_no_more_segments_than_the_rate_allows(segments, rate):
    time = Time()
    bucket = Bucket(rate=rate, clock=time, sleep=time.sleep)
    taken = 0
    for count in segments:
        time.now += bucket.reserve(count)
        assert taken <= (time.now + 0.05) * rate + 1e-6
        taken += count


async def test_a_sender_that_was_idle_gets_no_burst():
    time = Time()
    bucket = Bucket(rate=10, clock=time, sleep=time.sleep)
    time.now = 1000.0
    for _ in range(100):
        await bucket.take(1)
    assert time.now - 1000.0 == pytest.approx(9.85, abs=0.06)


async def test_throttling_holds_everybody_back():
    time = Time()
    bucket = Bucket(rate=None, clock=time, sleep=time.sleep)
    await bucket.take(5)
    assert time.now == 0
    bucket.pause(30)
    await bucket.take(1)
    assert time.now == 30
