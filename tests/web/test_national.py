"""The state of Japan for everybody: JSON and page, over the real application on both engines."""

import asyncio
import json
from datetime import timedelta

import pytest

from alerts import store
from alerts.report import Facts
from alerts.store import InForce
from alerts.vocabulary import NONE, Hazard
from storage.database import Database
from tests.web import rows
from tests.web.conftest import Open
from tests.web.rows import NOW, ago
from tests.web.states import a_state


def put(db: Database, *states: tuple[str, str, str], digest: str = "d1", **more: object) -> None:
    """Rows of the state as deciding writes them: (hazard, place, grade)."""
    given: dict[str, object] = {
        "event": "",
        "since": ago(60),
        "revision": 1,
        "ends_at": None,
        "facts": Facts(),
        "broadcast_id": None,
    }
    found = [
        InForce(hazard=Hazard(hazard), place=place, grade=grade, digest=digest, **(given | more))  # type: ignore[arg-type]
        for hazard, place, grade in states
    ]
    db.write_sync(store.set_in_force, found)


@pytest.fixture
def japan(db: Database) -> Database:
    """Rain in Wajima and Hiroshima, a tsunami forecast that ends, an earthquake."""

    def fill(connection):
        for digest, kind in (("d1", "VPWW55"), ("d2", "VTSE41")):
            rows.a_telegram(connection, digest, kind)
            rows.insert(
                connection, "reports", digest=digest, hazard="x", status="Actual", lineage="l", event="",
                sent=ago(60.5), body="{}",
            )  # fmt: skip

    db.write_sync(fill)
    put(db, ("heavy_rain", "17204", "L4"), ("heavy_rain", "34202", "L3"), ("heavy_rain", "17205", NONE))
    put(db, ("tsunami", "17204", "forecast"), digest="d2", ends_at=ago(-30), facts=Facts(height=0.2))
    put(db, ("earthquake", "17204", "5+"), digest="gone", event="20261123110000", ends_at=ago(-10))
    return db


async def read(browse: Open, db: Database, query: str = "", status: int = 200, clock=lambda: NOW):
    client = await browse(a_state(db, clock=clock))
    answer = await client.get(f"/api/v1/state{query}")
    assert answer.status == status
    assert answer.content_type == "application/json"
    return await answer.json()


async def test_every_place_and_hazard_in_force_with_its_beginning_and_telegram(browse: Open, japan: Database) -> None:
    document = await read(browse, japan)
    assert document["at"] == "2026-11-23T03:00:00Z"
    assert [(r["hazard"], r["place"], r["grade"]) for r in document["in_force"]] == [
        ("earthquake", "17204", "5+"),
        ("heavy_rain", "17204", "L4"),
        ("heavy_rain", "34202", "L3"),
        ("tsunami", "17204", "forecast"),
    ]
    assert document["in_force"][3] == {
        "hazard": "tsunami",
        "event": None,
        "place": "17204",
        "grade": "forecast",
        "since": "2026-11-23T02:00:00Z",
        "ends_at": "2026-11-23T03:30:00Z",
        "telegram": {"type": "VTSE41", "digest": "d2", "sent": "2026-11-23T01:59:30Z"},
        "facts": {"height": 0.2},
    }
    assert (document["in_force"][0]["event"], document["in_force"][0]["telegram"]) == ("20261123110000", None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?hazard=tsunami", ["tsunami 17204"]),
        ("?hazard=tsunami,earthquake", ["earthquake 17204", "tsunami 17204"]),
        ("?place=34202", ["heavy_rain 34202"]),
        ("?prefecture=34&prefecture=17&hazard=heavy_rain", ["heavy_rain 17204", "heavy_rain 34202"]),
        ("?hazard=flood", []),
        ("?place=01100", []),
    ],
)
async def test_filters_leave_the_rest_out(browse: Open, japan: Database, query: str, expected: list[str]) -> None:
    document = await read(browse, japan, query)
    assert [f"{row['hazard']} {row['place']}" for row in document["in_force"]] == expected


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("?hazard=rain", "unknown_hazard", "hazard"),
        ("?place=1720", "unknown_place", "place"),
        ("?place=", "unknown_place", "place"),
        ("?prefecture=48", "unknown_prefecture", "prefecture"),
        ("?city=17204", "unknown_parameter", "city"),
    ],
)
async def test_a_filter_that_makes_no_sense_is_an_error_in_the_usual_shape(
    browse: Open, japan: Database, query: str, code: str, parameter: str
) -> None:
    error = (await read(browse, japan, query, 400))["error"]
    assert (error["code"], error["details"]["parameter"]) == (code, parameter)
    assert error["message"]


async def test_what_changes_is_seen_at_the_next_look_and_what_ends_by_time_is_gone(
    browse: Open, japan: Database
) -> None:
    moment = [NOW]
    client = await browse(a_state(japan, clock=lambda: moment[0]))

    async def seen() -> list[str]:
        found = json.loads(await (await client.get("/api/v1/state")).text())
        return [f"{row['hazard']} {row['grade']}" for row in found["in_force"]]

    assert await seen() == ["earthquake 5+", "heavy_rain L4", "heavy_rain L3", "tsunami forecast"]
    put(japan, ("heavy_rain", "17204", "L5"))
    assert await seen() == ["earthquake 5+", "heavy_rain L5", "heavy_rain L3", "tsunami forecast"]
    moment[0] = NOW + timedelta(minutes=10)
    assert await seen() == ["heavy_rain L5", "heavy_rain L3", "tsunami forecast"]
    moment[0] = NOW + timedelta(minutes=31)
    assert await seen() == ["heavy_rain L5", "heavy_rain L3"]


async def test_the_page_names_every_municipality_in_both_languages(browse: Open, japan: Database) -> None:
    client = await browse(a_state(japan))
    english = await (await client.get("/state?lang=en")).text()
    assert "Wajima" in english and "Hiroshima" in english and "VPWW55" in english and "No SMS" not in english
    japanese = await (await client.get("/state?lang=ja")).text()
    assert "輪島市" in japanese and "全国の発表状況" in japanese
    assert "呉市" in await (await client.get("/state?lang=ja&prefecture=34")).text()
    assert "輪島市" not in await (await client.get("/state?lang=ja&prefecture=34")).text()
    assert (await client.get("/state?hazard=rain")).status == 400


async def test_anybody_may_see_it_wherever_the_service_listens(browse: Open, japan: Database) -> None:
    client = await browse(a_state(japan, http_host="0.0.0.0"))
    assert (await client.get("/state")).status == 200
    assert (await client.get("/api/v1/state")).status == 200
    assert (await client.get("/console")).status == 403


async def test_the_page_is_escaped_and_says_that_no_sms_leaves(browse: Open, db: Database) -> None:
    client = await browse(a_state(db))
    text = await (await client.get("/state?lang=en")).text()
    assert "no SMS leaves this machine" in text
    assert "No warning, advisory or report is in force." in text


async def test_the_page_is_written_once_before_the_first_reader_comes(browse: Open, japan: Database) -> None:
    client = await browse(a_state(japan))
    await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == "warm_state"))
    # behind the back of the counters that tell of a change: who reads only now would find nothing
    japan.write_sync(lambda connection: connection.execute("DELETE FROM in_force"))
    for language, name in (("ja", "輪島市"), ("en", "Wajima")):
        assert name in await (await client.get(f"/state?lang={language}")).text()
    assert len((await (await client.get("/api/v1/state")).json())["in_force"]) == 4


async def test_the_document_of_the_api_describes_it_as_public(browse: Open, japan: Database) -> None:
    client = await browse(a_state(japan))
    operation = (await (await client.get("/api/v1/openapi.json")).json())["paths"]["/api/v1/state"]["get"]
    assert operation["security"] == []
    assert {parameter["name"] for parameter in operation["parameters"]} == {"hazard", "place", "prefecture"}
    assert operation["responses"].keys() == {"200", "400"}
