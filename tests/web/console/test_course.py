"""Reading, answering, passing, and being reminded a year later."""

import html
from datetime import timedelta

import pytest

from campaigns.course import content, passes
from storage import audit
from tests.delivery.builders import SUZU, WAJIMA
from tests.web.console.byhand_people import Hall, page, post
from tests.web.console.conftest import account
from tests.web.states import a_state
from web.accounts.roles import Role

COURSE = content.load()
RIGHT = {f"q{number}": str(one.right) for number, one in enumerate(COURSE.questions, 1)}


@pytest.fixture
def hall(sqlite_db, browse, clock):
    return Hall(sqlite_db, browse, clock)


async def test_from_the_first_chapter_to_the_pass(hall):
    aoi = await hall.enter("aoi")
    seen = await page(aoi, "/console/course")
    assert "You have not passed it yet" in seen
    for chapter in COURSE.chapters:
        read = await page(aoi, f"/console/course/{chapter.key}")
        assert f"/pictograms/{chapter.pictures[0]}.svg" in read
    assert "Hawaii 2018" in await page(aoi, "/console/course/cases")
    assert "No case has been published yet" in await page(aoi, "/console/course/cases")

    wrong = await post(aoi, "/console/course/questions?lang=en", **(RIGHT | {"q1": "1", "q2": "x"}))
    text = html.unescape(await wrong.text())
    assert wrong.status == 422
    assert f"2 of {len(COURSE.questions)} are not right yet" in text
    assert COURSE.questions[0].why["en"] in text
    assert hall.db.read_sync(passes.last, "user:aoi") is None

    passed = await post(aoi, "/console/course/questions?lang=en", **RIGHT)
    assert "You have passed the course" in await passed.text()
    stored = hall.db.read_sync(passes.last, "user:aoi")
    assert stored is not None and stored.version == COURSE.version
    assert ("user:aoi", "course passed") in [(one.actor, one.action) for one in hall.db.read_sync(audit.latest)]


async def test_a_year_later_every_page_reminds_until_it_is_taken_again(hall):
    aoi, bruno = await hall.enter("aoi"), await hall.enter("bruno")
    now = hall.clock()
    hall.db.write_sync(passes.record, "user:aoi", "2025.1", now - timedelta(days=366))
    hall.db.write_sync(passes.record, "user:bruno", "2026.1", now - timedelta(days=200))
    assert "A year has passed since your course" in await page(aoi, "/console")
    assert "A year has passed since your course" not in await page(bruno, "/console")
    assert "more than a year old" in await page(aoi, "/console/course")
    await post(aoi, "/console/course/questions", **RIGHT)
    assert "A year has passed since your course" not in await page(aoi, "/console")


async def test_whoever_never_took_it_is_invited_where_they_write(hall):
    aoi = await hall.enter("aoi")
    assert "Take the course before the night" in await page(aoi, "/console/write")
    assert "A year has passed" not in await page(aoi, "/console")
    await post(aoi, "/console/course/questions", **RIGHT)
    assert "Take the course before the night" not in await page(aoi, "/console/write")


async def test_those_in_charge_see_who_has_passed_in_their_own_municipality(hall):
    account(hall.db, "chief", (Role.ADMIN, WAJIMA))
    account(hall.db, "other", (Role.ADMIN, SUZU))
    hall.db.write_sync(passes.record, "user:aoi", "2026.1", hall.clock())
    hall.db.write_sync(passes.record, "user:bruno", "2025.1", hall.clock() - timedelta(days=400))
    seen = await page(await hall.enter("chief"), "/console/course")
    table = seen[seen.index("Who has passed") :]
    order = [table.index(f"<td>{name}</td>") for name in ("both", "bruno", "aoi")]
    assert order == sorted(order)
    assert "due again" in table and "never" in table and "<td>far</td>" not in table
    assert "<td>bruno</td>" not in await page(await hall.enter("other"), "/console/course")
    assert "Who has passed" not in await page(await hall.enter("aoi"), "/console/course")


async def test_it_is_in_japanese_too(hall):
    aoi = await hall.enter("aoi")
    for path in ("", "/questions", "/at_night"):
        answer = await aoi.get(f"/console/course{path}?lang=ja")
        assert answer.status == 200
    assert "夜に決めるとき" in await (await aoi.get("/console/course?lang=ja")).text()
    assert (await aoi.get("/console/course/none")).status == 404


async def test_before_the_first_account_it_can_be_read_and_not_passed(sqlite_db, browse, clock):
    client = await browse(a_state(sqlite_db, clock))
    assert (await client.get("/console/course/questions")).status == 200
    assert (await post(client, "/console/course/questions", **RIGHT)).status in (401, 403, 303, 200)
    assert sqlite_db.read_sync(passes.latest, ["console", "user:aoi"]) == {}
