"""The door, the same on both engines."""

import asyncio
import threading
from datetime import UTC, datetime
from enum import StrEnum

import pytest

from storage import database

_ADD = "INSERT INTO counters (name, value) VALUES (:name, :value)"


def _add(db: database.Connection, name: str, value: int = 0) -> int:
    return db.execute_count(_ADD, {"name": name, "value": value})


def _names(db: database.Connection) -> list[str]:
    return [row.text("name") for row in db.execute("SELECT name FROM counters ORDER BY name")]


def test_a_fresh_database_is_migrated_and_holds_the_counters(db: database.Database) -> None:
    assert db.read_sync(_names) == ["revision"]
    assert db.pending_migrations() == []
    assert db.migrate() == []


def test_a_write_is_seen_by_the_next_read(db: database.Database) -> None:
    assert db.write_sync(_add, "a", value=7) == 1
    assert db.read_sync(_names) == ["a", "revision"]


async def test_many_tasks_write_at_once_and_every_row_arrives(db: database.Database) -> None:
    await asyncio.gather(*(db.write(_add, f"n{number:03}") for number in range(300)))
    assert len(await db.read(_names)) == 301


async def test_an_exception_takes_back_its_own_changes_only(db: database.Database) -> None:
    def fail(connection: database.Connection, name: str) -> None:
        _add(connection, name)
        raise LookupError(name)

    outcomes = await asyncio.gather(
        *(db.write(fail if number % 2 else _add, f"n{number}") for number in range(10)),
        return_exceptions=True,
    )
    assert [isinstance(outcome, LookupError) for outcome in outcomes] == [False, True] * 5
    assert await db.read(_names) == ["n0", "n2", "n4", "n6", "n8", "revision"]


def test_a_second_row_with_the_same_key_is_a_conflict(db: database.Database) -> None:
    db.write_sync(_add, "a")
    with pytest.raises(database.Conflict):
        db.write_sync(_add, "a")


def test_a_missing_parent_is_a_conflict(db: database.Database) -> None:
    with pytest.raises(database.Conflict):
        db.write_sync(
            lambda connection: connection.execute("INSERT INTO newcomers (subscriber_id, since) VALUES (1, '')")
        )


def test_null_in_a_text_key_is_a_conflict(db: database.Database) -> None:
    with pytest.raises(database.Conflict):
        db.write_sync(lambda connection: connection.execute(_ADD, {"name": None, "value": 1}))


def test_a_swallowed_failure_does_not_commit(db: database.Database) -> None:
    def swallow(connection: database.Connection) -> None:
        _add(connection, "a")
        try:
            _add(connection, "a")
        except database.Conflict:
            return

    with pytest.raises(database.StorageError):
        db.write_sync(swallow)
    assert db.read_sync(_names) == ["revision"]


def test_after_a_failure_the_transaction_takes_no_other_statement(db: database.Database) -> None:
    def go_on(connection: database.Connection) -> None:
        try:
            _add(connection, "revision")
        except database.Conflict:
            _add(connection, "b")

    with pytest.raises(database.StorageError):
        db.write_sync(go_on)
    db.write_sync(_add, "c")
    assert db.read_sync(_names) == ["c", "revision"]


def test_a_read_cannot_write(db: database.Database) -> None:
    with pytest.raises(database.StorageError):
        db.read_sync(_add, "a")


def test_a_read_sees_one_moment(db: database.Database) -> None:
    def look_twice(connection: database.Connection) -> tuple[list[str], list[str]]:
        before = _names(connection)
        thread = threading.Thread(target=db.write_sync, args=(_add, "a"))
        thread.start()
        thread.join()
        return before, _names(connection)

    before, after = db.read_sync(look_twice)
    assert before == after == ["revision"]
    assert db.read_sync(_names) == ["a", "revision"]


def test_reads_run_beside_each_other(db: database.Database) -> None:
    def inner(connection: database.Connection) -> list[str]:
        return db.read_sync(_names)

    assert db.read_sync(inner) == ["revision"]


@pytest.mark.parametrize(
    "sql",
    [
        "COMMIT",
        "rollback",
        "  -- why\n SAVEPOINT x",
        "SELECT 1 AS x; SELECT 2 AS x",
        "",
        "-- nothing",
        "SELECT 'x",
    ],
)
def test_statements_that_are_not_for_store_functions(db: database.Database, sql: str) -> None:
    with pytest.raises(database.StorageError):
        db.write_sync(lambda connection: connection.execute(sql))
    db.write_sync(_add, "still well")


def test_a_missing_parameter_is_an_error(db: database.Database) -> None:
    with pytest.raises(database.StorageError):
        db.write_sync(lambda connection: connection.execute(_ADD, {"name": "a"}))


def test_many_rows_at_once_arrive_as_they_were_given_and_those_that_are_there_stay(db: database.Database) -> None:
    names = [f"n{number:04}" for number in range(1200)] + ["it's %s; --", '\\x "', "こ", "n0000"]
    values = [-number for number in range(len(names))]

    def add(connection: database.Connection) -> None:
        rows = [{"name": name, "value": value} for name, value in zip(names, values, strict=True)]
        connection.executemany(_ADD + " ON CONFLICT (name) DO NOTHING", iter(rows))

    def look(connection: database.Connection) -> dict[str, int]:
        rows = connection.execute("SELECT name, value FROM counters WHERE name <> 'revision'")
        return {row.text("name"): row.integer("value") for row in rows}

    db.write_sync(add)
    assert db.read_sync(look) == dict(zip(names[:-1], values[:-1], strict=True))
    with pytest.raises(database.Conflict):
        db.write_sync(lambda connection: connection.executemany(_ADD, [{"name": "new", "value": 1}] * 2))
    with pytest.raises(database.StorageError):
        db.write_sync(lambda connection: connection.executemany(_ADD, [{"name": "new"}]))
    db.write_sync(lambda connection: connection.executemany(_ADD, []))
    assert db.read_sync(look) == dict(zip(names[:-1], values[:-1], strict=True))


def test_strings_comments_and_percent_signs_are_left_alone(db: database.Database) -> None:
    def look(connection: database.Connection) -> list[object]:
        row = connection.execute(
            """SELECT ':no' AS a, '100%' AS b, 'it''s :x' AS c, 17 % 5 AS d /* :y '%s' */, :e AS "e%" -- :z ;
            WHERE 'abc' LIKE 'a%' AND 'ABC' NOT LIKE 'a%' AND :null IS NULL""",
            {"e": "%s :name", "null": None},
        )[0]
        return list(row.values())

    assert db.read_sync(look) == [":no", "100%", "it's :x", 2, "%s :name"]


def test_values_come_back_as_they_went_in(db: database.Database) -> None:
    class Word(StrEnum):
        ALERT = "Alert"

    def look(connection: database.Connection) -> list[object]:
        connection.execute(
            "INSERT INTO telegrams (digest, type, file_name, received_at, size, body, state)"
            " VALUES (:digest, :type, :file, :at, :size, :body, :state)",
            {
                "digest": "灯火 👋🏽",
                "type": Word.ALERT,
                "file": "",
                "at": "01100",
                "size": 2**40,
                "body": b"\x00\xff'%",
                "state": 5,
            },
        )
        row = connection.execute("SELECT id, digest, type, received_at, size, body, state FROM telegrams")[0]
        return list(row.values())

    assert db.write_sync(look) == [1, "灯火 👋🏽", "Alert", "01100", 2**40, b"\x00\xff'%", "5"]


def test_flags_sums_and_averages_have_the_same_types(db: database.Database) -> None:
    def look(connection: database.Connection) -> list[object]:
        _add(connection, "a", 3)
        _add(connection, "b", True)
        row = connection.execute(
            "SELECT SUM(value) AS s, AVG(value) AS a, COUNT(*) AS c, MAX(value) > 2 AS f, :yes AS y FROM counters",
            {"yes": True},
        )[0]
        return [
            row.integer("s"),
            round(row.number("a"), 6),
            row.integer("c"),
            row.flag("f"),
            row["f"],
            row["y"],
        ]

    found = db.write_sync(look)
    assert found == [4, 1.333333, 3, True, 1, 1]
    assert type(found[4]) is int


@pytest.mark.parametrize("value", [datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC).date()])
def test_a_time_as_a_parameter_is_refused(db: database.Database, value: object) -> None:
    with pytest.raises(database.StorageError):
        db.write_sync(lambda connection: connection.execute("SELECT :x AS x", {"x": value}))


def test_a_word_in_a_number_column_is_refused(db: database.Database) -> None:
    with pytest.raises(database.StorageError):
        db.write_sync(lambda connection: connection.execute(_ADD, {"name": "a", "value": "many"}))


def test_counts_of_changed_rows(db: database.Database) -> None:
    def count(connection: database.Connection) -> list[int]:
        connection.executemany(_ADD, ({"name": f"n{number}", "value": number} for number in range(5)))
        return [
            connection.execute_count("UPDATE counters SET value = 9 WHERE value > :low", {"low": 1}),
            connection.execute_count(f"{_ADD} ON CONFLICT (name) DO NOTHING", {"name": "n1", "value": 0}),
            connection.execute_count(
                "WITH old AS (SELECT name, value FROM counters WHERE value = 9)"
                " INSERT INTO counters (name, value) SELECT '+' || name, value FROM old WHERE name <> :not",
                {"not": "n4"},
            ),
            connection.execute_count("DELETE FROM counters WHERE name = 'nobody'"),
        ]

    assert db.write_sync(count) == [3, 0, 2, 0]


def test_returning_gives_rows_in_both_kinds_of_upsert(db: database.Database) -> None:
    sql = f"{_ADD} ON CONFLICT (name) DO UPDATE SET value = excluded.value RETURNING name, value"

    def upsert(connection: database.Connection) -> list[tuple[str, int]]:
        rows = [connection.execute(sql, {"name": "a", "value": value})[0] for value in (1, 2)]
        return [(row.text("name"), row.integer("value")) for row in rows]

    assert db.write_sync(upsert) == [("a", 1), ("a", 2)]


def test_text_is_ordered_by_code_point(db: database.Database) -> None:
    for name in ("b", "B", "_", "あ", "é"):
        db.write_sync(_add, name)
    assert db.read_sync(_names) == ["B", "_", "b", "revision", "é", "あ"]


async def test_stop_iteration_reaches_the_caller(db: database.Database) -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await db.write(lambda _: next(iter([])))


async def test_a_caller_cancelled_before_its_turn_writes_nothing(db: database.Database) -> None:
    release, started = threading.Event(), threading.Semaphore(0)

    def hold(_: database.Connection) -> None:
        started.release()
        release.wait(10)

    holders = [asyncio.ensure_future(db.write(hold)) for _ in range(1 if db.engine == "sqlite" else 2)]
    for _ in holders:
        await asyncio.to_thread(started.acquire)
    late = asyncio.ensure_future(db.write(_add, "late"))
    await asyncio.sleep(0)
    late.cancel()
    with pytest.raises(asyncio.CancelledError):
        await late
    release.set()
    await asyncio.gather(*holders)
    assert await db.read(_names) == ["revision"]


def test_close_answers_what_is_queued_and_refuses_the_rest(db: database.Database) -> None:
    done: list[int] = []
    threads = [threading.Thread(target=lambda n=n: done.append(db.write_sync(_add, f"n{n}"))) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.close_sync()
    db.close_sync()
    assert done == [1, 1, 1]
    for call in (db.read_sync, db.write_sync):
        with pytest.raises(database.StorageUnavailable):
            call(_names)


async def test_closing_in_a_loop(db: database.Database) -> None:
    waiting = [asyncio.ensure_future(db.write(_add, f"n{number}")) for number in range(50)]
    await asyncio.sleep(0)
    await db.close()
    assert sum(await asyncio.gather(*waiting)) == 50
    with pytest.raises(database.StorageUnavailable):
        await db.read(_names)
