"""Posters and slips: one page each, nothing cut off, and the code leads to the page to register."""

import base64

import pytest
import zxingcpp
from playwright.async_api import Browser, Page

from storage.database import Database
from subscribers.languages import TAGS
from tests.web.conftest import Open
from tests.web.states import a_state
from web.kit import sheets

_LIKE_OTHERS = frozenset(f"?l={tag}" for tag in TAGS) - {"?l=my", "?l=ja-Hira"}
ADDRESS = "https://warn.example.jp"
LINK = f"{ADDRESS}/join?m=17204"
#: what does not fit where it stands
CUT = """() => [...document.querySelectorAll(".sheet, .slip, .slip ul")]
  .filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
  .map((one) => `${one.className} ${one.scrollHeight} ${one.clientHeight}`)"""
GREY = """async (png) => {
  const image = new Image(); image.src = "data:image/png;base64," + png; await image.decode();
  const canvas = document.createElement("canvas"); canvas.width = image.width; canvas.height = image.height;
  const context = canvas.getContext("2d"); context.drawImage(image, 0, 0);
  const dots = context.getImageData(0, 0, image.width, image.height).data;
  let text = ""; for (let i = 0; i < dots.length; i += 4) text += String.fromCharCode(dots[i]);
  return [image.width, image.height, btoa(text)]; }"""


def test_every_language_has_its_sentences() -> None:
    assert tuple(sheets.sentences()) == TAGS
    for said in sheets.sentences().values():
        assert len({said.what, said.free, said.scan}) == 3
        assert "SMS" in said.what or said.tag in ("zh-Hans", "zh-Hant"), said.tag


async def test_without_a_public_address_it_says_so_and_an_unknown_place_is_none(
    browse: Open, sqlite_db: Database
) -> None:
    client = await browse(a_state(sqlite_db))
    text = await (await client.get("/kit/17204?lang=en")).text()
    assert "TOMOSHIBI_PUBLIC_URL" in text
    assert "<svg" not in text
    for path in ("/kit/99999", "/kit/17204?sheet=banner", "/kit/17204?l=xx"):
        assert (await client.get(path)).status == 404, path


async def _codes(browser: Browser, page: Page) -> list[str]:
    """Every QR code that a camera would find on the page."""
    blank = await browser.new_page()
    png = await page.screenshot(full_page=True)
    width, height, grey = await blank.evaluate(GREY, base64.b64encode(png).decode())
    await blank.close()
    image = memoryview(base64.b64decode(grey)).cast("B", (height, width))
    return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.mark.browser
async def test_each_sheet_is_one_page_uncut_and_its_codes_are_read(
    browser: Browser, browse: Open, sqlite_db: Database
) -> None:
    client = await browse(a_state(sqlite_db, public_url=ADDRESS))
    page = await browser.new_page(viewport={"width": 1000, "height": 1300})
    for query, codes in [("", 1), ("?sheet=slips", sheets.SLIPS), *((f"?l={tag}", 1) for tag in TAGS)]:
        await page.goto(str(client.make_url(f"/kit/17204{query}")))
        await page.emulate_media(media="print")
        assert await page.evaluate(CUT) == [], query
        if query in _LIKE_OTHERS:  # another language changes words alone
            continue
        assert await _codes(browser, page) == [LINK] * codes, query
        pdf = await page.pdf(prefer_css_page_size=True, print_background=True)
        assert pdf.count(b"/Type /Page\n") == 1, query
