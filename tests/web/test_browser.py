"""The console in a real browser: no errors, nothing wider than the screen, changes arrive by themselves."""

import re

import pytest
from aiohttp.test_utils import TestClient
from playwright.async_api import Browser, Page, expect

from alerts import places
from storage.database import Database
from tests.web import night, rows
from tests.web.conftest import Open
from tests.web.states import a_state

pytestmark = pytest.mark.browser

# What assistive technology needs; each line is one thing that was looked for and its finding.
FAULTS = """() => {
  const faults = [];
  const levels = [...document.querySelectorAll("h1,h2,h3")].map((one) => Number(one.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) faults.push("not one h1");
  levels.forEach((level, i) => { if (i && level > levels[i - 1] + 1) faults.push("heading skips to " + level); });
  if (document.querySelectorAll("main").length !== 1) faults.push("not one main");
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  if (new Set(ids).size !== ids.length) faults.push("an id twice");
  document.querySelectorAll("[aria-labelledby]").forEach((one) => one.getAttribute("aria-labelledby").split(" ")
    .forEach((id) => { if (!document.getElementById(id)) faults.push("no label " + id); }));
  document.querySelectorAll("svg:not([aria-hidden]):not([role=img])").forEach(() => faults.push("unnamed picture"));
  document.querySelectorAll("ul, ol").forEach((list) => [...list.children].forEach((item) => {
    if (item.tagName !== "LI") faults.push("list holds " + item.tagName); }));
  const number = (part) => { const v = part / 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const light = (rgb) => 0.2126 * number(rgb[0]) + 0.7152 * number(rgb[1]) + 0.0722 * number(rgb[2]);
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (one) => {
    for (let up = one; up; up = up.parentElement) {
      const rgb = parse(getComputedStyle(up).backgroundColor);
      if (rgb.length < 4 || rgb[3] > 0) return rgb;
    }
    return [255, 255, 255];
  };
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const one = words.currentNode.parentElement;
    if (!words.currentNode.textContent.trim() || one.closest("svg, script, noscript, title")) continue;
    const style = getComputedStyle(one);
    const [a, b] = [light(parse(style.color)), light(ground(one))].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700;
    const mark = one.classList.contains("mark"); // official colours; the word stands beside them
    if ((a + 0.05) / (b + 0.05) < (large || mark ? 3 : 4.5)) faults.push("contrast: " + words.currentNode.textContent);
  }
  return faults;
}"""


async def _open(browser: Browser, address: str, width: int) -> tuple[Page, list[str]]:
    page = await browser.new_page(viewport={"width": width, "height": 800})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    await page.goto(address)
    await expect(page.locator("#live-state")).to_have_class(re.compile(r"\bon\b"))
    return page, said


def _address(client: TestClient, path: str) -> str:
    return str(client.make_url(path))


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_console_fits_and_says_nothing_wrong(
    browser: Browser, browse: Open, sqlite_db: Database, width: int, language: str
) -> None:
    sqlite_db.write_sync(night.fill, places.load())
    client = await browse(a_state(sqlite_db))
    page, said = await _open(browser, _address(client, f"/console?lang={language}"), width)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await page.evaluate(FAULTS) == []
    assert said == []


async def test_a_change_arrives_without_a_reload(browser: Browser, browse: Open, sqlite_db: Database) -> None:
    client = await browse(a_state(sqlite_db))
    page, said = await _open(browser, _address(client, "/console?lang=en"), 1280)
    await page.evaluate("window.before = true")
    await expect(page.locator("#telegrams")).to_contain_text("No telegram has come in yet.")
    sqlite_db.write_sync(rows.a_telegram)
    await expect(page.locator("#telegrams")).to_contain_text("VXSE53")
    assert await page.evaluate("window.before")
    assert said == []


async def test_a_lost_connection_is_said(browser: Browser, browse: Open, sqlite_db: Database) -> None:
    client = await browse(a_state(sqlite_db))
    page, _ = await _open(browser, _address(client, "/console?lang=en"), 360)
    await client.server.close()
    await expect(page.locator("#live-state")).to_contain_text("What you see may be old")


async def test_without_javascript_the_page_is_complete(browser: Browser, browse: Open, sqlite_db: Database) -> None:
    sqlite_db.write_sync(night.fill, places.load())
    client = await browse(a_state(sqlite_db))
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(_address(client, "/console?lang=en"))
    await expect(page.locator("#now")).to_contain_text("Intensity 7")
    assert await page.locator("noscript p, meta[http-equiv=refresh]").count() > 0
    await context.close()


async def test_the_keyboard_reaches_what_is_in_force(browser: Browser, browse: Open, sqlite_db: Database) -> None:
    client = await browse(a_state(sqlite_db))
    page, _ = await _open(browser, _address(client, "/console?lang=en"), 1280)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "now"
