"""Sending by hand in real browsers: two people, each in their own, correct what was told; taps and pages counted."""

from collections.abc import AsyncIterator
from importlib import resources

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from delivery.byhand import submissions
from delivery.byhand.submissions import Kind, State
from tests.delivery.builders import WAJIMA, set_state
from tests.web.console.byhand_people import Hall, a_lesson, submitted
from tests.web.console.conftest import PASSWORD
from tests.web.console.test_browser_stories import SERIOUS
from tests.web.test_browser import FAULTS
from web.app import make_app

pytestmark = pytest.mark.browser
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
#: what docs/how-to/tell-people-by-hand.md says
TAPS, PAGES = 4, 4


@pytest.fixture
def hall(sqlite_db, browse, clock):
    return Hall(sqlite_db, browse, clock)


class Hands:
    """One person's browser; counts taps and the pages they led to."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps, self.pages = page, 0, 0

    async def tap(self, role: str, name: str) -> None:
        self.taps += 1
        async with self.page.expect_navigation():
            await self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        self.pages += 1


async def sign_in(browser: Browser, address: str, name: str, width: int = 390) -> Hands:
    context = await browser.new_context(viewport={"width": width, "height": 800}, locale="en-GB")
    page = await context.new_page()
    await page.goto(f"{address}/console/sign-in?lang=en")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.goto(f"{address}/console/waiting?lang=en")
    return Hands(page)


@pytest_asyncio.fixture(loop_scope="session")
async def address(hall) -> AsyncIterator[str]:
    server = TestServer(make_app(hall.state))
    await server.start_server()
    yield str(server.make_url("")).rstrip("/")
    await server.close()


async def test_two_people_correct_what_was_told(browser: Browser, hall, address: str) -> None:
    told = set_state(hall.db, {WAJIMA: "L4"}, hall.clock())
    hall.db.write_sync(lambda c: c.execute("UPDATE broadcasts SET state = 'complete'"))
    aoi, bruno = await sign_in(browser, address, "aoi"), await sign_in(browser, address, "bruno")
    await aoi.tap("link", "It was wrong: take it back")
    await expect(aoi.page.locator(".who-gets")).to_contain_text("People were told: Landslide")
    await aoi.tap("button", "False alarm")
    await expect(aoi.page.locator(".said")).to_contain_text("It waits for another person")
    await bruno.tap("link", "Look and decide")
    await expect(bruno.page.locator(".who-gets")).to_contain_text("Reason: False alarm")
    await bruno.tap("button", "Approve: send it to")
    await expect(bruno.page.locator(".said")).to_contain_text("It is going out now")
    assert (aoi.taps + bruno.taps, aoi.pages + bruno.pages) == (TAPS, PAGES)
    hall.apply()
    [found] = hall.db.read_sync(submissions.of_broadcast, told)
    assert (found.kind, found.state, found.decided_by) == (Kind.CORRECT, State.DONE, "user:bruno")


async def test_a_tired_person_writes_on_a_small_phone(browser: Browser, hall, address: str) -> None:
    aoi = await sign_in(browser, address, "aoi", 360)
    await aoi.tap("link", "Write")
    await aoi.tap("link", "Evacuation")
    await aoi.page.get_by_label("Level 4: everybody evacuates").check()
    await aoi.page.get_by_label("How many people do you expect to reach?").fill("1")
    await aoi.tap("button", "See it before it goes")
    await expect(aoi.page.locator(".who-gets")).to_contain_text("NEW: Level 4 (evacuation order)")
    await expect(aoi.page.locator(".who-gets")).to_contain_text("To <20 people in Wajima")
    await expect(aoi.page.locator(".wrong")).to_contain_text("more than twice the 1 you expected")
    await aoi.page.get_by_label("Why so many").fill("the whole city, as planned")
    await aoi.tap("button", "Submit for approval")
    await expect(aoi.page.locator("main")).to_contain_text("You submitted this. Another person has to approve it.")
    assert await aoi.page.get_by_role("button", name="Approve").count() == 0


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["en", "ja"])
async def test_no_page_has_a_serious_fault(browser: Browser, hall, address: str, width: int, language: str) -> None:
    identity = await submitted(await hall.enter("aoi"))
    told = set_state(hall.db, {WAJIMA: "L4"}, hall.clock())
    both = await sign_in(browser, address, "both", width)
    said: list[str] = []
    both.page.on("console", lambda message: said.append(message.text))
    paths = ["write", "write/evacuation", "write/notice", "waiting"]
    paths += [f"waiting/{identity}", f"broadcasts/{told}/correct"]
    paths += [f"broadcasts/{a_lesson(hall)}/correct?instead=call_119"]
    for path in paths:
        await both.page.goto(f"{address}/console/{path}{'&' if '?' in path else '?'}lang={language}")
        assert await both.page.evaluate("document.documentElement.scrollWidth") <= width, path
        await both.page.evaluate(AXE)
        assert await both.page.evaluate(SERIOUS) == [], path
        assert await both.page.evaluate(FAULTS) == [], path
    assert said == []
