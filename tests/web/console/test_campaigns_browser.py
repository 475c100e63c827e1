"""Campaigns in a real browser: a new coordinator plans one, at phone and desktop width, without serious faults."""

from datetime import timedelta
from importlib import resources

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from campaigns import store
from campaigns.daylight import day_of
from campaigns.store import State
from storage.database import Database
from tests.delivery.builders import a_person
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


async def sign_in(page: Page, address: str) -> None:
    await page.goto(f"{address}?lang=en")
    await page.fill("[name=name]", "aoi")
    await page.fill("[name=password]", PASSWORD)
    await page.click("main button")


async def fill(page: Page, day: str) -> None:
    await page.check("[name=lessons][value=water]")
    await page.fill("[name=start]", day)
    await page.select_option("[name=every]", "weeks")
    await page.fill("[name=times]", "3")
    await page.click("button:has-text('Preview')")


@pytest.mark.parametrize("width", [360, 1280])
async def test_a_coordinator_plans_and_stops_a_campaign(browser: Browser, sqlite_db: Database, width: int) -> None:
    account(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA))
    for index in range(6):
        a_person(sqlite_db, index, WAJIMA, language="vi")
    state = a_state(sqlite_db)
    day = day_of(state.clock()) + timedelta(days=3)
    async with TestServer(make_app(state)) as server:
        context = await browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
        page = await context.new_page()
        await sign_in(page, str(server.make_url("/console/sign-in")))
        await page.click("summary:has-text('Menu')")
        await page.click("nav a:has-text('Campaigns'), a[href^='/console/campaigns']")
        await look(page)
        await page.click("a:has-text('Plan lessons')")
        await look(page)
        await fill(page, day.isoformat())
        await look(page)
        await page.click("button:has-text('Plan it')")
        await expect(page.locator(".said")).to_have_text("Planned.")
        await look(page)
        await page.goto(str(server.make_url("/console/campaigns")))
        assert await page.locator("svg rect[fill='#0b5cad']").count() == 3
        await page.goto(str(server.make_url("/console/campaigns/1")))
        await page.click("button:has-text('Stop for good')")
        await expect(page.locator(".said")).to_have_text("Stopped for good.")
        assert [one.state for one in sqlite_db.read_sync(store.latest)] == [State.STOPPED]
        await context.close()
