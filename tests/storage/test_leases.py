"""Who does what among several processes, on both engines; what waits for whom, on PostgreSQL."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from storage import database, leases, server_clock
from storage.leases import Overtaken

MINUTE, NOTHING = timedelta(minutes=1), timedelta(0)


def test_the_clock_of_the_database_is_that_of_this_machine(db: database.Database) -> None:
    before = datetime.now(UTC)
    found = db.read_sync(server_clock.now)
    assert before - timedelta(seconds=2) < found < datetime.now(UTC) + timedelta(seconds=2)


def test_one_at_a_time_holds_a_lease_and_keeps_its_epoch(db: database.Database) -> None:
    assert db.write_sync(leases.hold, "decide", "a", MINUTE) == 1
    assert db.write_sync(leases.hold, "decide", "b", MINUTE) is None
    assert db.write_sync(leases.hold, "decide", "a", MINUTE) == 1
    assert db.write_sync(leases.hold, "look up", "b", MINUTE) == 1


def test_a_lease_that_has_ended_goes_to_the_next_under_a_new_epoch(db: database.Database) -> None:
    db.write_sync(leases.hold, "decide", "a", NOTHING)
    assert db.write_sync(leases.hold, "decide", "a", NOTHING) == 1  # nobody wanted it
    assert db.write_sync(leases.hold, "decide", "b", MINUTE) == 2
    assert db.write_sync(leases.hold, "decide", "a", MINUTE) is None
    with pytest.raises(Overtaken):
        db.write_sync(leases.check, "decide", 1)
    db.write_sync(leases.check, "decide", 2)


def test_a_lease_is_given_up_by_its_holder_only(db: database.Database) -> None:
    db.write_sync(leases.hold, "decide", "a", MINUTE)
    db.write_sync(leases.let_go, "decide", "b")
    assert db.write_sync(leases.hold, "decide", "b", MINUTE) is None
    db.write_sync(leases.let_go, "decide", "a")
    assert db.write_sync(leases.hold, "decide", "b", MINUTE) == 2


def test_what_an_earlier_holder_writes_is_refused_whole(db: database.Database) -> None:
    db.write_sync(leases.hold, "decide", "a", NOTHING)
    guarded = db.guarded(lambda connection: leases.check(connection, "decide", 1))
    count = "INSERT INTO counters (name, value) VALUES (:name, 1)"
    guarded.write_sync(lambda connection: connection.execute(count, {"name": "mine"}))
    db.write_sync(leases.hold, "decide", "b", MINUTE)
    with pytest.raises(Overtaken):
        guarded.write_sync(lambda connection: connection.execute(count, {"name": "late"}))
    names = db.read_sync(lambda connection: connection.execute("SELECT name FROM counters ORDER BY name"))
    assert [row.text("name") for row in names] == ["mine", "revision"]


def test_a_worker_that_is_silent_is_taken_for_dead_and_told_so(db: database.Database) -> None:
    one, other = (db.write_sync(leases.register, name) for name in ("one", "other"))
    assert db.write_sync(leases.seen, one)
    assert db.read_sync(leases.dead, MINUTE) == []
    assert not db.write_sync(leases.bury, one, MINUTE)
    assert db.write_sync(leases.bury, one, -MINUTE)
    assert not db.write_sync(leases.seen, one)
    with pytest.raises(Overtaken):
        db.write_sync(leases.check_alive, one)
    db.write_sync(leases.check_alive, other)
    assert db.read_sync(leases.count) == 1
    db.write_sync(leases.unregister, other)
    assert db.read_sync(leases.count) == 0


def test_taking_over_waits_for_what_the_holder_is_writing_and_renewing_does_not(postgresql_url: str) -> None:
    old, new = database.open(postgresql_url), database.open(postgresql_url)
    old.write_sync(leases.hold, "decide", "a", NOTHING)
    inside, go_on = threading.Event(), threading.Event()

    def slowly(connection: database.Connection) -> None:
        leases.check(connection, "decide", 1)
        inside.set()
        assert go_on.wait(30)

    writing = threading.Thread(target=old.write_sync, args=(slowly,))
    writing.start()
    assert inside.wait(30)
    assert old.write_sync(leases.hold, "decide", "a", NOTHING) == 1
    taken: list[int | None] = []
    taking = threading.Thread(target=lambda: taken.append(new.write_sync(leases.hold, "decide", "b", MINUTE)))
    taking.start()
    _until_somebody_waits(postgresql_url)
    assert taken == []
    go_on.set()
    for thread in (writing, taking):
        thread.join(30)
    assert taken == [2]
    for db in (old, new):
        db.close_sync()


def _until_somebody_waits(url: str) -> None:
    watcher = database.open(url)
    waiting = "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while not watcher.read_sync(lambda connection: connection.execute(waiting))[0].integer("n"):
        pass
    watcher.close_sync()
