"""Twenty deaths by kill -9 in the middle of a broadcast: nobody is left out, nobody is told twice."""

import pytest

from tests.delivery import crashing


@pytest.mark.parametrize(("seed", "losses"), [(1, False), (2, True)], ids=["answers arrive", "answers get lost"])
async def test_nobody_is_lost_and_nobody_told_twice(tmp_path, seed, losses):
    found = await crashing.kill_again_and_again(tmp_path, people=1500, kills=10, seed=seed, losses=losses)
    assert found.killed == 10
    assert (found.lost, found.twice) == (0, 0)
    assert found.states == {"accepted": 1500}


async def test_with_two_providers_neither(tmp_path):
    found = await crashing.kill_again_and_again(tmp_path, people=400, kills=3, seed=3, losses=True, providers=2)
    assert found.killed == 3
    assert (found.lost, found.twice) == (0, 0)
    assert found.states == {"accepted": 400}
