"""The way to the posters, for each municipality one works for; and whoever is cut off is out at once."""

from storage.database import Database
from tests.web import rows
from tests.web.api.calling import a_key
from tests.web.console.conftest import Enter
from web.accounts import store
from web.accounts.roles import Role

WAJIMA, KANAZAWA = "17204", "17201"


async def test_the_console_leads_to_the_kit_of_ones_own_municipalities(enter: Enter, sqlite_db: Database) -> None:
    client = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA), (Role.REGISTRAR, KANAZAWA))
    assert 'href="/console/kit"' in await (await client.get("/console?lang=en")).text()
    text = await (await client.get("/console/kit?lang=en")).text()
    for code in (WAJIMA, KANAZAWA):
        for path in (f"/kit/{code}?lang=en", f"/kit/{code}?sheet=slips&amp;lang=en"):
            assert f'href="{path}"' in text
            assert (await client.get(path.replace("&amp;", "&"))).status == 200
    assert "/kit/17205" not in text
    assert "窓口に置いてください" in await (await client.get("/console/kit?lang=ja")).text()


async def test_a_supporter_whom_the_city_cuts_off_is_out_at_once(enter: Enter, db: Database) -> None:
    client = await enter(db, "hana", (Role.SUPPORTER, WAJIMA))
    key = a_key(db, Role.SUPPORTER, group="NPO", name="npo")
    assert (await client.get("/console/kit")).url.path == "/console/kit"
    assert (await client.get("/api/v1/residents/counts", headers=key)).status == 200
    assert db.write_sync(store.take_role, "hana", WAJIMA, actor="command line", now=rows.NOW)
    assert db.write_sync(store.revoke_key, "npo", actor="command line", now=rows.NOW)
    assert (await client.get("/console/kit")).url.path == "/console/sign-in"
    assert (await client.get("/api/v1/residents/counts", headers=key)).status == 401
