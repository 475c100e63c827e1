"""Everything that is stored of one person is given out, and goes when they leave; on both engines."""

from storage.connection import Connection
from storage.database import Database
from subscribers import further, store
from subscribers.further import Further
from tests.conftest import FakeClock
from tests.subscribers.test_own import HASH, SEALER, join

#: by `own.stored` or `further.of`
_GIVEN = {
    *("registrations", "messages", "consents", "kept_texts"),
    *("triage", "place_choices", "drill_people", "drill_messages"),
}
#: the places of a registration or a message once more, and whom the service has yet to tell something
_AGAIN = {"subscriber_places", "message_places", "newcomers"}
_NOW = "2026-11-23T00:00:00.000000Z"
_ROWS = (
    "INSERT INTO drills (municipality, scenario, script, audience, group_name, phones, pace, host, state,"
    " submitted_by, submitted_at) VALUES ('17204', 's', '', 'people', 'g', 0, 1, '', 'ended', 'user:a', :now)",
    "INSERT INTO drill_texts (drill_id, moment, place, language, voice, text, segments)"
    " VALUES (1, 1, '17204', 'my', 'my', 'Drill words', 1)",
    "INSERT INTO drill_messages (drill_id, moment, text_id, subscriber_id, language, state, created_at, expires_at,"
    " asks) VALUES (1, 1, 1, :id, 'my', 'delivered', :now, :now, 0)",
    "INSERT INTO drill_people VALUES ('17204', :id, :now, 'user:a')",
    "INSERT INTO kept_texts (municipality, subscriber_id, sealed, received_at) VALUES ('17204', :id, :sealed, :now)",
    "INSERT INTO triage (municipality, subscriber_id, place, says, said_at)"
    " VALUES ('17204', :id, '17204', 'help', :now)",
    "INSERT INTO place_choices (subscriber_id, places, asked_at) VALUES (:id, '13206,34208', :now)",
)


def filled(connection: Connection, identity: int) -> None:
    for statement in _ROWS:
        given = {"now": _NOW, "id": identity, "sealed": SEALER.seal_text("my own words")}
        connection.execute(statement, {name: value for name, value in given.items() if f":{name}" in statement})


def knowing_people(connection: Connection) -> set[str]:
    tables = [row.text("name") for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns = "SELECT name FROM pragma_table_info(:t) WHERE name = 'subscriber_id'"
    return {table for table in tables if connection.execute(columns, {"t": table})}


def test_what_is_written_said_and_drilled_is_given_out_and_goes_at_once(db: Database, clock: FakeClock) -> None:
    identity = join(db, clock)
    db.write_sync(filled, identity)
    found: Further = db.read_sync(further.of, identity, SEALER.open_text)
    assert [(one.municipality, one.text) for one in found.wrote] == [("17204", "my own words")]
    assert [(one.says, one.place) for one in found.safety] == [("help", "17204")]
    assert found.asked_back == ("13206", "34208")
    assert [one.municipality for one in found.drills] == ["17204"]
    assert [(one.kind, one.text) for one in found.drill_texts] == [("drill", "Drill words")]
    assert [one.action for one in found.log] == ["registered themself"]
    db.write_sync(store.erase, HASH)
    left = db.read_sync(further.of, identity, SEALER.open_text)
    assert (left.wrote, left.safety, left.asked_back, left.drills, left.drill_texts) == ((), (), (), (), ())


def test_no_table_about_people_is_forgotten(db: Database) -> None:
    if db.engine == "sqlite":
        assert db.read_sync(knowing_people) == _GIVEN | _AGAIN
