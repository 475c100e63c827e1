"""Several processes on one PostgreSQL: by the provider's count nobody is missed and nobody is told twice."""

import signal

import pytest

from tests.service import fleet as fleets
from tests.service.fleet import Fleet


@pytest.fixture
async def fleet(tmp_path, postgresql_server):
    async with fleets.sailing(tmp_path, postgresql_server.create(), latency=0.1) as one:
        yield one


async def test_a_worker_and_the_leader_die_in_the_middle(fleet: Fleet) -> None:
    people = 300
    await fleet.story.people(*((index, "en", "") for index in range(people)))
    await fleet.start("serve1", "serve2", "worker1", "worker2", SEND_RATE="150")
    await fleet.until(lambda: len(fleet.provider.taken) >= 60, "the first welcome texts")
    await fleet.end("worker1", signal.SIGKILL)
    await fleet.until(lambda: len(fleet.provider.taken) >= 120, "more welcome texts")
    leader = fleet.leader()
    await fleet.end(leader, signal.SIGKILL)
    fleet.story.rain(p17204="L4")
    await fleet.told(people, 2)
    assert fleet.provider.twice() == 0
    assert len(fleet.provider.taken) == 2 * people
    assert await fleet.end_all() == [0, 0]
