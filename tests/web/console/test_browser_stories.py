"""The console in a real browser: a new coordinator's first evening, and no serious fault of access on any page."""

import json
from importlib import resources
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from playwright.async_api import Browser, Page, expect

from alerts import places
from delivery.byhand import holds
from storage.connection import Connection
from storage.database import Database
from tests.cases import builders as cases
from tests.web import night, rows
from tests.web.api.calling import a_key
from tests.web.conftest import Open
from tests.web.console.conftest import PASSWORD, account
from tests.web.console.test_lessons import fill as answered
from tests.web.console.test_triage import _case
from tests.web.residents import told
from tests.web.states import a_state
from tests.web.test_browser import FAULTS
from web.accounts.roles import Role

pytestmark = pytest.mark.browser

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js")
#: what axe-core finds grave, with where it is
SERIOUS = """async () => (await axe.run({ resultTypes: ["violations"] })).violations
  .filter((one) => one.impact === "serious" || one.impact === "critical")
  .map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`)"""
PAGES = (
    "/console",
    "/console/broadcasts",
    "/console/broadcasts?words=tsunami",
    "/console/broadcasts/3",
    "/console/broadcasts/3/print",
    "/console/fatigue",
    "/console/lessons",
    "/console/lessons/water",
    "/console/triage",
    "/console/audit?check=1",
    "/console/people",
    "/console/residents",
    "/console/cases",
    "/console/cases/1",
    "/console/cases/1/edit",
    "/console/password",
)


def _fill(db: Connection) -> None:
    night.fill(db, places.load())
    reason, changes = "nankai_trough caution: hold", {told.WAJIMA: told.change("none", "caution")}
    snapshot = json.dumps({"changes": changes})
    rows.a_broadcast(db, state="held", hazard="nankai_trough", reason=reason, snapshot=snapshot)
    holds.notice(db)
    _case(db)
    answered(db)


async def _faults(page: Page) -> list[str]:
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: Any = await page.evaluate(SERIOUS)
    return [*found, *(await page.evaluate(FAULTS))]


async def _enter(page: Page, client: TestClient[Any, Any], name: str, password: str) -> None:
    await page.goto(str(client.make_url("/console?lang=en")))
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["en", "ja"])
async def test_no_page_has_a_serious_fault(
    browser: Browser, browse: Open, sqlite_db: Database, width: int, language: str
) -> None:
    sqlite_db.write_sync(_fill)
    cases.add(sqlite_db)
    account(sqlite_db, "aoi", *((role, "17204") for role in (Role.COORDINATOR, Role.APPROVER, Role.ADMIN)))
    a_key(sqlite_db, Role.COORDINATOR, name="system", owner="hana")
    client = await browse(a_state(sqlite_db))
    page = await browser.new_page(viewport={"width": width, "height": 800})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    await page.goto(str(client.make_url("/console/sign-in?lang=" + language)))
    assert await _faults(page) == [], "sign-in"
    await _enter(page, client, "aoi", PASSWORD)
    for path in PAGES:
        await page.goto(str(client.make_url(path + ("&" if "?" in path else "?") + f"lang={language}")))
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert await _faults(page) == [], path
    assert said == []


async def test_a_new_coordinators_first_evening(browser: Browser, browse: Open, sqlite_db: Database) -> None:
    """One-time password, an own one, what is in force at home, whom nothing reached, the record, and out again."""
    sqlite_db.write_sync(_fill)
    sqlite_db.write_sync(
        lambda c: c.execute("UPDATE broadcasts SET seen_at = '2026-11-23T02:40:00.000000Z' WHERE id = 2")
    )
    account(sqlite_db, "aoi", (Role.COORDINATOR, "17204"), once=True)
    client = await browse(a_state(sqlite_db))
    page = await browser.new_page(viewport={"width": 360, "height": 800})
    await _enter(page, client, "aoi", PASSWORD)
    await page.get_by_label("New password", exact=True).fill("a lamp in the harbour")
    await page.get_by_label("New password again").fill("a lamp in the harbour")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".said")).to_contain_text("new password is saved")
    await expect(page.locator("#mine")).to_contain_text("Intensity 7")
    await expect(page.locator("#unreached")).to_contain_text("English")
    await expect(page.locator("#waiting")).to_contain_text("Nankai Trough")
    await page.locator("#unreached").get_by_role("link").first.click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Broadcast 2")
    await page.get_by_text("Menu").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page).to_have_url(str(client.make_url("/console/sign-in")))
    await page.go_back()
    await page.reload()
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()


async def test_an_ended_session_leads_to_the_sign_in(browser: Browser, browse: Open, sqlite_db: Database) -> None:
    account(sqlite_db, "aoi", (Role.COORDINATOR, "17204"))
    client = await browse(a_state(sqlite_db))
    page = await browser.new_page()
    await _enter(page, client, "aoi", PASSWORD)
    await expect(page.locator("#live-state")).to_contain_text("Live")
    sqlite_db.write_sync(lambda c: c.execute("DELETE FROM sessions"))
    sqlite_db.write_sync(rows.a_telegram)
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
