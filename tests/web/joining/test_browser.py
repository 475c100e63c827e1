"""/join and /me in a real browser without JavaScript: every language fits a small phone, nothing is faulty."""

import pytest
from playwright.async_api import Browser

from storage.database import Database
from templates_i18n import catalogue
from tests.conftest import FakeClock
from tests.web.conftest import Open
from tests.web.joining.joiners import number
from tests.web.joining.test_join import code_of, visit
from tests.web.test_browser import FAULTS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("tag", "width"), [*((tag, 360) for tag in catalogue.load().names), ("my", 1280), ("ja-Hira", 1280)]
)
async def test_every_page_fits_in_every_language(
    browser: Browser, browse: Open, sqlite_db: Database, clock: FakeClock, tag: str, width: int
) -> None:
    visitor = await visit(browse, sqlite_db, clock, real=True, two_way=True)
    context = await browser.new_context(viewport={"width": width, "height": 640}, java_script_enabled=False)
    page = await context.new_page()

    async def look() -> None:
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, page.url
        assert await page.evaluate(FAULTS) == [], page.url

    for path in ("", f"?l={tag}&find=1&in=01", f"?l={tag}&q=Fuchu", f"?l={tag}&q=0", f"?l={tag}&p=14101,01101,13101"):
        await page.goto(str(visitor.client.make_url(f"/join{path}")))
        await look()
    await page.locator("main a.button").first.click()
    for field, typed in (("#phone", "03-1"), ("#phone", number()), ("#code", "1"), ("#code", "")):
        await page.locator(field).fill(typed or code_of(sqlite_db))
        await page.locator("main form button").first.click()
        await look()
    clock.advance(61)
    await page.locator("main a.button").first.click()
    await look()
    await page.locator("#phone").fill(number())
    await page.locator("main form button").first.click()
    await page.locator("#code").fill(code_of(sqlite_db))
    await page.locator("main form button").first.click()
    await look()
    await page.locator('a[href^="/me/leave"]').click()
    await look()
    await context.close()
