"""Registering people in the console: supporters land there, into their own group, and see counts only."""

from typing import Any

from aiohttp import FormData

from storage import audit
from storage.connection import Connection
from storage.database import Database
from tests.web import rows
from tests.web.conftest import Open
from tests.web.console.conftest import OURS, PASSWORD, Client, Enter, account
from tests.web.states import a_state
from web.accounts import passwords, store
from web.accounts.roles import Grant, Role

WAJIMA, KANAZAWA = "17204", "17201"
PAGE = "/console/residents"
PERSON = {"m": WAJIMA, "phone": "090-0000-0001", "language": "vi", "municipality": WAJIMA, "agreed": "yes"}


async def supporter(browse: Open, db: Database, group: str = "Sakura dormitory") -> tuple[Client, str]:
    """Somebody of a dormitory, signed in; and where that led to."""
    grant = Grant(municipality=WAJIMA, role=Role.SUPPORTER, group=group)
    db.write_sync(store.add, "hana", passwords.hashed(PASSWORD), grant, actor="test", now=rows.NOW)
    db.write_sync(lambda c: c.execute("UPDATE users SET must_change = 0"))
    client = await browse(a_state(db))
    answer = await client.post("/console/sign-in", data={"name": "hana", "password": PASSWORD}, headers=OURS)
    assert answer.status == 200
    return client, answer.url.path


async def one(client: Client, **changes: str) -> tuple[int, str]:
    answer = await client.post(f"{PAGE}/one?lang=en", data=PERSON | changes, headers=OURS)
    return answer.status, await answer.text()


async def file(client: Client, data: str, **fields: str) -> tuple[int, str]:
    form = FormData()
    for name, value in ({"m": WAJIMA} | fields).items():
        form.add_field(name, value)
    form.add_field("file", data.encode(), filename="people.csv")
    answer = await client.post(f"{PAGE}/file?lang=en", data=form, headers=OURS)
    return answer.status, await answer.text()


def registered(db: Database) -> list[tuple[Any, ...]]:
    def read(connection: Connection) -> list[tuple[Any, ...]]:
        found = connection.execute("SELECT municipality, language, groups FROM registrations ORDER BY id")
        return [tuple(row.values()) for row in found]

    return db.read_sync(read)


async def test_a_supporter_lands_where_they_may_register_into_their_group(browse: Open, db: Database) -> None:
    client, landed = await supporter(browse, db)
    assert landed == PAGE
    assert (await client.get("/console")).url.path == PAGE
    status, text = await one(client)
    assert (status, "Registered. The person gets a welcome" in text) == (200, True)
    assert registered(db) == [(WAJIMA, "vi", "Sakura dormitory")]
    assert "Sakura dormitory" in text
    assert "Registered: &lt;5" in text
    assert (await client.get("/console/audit")).status == 403
    newest = db.read_sync(audit.latest, municipality=WAJIMA)[0]
    assert (newest.actor, newest.action) == ("user:hana", "resident registered")
    declared = db.read_sync(lambda c: [r.text("wording") for r in c.execute("SELECT wording FROM declarations")])
    assert declared == ["console-2026-11"]


async def test_they_see_the_counts_of_their_group_alone_and_not_whether_a_number_is_known(
    browse: Open, enter: Enter, db: Database
) -> None:
    office = await enter(db, "rei", (Role.REGISTRAR, WAJIMA))
    for index in range(6):
        assert (await one(office, phone=f"090-0000-001{index}", language="ne"))[0] == 200
    assert "Registered: 6" in (await one(office, phone="090-0000-0010", language="ne"))[1]
    client, _ = await supporter(browse, db)
    text = await (await client.get(f"{PAGE}?lang=en")).text()
    assert "Registered: 0" in text
    assert "Nepali" not in text.partition('action="/console/residents/one"')[0]
    known, new = await one(client, phone="090-0000-0010", language="ne"), await one(client, phone="090-0000-0099")
    assert known[0] == new[0] == 200
    assert "<5" in new[1].replace("&lt;", "<")


async def test_a_number_stands_on_no_page(browse: Open, db: Database) -> None:
    client, _ = await supporter(browse, db)
    for phone in ("090-0000-0001", "03-0000-0001", "0900000000100", "<script>"):
        _, text = await one(client, phone=phone)
        assert phone not in text
        assert "+8190" not in text


async def test_what_is_wrong_is_said_in_the_language_of_the_page(browse: Open, db: Database) -> None:
    client, _ = await supporter(browse, db)
    status, text = await one(client, phone="076-123-4567")
    assert (status, "landline" in text) == (422, True)
    answer = await client.post(f"{PAGE}/one?lang=ja", data=PERSON | {"phone": "076-123-4567"}, headers=OURS)
    assert "固定電話" in await answer.text()
    await client.get(f"{PAGE}?lang=en")
    assert "can mean" in (await one(client, municipality="府中市"))[1]
    unagreed = {name: value for name, value in PERSON.items() if name != "agreed"}
    refused = await client.post(f"{PAGE}/one", data=unagreed, headers=OURS)
    assert (refused.status, "tick the box" in await refused.text()) == (422, True)
    assert registered(db) == []


async def test_a_file_is_looked_at_first_and_then_taken_into_the_group(browse: Open, db: Database) -> None:
    client, _ = await supporter(browse, db)
    lines = "phone,language,municipality,groups\n090-0000-0001,vi,17204,Other\n090-0000-0002,xx,17204,\n"
    status, text = await file(client, lines, step="look")
    assert (status, "1 of 2 rows would be taken" in text, "Row 3" in text) == (422, True, True)
    assert registered(db) == []
    assert "tick the box" in (await file(client, lines, step="register"))[1]
    assert "1 of 2 rows are registered" in (await file(client, lines, step="register", agreed="yes"))[1]
    assert registered(db) == [(WAJIMA, "vi", "Sakura dormitory")]
    assert "not taken" in (await file(client, "phone,language,name\n", step="look"))[1]


async def test_nobody_registers_for_another_municipality(browse: Open, enter: Enter, db: Database) -> None:
    client, _ = await supporter(browse, db)
    assert (await one(client, m=KANAZAWA))[0] == 403
    assert (await file(client, "phone\n", m=KANAZAWA))[0] == 403
    assert (await client.get(f"{PAGE}?m={KANAZAWA}")).status == 200
    coordinator = await enter(db, "aoi", (Role.COORDINATOR, WAJIMA))
    assert (await coordinator.get("/console")).url.path == "/console"
    assert (await coordinator.get(PAGE)).status == 403
    account(db, "rei", (Role.REGISTRAR, KANAZAWA))
