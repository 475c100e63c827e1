"""Cases in the console: a draft is completed and published, found, shared; hostile words stay words."""

import io
import json
from typing import Any

import aiohttp
import pytest

from cases import store
from cases.case import Case, Section, State
from cases.store import Search
from storage import audit
from storage.database import Database
from tests.cases.builders import TEXTS, add
from tests.cases.test_drafting import a_warning, draft_all
from tests.web.console.conftest import OURS, Client, Enter
from web.accounts.roles import Role

WAJIMA, KANAZAWA = (Role.COORDINATOR, "17204"), (Role.COORDINATOR, "17201")
PATH = "/console/cases"
HOSTILE = "\"><script>alert(1)</script>{{ 7*7 }}' onmouseover=x <img src=x onerror=y>"


def form(**values: Any) -> dict[str, Any]:
    fields = {section.value: text for section, text in TEXTS.items()}
    return fields | {
        "hazard": "landslide",
        "happened_on": "2026-11-22",
        "places": "輪島市、17201",
        "stages": ["work", "old_age"],
        "languages": ["vi"],
        "version": "1",
        "do": "save",
        **values,
    }


async def post(client: Client, path: str, **fields: Any) -> tuple[int, str]:
    pairs = [(name, one) for name, value in fields.items() for one in (value if isinstance(value, list) else [value])]
    answer = await client.post(path, data=aiohttp.FormData(pairs), headers=OURS, allow_redirects=False)
    return answer.status, answer.headers.get("Location", "") or await answer.text()


async def page(client: Client, path: str = PATH, status: int = 200) -> str:
    answer = await client.get(path + ("&" if "?" in path else "?") + "lang=en")
    assert answer.status == status, await answer.text()
    return await answer.text()


def held(db: Database, number: int = 1) -> Case:
    found = db.read_sync(store.load, number, None)
    assert found is not None
    return found


async def test_a_draft_of_a_broadcast_is_completed_published_and_found(enter: Enter, db: Database) -> None:
    client = await enter(db, "aoi", WAJIMA)
    db.write_sync(a_warning)
    draft_all(db)
    assert "Without a title" in await page(client)
    draft = await page(client, f"{PATH}/1")
    assert "&lt;5" in draft
    assert "20-49" in draft
    assert 'name="do" value="publish"' in draft
    assert (await post(client, f"{PATH}/1/move", do="publish", version="1"))[0] == 422
    assert await post(client, f"{PATH}/1", **form(do="publish")) == (303, f"{PATH}/1?said=case_published")
    one = held(db)
    assert (one.state, one.content.places, one.content.stages) == (
        State.PUBLISHED, ("17204", "17201"), ("work", "old_age"),
    )  # fmt: skip
    assert one.facts is not None
    assert TEXTS[Section.TITLE] in await page(client, f"{PATH}?words=避難所&hazard=landslide&stage=old_age")
    assert "No case fits" in await page(client, f"{PATH}?words=津波")
    assert "/console/cases?hazard=landslide&amp;stage=work" in await page(client)
    newest = db.read_sync(audit.latest)
    assert [(one.action, one.actor) for one in newest[:2]] == [
        ("case published", "user:aoi"),
        ("case changed", "user:aoi"),
    ]
    assert "生活の段階" in await (await client.get(f"{PATH}?lang=ja")).text()


async def test_a_municipality_sees_its_own_drafts_and_what_all_have_published(enter: Enter, db: Database) -> None:
    add(db, published=False, texts={"title": "only ours"})
    add(db, texts={"title": "for everybody"})
    client = await enter(db, "ben", KANAZAWA)
    shown = await page(client)
    assert "only ours" not in shown
    assert "for everybody" in shown
    await page(client, f"{PATH}/1", 404)
    await page(client, f"{PATH}/1/edit", 404)
    other = await page(client, f"{PATH}/2")
    assert "/move" not in other
    await page(client, f"{PATH}/2/edit", 404)
    for number in (1, 2):
        assert (await post(client, f"{PATH}/{number}", **form()))[0] == 404
        assert (await post(client, f"{PATH}/{number}/move", do="discard"))[0] == 404
    assert held(db).content.text(Section.TITLE) == "only ours"
    assert "only ours" not in await page(client, f"{PATH}/cases.json")


async def test_who_only_reads_has_no_forms_and_who_registers_sees_nothing(enter: Enter, sqlite_db: Database) -> None:
    add(sqlite_db)
    client = await enter(sqlite_db, "app", (Role.APPROVER, "17204"))
    assert 'method="post" action="/console/cases' not in await page(client)
    assert "/move" not in await page(client, f"{PATH}/1")
    assert (await post(client, f"{PATH}/1/move", do="discard"))[0] == 403
    client = await enter(sqlite_db, "reg", (Role.REGISTRAR, "17204"))
    assert (await client.get(PATH)).status == 403


async def test_hostile_words_stay_words_in_every_field(enter: Enter, sqlite_db: Database) -> None:
    client = await enter(sqlite_db, "aoi", WAJIMA)
    add(sqlite_db, published=False)
    texts = {section.value: HOSTILE[:100] for section in Section}
    assert (await post(client, f"{PATH}/1", **form(**texts)))[0] == 303
    for path in (PATH, f"{PATH}/1", f"{PATH}/1/edit", f"{PATH}?words={HOSTILE}&hazard={HOSTILE}&skip={HOSTILE}"):
        shown = await page(client, path)
        assert "<script>alert" not in shown
        assert "<img" not in shown
    status, shown = await post(
        client, f"{PATH}/1", **form(hazard=HOSTILE, places=HOSTILE, happened_on=HOSTILE, stages=[HOSTILE],
                                    languages=[HOSTILE], version=HOSTILE)
    )  # fmt: skip
    assert status == 422
    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"helped": "Ask 090-0000-0000"}, "phone number"),
        ({"questions": "a@example.com"}, "e-mail"),
        ({"title": "x" * 121}, "too long"),
        ({"done": "あ" * 3001}, "too long"),
        ({"done": "a\u202eb"}, "cannot be shown"),
        ({"places": "府中市"}, "several municipalities"),
        ({"places": "ない市"}, "no municipality"),
        ({"happened_on": "2026-13-01"}, "expected a day"),
        ({"do": "publish", "happened": ""}, "others cannot learn"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    enter: Enter, sqlite_db: Database, fields: dict[str, str], said: str
) -> None:
    client = await enter(sqlite_db, "aoi", WAJIMA)
    add(sqlite_db, published=False)
    answer = await post(client, f"{PATH}/1?lang=en", **form(proposal="my long thought", **fields))
    assert answer[0] == 422
    assert said in answer[1]
    assert "my long thought" in answer[1]
    assert held(sqlite_db).version == 1


async def test_of_two_who_write_at_once_the_second_keeps_their_words(enter: Enter, db: Database) -> None:
    client = await enter(db, "aoi", WAJIMA)
    add(db, published=False)
    assert (await post(client, f"{PATH}/1", **form(done="first")))[0] == 303
    status, shown = await post(client, f"{PATH}/1?lang=en", **form(done="second"))
    assert status == 409
    assert "Somebody else" in shown
    assert "second" in shown
    assert held(db).content.text(Section.DONE) == "first"


async def test_a_case_is_begun_taken_back_and_thrown_away(enter: Enter, sqlite_db: Database) -> None:
    client = await enter(sqlite_db, "aoi", WAJIMA)
    assert await post(client, PATH, m="17204", hazard="heat") == (303, f"{PATH}/1/edit")
    assert (await post(client, PATH, m="17201", hazard="heat"))[0] == 403
    assert (await post(client, PATH, m="17204", hazard="zombies"))[0] == 400
    assert (await post(client, f"{PATH}/1", **form(do="publish")))[0] == 303
    assert (await post(client, f"{PATH}/1/move", do="draft"))[0] == 303
    assert held(sqlite_db).state is State.DRAFT
    assert await post(client, f"{PATH}/1/move", do="discard") == (303, f"{PATH}?said=case_discarded")
    assert sqlite_db.read_sync(store.find, Search(), None) == []
    answer = await client.post(f"{PATH}/1", data=form(), headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403


async def upload(client: Client, data: bytes, place: str = "17204") -> tuple[int, str]:
    fields = aiohttp.FormData()
    fields.add_field("m", place)
    fields.add_field("file", io.BytesIO(data), filename="cases.json", content_type="application/json")
    answer = await client.post(f"{PATH}/import?lang=en", data=fields, headers=OURS, allow_redirects=False)
    return answer.status, answer.headers.get("Location", "") or await answer.text()


async def test_a_file_goes_out_and_comes_in_and_a_hostile_one_does_not(enter: Enter, sqlite_db: Database) -> None:
    client = await enter(sqlite_db, "aoi", WAJIMA)
    add(sqlite_db)
    file = await page(client, f"{PATH}/cases.json")
    assert await upload(client, file.encode()) == (303, f"{PATH}?said=cases_same")
    document = json.loads(file)
    document["cases"][0] |= {"key": "0" * 32, "municipality": "17201"}
    assert await upload(client, json.dumps(document).encode()) == (303, f"{PATH}?said=cases_imported")
    assert "from a file" in await page(client)
    assert 'value="draft"' not in await page(client, f"{PATH}/2")
    document["cases"][0]["texts"]["title"] = "090-0000-0000"
    document["cases"][0]["<b>x</b>"] = 1
    status, shown = await upload(client, json.dumps(document).encode())
    assert status == 422
    assert "<b>x" not in shown
    del document["cases"][0]["<b>x</b>"]
    assert "phone number" in (await upload(client, json.dumps(document).encode()))[1]
    assert (await upload(client, b" " * 6_000_000))[0] == 422
    assert (await upload(client, file.encode(), "17201"))[0] == 403
    assert (await post(client, f"{PATH}/import", m="17204"))[0] == 400
    assert (await post(client, f"{PATH}/2/move", do="discard"))[0] == 303
    assert len(sqlite_db.read_sync(store.find, Search(), None)) == 1


async def test_a_long_list_has_pages(enter: Enter, sqlite_db: Database) -> None:
    client = await enter(sqlite_db, "aoi", WAJIMA)
    for number in range(store.PAGE + 2):
        add(sqlite_db, texts={"title": f"case {number:02}"})
    first = await page(client, f"{PATH}?hazard=heavy_rain")
    assert "case 26" in first
    assert "case 01" not in first
    assert "skip=25" in first
    assert "case 01" in await page(client, f"{PATH}?hazard=heavy_rain&skip=25")
