"""Where to go, on the pages of an alert: what fits it, in which state, and nothing where nobody is to go out."""

import re
import string
from typing import Any

import pytest
from playwright.async_api import Browser

from shelters import store
from shelters.site import Danger, State
from storage.connection import Connection
from storage.database import Database
from templates_i18n import catalogue, spelling
from tests.shelters.builders import STANDARD, a_csv, a_row, take
from tests.web.conftest import Open
from tests.web.residents import told
from tests.web.residents.test_pages import get, shown
from tests.web.residents.told import WAJIMA, change
from tests.web.rows import NOW
from tests.web.states import a_state
from tests.web.test_browser import FAULTS
from web.residents import refuge
from web.residents.refuge import _table

TSUNAMI, FLOOD = Danger.TSUNAMI, Danger.FLOOD
SCHOOL = a_row(STANDARD, TSUNAMI, Danger.EARTHQUAKE)
PARK = a_row(STANDARD, TSUNAMI, name="河井公園", kana="カワイコウエン", address="輪島市2", latitude="37.399")
SHORE = a_row(STANDARD, FLOOD, name="河井浜", kana="カワイハマ", address="輪島市3")


def an_alert(hazard: str = "tsunami", grade: str = "major_warning") -> Any:
    def fill(db: Connection) -> int:
        return told.alert(db, hazard, {WAJIMA: change("none", grade)})

    return fill


def mark(db: Database, site_id: int, state: State) -> None:
    db.write_sync(lambda at: store.mark(at, site_id, state, actor="test", now=NOW))


def many(count: int) -> bytes:
    """A long list with long names."""
    rows = [
        a_row(
            STANDARD,
            TSUNAMI,
            name=f"輪島市立門前東中学校第{number}体育館",
            kana=f"ワジマシリツモンゼンヒガシチュウガッコウダイ{number}タイイクカン",
            address=f"石川県輪島市門前町走出{number}番地の{number}",
        )
        for number in range(count)
    ]
    return a_csv(*rows)


async def test_the_page_names_what_fits_with_sign_reading_and_map(browse: Open, db: Database) -> None:
    take(db, a_csv(SHORE, PARK, SCHOOL))
    _, page = await get(browse, db, "/a/{id}?l=en", an_alert())
    words = shown(page)
    order = ["RUN to high ground NOW.", "Where to go", "Go only if the way is safe.", "no papers needed"]
    order += ["輪島小学校 Wajima Elementary School", "Map 37.392,136.9021", "河井公園 Kawai Park", "Official map"]
    assert [words.index(part) for part in order] == sorted(words.index(part) for part in order)
    assert "河井浜" not in words
    assert 'href="https://maps.gsi.go.jp/#17/37.392/136.9021/' in page
    assert "skhb05" in page
    assert 'href="geo:37.392,136.9021?q=37.392,136.9021"' in page


async def test_full_and_closed_sites_stand_last_and_say_so(browse: Open, db: Database) -> None:
    take(db, a_csv(SCHOOL, PARK))
    mark(db, 1, State.FULL)
    _, page = await get(browse, db, "/a/{id}?l=en", an_alert())
    words = shown(page)
    assert words.index("河井公園") < words.index("輪島小学校")
    assert words.count("may not be open yet") == 1
    assert "輪島小学校 Wajima Elementary School FULL: do not go there." in words
    mark(db, 2, State.OPEN)
    _, page = await get(browse, db, "/a/1?l=en")
    assert "河井公園 Kawai Park Open" in shown(page)
    assert "may not be open yet" not in shown(page)


@pytest.mark.parametrize(
    ("hazard", "grade"), [("heavy_rain", "L5"), ("flood", "L5"), ("storm", "warning"), ("volcano", "eruption")]
)
async def test_where_nobody_is_to_go_out_the_page_sends_nobody(
    browse: Open, db: Database, hazard: str, grade: str
) -> None:
    take(db, a_csv(a_row(STANDARD, *Danger)))
    _, page = await get(browse, db, "/a/{id}?l=en", an_alert(hazard, grade))
    assert "輪島小学校" not in page
    assert "Where to go" not in page
    _, sites = await get(browse, db, "/a/1/sites?l=en")
    assert "輪島小学校" not in sites
    _, sheet = await get(browse, db, "/a/1/print?l=en")
    assert "輪島小学校" not in sheet


async def test_when_it_is_over_nobody_is_sent_anywhere(browse: Open, db: Database) -> None:
    take(db, a_csv(SCHOOL))

    def over(at: Connection) -> int:
        number = told.alert(at, "tsunami", {WAJIMA: change("none", "warning", 60)})
        told.alert(at, "tsunami", {WAJIMA: change("warning", "none", 10)})
        return number

    _, page = await get(browse, db, "/a/{id}?l=en", over)
    assert "This alert is over." in page
    assert "輪島小学校" not in page


async def test_without_a_list_the_official_map_is_still_there(browse: Open, db: Database) -> None:
    _, page = await get(browse, db, "/a/{id}?l=en", an_alert())
    assert "Official map of evacuation sites" in page
    assert 'class="sites"' not in page


async def test_a_kana_reader_gets_the_reading_and_nothing_is_invented(browse: Open, db: Database) -> None:
    take(db, a_csv(a_row(STANDARD, TSUNAMI), a_row(STANDARD, TSUNAMI, name="北", kana="", address="輪島市9")))
    _, page = await get(browse, db, "/a/{id}?l=ja-Hira", an_alert())
    assert "輪島小学校 わじましょうがっこう" in shown(page)
    _, english = await get(browse, db, "/a/1?l=en")
    assert re.search(r'<strong lang="ja">北</strong>\s*<br>', english)


async def test_an_order_shows_what_each_site_is_for(browse: Open, db: Database) -> None:
    take(db, a_csv(a_row(STANDARD, FLOOD, Danger.LANDSLIDE)))
    _, page = await get(browse, db, "/a/{id}?l=en", an_alert("evacuation", "order"))
    item = page[page.index("輪島小学校") :]
    assert 'alt="Flood"' in item
    assert 'alt="Landslide"' in item


async def test_a_long_list_is_cut_into_pages(browse: Open, sqlite_db: Database) -> None:
    take(sqlite_db, many(90))
    _, page = await get(browse, sqlite_db, "/a/{id}?l=en", an_alert())
    assert page.count('<li class="listed">') == refuge.SHOWN
    assert "All 90 places" in page
    seen: set[str] = set()
    path = "/a/1/sites?l=en"
    while path:
        _, one = await get(browse, sqlite_db, path)
        seen |= set(re.findall(r'<strong lang="ja">(.*?)</strong>', one))
        found = re.search(r'href="(/a/1/sites\?[^"]*from=\d+)"', one)
        path = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == 90


@pytest.mark.parametrize("path", ["/a/1", "/a/1/sites"])
@pytest.mark.parametrize("tag", ["my", "km", "ne", "si"])
async def test_with_a_long_list_every_page_stays_under_50_kb(
    browse: Open, sqlite_db: Database, tag: str, path: str
) -> None:
    take(sqlite_db, many(120))
    sqlite_db.write_sync(told.all_well)
    sqlite_db.write_sync(an_alert())
    client = await browse(a_state(sqlite_db, public_url="https://tomoshibi.example"))
    page = await (await client.get(f"{path}?l={tag}")).text()
    size = len(page.encode())
    for link in {*re.findall(r'(?:src|href)="(/(?:static|pictograms)/[^"]+)"', page)}:
        size += len(await (await client.get(link)).read())
    assert size < 50_000


async def test_a_mark_is_seen_at_once_and_strange_numbers_are_nothing(browse: Open, sqlite_db: Database) -> None:
    take(sqlite_db, a_csv(SCHOOL))
    sqlite_db.write_sync(told.all_well)
    sqlite_db.write_sync(an_alert())
    client = await browse(a_state(sqlite_db))
    assert "FULL" not in await (await client.get("/a/1?l=en")).text()
    mark(sqlite_db, 1, State.FULL)
    assert "FULL" in await (await client.get("/a/1?l=en")).text()
    for asked in ("99999", "-1", "x", "9999"):
        assert (await client.get(f"/a/1/sites?l=en&from={asked}")).status == 200


async def test_the_sheet_of_a4_has_the_sites_without_links(browse: Open, sqlite_db: Database) -> None:
    take(sqlite_db, a_csv(SCHOOL))
    _, page = await get(browse, sqlite_db, "/a/{id}/print?l=en", an_alert())
    assert "輪島小学校" in page
    assert "geo:" not in page


def test_every_language_has_every_sentence_in_its_own_letters() -> None:
    words, table = catalogue.load(), _table()
    assert table.keys() == words.names.keys()
    for tag, row in table.items():
        assert row.keys() == table["en"].keys(), tag
        for key, text in row.items():
            gaps = [name for _, name, _, _ in string.Formatter().parse(text) if name]
            assert gaps == (["count"] if key == "all" else []), (tag, key)
            assert spelling.foreign_letters(re.sub(r"{\w+}", "", text), words.names[tag].script) == "", (tag, key)
            whole = key in ("way", "free", "listed", "full", "closed") and tag != "th"
            assert (text[-1] in ".。။។।") is whole, (tag, key)


@pytest.mark.browser
@pytest.mark.parametrize(("width", "tags"), [(360, "en my km ne ja-Hira pt th"), (1280, "my km ne")])
async def test_where_to_go_fits_a_phone_and_a_screen(
    browser: Browser, browse: Open, sqlite_db: Database, width: int, tags: str
) -> None:
    take(sqlite_db, many(9))
    mark(sqlite_db, 3, State.FULL)
    sqlite_db.write_sync(told.all_well)
    sqlite_db.write_sync(an_alert())
    client = await browse(a_state(sqlite_db))
    page = await browser.new_page(viewport={"width": width, "height": 640})
    for tag in tags.split():
        for path in ("/a/1", "/a/1/sites", "/a/1/print"):
            await page.goto(str(client.make_url(f"{path}?l={tag}")))
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, (tag, path)
            assert await page.evaluate(FAULTS) == [], (tag, path)
