"""Users and keys of a municipality: who sees them, and that ended access is over at once."""

from storage import audit
from storage.database import Database
from tests.web import rows
from tests.web.api.calling import a_key
from tests.web.conftest import Open
from tests.web.console.conftest import OURS, PASSWORD, Client, Enter, account
from tests.web.states import a_state
from web.accounts import listing, store
from web.accounts.roles import Grant, Role

WAJIMA, KANAZAWA = "17204", "17201"
PEOPLE = "/console/people"


async def post(client: Client, what: str, place: str = WAJIMA, **fields: str) -> tuple[int, str]:
    answer = await client.post(f"{PEOPLE}/{what}?lang=en", data={"municipality": place, **fields}, headers=OURS)
    return answer.status, await answer.text()


async def page(client: Client) -> str:
    answer = await client.get(f"{PEOPLE}?lang=en")
    text = await answer.text()
    assert answer.status == 200, text
    return text


def owner_of(db: Database, name: str) -> str:
    return next(one.owner for one in db.read_sync(listing.everybody) if one.name == name)


async def test_an_administrator_sees_who_has_access_to_their_place_and_no_others(enter: Enter, db: Database) -> None:
    account(db, "hana", (Role.COORDINATOR, WAJIMA), (Role.APPROVER, KANAZAWA))
    account(db, "kenji", (Role.COORDINATOR, KANAZAWA))
    grant = Grant(municipality=WAJIMA, role=Role.SUPPORTER, group="Sakura dormitory")
    db.write_sync(store.add, "mai", "hash", grant, actor="test", now=rows.NOW)
    a_key(db, Role.COORDINATOR, name="system", owner="hana")
    a_key(db, Role.REGISTRAR, KANAZAWA, name="elsewhere")
    client = await enter(db, "aoi", (Role.ADMIN, WAJIMA))
    text = await page(client)
    for shown in ("hana", "mai", "supporter: Sakura dormitory", "system", "hana answers for it", "Last sign-in"):
        assert shown in text, shown
    for hidden in ("kenji", "elsewhere", "Kanazawa"):
        assert hidden not in text, hidden
    assert "approver" not in text  # hana's role in the other city
    assert 'href="/console/people"' in await (await client.get("/console")).text()


async def test_whose_access_is_ended_is_out_at_once(browse: Open, enter: Enter, db: Database) -> None:
    admin = await enter(db, "aoi", (Role.ADMIN, WAJIMA))
    account(db, "hana", (Role.COORDINATOR, WAJIMA), (Role.COORDINATOR, KANAZAWA))
    hana = await browse(a_state(db))
    await hana.post("/console/sign-in", data={"name": "hana", "password": PASSWORD}, headers=OURS)
    status, text = await post(admin, "end", name="hana")
    assert (status, "The access has ended" in text) == (200, True)
    assert (await hana.get("/console", allow_redirects=False)).status == 303
    left = next(one for one in db.read_sync(listing.everybody) if one.name == "hana")
    assert [grant.municipality for grant in left.grants] == [KANAZAWA]
    assert "it had ended already" in (await post(admin, "end", name="hana"))[1]
    newest = db.read_sync(audit.latest, municipality=WAJIMA)[0]
    assert (newest.actor, newest.action, newest.subject) == ("user:aoi", "role taken", "user:hana")


async def test_a_key_is_ended_and_given_to_somebody_with_a_role_there(enter: Enter, db: Database) -> None:
    admin = await enter(db, "aoi", (Role.ADMIN, WAJIMA))
    account(db, "hana", (Role.COORDINATOR, WAJIMA))
    account(db, "kenji", (Role.COORDINATOR, KANAZAWA))
    key = a_key(db, Role.COORDINATOR, name="system")
    await post(admin, "owner", name="system", owner="kenji")
    assert owner_of(db, "system") == ""
    await post(admin, "owner", name="system", owner="hana")
    assert owner_of(db, "system") == "hana"
    assert (await admin.get("/api/v1/alerts", headers=key)).status == 200
    await post(admin, "revoke", name="system")
    assert (await admin.get("/api/v1/alerts", headers=key)).status == 401
    assert "ended" in await page(admin)


async def test_nobody_ends_what_is_not_theirs_or_their_own_access(enter: Enter, db: Database) -> None:
    admin = await enter(db, "aoi", (Role.ADMIN, WAJIMA), (Role.COORDINATOR, KANAZAWA))
    account(db, "kenji", (Role.COORDINATOR, KANAZAWA))
    a_key(db, Role.REGISTRAR, KANAZAWA, name="elsewhere")
    assert (await post(admin, "end", KANAZAWA, name="kenji"))[0] == 403
    assert (await post(admin, "end", name="aoi"))[0] == 403
    await post(admin, "end", name="kenji")
    await post(admin, "revoke", name="elsewhere")
    assert (await post(admin, "revoke", KANAZAWA, name="elsewhere"))[0] == 403
    assert all(one.works and one.grants for one in db.read_sync(listing.everybody))
    cross = await admin.post(f"{PEOPLE}/end", data={"municipality": WAJIMA, "name": "x"})
    assert cross.status == 403


async def test_only_administrators_see_it(enter: Enter, sqlite_db: Database) -> None:
    client = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA), (Role.APPROVER, WAJIMA))
    assert (await client.get(PEOPLE)).status == 403
    assert (await post(client, "end", name="aoi"))[0] == 403
    assert PEOPLE not in await (await client.get("/console")).text()
