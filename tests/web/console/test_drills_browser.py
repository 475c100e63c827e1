"""Drills in a real browser: a new coordinator starts one, at phone and desktop width, without serious faults."""

from functools import partial
from importlib import resources

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from alerts import places
from campaigns.drills import store
from campaigns.drills.offering import Offer
from campaigns.drills.store import State
from service import drill_scripts
from storage.database import Database
from tests.web.console.conftest import PASSWORD, account
from tests.web.console.test_browser_stories import SERIOUS
from tests.web.states import a_state
from tests.web.test_browser import FAULTS
from web.accounts.roles import Role
from web.app import make_app

pytestmark = pytest.mark.browser
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
WAJIMA = "17204"


async def look(page: Page) -> None:
    """No serious fault, and nothing wider than the screen."""
    await page.evaluate(AXE)
    assert [*await page.evaluate(SERIOUS), *await page.evaluate(FAULTS)] == []


@pytest.mark.parametrize("width", [360, 1280])
async def test_a_new_coordinator_starts_and_stops_a_drill(browser: Browser, sqlite_db: Database, width: int) -> None:
    account(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA))
    bundled = partial(drill_scripts.bundled, places=places.load())
    offer = Offer(names=("noto",), bundled=bundled, people=False, two_way=False)
    async with TestServer(make_app(a_state(sqlite_db, drills=offer))) as server:
        context = await browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
        page = await context.new_page()
        await page.goto(f"{server.make_url('/console/sign-in')}?lang=en")
        await page.fill("[name=name]", "aoi")
        await page.fill("[name=password]", PASSWORD)
        await page.click("main button")
        await page.click("summary:has-text('Menu')")
        await page.click("a:has-text('Drills')")
        await look(page)
        await page.click("button:has-text('Start')")
        await expect(page.locator(".said")).to_have_text("DRILL: it runs. Nobody gets an SMS.")
        await expect(page.locator(".banner.drill")).to_be_visible()
        assert await page.locator("main h2").count() == await page.locator("main h2 .drill-word").count()
        await look(page)
        await page.click("button:has-text('STOP THE DRILL')")
        await expect(page.locator(".said")).to_have_text("DRILL: stopped.")
        assert [one.state for one in sqlite_db.read_sync(store.latest)] == [State.STOPPED]
        await context.close()
