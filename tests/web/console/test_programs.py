"""The console's page of other programs: webhooks of one's own municipality, and sources that two people approve of."""

from dataclasses import replace

from delivery.hooks import store
from delivery.hooks.addresses import NOTHING
from delivery.relaying import approvals
from storage.database import Database
from tests.feeds.cap.messages import KANAZAWA, SUZU, WAJIMA, a_source
from tests.web.console.conftest import OURS, Client, Enter
from tests.web.states import a_state
from web.accounts.roles import Role
from web.console.programs.desk import Programs

PAGE = "/console/programs"
SOURCE = a_source("noto", WAJIMA)
PROGRAMS = Programs(secret=lambda hook: f"secret of {hook.name}", private=NOTHING, sources=(SOURCE,))
HOOK = {"name": "web", "url": "https://town.example/hook", "municipality": WAJIMA}


async def post(client: Client, what: str, **fields: str) -> tuple[int, str]:
    answer = await client.post(f"{PAGE}/{what}?lang=en", data=fields, headers=OURS)
    return answer.status, await answer.text()


async def test_an_administrator_adds_tries_and_removes_a_webhook(enter: Enter, db: Database) -> None:
    client = await enter(db, "aoi", (Role.ADMIN, WAJIMA), programs=PROGRAMS)
    status, text = await post(client, "add", **HOOK)
    assert (status, "secret of web" in text) == (200, True)
    assert "secret of web" not in await (await client.get(PAGE)).text()
    assert (await post(client, "add", **HOOK))[0] == 409
    assert "A ping is on its way" in (await post(client, "test", name="web"))[1]
    [hook] = db.read_sync(store.hooks)
    assert (hook.municipality, db.read_sync(store.counts)) == (WAJIMA, {(hook.id, "waiting"): 1})
    assert "Removed" in (await post(client, "remove", name="web"))[1]
    assert db.read_sync(store.hooks) == []


async def test_what_is_no_name_no_address_or_not_theirs_is_refused(enter: Enter, db: Database) -> None:
    client = await enter(db, "aoi", (Role.ADMIN, WAJIMA), programs=PROGRAMS)
    for wrong in ({"name": "The Web"}, {"url": "http://town.example"}, {"url": "https://169.254.169.254/"}):
        assert (await post(client, "add", **(HOOK | wrong)))[0] == 409
    assert (await post(client, "add", **(HOOK | {"municipality": KANAZAWA})))[0] == 403
    for name, place in (("other", KANAZAWA), ("operator", "")):
        db.write_sync(
            store.add,
            name=name,
            url="https://x.example/",
            municipality=place,
            salt="s" * 16,
            by="test",
            now=a_state(db).clock(),
        )
        assert name not in await (await client.get(PAGE)).text()
        assert "There is none any more" in (await post(client, "remove", name=name))[1]
    assert len(db.read_sync(store.hooks)) == 2


async def test_two_approvers_approve_of_a_source_and_one_revokes_it(enter: Enter, db: Database) -> None:
    hana = await enter(db, "hana", (Role.APPROVER, WAJIMA), programs=PROGRAMS)
    taro = await enter(db, "taro", (Role.APPROVER, WAJIMA), programs=PROGRAMS)
    assert "Another person has to approve too" in (await post(hana, "approve", name="noto"))[1]
    assert "Yours is the first signature" in (await post(hana, "approve", name="noto"))[1]
    assert db.read_sync(approvals.of, SOURCE) is None
    assert "Approved by two people" in (await post(taro, "approve", name="noto"))[1]
    assert "Approved by hana and taro" in await (await hana.get(f"{PAGE}?lang=en")).text()
    assert "Revoked" in (await post(hana, "revoke", name="noto"))[1]
    assert db.read_sync(approvals.of, SOURCE) is None


async def test_who_may_not_sees_and_does_nothing(enter: Enter, db: Database) -> None:
    wider = replace(PROGRAMS, sources=(a_source("peninsula", WAJIMA, SUZU),))
    hana = await enter(db, "hana", (Role.APPROVER, WAJIMA), programs=wider)
    assert "peninsula" not in await (await hana.get(PAGE)).text()
    assert (await post(hana, "approve", name="peninsula"))[0] == 403
    assert (await post(hana, "add", **HOOK))[0] == 403
    coordinator = await enter(db, "ken", (Role.COORDINATOR, WAJIMA), programs=wider)
    assert (await coordinator.get(PAGE)).status == 403
