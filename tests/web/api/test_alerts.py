"""Alerts and broadcasts through the API: read the own ones, submit for a second person, approve never."""

from typing import Any, get_args

import pytest

from delivery.byhand import applying, signing, submissions
from storage.database import Database
from subscribers.languages import TAGS
from tests.delivery.builders import SUZU, WAJIMA, a_person
from tests.web.api.calling import Client, a_key
from tests.web.conftest import Open
from tests.web.rows import NOW
from tests.web.states import a_state
from web.accounts import store
from web.accounts.roles import Role
from web.api.alerts_models import Tag

URL = "/api/v1/alerts"
ORDER: dict[str, Any] = {"hazard": "evacuation", "grade": "order", "areas": [WAJIMA], "expected_people": 10}
SCHOOL = {"ja": "第3小学校", "latin": "Elementary School 3", "kana": "だい3 しょうがっこう"}
NOTICE: dict[str, Any] = {
    "hazard": "notice",
    "grade": None,
    "topic": "water_station",
    "spot": SCHOOL,
    "until": "2026-11-23T09:00:00Z",
}


@pytest.fixture
async def client(browse: Open, db: Database) -> Client:
    return await browse(a_state(db))


async def post(client: Client, key: dict[str, str], **changes: Any) -> tuple[int, dict[str, Any]]:
    body = {name: value for name, value in (ORDER | changes).items() if value is not None}
    answer = await client.post(URL, json=body, headers=key)
    return answer.status, await answer.json()


async def get(client: Client, key: dict[str, str], path: str) -> tuple[int, Any]:
    answer = await client.get(f"/api/v1/{path}", headers=key)
    return answer.status, await answer.json()


async def test_it_waits_for_a_second_person_and_tells_nobody(client: Client, db: Database) -> None:
    key = a_key(db, Role.COORDINATOR)
    for index in range(6):
        a_person(db, index, WAJIMA, language="vi")
    status, made = await post(client, key)
    assert (status, made["state"], made["people"]) == (202, "waiting", 6)
    assert [len(made[name]) for name in ("texts", "correction")] == [18, 18]
    assert (made["submitted_by"], made["owner"]) == ("key:coordinator-17204", None)
    assert (await get(client, key, f"alerts/{made['id']}"))[1] == made
    status, listed = await get(client, key, "alerts")
    assert (listed["alerts"], [one["id"] for one in listed["waiting"]]) == ([], [made["id"]])
    assert (await get(client, key, "broadcasts"))[1] == {"broadcasts": [], "next": None}


async def test_after_the_second_signature_it_is_an_alert_and_a_broadcast(client: Client, db: Database) -> None:
    key, state = a_key(db, Role.COORDINATOR, owner="aoi"), a_state(db)
    _, made = await post(client, key)
    assert made["owner"] == "user:aoi"
    aoi = signing.Person(name="user:aoi", may=frozenset({WAJIMA}))
    assert db.write_sync(signing.approve, int(made["id"][1:]), aoi, state.desk, NOW).outcome == "own"
    bruno = signing.Person(name="user:bruno", may=frozenset({WAJIMA}))
    assert db.write_sync(signing.approve, int(made["id"][1:]), bruno, state.desk, NOW).outcome == "done"
    for one in db.read_sync(submissions.approved):
        db.write_sync(applying.apply, one, state.places, NOW)
    _, done = await get(client, key, f"alerts/{made['id']}")
    assert (done["state"], done["decided_by"]) == ("done", "user:bruno")
    [broadcast] = done["broadcasts"]
    status, told = await get(client, key, f"broadcasts/{broadcast}")
    assert (status, told["places"], told["messages"]) == (200, {WAJIMA: "order"}, {})
    [alert] = (await get(client, key, "alerts"))[1]["alerts"]
    assert (alert["hazard"], alert["places"], alert["decision"]) == ("evacuation", {WAJIMA: "order"}, "send")
    assert (await get(client, key, f"alerts/{alert['id']}"))[1] == alert


async def test_an_owner_whose_account_has_ended_answers_for_nothing(client: Client, db: Database) -> None:
    key, state = a_key(db, Role.COORDINATOR, owner="aoi"), a_state(db)
    db.write_sync(store.disable, "aoi", actor="test", now=NOW)
    _, made = await post(client, key)
    assert made["owner"] is None
    bruno = signing.Person(name="user:bruno", may=frozenset({WAJIMA}))
    assert db.write_sync(signing.approve, int(made["id"][1:]), bruno, state.desk, NOW).outcome == "first"
    _, seen = await get(client, key, f"alerts/{made['id']}")
    assert (seen["state"], seen["owner"]) == ("waiting", "user:bruno")


async def test_others_see_none_of_it(client: Client, db: Database) -> None:
    _, made = await post(client, a_key(db, Role.COORDINATOR))
    other = a_key(db, Role.COORDINATOR, SUZU)
    assert (await get(client, other, f"alerts/{made['id']}"))[0] == 404
    assert (await get(client, other, "alerts"))[1] == {"alerts": [], "waiting": [], "next": None}
    assert (await get(client, other, "broadcasts/1"))[0] == 404


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.APPROVER, Role.ADMIN])
async def test_only_a_coordinators_key_submits(client: Client, db: Database, role: Role) -> None:
    assert (await post(client, a_key(db, role)))[0] == 403


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"areas": []}, 422, "areas"),
        ({"areas": [SUZU]}, 409, "areas"),
        ({"areas": ["99999"]}, 409, "areas"),
        ({"grade": None}, 409, "grade"),
        ({"grade": "L5"}, 422, "grade"),
        ({"grade": "none"}, 409, "grade"),
        ({"hazard": "tsunami"}, 422, "hazard"),
        ({"topic": "waste"}, 409, "topic"),
        ({"until": "2026-11-23T10:00:00Z"}, 409, "until"),
        ({"words": {"en": "Free words at level 4."}}, 409, "words"),
        ({"expected_people": 0}, 422, "expected_people"),
        ({"spot": SCHOOL | {"kana": "第3"}}, 409, "spot.kana"),
        ({"spot": SCHOOL | {"latin": "School 4"}}, 409, "spot"),
        ({"spot": SCHOOL | {"ja": "http://x.example"}}, 409, "spot.ja"),
        ({"hazard": "notice", "grade": None}, 409, "topic"),
        ({"start": "2026-11-23T10:00:00Z"}, 409, "start"),
        (NOTICE | {"start": "2026-11-22T05:00:00Z"}, 409, "start"),
        (NOTICE | {"start": "2026-11-23T09:00:00Z"}, 409, "start"),
        (NOTICE | {"start": "2026-12-23T09:00:00Z", "until": None}, 409, "start"),
        (NOTICE | {"start": "2026-02-30T09:00:00Z"}, 409, "start"),
        (NOTICE | {"start": "tomorrow"}, 422, "start"),
    ],
)
async def test_what_is_wrong_is_named(
    client: Client, db: Database, changes: dict[str, Any], status: int, field: str
) -> None:
    answer, body = await post(client, a_key(db, Role.COORDINATOR), **changes)
    assert answer == status, body
    assert any(detail["field"].startswith(field) for detail in body["error"]["details"]), body
    assert db.read_sync(submissions.open_ones) == []


async def test_more_than_twice_the_expected_people_need_an_explanation(client: Client, db: Database) -> None:
    key = a_key(db, Role.COORDINATOR)
    for index in range(3):
        a_person(db, index, WAJIMA)
    assert (await post(client, key, expected_people=1))[0] == 409
    assert (await post(client, key, expected_people=1, explanation="all of the city"))[0] == 202


async def test_a_notice_with_place_and_time(client: Client, db: Database) -> None:
    _, made = await post(client, a_key(db, Role.COORDINATOR), **NOTICE, start="2026-11-23T08:30:00Z")
    english = next(one["text"] for one in made["texts"] if one["language"] == "en")
    assert "Elementary School 3" in english
    assert "From 11/23 17:30.\nUntil 11/23 18:00." in english


def test_the_document_names_all_languages() -> None:
    assert set(get_args(Tag)) == set(TAGS)
