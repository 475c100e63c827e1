"""What is PostgreSQL's own: pending migrations, a server that is gone, nothing left behind."""

import asyncio
import threading
import tracemalloc

import pytest

from storage import database, tickets
from storage.connection import Role
from tests.conftest import Server


def _one(db: database.Connection) -> int:
    return db.execute("SELECT 1 AS one")[0].integer("one")


def test_serve_refuses_a_schema_that_is_not_up_to_date(postgresql_server: Server) -> None:
    url = postgresql_server.create()
    with pytest.raises(database.StorageError, match=r"lacks 0001_initial.*migrate"):
        database.open(url, role="serve")
    tool = database.open(url)
    assert "0001_initial" in tool.pending_migrations()
    assert "0001_initial" in tool.migrate()
    assert tool.migrate() == []
    tool.close_sync()
    database.open(url, role="serve").close_sync()


def test_two_processes_that_migrate_together_do_it_once(postgresql_server: Server) -> None:
    url = postgresql_server.create()
    both = [database.open(url), database.open(url)]
    done: list[list[str]] = []
    threads = [threading.Thread(target=lambda db=db: done.append(db.migrate())) for db in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for db in both:
        db.close_sync()
    assert sorted(map(len, done))[0] == 0
    assert sorted(map(len, done))[1] > 0


async def test_any_number_of_processes_serve_on_one_database(postgresql_url: str) -> None:
    several = [database.open(postgresql_url, role="serve") for _ in range(3)]
    assert [await db.read(_one) for db in several] == [1, 1, 1]
    assert await several[0].changed() is None
    for db in several:
        await db.close()


def test_the_runners_tables_stand_apart_and_are_made_once(postgresql_server: Server) -> None:
    url = postgresql_server.create()
    tool = database.open(url)
    runner = f"runner {tickets.version()}"
    assert runner in tool.pending_migrations()
    assert tool.migrate()[-1] == runner
    assert tool.pending_migrations() == []
    schemas = "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'procrastinate%'"
    rows = tool.read_sync(lambda connection: connection.execute(schemas))
    tool.close_sync()
    assert [row.text("schemaname") for row in rows] == [tickets.SCHEMA]


@pytest.mark.parametrize(("role", "longest"), [("serve", "10s"), ("pulse", "10s"), ("tool", "0")])
def test_only_a_process_that_others_wait_for_may_not_stand_still(postgresql_url: str, role: Role, longest: str) -> None:
    db = database.open(postgresql_url, role=role)
    asked = "SELECT current_setting('idle_in_transaction_session_timeout') AS longest"
    assert db.read_sync(lambda connection: connection.execute(asked))[0].text("longest") == longest
    db.close_sync()


def test_statements_are_not_kept_after_they_were_run(postgresql_url: str) -> None:
    db = database.open(postgresql_url, role="serve")

    def long_one(number: int) -> int:
        told = {"words": f"{number}" + "x" * 200_000}
        return db.read_sync(lambda connection: connection.execute("SELECT length(:words) AS n", told))[0].integer("n")

    long_one(0)
    tracemalloc.start()
    try:
        for number in range(20):
            long_one(number)
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()
        db.close_sync()


def test_a_cut_connection_is_replaced(postgresql_url: str) -> None:
    db = database.open(postgresql_url)
    db.read_sync(_one)
    other = database.open(postgresql_url)
    other.write_sync(
        lambda connection: connection.execute(
            "SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend' AND application_name <> 'tests'"
        )
    )
    other.close_sync()
    assert db.read_sync(_one) == 1
    db.close_sync()


def test_a_connection_cut_in_the_middle_is_unavailable(postgresql_url: str) -> None:
    def cut(connection: database.Connection) -> None:
        connection.execute("INSERT INTO counters (name, value) VALUES ('lost', 1)")
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid()) AS done")

    db = database.open(postgresql_url)
    with pytest.raises(database.StorageUnavailable):
        db.write_sync(cut)
    count = db.read_sync(lambda connection: connection.execute("SELECT COUNT(*) AS n FROM counters")[0].integer("n"))
    assert count == 1
    db.close_sync()


def test_a_server_that_is_not_there_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.postgresql._PATIENCE", 0.3)
    with pytest.raises(database.StorageUnavailable) as caught:
        database.open("postgresql://somebody:secret@127.0.0.1:1/tomoshibi")
    assert "127.0.0.1/tomoshibi does not answer" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_nothing_is_left_after_ten_databases(postgresql_url: str) -> None:
    before = threading.active_count()
    for _ in range(10):
        db = database.open(postgresql_url)
        assert asyncio.run(db.read(_one)) == 1
        db.close_sync()
    assert threading.active_count() == before
