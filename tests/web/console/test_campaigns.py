"""Campaigns in the console: planned, previewed, approved by a another, paused, stopped, changed; one's own only."""

from datetime import timedelta

from campaigns import due, store
from campaigns.daylight import day_of
from campaigns.store import State
from storage.database import Database
from tests.campaigns.planning import signed_lesson
from tests.delivery.builders import a_person
from tests.web.console.conftest import OURS, Client, Enter
from tests.web.states import a_state
from web.accounts.roles import Role

WAJIMA, KANAZAWA = "17204", "17201"


def form(db: Database, **fields: str) -> dict[str, str]:
    day = day_of(a_state(db).clock()) + timedelta(days=3)
    given = {
        "name": "Water for all",
        "lessons": "water",
        "places": WAJIMA,
        "start": day.isoformat(),
        "every": "weeks",
        "step": "1",
        "times": "3",
        "opens": "10:00",
        "closes": "17:00",
        "on_holiday": "move",
    }
    return given | fields


async def post(client: Client, path: str, **fields: str) -> str:
    answer = await client.post(f"/console/campaigns{path}?lang=en", data=fields, headers=OURS)
    return await answer.text()


def campaigns(db: Database) -> list[store.Campaign]:
    return db.read_sync(store.latest)


async def test_a_campaign_is_previewed_in_every_language_and_planned(enter: Enter, db: Database) -> None:
    for index in range(6):
        a_person(db, index, WAJIMA, language="vi")
    client = await enter(db, "aoi", (Role.COORDINATOR, WAJIMA))
    empty = await (await client.get("/console/campaigns/plan?lang=en")).text()
    assert 'value="water"' in empty
    assert f'value="{WAJIMA}" checked' in empty
    shown = await post(client, "/plan", **form(db), do="preview")
    assert shown.count('<figure class="language">') == 18
    assert "<dd>6</dd>" in shown
    assert "It has a lesson of your own" not in shown
    assert "<h2>Water for 3 days</h2>" in shown
    assert campaigns(db) == []
    planned = await post(client, "/plan", **form(db), do="submit")
    assert "Planned." in planned
    (one,) = campaigns(db)
    assert (one.state, one.people, one.plan.timing.times) == (State.RUNNING, 6, 3)
    listed = await (await client.get("/console/campaigns?lang=en")).text()
    assert "Water for all" in listed
    assert listed.count('fill="#0b5cad"') == 3, "three days of the picture"


async def test_what_is_wrong_is_said_and_nothing_is_lost(enter: Enter, db: Database) -> None:
    client = await enter(db, "aoi", (Role.COORDINATOR, WAJIMA))
    text = await post(client, "/plan", **form(db, opens="22:00", times="", name="<b>x"), do="submit")
    for words in ("From 9:00 to 15:00", "A series needs how many times", "1 to 60 plain letters"):
        assert words in text
    assert "<b>x" not in text
    assert "&lt;b&gt;x" in text
    assert campaigns(db) == []
    foreign = await post(client, "/plan", **form(db, places=KANAZAWA), do="submit")
    assert "Only your own places." in foreign


async def test_to_many_people_a_second_person_approves(enter: Enter, db: Database) -> None:
    for index in range(3):
        a_person(db, index, WAJIMA)
    aoi = await enter(db, "aoi", (Role.COORDINATOR, WAJIMA), (Role.APPROVER, WAJIMA), lessons_alone=2)
    assert "a second person has to approve" in await post(aoi, "/plan", **form(db), do="preview")
    assert "It waits for a second person." in await post(aoi, "/plan", **form(db), do="submit")
    assert "another person approves it" in await post(aoi, "/1", act="approve")
    assert [one.state for one in campaigns(db)] == [State.WAITING]
    bruno = await enter(db, "bruno", (Role.APPROVER, WAJIMA), lessons_alone=2)
    listed = await (await bruno.get("/console/waiting?lang=en")).text()
    assert "/console/campaigns/1" in listed
    assert "Decide by" in listed
    assert "Approved: it runs." in await post(bruno, "/1", act="approve")
    assert [one.state for one in campaigns(db)] == [State.RUNNING]
    assert len(db.read_sync(due.of_campaign, 1)) == 1


async def test_pause_go_on_change_stop(enter: Enter, db: Database) -> None:
    client = await enter(db, "aoi", (Role.COORDINATOR, WAJIMA))
    await post(client, "/plan", **form(db), do="submit")
    assert "Paused" in await post(client, "/1", act="pause")
    assert "It goes on." in await post(client, "/1", act="resume")
    changed = await (await client.get("/console/campaigns/plan?change=1&lang=en")).text()
    assert 'value="Water for all"' in changed
    await post(client, "/plan", **form(db, name="Water again", times="5"), change="1", do="submit")
    (one,) = campaigns(db)
    assert (one.plan.name, one.plan.timing.times) == ("Water again", 5)
    assert "Stopped for good." in await post(client, "/1", act="stop")
    assert [row.state for row in db.read_sync(due.of_campaign, 1)] == [due.State.CANCELLED]


async def test_a_test_goes_to_oneself_only(enter: Enter, db: Database) -> None:
    a_person(db, 1, WAJIMA)
    client = await enter(db, "aoi", (Role.COORDINATOR, WAJIMA))
    text = await post(client, "/plan", **form(db), do="test", number="090-0000-0099", language_of_test="vi")
    assert "On its way to you" in text
    rows = db.read_sync(lambda c: c.execute("SELECT m.language, m.kind, s.role FROM messages m"
        " JOIN subscribers s ON s.id = m.subscriber_id"))  # fmt: skip
    assert [(row.text("kind"), row.text("role")) for row in rows] == [("test", "operator")]
    assert "Not sent" in await post(client, "/plan", **form(db), do="test", number="12", language_of_test="vi")
    assert campaigns(db) == []


async def test_an_own_lesson_is_chosen_previewed_tried_and_kept_in_a_change(enter: Enter, db: Database) -> None:
    now = a_state(db).clock()
    lesson = signed_lesson(db, now)
    client = await enter(db, "aoi", (Role.COORDINATOR, WAJIMA))
    assert f'value="{lesson}"> 水' in await (await client.get("/console/campaigns/plan?lang=en")).text()
    text = await post(client, "/plan", **form(db, lessons=lesson), do="preview")
    assert "Count the water in your home today." in text
    assert "It has a lesson of your own" in text
    tried = {"number": "090-0000-0099", "language_of_test": "en"}
    assert "On its way to you" in await post(client, "/plan", **form(db, lessons=lesson), do="test", **tried)
    assert "waits for a second" in await post(client, "/plan", **form(db, lessons=lesson), do="submit")
    changed = await (await client.get("/console/campaigns/plan?change=1&lang=en")).text()
    assert f'value="{lesson}" checked' in changed
    await post(client, "/plan", **form(db, lessons=lesson, name="Again"), change="1", do="submit")
    assert [(one.plan.name, one.plan.lessons) for one in campaigns(db)] == [("Again", (lesson,))]


async def test_only_ones_own(enter: Enter, db: Database) -> None:
    aoi = await enter(db, "aoi", (Role.COORDINATOR, WAJIMA))
    await post(aoi, "/plan", **form(db), do="submit")
    other = await enter(db, "carla", (Role.COORDINATOR, KANAZAWA), (Role.APPROVER, KANAZAWA))
    assert (await other.get("/console/campaigns/1")).status == 404
    assert (await other.get("/console/campaigns/plan?change=1")).status == 404
    answer = await other.post("/console/campaigns/1", data={"act": "stop"}, headers=OURS)
    assert answer.status == 404
    rule = {"m": WAJIMA, "rule": "after_quake", "on": "0"}
    assert (await other.post("/console/campaigns/rules", data=rule, headers=OURS)).status == 403
    assert [one.state for one in campaigns(db)] == [State.RUNNING]


async def test_rules_are_switched_per_municipality(enter: Enter, db: Database) -> None:
    client = await enter(db, "aoi", (Role.COORDINATOR, WAJIMA))
    text = await post(client, "/rules", m=WAJIMA, rule="season_stock", on="1")
    assert "Switched." in text
    rows = db.read_sync(lambda c: c.execute("SELECT municipality, rule, is_on FROM campaign_rules"))
    assert [tuple(row.values()) for row in rows] == [(WAJIMA, "season_stock", 1)]
    bad = await client.post("/console/campaigns/rules", data={"m": WAJIMA, "rule": "x"}, headers=OURS)
    assert bad.status == 400
