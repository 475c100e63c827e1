"""The log of changes: for administrators, of their municipalities, with the check of its chain."""

import asyncio

from storage import audit
from storage.connection import Connection
from storage.database import Database
from subscribers import store
from tests.delivery.builders import a_person
from tests.web import rows
from tests.web.console.conftest import Enter
from web.accounts.roles import Role
from web.console import chain
from web.console.chain import ChainCheck, Checked, Running, Standing

WAJIMA, KANAZAWA = "17204", "17201"


def _fill(db: Connection) -> None:
    for number in range(60):
        place = WAJIMA if number % 2 else KANAZAWA
        audit.append(
            db, now=rows.NOW, actor="user:rei", action=f"act {number}", subject=f"thing:{number}", municipality=place
        )


async def test_an_administrator_sees_the_changes_of_their_places(enter: Enter, db: Database) -> None:
    db.write_sync(_fill)
    client = await enter(db, "aoi", (Role.ADMIN, WAJIMA))
    text = await (await client.get("/console/audit?lang=en")).text()
    assert "act 59" in text
    assert "act 58" not in text
    assert "signed in" in text  # of the service as a whole, by somebody with a role there
    only = await (await client.get("/console/audit?actor=rei&before=20")).text()
    assert "act 19" not in only
    assert "act 17" in only
    assert "signed in" not in only


async def test_what_residents_of_the_place_do_is_seen_without_saying_who(enter: Enter, db: Database) -> None:
    people = [a_person(db, index, WAJIMA) for index in range(5)]
    elsewhere = [a_person(db, index, KANAZAWA) for index in range(10, 15)]
    for index in (0, 10):
        db.write_sync(store.stop, f"hash{index}", rows.NOW)
    for person in (people[1], elsewhere[1]):
        db.write_sync(store.give_up, person, store.State.UNREACHABLE, said_by="carrier", code="30005", now=rows.NOW)
    client = await enter(db, "aoi", (Role.ADMIN, WAJIMA))
    text = await (await client.get("/console/audit?lang=en")).text()
    assert (text.count("stopped"), text.count("unreachable")) == (1, 1)
    assert "resident:" not in text
    assert "30005" not in text
    only = await (await client.get("/console/audit?actor=carrier")).text()
    assert ("stopped" in only, "unreachable" in only) == (False, True)


async def test_where_few_are_registered_nothing_of_residents_is_seen(enter: Enter, db: Database) -> None:
    for index in range(4):
        a_person(db, index, WAJIMA)
    db.write_sync(store.stop, "hash0", rows.NOW)
    client = await enter(db, "aoi", (Role.ADMIN, WAJIMA))
    assert "stopped" not in await (await client.get("/console/audit?lang=en")).text()


async def test_whether_the_chain_is_whole_is_said(enter: Enter, db: Database) -> None:
    db.write_sync(_fill)
    client = await enter(db, "aoi", (Role.ADMIN, WAJIMA))
    assert "The log is whole" in await (await client.get("/console/audit?check=1&lang=en")).text()
    db.write_sync(lambda c: c.execute("UPDATE audit_entries SET action = 'nothing' WHERE number = 7"))
    assert "tampered with at entry 7" in await (await client.get("/console/audit?check=1&lang=en")).text()
    said = await (await client.get("/console/audit?lang=ja")).text()
    assert "7番で記録が改ざんされています：この記録は書かれたときのままではありません" in said


def _many(db: Connection) -> None:
    for number in range(chain.PIECE + 5):
        audit.append(db, now=rows.NOW, actor="user:rei", action="act", subject=f"thing:{number}")


async def test_a_long_chain_is_checked_beside_the_pages(enter: Enter, sqlite_db: Database) -> None:
    sqlite_db.write_sync(_many)
    client = await enter(sqlite_db, "aoi", (Role.ADMIN, WAJIMA))
    newest = sqlite_db.read_sync(audit.newest)
    assert newest is not None
    begun = await (await client.get("/console/audit?check=1&lang=en")).text()
    assert f"{chain.PIECE} of {newest[0]} entries so far" in begun
    assert "The log is whole" not in begun
    for _ in range(200):
        text = await (await client.get("/console/audit?lang=en")).text()
        if "so far" not in text:
            break
        await asyncio.sleep(0.02)
    assert f"The log is whole: {newest[0]} entries" in text
    assert "without later changes" in text


async def test_what_was_checked_before_is_checked_again(db: Database) -> None:
    db.write_sync(_fill)
    check = ChainCheck(db, lambda: rows.NOW, lambda: None, piece=7, rest=0)
    await check.begin()
    await check.ended()
    newest = db.read_sync(audit.newest)
    assert newest is not None
    whole = Checked(found=audit.Whole(entries=60, head=newest[1]), began=rows.NOW)
    assert (check.standing, check.standing.whole) == (Standing(last=whole), True)
    db.write_sync(lambda c: c.execute("UPDATE audit_entries SET action = 'nothing' WHERE number = 3"))
    await check.begin()
    broken = Checked(found=audit.Broken(number=3, reason="the entry was changed"), began=rows.NOW)
    assert (check.standing, check.standing.whole) == (Standing(last=broken), False)


async def test_one_check_runs_at_a_time_and_says_how_far_it_is(db: Database) -> None:
    db.write_sync(_fill)
    said: list[bool] = []
    check = ChainCheck(db, lambda: rows.NOW, lambda: said.append(True), piece=7, rest=0)
    await check.begin()
    await check.begin()
    assert (check.standing, said) == (Standing(running=Running(checked=7, of=60)), [])
    await check.ended()
    assert (check.standing.whole, check.standing.running, said) == (True, None, [True])


async def test_a_check_that_breaks_off_says_nothing_of_the_chain(sqlite_db: Database) -> None:
    sqlite_db.write_sync(_fill)
    check = ChainCheck(sqlite_db, lambda: rows.NOW, lambda: None, piece=7, rest=0)
    await check.begin()
    await sqlite_db.close()
    await check.ended()
    assert check.standing == Standing(broke_off=True)


async def test_others_do_not(enter: Enter, sqlite_db: Database) -> None:
    client = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA))
    assert (await client.get("/console/audit")).status == 403
    assert "/console/audit" not in await (await client.get("/console")).text()
