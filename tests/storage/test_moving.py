"""Everything of a SQLite file in a new PostgreSQL: each table, each row, and the numbers that come next."""

import threading

import psycopg
import pytest

from storage import database, moving
from storage.connection import Connection
from tests.conftest import Server


def _fill(db: Connection) -> None:
    at = "2026-11-23T00:00:00.000000Z"
    db.executemany(
        "INSERT INTO subscribers (id, number_hash, number_sealed, role, state, created_at)"
        " VALUES (:id, :hash, :sealed, 'resident', 'active', :at)",
        [{"id": i, "hash": f"h{i}", "sealed": bytes([i % 256, 0, 255]), "at": at} for i in range(1, 4500, 2)],
    )
    db.execute(
        "INSERT INTO registrations (subscriber_id, municipality, language, places, groups, created_at, updated_at)"
        " VALUES (3, '17204', 'ja', '17204', '寮 ''A''', :at, :at)",
        {"at": at},
    )
    db.execute("UPDATE counters SET value = 7 WHERE name = 'revision'")


@pytest.fixture
def filled(sqlite_url: str):
    db = database.open(sqlite_url)
    db.write_sync(_fill)
    yield db
    db.close_sync()


@pytest.fixture
def fresh(tmp_path):
    new = database.open(tmp_path / "new.db")
    yield new.read_sync(moving.sums)
    new.close_sync()


@pytest.fixture
def target_url(postgresql_server: Server):
    return postgresql_server.create()


@pytest.fixture
def target(target_url):
    db = database.open(target_url)
    db.migrate()
    yield db
    db.close_sync()


def _move(source, target, fresh):
    return target.write_sync(lambda there: source.read_sync(lambda here: moving.move(here, there, fresh)))


def test_a_new_database_of_either_engine_holds_the_same(fresh, target):
    assert target.read_sync(moving.sums) == fresh


def test_every_row_arrives_and_numbers_go_on_behind_the_last(filled, target, fresh):
    moved = _move(filled, target, fresh)
    assert moved == filled.read_sync(moving.sums) == target.read_sync(moving.sums)
    assert moved["subscribers"].rows == 2250
    assert set(moved) == {table.name for table in target.read_sync(moving.tables)}

    def add(db: Connection) -> int:
        rows = db.execute(
            "INSERT INTO subscribers (number_hash, number_sealed, role, state, created_at)"
            " VALUES ('new', :sealed, 'resident', 'active', '') RETURNING id",
            {"sealed": b"x"},
        )
        return rows[0].integer("id")

    assert target.write_sync(add) == 4500


def test_a_database_at_work_is_refused_before_anything_is_locked(filled, target, target_url, fresh):
    target.write_sync(_fill)
    refused: list[Exception] = []

    def move() -> None:
        try:
            _move(filled, target, fresh)
        except moving.NotEmpty as wrong:
            refused.append(wrong)

    with psycopg.connect(target_url) as working:
        working.execute("SELECT id FROM subscribers FOR UPDATE")
        moves = threading.Thread(target=move)
        moves.start()
        moves.join(60)
        while_locked = list(refused)
    moves.join(60)
    assert len(while_locked) == 1 and "subscribers" in str(while_locked[0])


def test_a_target_that_holds_anything_is_refused_and_stays_as_it_is(filled, target, fresh):
    target.write_sync(lambda db: db.execute("INSERT INTO counters (name, value) VALUES ('mine', 1)"))
    before = target.read_sync(moving.sums)
    with pytest.raises(moving.NotEmpty, match="counters"):
        _move(filled, target, fresh)
    assert target.read_sync(moving.sums) == before


_SPOIL = """
CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.state = 'stopped'; RETURN NEW; END $$;
CREATE TRIGGER spoil BEFORE INSERT ON subscribers FOR EACH ROW WHEN (NEW.id = 4499) EXECUTE FUNCTION spoil();
"""


def test_what_does_not_arrive_as_it_was_sent_is_not_kept(filled, target, target_url, fresh):
    with psycopg.connect(target_url) as other:
        other.execute(_SPOIL)
    with pytest.raises(moving.Differs, match="subscribers"):
        _move(filled, target, fresh)
    assert target.read_sync(moving.sums) == fresh


def test_a_checksum_sees_one_changed_row(filled):
    before = filled.read_sync(moving.sums)
    filled.write_sync(lambda db: db.execute("UPDATE subscribers SET state = 'stopped' WHERE id = 3"))
    after = filled.read_sync(moving.sums)
    assert before["subscribers"].rows == after["subscribers"].rows
    assert {name for name in before if before[name] != after[name]} == {"subscribers"}
