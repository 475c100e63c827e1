"""Campaigns through the API: planned, read, paused, changed; no key is the second person."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from campaigns import deciding, store
from campaigns.daylight import day_of
from campaigns.deciding import Outcome
from campaigns.reading import Wish, read
from campaigns.store import State
from delivery.byhand.signing import Person
from storage.database import Database
from tests.campaigns.planning import signed_lesson
from tests.delivery.builders import a_person
from tests.web.api.calling import KANAZAWA, WAJIMA, Client, a_key
from tests.web.states import a_state
from web.accounts.roles import Role


@pytest.fixture
async def client(browse: Callable[..., Awaitable[Client]], db: Database) -> Client:
    return await browse(a_state(db))


def a_plan(db: Database, **fields: object) -> dict[str, object]:
    day = day_of(a_state(db).clock()) + timedelta(days=3)
    plan: dict[str, object] = {"name": "Water", "lessons": ["water"], "places": [WAJIMA], "start": day.isoformat()}
    return plan | fields


async def test_a_campaign_is_planned_read_paused_changed_and_stopped(client: Client, db: Database) -> None:
    key = a_key(db, Role.COORDINATOR, owner="aoi")
    made = await client.post("/api/v1/campaigns", json=a_plan(db, every="weeks", times=3), headers=key)
    assert made.status == 201
    path = made.headers["Location"]
    body = await made.json()
    assert (body["state"], body["planned_by"], len(body["days"])) == ("running", "user:aoi", 3)
    assert [one["state"] for one in body["lessons"]] == ["waiting"]
    assert (await (await client.get(path, headers=key)).json()) == body
    for step, state in (("pause", "paused"), ("resume", "running")):
        answer = await client.post(path, json={"step": step}, headers=key)
        assert (await answer.json())["state"] == state
    changed = await client.post(
        path, json={"step": "change", "plan": a_plan(db, name="New", every="months", times=2)}, headers=key
    )
    assert (await changed.json())["plan"]["name"] == "New"
    assert (await client.post(path, json={"step": "pause", "plan": a_plan(db)}, headers=key)).status == 409
    assert (await (await client.post(path, json={"step": "stop"}, headers=key)).json())["state"] == "stopped"
    assert (await client.post(path, json={"step": "resume"}, headers=key)).status == 409
    listed = await (await client.get("/api/v1/campaigns", headers=key)).json()
    assert [one["id"] for one in listed["campaigns"]] == [body["id"]]


async def test_what_is_wrong_is_named(client: Client, db: Database) -> None:
    key = a_key(db, Role.COORDINATOR)
    wrong = a_plan(db, lessons=["nothing"], opens="22:00", start="2026-02-30")
    answer = await client.post("/api/v1/campaigns", json=wrong, headers=key)
    assert answer.status == 409
    details = (await answer.json())["error"]["details"]
    assert [one["field"] for one in details] == ["start", "end"]
    wrong |= {"start": a_plan(db)["start"]}
    answer = await client.post("/api/v1/campaigns", json=wrong, headers=key)
    assert {one["field"] for one in (await answer.json())["error"]["details"]} == {"lessons", "opens"}
    assert (await client.post("/api/v1/campaigns", json={"name": 1}, headers=key)).status == 422


async def test_a_plan_is_previewed_and_tried_and_own_lessons_are_taken_alike(client: Client, db: Database) -> None:
    for index in range(6):
        a_person(db, index, WAJIMA, language="vi")
    lesson = signed_lesson(db, a_state(db).clock())
    key = a_key(db, Role.COORDINATOR, owner="aoi")
    plan = a_plan(db, lessons=["water", lesson])
    seen = await (await client.post("/api/v1/campaigns/preview", json=plan, headers=key)).json()
    assert (len(seen["days"]), seen["needs_two"], [one["people"] for one in seen["lessons"]]) == (1, True, [6, 6])
    assert "Count the water in your home today." in [one["text"] for one in seen["lessons"][1]["texts"]]
    wish = {"plan": plan, "language": "en", "number": "090-0000-0099"}
    tried = await client.post("/api/v1/campaigns/test", json=wish, headers=key)
    assert (tried.status, await tried.json()) == (202, {"queued": 2})
    bad = await client.post("/api/v1/campaigns/test", json=wish | {"number": "12"}, headers=key)
    assert bad.status == 409
    assert db.read_sync(store.latest) == []
    made = await client.post("/api/v1/campaigns", json=plan, headers=key)
    assert (made.status, (await made.json())["state"]) == (201, "waiting")
    other = await client.post("/api/v1/campaigns/preview", json=a_plan(db, lessons=["own:9:000000000000"]), headers=key)
    assert other.status == 409


async def test_only_ones_own(client: Client, db: Database) -> None:
    key, other = a_key(db, Role.COORDINATOR), a_key(db, Role.COORDINATOR, KANAZAWA)
    made = await client.post("/api/v1/campaigns", json=a_plan(db), headers=key)
    path = made.headers["Location"]
    assert (await client.get(path, headers=other)).status == 404
    assert (await client.post(path, json={"step": "stop"}, headers=other)).status == 404
    assert (await client.post("/api/v1/campaigns", json=a_plan(db), headers=other)).status == 409
    assert (await client.post("/api/v1/campaigns", json=a_plan(db), headers=a_key(db, Role.REGISTRAR))).status == 403


async def test_the_owner_of_a_key_is_not_the_second_person(db: Database) -> None:
    for index in range(3):
        a_person(db, index, WAJIMA)
    state = a_state(db, lessons_alone=2)
    office, now = state.office, state.clock()
    plan = read(Wish(name="x", lessons=["water"], places=[WAJIMA], start=str(a_plan(db)["start"])))
    assert not isinstance(plan, tuple)
    nobody = Person(name="key:x", may=frozenset({WAJIMA}), owner="")
    refused = db.write_sync(deciding.submit, plan, nobody, office, now)
    assert "owner" in str(refused)
    owned = Person(name="key:x", may=frozenset({WAJIMA}), owner="user:aoi")
    made = db.write_sync(deciding.submit, plan, owned, office, now)
    assert isinstance(made, deciding.Planned) and made.state is State.WAITING
    for name, expected in (("user:aoi", Outcome.OWN), ("user:bruno", Outcome.DONE)):
        who = Person(name=name, may=frozenset({WAJIMA}))
        assert db.write_sync(deciding.approve, made.id, who, state.places, now) is expected
    found = db.read_sync(store.find, made.id)
    assert found is not None and found.state is State.RUNNING
