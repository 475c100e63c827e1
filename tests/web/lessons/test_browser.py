"""The pages of lessons in a real browser, without JavaScript: large buttons, no serious fault, an answer in one tap."""

import pytest
from playwright.async_api import Browser, expect

from campaigns.lessons import totals
from storage.database import Database
from templates_i18n import catalogue, lessons
from tests.web.conftest import Open
from tests.web.console.test_browser_stories import AXE, SERIOUS
from tests.web.residents.test_browser import BROKEN
from tests.web.states import a_state
from tests.web.test_browser import FAULTS

pytestmark = pytest.mark.browser

PATHS = ("/l", "/l/free_shelter", "/l/nankai", "/l/levels?a=1", "/l/levels?a=2", "/l/fire")
#: a thumb
LEAST = 48


@pytest.mark.parametrize("tag", catalogue.load().names)
async def test_every_page_fits_in_every_language(browser: Browser, browse: Open, sqlite_db: Database, tag: str) -> None:
    client = await browse(a_state(sqlite_db))
    page = await browser.new_page(viewport={"width": 360, "height": 640})
    for path in PATHS:
        await page.goto(str(client.make_url(f"{path}{'&' if '?' in path else '?'}l={tag}")))
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert await page.evaluate(FAULTS) == [], path
        assert await page.evaluate(BROKEN) == [], path
    await page.close()


async def test_no_page_has_a_serious_fault(browser: Browser, browse: Open, sqlite_db: Database) -> None:
    client = await browse(a_state(sqlite_db))
    # the page forbids foreign scripts; the checker comes from outside
    context = await browser.new_context(bypass_csp=True)
    page = await context.new_page()
    for path in PATHS:
        for tag in ("en", "my"):
            await page.goto(str(client.make_url(f"{path}{'&' if '?' in path else '?'}l={tag}")))
            await page.evaluate(AXE.read_text(encoding="utf-8"))
            assert await page.evaluate(SERIOUS) == [], path
    await context.close()


async def test_one_tap_answers_and_is_explained(browser: Browser, browse: Open, sqlite_db: Database) -> None:
    client = await browse(a_state(sqlite_db))
    context = await browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    page = await context.new_page()
    await page.goto(str(client.make_url("/l/water.17204.vi")))
    own = lessons.load().by_tag["vi"]
    box = await page.locator(".signs").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 640
    button = page.get_by_role("button", name=f"2. {own.lessons['water'].options[1]}")
    size = await button.bounding_box()
    assert size is not None
    assert size["height"] >= LEAST
    await button.click()
    await expect(page.get_by_role("status")).to_contain_text(own.frame["right"])
    await expect(page.get_by_role("status")).to_contain_text(own.lessons["water"].why)
    found = sqlite_db.read_sync(totals.read)
    assert [(one.asked.language, one.asked.place, one.option) for one in found] == [("vi", "17204", 2)]
    await context.close()
