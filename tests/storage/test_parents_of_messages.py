"""A message has its person, its text and its broadcast as long as it lives, on both engines (decision 21)."""

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import database
from storage.connection import Connection
from tests.web import rows

ORPHANS = """
SELECT count(*) AS n FROM messages m WHERE NOT EXISTS (SELECT 1 FROM subscribers s WHERE s.id = m.subscriber_id)
  OR NOT EXISTS (SELECT 1 FROM broadcasts b WHERE b.id = m.broadcast_id)
  OR NOT EXISTS (SELECT 1 FROM texts t WHERE t.id = m.text_id AND t.broadcast_id = m.broadcast_id)
"""
_MESSAGE = """
INSERT INTO messages (broadcast_id, subscriber_id, text_id, change_key, hazard, event, place, grade, kind, revision,
    language, segments, priority, state, created_at, expires_at)
VALUES (:broadcast, :person, :text, 'b', '', '', '', '', 'new', 1, 'en', 1, 10, 'queued', '', '')
"""
_TABLES = ("subscribers", "broadcasts", "texts", "messages")


def _filled(db: Connection) -> tuple[int, int, int]:
    """Broadcast, text and person of the one message."""
    broadcast = rows.a_broadcast(db)
    text = rows.a_text(db, broadcast)
    rows.messages(db, broadcast, text, {"queued": 1})
    return broadcast, text, db.execute("SELECT subscriber_id AS id FROM messages")[0].integer("id")


def _message(db: Connection, broadcast: int, text: int, person: int) -> None:
    db.execute(_MESSAGE, {"broadcast": broadcast, "text": text, "person": person})


def _delete(db: Connection, table: str, identity: int) -> int:
    return db.execute_count(f"DELETE FROM {table} WHERE id = :id", {"id": identity})


def _orphans(db: Connection) -> int:
    return db.execute(ORPHANS)[0].integer("n")


def _another_person(db: Connection) -> int:
    return rows.insert(
        db, "subscribers", number_hash="x", number_sealed=b"", role="resident", state="active", created_at=rows.NOW
    )


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_no_message_without_its_broadcast_its_text_and_its_person(db: database.Database, missing: int) -> None:
    broadcast, text, _ = db.write_sync(_filled)
    parents = [broadcast, text, db.write_sync(_another_person)]
    parents[missing] = 999
    with pytest.raises(database.Conflict):
        db.write_sync(_message, *parents)
    assert db.read_sync(_orphans) == 0


@pytest.mark.parametrize(("table", "index"), [("broadcasts", 0), ("texts", 1), ("subscribers", 2)])
def test_whatever_a_message_has_cannot_be_deleted_before_it(db: database.Database, table: str, index: int) -> None:
    parents = db.write_sync(_filled)
    with pytest.raises(database.Conflict):
        db.write_sync(_delete, table, parents[index])
    db.write_sync(lambda connection: connection.execute("DELETE FROM messages"))
    db.write_sync(lambda connection: connection.execute("DELETE FROM texts WHERE id <> :id", {"id": parents[1]}))
    if table == "broadcasts":
        db.write_sync(_delete, "texts", parents[1])
    assert db.write_sync(_delete, table, parents[index]) == 1


@pytest.mark.parametrize("table", ["texts", "subscribers"])
def test_whoever_deletes_waits_for_the_message_that_is_being_queued(postgresql_url: str, table: str) -> None:
    db = database.open(postgresql_url)
    broadcast, text, _ = db.write_sync(_filled)
    person = db.write_sync(_another_person)
    db.write_sync(lambda connection: connection.execute("DELETE FROM messages"))
    refused: list[Exception] = []

    def delete() -> None:
        try:
            db.write_sync(_delete, table, text if table == "texts" else person)
        except database.Conflict as error:
            refused.append(error)

    def queue(connection: Connection) -> None:
        _message(connection, broadcast, text, person)
        thread.start()
        waits = "SELECT count(*) AS n FROM pg_locks WHERE NOT granted"
        while not connection.execute(waits)[0].integer("n"):
            assert thread.is_alive()

    thread = threading.Thread(target=delete)
    db.write_sync(queue)
    thread.join()
    assert len(refused) == 1
    assert db.read_sync(_orphans) == 0
    db.close_sync()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([*_TABLES, "add"]), st.integers(1, 4), st.integers(1, 4)), max_size=12))
def test_no_order_of_adding_and_deleting_leaves_an_orphan(
    db: database.Database, steps: list[tuple[str, int, int]]
) -> None:
    def play(connection: Connection) -> None:
        for table in reversed(_TABLES):
            connection.execute(f"DELETE FROM {table}")
        for number in (1, 2, 3):
            rows.insert(
                connection,
                "subscribers",
                id=number,
                number_hash=f"h{number}",
                number_sealed=b"",
                role="resident",
                state="active",
                created_at=rows.NOW,
            )
            rows.a_broadcast(connection, id=number)
            rows.a_text(connection, number, id=number)

    db.write_sync(play)
    for table, one, other in steps:
        try:
            if table == "add":
                db.write_sync(_message, one, one, other)
            else:
                db.write_sync(_delete, table, one)
        except database.Conflict:
            pass
        assert db.read_sync(_orphans) == 0
