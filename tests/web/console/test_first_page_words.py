"""The first page in plain words: what a broadcast told, what waits, and how far it has come."""

import json
import re

from storage.connection import Connection
from storage.database import Database
from tests.web import rows
from tests.web.console.conftest import Enter
from web import headings, queries, sayings, words
from web.accounts.roles import Role
from web.headings import Heading

WAJIMA, SUZU = "17204", "17205"


def _snapshot(cause: str = "issued", **after: str) -> str:
    changes = {place: {"after": grade, "cause": cause} for place, grade in after.items()}
    return json.dumps({"changes": {place.removeprefix("p"): change for place, change in changes.items()}})


def _fill(db: Connection) -> None:
    told = rows.a_broadcast(
        db, hazard="landslide", state="complete", planned=9, snapshot=_snapshot(p17204="L3", p17205="L5")
    )
    text = rows.a_text(db, told)
    rows.messages(db, told, text, {"queued": 9})
    rows.a_broadcast(db, hazard="evacuation", snapshot=_snapshot("withdrawn", p17204="none"))
    rows.a_campaign(db, state="waiting")
    rows.a_campaign(db, state="waiting", municipality=SUZU)
    rows.counted(db)


def test_a_heading_is_of_the_worst_place_of_the_reader(db: Database) -> None:
    db.write_sync(_fill)
    assert db.read_sync(headings.read, [1, 2], None) == {
        1: Heading(grade="L5"),
        2: Heading(grade="none", taken_back=True),
    }
    assert db.read_sync(headings.read, [1], frozenset({WAJIMA}))[1] == Heading(grade="L3")
    assert db.read_sync(headings.read, [1], frozenset({"17201"}))[1] == Heading()
    seen = db.read_sync(queries.snapshot, rows.NOW, frozenset({WAJIMA}))
    assert [one.name for one in seen.waiting] == ["Water"]


async def test_the_first_page_names_level_campaign_and_state(enter: Enter, sqlite_db: Database) -> None:
    sqlite_db.write_sync(_fill)
    client = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA))
    now = await (await client.get("/console?lang=en")).text()
    assert "Broadcast 1: Landslide: Level 3" in now
    assert re.search(r'/console/campaigns/1">[^<]*: Water</a>', now)
    assert '/console/campaigns/2"' not in now
    article = now[now.index('id="broadcast-1"') :][:900]
    assert "s-sending" in article and "s-complete" not in article  # its bar says that nine wait
    for path in ("/console/broadcasts", "/console/broadcasts/1", "/console/broadcasts/1/print"):
        assert "Landslide: Level 3" in await (await client.get(f"{path}?lang=en")).text()


def test_calls_and_connections_are_said_in_plain_words() -> None:
    call = (
        "alert evacuation elderly (s1) waits for a second person until 12:00 JST. Decide on /console/waiting,"
        " or by `holds list`."
    )
    said = sayings.say(words.choose("en", ""), call) or ""
    assert "evacuation elderly" not in said and "Evacuation" in said
    fault = (
        "ClientConnectorError: Cannot connect to host 127.0.0.1:9 ssl:default [Connect call failed ('127.0.0.1', 9)]"
    )
    assert sayings.say(words.choose("ja", ""), fault) == "127.0.0.1:9 に接続できません"
