"""Drills in the console: unmistakable, two people for what reaches anybody, hostile input, only one's own."""

import asyncio
import re
from functools import partial

import pytest

from alerts import places
from campaigns.drills import store
from campaigns.drills.offering import Offer
from campaigns.drills.store import State
from delivery.drilling import consent
from service import drill_scripts
from storage import audit
from storage.database import Database
from tests.delivery.builders import a_person
from tests.web.console.conftest import OURS, Client, Enter, account
from tests.web.states import a_state
from web.accounts.roles import Role

WAJIMA, KANAZAWA = "17204", "17201"
PLACES = places.load()
OFFER = Offer(names=("noto",), bundled=partial(drill_scripts.bundled, places=PLACES), people=True, two_way=True)
ALONE = Offer(names=("noto",), bundled=OFFER.bundled, people=False, two_way=False)
FORM = {"m": WAJIMA, "scenario": "noto", "group": "", "phones": "18", "pace": "0"}
GROUP = "dormitory"


def a_group(db: Database) -> None:
    person = a_person(db, 1, WAJIMA)
    db.write_sync(
        lambda c: c.execute(
            "UPDATE registrations SET groups = :g WHERE subscriber_id = :id", {"g": GROUP, "id": person}
        )
    )
    db.write_sync(consent.agree_group, WAJIMA, GROUP, "test", a_state(db).clock())


async def post(client: Client, path: str, **fields: str) -> str:
    answer = await client.post(f"/console/drills{path}?lang=en", data=fields, headers=OURS)
    return await answer.text()


def states(db: Database) -> list[State]:
    return [one.state for one in db.read_sync(store.latest)]


async def test_a_drill_to_phones_begins_at_once_and_looks_like_nothing_else(enter: Enter, db: Database) -> None:
    client = await enter(db, "aoi", (Role.COORDINATOR, WAJIMA), drills=ALONE)
    listed = await (await client.get("/console/drills?lang=en")).text()
    assert "drills go to simulated phones only" in listed
    text = await post(client, "", **FORM)
    assert "DRILL: it runs. Nobody gets an SMS." in text
    assert states(db) == [State.RUNNING]
    for page in (listed, text):
        assert "look-drill" in page
        assert 'class="banner drill"' in page
        assert all("DRILL" in heading for heading in re.findall(r"<h[12][^>]*>(.*?)</h[12]>", page, re.DOTALL))
    assert text.count("<article>") == 18, "all languages side by side"
    japanese = await (await client.get("/console/drills/1?lang=ja")).text()
    assert all("訓練" in heading for heading in re.findall(r"<h[12][^>]*>(.*?)</h[12]>", japanese, re.DOTALL))


async def test_a_drill_with_people_needs_two(enter: Enter, db: Database) -> None:
    a_group(db)
    aoi = await enter(db, "aoi", (Role.COORDINATOR, WAJIMA), (Role.APPROVER, WAJIMA), drills=OFFER)
    assert "waits for a second person" in await post(aoi, "", **FORM | {"group": GROUP})
    assert 'value="approve"' not in await (await aoi.get("/console/drills/1")).text()
    assert "another person approves it" in await post(aoi, "/1", act="approve")
    assert states(db) == [State.WAITING]
    bruno = await enter(db, "bruno", (Role.APPROVER, WAJIMA), drills=OFFER)
    assert "DRILL: it begins." in await post(bruno, "/1", act="approve")
    assert states(db) == [State.RUNNING]
    assert "DRILL: stopped." in await post(aoi, "/1", act="stop")
    assert states(db) == [State.STOPPED]
    entries = db.read_sync(audit.latest, municipality=WAJIMA)
    log = [(one.action, one.actor) for one in entries if one.subject == "drill:1"]
    assert log == [("drill stopped", "user:aoi"), ("drill approved", "user:bruno"), ("drill submitted", "user:aoi")]


async def test_of_two_who_approve_at_once_one_wins(enter: Enter, db: Database) -> None:
    a_group(db)
    aoi = await enter(db, "aoi", (Role.COORDINATOR, WAJIMA), drills=OFFER)
    await post(aoi, "", **FORM | {"group": GROUP})
    others = [await enter(db, name, (Role.APPROVER, WAJIMA), drills=OFFER) for name in ("bruno", "chika")]
    said = await asyncio.gather(*(post(one, "/1", act="approve") for one in others))
    assert sorted("DRILL: it begins." in text for text in said) == [False, True]
    assert sorted("somebody was first" in text for text in said) == [False, True]


async def test_without_a_sender_or_consent_people_are_not_reached(enter: Enter, db: Database) -> None:
    client = await enter(db, "aoi", (Role.COORDINATOR, WAJIMA), drills=OFFER)
    text = await post(client, "", **FORM | {"group": GROUP})
    assert "is not on the list of those who agreed" in text
    await post(client, "/groups", m=WAJIMA, group=GROUP)
    assert "nobody is registered in group" in await post(client, "", **FORM | {"group": GROUP})
    a_group(db)
    alone = await enter(db, "rei", (Role.COORDINATOR, WAJIMA), drills=ALONE)
    assert "DRILL_SENDER is not set" in await post(alone, "", **FORM | {"group": GROUP})
    assert states(db) == []


async def test_a_drill_that_waits_when_the_sender_is_taken_away_cannot_begin(enter: Enter, db: Database) -> None:
    a_group(db)
    await post(await enter(db, "aoi", (Role.COORDINATOR, WAJIMA), drills=OFFER), "", **FORM | {"group": GROUP})
    await post(await enter(db, "bruno", (Role.APPROVER, WAJIMA), drills=ALONE), "/1", act="approve")
    assert states(db) == [State.WAITING]


async def test_only_ones_own_municipality(enter: Enter, db: Database) -> None:
    a_group(db)
    await post(await enter(db, "aoi", (Role.COORDINATOR, WAJIMA), drills=OFFER), "", **FORM | {"group": GROUP})
    other = await enter(db, "rei", (Role.COORDINATOR, KANAZAWA), (Role.APPROVER, KANAZAWA), drills=OFFER)
    assert "Drill 1" not in await (await other.get(f"/console/drills?m={WAJIMA}&lang=en")).text()
    gone = await other.get("/console/drills/1?lang=en")
    assert (gone.status, "There is no such page" in await gone.text()) == (404, True)
    assert (await other.post("/console/drills/1", data={"act": "approve"}, headers=OURS)).status == 404
    assert (await other.post("/console/drills", data=FORM, headers=OURS)).status == 403
    group = {"m": WAJIMA, "group": "x"}
    assert (await other.post("/console/drills/groups", data=group, headers=OURS)).status == 403
    assert states(db) == [State.WAITING]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("phones", "0", "phones: expected a whole number from 1 to 2000"),
        ("phones", "９", "phones: expected"),
        ("phones", "9" * 3000, "phones: expected"),
        ("pace", "-1", "pace: expected a whole number from 0 to 3600"),
        ("scenario", "<script>alert(1)</script>", "scenario: expected one of noto, written"),
        ("scenario", "../../secret", "scenario: expected one of"),
        ("scenario", "written", "script: name: expected a text"),
        ("group", "<b>x</b>", "is not on the list"),
    ],
)
async def test_hostile_fields_are_refused_with_the_reason(
    enter: Enter, sqlite_db: Database, field: str, value: str, said: str
) -> None:
    client = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA), drills=OFFER)
    text = await post(client, "", **FORM | {field: value})
    assert said in text
    assert "<script>alert" not in text
    assert "<b>x</b>" not in text
    assert states(sqlite_db) == []


async def test_a_written_script_is_played_and_shown_as_text(enter: Enter, sqlite_db: Database) -> None:
    client = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA), drills=OFFER)
    toml = 'name = "<i>Night</i>"\n[[step]]\nminute = 0\nhazard = "flood"\ngrade = "L4"\n'
    text = await post(client, "", **FORM | {"scenario": "written", "script": toml})
    assert "&lt;i&gt;Night&lt;/i&gt;" in text
    assert states(sqlite_db) == [State.RUNNING]


async def test_an_exercise_with_a_correction_shows_it_and_its_own_facts(enter: Enter, sqlite_db: Database) -> None:
    aoi = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA), drills=OFFER)
    steps = "".join(
        f'[[step]]\nminute = {minute}\nhazard = "tsunami"\ngrade = "{grade}"\n{more}\n'
        for minute, grade, more in (
            (0, "major_warning", "height = 10"),
            (6, "advisory", "wrong = true"),
            (9, "none", "wrong = true"),
        )
    )
    seen = await post(aoi, "", **FORM | {"scenario": "written", "script": f'name = "Sea"\n{steps}', "pace": "60"})
    assert "(corrected: it was wrong)" in seen
    assert "(withdrawn: it was wrong)" in seen
    assert "Tsunami up to 10 m." in seen
    for fact in ("Submitted", "Began", "The scenario lasts", "14 minutes", "A minute of the scenario takes", "60 s"):
        assert fact in seen
    assert "CORRECTED TSUNAMI ADVISORY" in await (await aoi.get("/console/drills/1?moment=1&lang=en")).text()


async def test_what_is_no_act_and_no_drill_changes_nothing(enter: Enter, sqlite_db: Database) -> None:
    client = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA), drills=OFFER)
    await post(client, "", **FORM)
    assert (await client.post("/console/drills/1", data={"act": "erase"}, headers=OURS)).status == 400
    assert (await client.post("/console/drills/1", data={"act": "approve"}, headers=OURS)).status == 403
    assert (await client.post("/console/drills/9", data={"act": "stop"}, headers=OURS)).status == 404
    assert (await client.get("/console/drills/1?moment=999999")).status == 200
    assert states(sqlite_db) == [State.RUNNING]


async def test_groups_are_put_on_the_list_and_taken_off(enter: Enter, sqlite_db: Database) -> None:
    client = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA), drills=OFFER)
    assert "&lt;b&gt;x&lt;/b&gt;" in await post(client, "/groups", m=WAJIMA, group="<b>x</b>")
    assert "expected 1 to 60 letters" in await post(client, "/groups", m=WAJIMA, group="a,b")
    await post(client, "/groups", m=WAJIMA, group="<b>x</b>", off="1")
    assert sqlite_db.read_sync(consent.groups, WAJIMA) == []


async def test_an_approver_may_stop_but_not_submit(enter: Enter, sqlite_db: Database) -> None:
    account(sqlite_db, "nobody")
    aoi = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA), drills=OFFER)
    await post(aoi, "", **FORM)
    bruno = await enter(sqlite_db, "bruno", (Role.APPROVER, WAJIMA), drills=OFFER)
    assert (await bruno.post("/console/drills", data=FORM, headers=OURS)).status == 403
    assert "DRILL: stopped." in await post(bruno, "/1", act="stop")
