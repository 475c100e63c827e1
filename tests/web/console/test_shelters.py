"""Evacuation sites in the console: a list is looked at and imported, a site is marked, and only one's own."""

from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser

from shelters import store, word
from shelters.site import Danger, State
from storage import audit
from storage.database import Database
from tests.shelters.builders import STANDARD, a_csv, a_row, take
from tests.web.console.conftest import OURS, Client, Enter
from tests.web.test_browser import FAULTS
from web.accounts.roles import Role

WAJIMA = (Role.COORDINATOR, "17204")
SCHOOL = a_row(STANDARD, Danger.FLOOD, Danger.TSUNAMI)
PARK = a_row(STANDARD, Danger.FLOOD, name="河井公園", kana="", address="輪島市2", latitude="37.399")
PATH = "/console/shelters"


async def post(client: Client, path: str, **fields: str) -> tuple[int, str]:
    answer = await client.post(path, data=fields, headers=OURS, allow_redirects=False)
    return answer.status, answer.headers.get("Location", "")


async def upload(client: Client, data: bytes, **fields: str) -> tuple[int, str]:
    form = aiohttp.FormData()
    for name, value in ({"m": "17204"} | fields).items():
        form.add_field(name, value)
    form.add_field("file", data, filename="list.csv", content_type="text/csv")
    answer = await client.post(f"{PATH}/preview", data=form, headers=OURS, allow_redirects=False)
    return answer.status, await answer.text()


def states(db: Database) -> list[State]:
    return [site.state for site in db.read_sync(store.on_list, "17204")]


def token(page: str) -> str:
    return page.split('name="token" value="')[1].split('"')[0]


async def text(client: Client, path: str = f"{PATH}?lang=en") -> str:
    return await (await client.get(path)).text()


async def test_the_list_says_state_names_and_what_texts_would_name(enter: Enter, db: Database) -> None:
    take(db, a_csv(SCHOOL, PARK))
    client = await enter(db, "aoi", WAJIMA)
    page = await text(client)
    assert "Wajima Elementary School" in page
    assert "no reading: not named in texts of Latin letters" in page
    assert "flood, tsunami" in page.lower()
    assert "minutes count" in page
    assert "more than 500 m from another site or the town hall" in page
    assert 'href="/console/shelters"' in page
    assert "避難場所" in await text(client, f"{PATH}?lang=ja")


async def test_a_site_is_marked_and_chosen_and_that_is_logged(enter: Enter, db: Database) -> None:
    take(db, a_csv(SCHOOL, PARK))
    client = await enter(db, "aoi", WAJIMA)
    assert await post(client, f"{PATH}/1/mark", m="17204", state="full") == (303, f"{PATH}?m=17204&said=shelter_marked")
    assert states(db) == [State.FULL, State.LISTED]
    assert (await post(client, f"{PATH}/2/choose", m="17204", chosen="1"))[0] == 303
    page = await text(client)
    assert "Full" in page
    assert "chosen for texts" in page
    newest = db.read_sync(audit.latest)
    assert [(one.action, one.actor) for one in newest[:2]] == [
        ("shelter chosen", "user:aoi"),
        ("shelter full", "user:aoi"),
    ]


async def test_a_long_list_comes_in_pages_is_searched_whole_and_a_form_comes_back_to_where_it_stood(
    enter: Enter, sqlite_db: Database
) -> None:
    take(
        sqlite_db, a_csv(*(a_row(name=f"第{n}公園", kana=f"ダイ{n}コウエン", address=f"輪島市{n}") for n in range(205)))
    )
    client = await enter(sqlite_db, "aoi", WAJIMA)
    first, second = await text(client), await text(client, f"{PATH}?lang=en&m=17204&page=2")
    assert "205 sites on the list: 1 to 100" in first
    assert "What texts would name now" in first
    assert "Earlier</a>" not in first
    assert f'href="{PATH}?m=17204&amp;page=2">Next</a>' in first
    assert "101 to 200" in second
    assert "What texts would name now" not in second
    assert f'href="{PATH}?m=17204">Earlier</a>' in second
    assert "第100公園" in second
    assert "第99公園" not in second
    assert '<input type="hidden" name="page" value="2">' in second
    last = await text(client, f"{PATH}?lang=ja&m=17204&page=99")
    assert "一覧に 205 か所（201～205 件目を表示）" in last
    assert "次へ" not in last
    found = await text(client, f"{PATH}?lang=en&m=17204&words=だい204")
    assert "1 of 205 sites found" in found
    assert "第204公園" in found
    assert '<input type="hidden" name="words" value="だい204">' in found
    assert "0 of 205 sites found" in await text(client, f"{PATH}?lang=en&m=17204&words=<b>")
    _, where = await post(client, f"{PATH}/101/mark", m="17204", state="full", words="公園", page="2")
    assert where == f"{PATH}?m=17204&words=%E5%85%AC%E5%9C%92&page=2&said=shelter_marked"


async def test_a_municipality_says_that_the_nearest_is_named_once_it_has_read_what_that_means(
    enter: Enter, db: Database
) -> None:
    far = a_row(
        STANDARD, Danger.FLOOD, name="門前公園", address="輪島市門前町1", latitude="37.2901", longitude="136.7701"
    )
    take(db, a_csv(SCHOOL, far))
    client = await enter(db, "aoi", WAJIMA)
    assert "the sites lie more than 3 km apart" in await text(client)
    page = await text(client, f"{PATH}/nearest?m=17204&walk=800&lang=en")
    for words in ("People who live far from it read it too", "up to 16.3 km from it", 'value="800"'):
        assert words in page, words
    assert "遠くに住む人にも同じ場所が届きます" in await text(client, f"{PATH}/nearest?m=17204&lang=ja")
    assert "the sites lie more than 3 km apart" in await text(client)
    given = await post(client, f"{PATH}/nearest", m="17204", walk="800")
    assert given == (303, f"{PATH}?m=17204&said=nearest_given")
    page = await text(client)
    assert "named in texts as the nearest" in page
    assert "only within 800 m of all" in page
    assert (await post(client, f"{PATH}/nearest/stop", m="17204"))[0] == 303
    assert "the sites lie more than 3 km apart" in await text(client)
    newest = db.read_sync(audit.latest)
    assert [(one.action, one.actor) for one in newest[:2]] == [
        ("nearest shelter not named", "user:aoi"),
        ("nearest shelter named", "user:aoi"),
    ]


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("1/mark", {"m": "17201", "state": "full"}, 403),
        ("1/mark", {"m": "", "state": "full"}, 403),
        ("1/mark", {"m": "17204", "state": "burning"}, 400),
        ("x/mark", {"m": "17204", "state": "full"}, 404),
        ("99/mark", {"m": "17204", "state": "full"}, 303),
        ("import", {"token": "guess"}, 303),
        ("nearest", {"m": "17201", "walk": "500"}, 403),
        ("nearest", {"m": "17204", "walk": "9000"}, 303),
        ("nearest/stop", {"m": "17201"}, 403),
    ],
)
async def test_nobody_changes_what_is_not_theirs(
    enter: Enter, sqlite_db: Database, path: str, fields: dict[str, str], status: int
) -> None:
    take(sqlite_db, a_csv(SCHOOL))
    client = await enter(sqlite_db, "aoi", WAJIMA)
    assert (await post(client, f"{PATH}/{path}", **fields))[0] == status
    assert states(sqlite_db) == [State.LISTED]
    assert sqlite_db.read_sync(word.given, ["17201", "17204"]) == {}


async def test_another_municipality_sees_and_marks_nothing_of_it(enter: Enter, sqlite_db: Database) -> None:
    take(sqlite_db, a_csv(SCHOOL))
    client = await enter(sqlite_db, "ben", (Role.COORDINATOR, "17201"))
    assert "輪島小学校" not in await text(client, f"{PATH}?m=17204")
    await post(client, f"{PATH}/1/mark", m="17201", state="full")
    assert states(sqlite_db) == [State.LISTED]


async def test_who_may_not_change_anything_sees_no_buttons(enter: Enter, sqlite_db: Database) -> None:
    take(sqlite_db, a_csv(SCHOOL))
    client = await enter(sqlite_db, "reg", (Role.REGISTRAR, "17204"))
    assert (await client.get(PATH)).status == 403


async def test_a_form_from_elsewhere_is_refused(enter: Enter, sqlite_db: Database) -> None:
    take(sqlite_db, a_csv(SCHOOL))
    client = await enter(sqlite_db, "aoi", WAJIMA)
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = await client.post(f"{PATH}/1/mark", data={"m": "17204", "state": "full"}, headers=headers)
    assert answer.status == 403
    assert states(sqlite_db) == [State.LISTED]


async def test_a_list_is_looked_at_and_then_imported(enter: Enter, db: Database) -> None:
    take(db, a_csv(PARK))
    client = await enter(db, "aoi", WAJIMA)
    bad = a_row(name="浜", latitude="136.9021", longitude="37.392")
    status, page = await upload(client, a_csv(SCHOOL, bad))
    assert status == 200
    for words in (
        "1 new",
        "1 refused",
        "1 taken off",
        "河井公園",
        "Row 3, latitude",
        "swapped",
        "after this import",
        "named in texts",
    ):
        assert words in page, words
    assert len(states(db)) == 1
    status, where = await post(client, f"{PATH}/import", token=token(page))
    assert (status, where) == (303, f"{PATH}?m=17204&said=shelters_imported")
    assert [site.entry.name for site in db.read_sync(store.on_list, "17204")] == ["輪島小学校"]
    # it is done once
    assert (await post(client, f"{PATH}/import", token=token(page)))[1] == f"{PATH}?said=upload_gone"


async def test_a_file_that_cannot_be_taken_is_refused_in_both_languages(enter: Enter, sqlite_db: Database) -> None:
    client = await enter(sqlite_db, "aoi", WAJIMA)
    status, page = await upload(client, b"phone,language\n")
    assert status == 200
    assert "The file was refused" in page
    assert 'name="token"' not in page
    assert (await upload(client, b""))[0] == 303
    assert (await upload(client, a_csv(SCHOOL), m="17201"))[0] == 403


async def test_nobody_imports_what_another_has_uploaded(enter: Enter, sqlite_db: Database) -> None:
    first = await enter(sqlite_db, "aoi", WAJIMA)
    _, page = await upload(first, a_csv(SCHOOL))
    second = await enter(sqlite_db, "ben", WAJIMA)
    assert (await post(second, f"{PATH}/import", token=token(page)))[1] == f"{PATH}?said=upload_gone"
    assert states(sqlite_db) == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
async def test_a_site_is_marked_in_two_taps_on_a_phone_and_a_screen(
    browser: Browser, enter: Enter, sqlite_db: Database, width: int
) -> None:
    take(sqlite_db, a_csv(SCHOOL, PARK))
    client = await enter(sqlite_db, "aoi", WAJIMA)
    cookies: list[Any] = [
        {"name": one.key, "value": one.value, "url": str(client.make_url("/console"))}
        for one in client.session.cookie_jar
    ]
    context = await browser.new_context(viewport={"width": width, "height": 740})
    await context.add_cookies(cookies)
    page = await context.new_page()
    await page.goto(str(client.make_url(f"{PATH}?lang=ja")))
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await page.evaluate(FAULTS) == []
    await page.locator("#s1 summary").click()
    await page.locator("#s1 button[value=full]").click()
    await page.wait_for_url("**/console/shelters?m=17204&said=shelter_marked")
    assert "満員" in await page.locator("#s1").inner_text()
    assert states(sqlite_db) == [State.FULL, State.LISTED]
