"""The residents' pages in a real browser, without JavaScript, on a small phone and a wide screen."""

import pytest
from playwright.async_api import Browser

from storage.connection import Connection
from storage.database import Database
from templates_i18n import catalogue
from tests.web.conftest import Open
from tests.web.residents import told
from tests.web.residents.told import KANAZAWA, SUZU, TOYAMA, WAJIMA, change
from tests.web.states import a_state
from tests.web.test_browser import FAULTS

pytestmark = pytest.mark.browser

#: what a reader sees broken; the page itself has no script, so the browser asks from outside
BROKEN = """() => [...document.querySelectorAll("img")]
  .filter((one) => !one.complete || !one.naturalWidth).map((one) => one.src)"""


def fill(db: Connection) -> None:
    """1 a tsunami, 2 rain that rose, 4 a landslide warning that is over."""
    told.all_well(db)
    told.alert(db, "tsunami", {WAJIMA: change("none", "major_warning", height=5.0), SUZU: change("none", "warning")})
    told.alert(db, "heavy_rain", {TOYAMA: change("none", "L3", 60)})
    told.alert(db, "heavy_rain", {TOYAMA: change("L3", "L4", 30)})
    told.alert(db, "landslide", {KANAZAWA: change("none", "L4", 90)})
    told.alert(db, "landslide", {KANAZAWA: change("L4", "none", 20)})


PATHS = ["/", "/a/1", "/a/2", "/a/4", "/a/1/card", "/a/4/card", "/a/1/print", "/a/99"]
#: those that differ most
FEWER = ["/", "/a/1", "/a/4", "/a/1/print"]


@pytest.mark.parametrize(
    ("tag", "width"), [*((tag, 360) for tag in catalogue.load().names), ("en", 1280), ("my", 1280), ("ja", 1280)]
)
async def test_every_page_fits_in_every_language(
    browser: Browser, browse: Open, sqlite_db: Database, tag: str, width: int
) -> None:
    sqlite_db.write_sync(fill)
    client = await browse(a_state(sqlite_db))
    page = await browser.new_page(viewport={"width": width, "height": 640})
    for path in PATHS if tag in ("en", "my", "ja") else FEWER:
        await page.goto(str(client.make_url(f"{path}?l={tag}")))
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert await page.evaluate(FAULTS) == [], path
        assert await page.evaluate(BROKEN) == [], path


async def test_on_a_phone_head_and_pictogram_are_seen_without_scrolling(
    browser: Browser, browse: Open, sqlite_db: Database
) -> None:
    sqlite_db.write_sync(fill)
    client = await browse(a_state(sqlite_db))
    page = await browser.new_page(viewport={"width": 360, "height": 640})
    for path in ("/a/1?l=en", "/a/2?l=vi", "/a/4?l=pt"):
        await page.goto(str(client.make_url(path)))
        box = await page.locator(".head").first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 640


async def test_without_javascript_a_tap_changes_the_language(
    browser: Browser, browse: Open, sqlite_db: Database
) -> None:
    sqlite_db.write_sync(fill)
    client = await browse(a_state(sqlite_db))
    context = await browser.new_context(java_script_enabled=False, locale="ja-JP")
    page = await context.new_page()
    await page.goto(str(client.make_url(f"/a/1?p={SUZU}")))
    await page.get_by_role("link", name="Tiếng Việt").click()
    assert page.url.endswith(f"/a/1?l=vi&p={SUZU}")
    await page.get_by_role("link", name="日本の方に見せる").click()
    assert "/a/1/card?" in page.url
    await context.close()


async def test_the_print_form_is_one_sheet_of_a4(browser: Browser, browse: Open, sqlite_db: Database) -> None:
    sqlite_db.write_sync(fill)
    client = await browse(a_state(sqlite_db))
    page = await browser.new_page()
    for tag in ("en", "vi", "ja-Hira"):
        await page.goto(str(client.make_url(f"/a/2/print?l={tag}")))
        pdf = await page.pdf(prefer_css_page_size=True, print_background=True)
        assert pdf.count(b"/Type /Page\n") == 1, tag
