"""Make the pictures of the documentation: the console over the made-up night of the page tests, signed in.

    python -m tools.screenshots          # writes docs/pictures/console*.png

Needs a Chromium and the fonts of .ci/run. The time, the rows and so the picture are the same each time.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from aiohttp import web
from playwright.async_api import FloatRect, async_playwright

from alerts import places
from storage import database
from tests import browser
from tests.web import night, states
from tests.web.console.conftest import PASSWORD, account
from web.accounts.roles import Role
from web.app import make_app

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
WIDTH, HEIGHT = 1280, 1180
#: of a phone
NARROW, TALL = 390, 1500
#: a README must stay light
LIMIT = 300_000


#: from the top of the first section to the end of the second, with a little room
_EDGES = """([first, last]) => {
  const box = (id) => document.getElementById(id).getBoundingClientRect();
  return [box(first).top + scrollY - 16, box(last).bottom + scrollY + 16];
}"""
_CLIPS = {
    "console-sending.png": ("broadcasts", "broadcasts"),
    "console-map.png": ("now", "now"),
    "console-texts.png": ("texts", "texts"),
}


async def take(program: str, folder: Path) -> None:
    """Write the pictures: what is in force, what is being sent, and in which words."""
    with tempfile.TemporaryDirectory() as scratch:
        db = database.open(Path(scratch) / "night.db")
        await db.write(night.fill, places.load())
        account(db, "aoi", (Role.COORDINATOR, "17204"), (Role.ADMIN, "17204"))
        runner = web.AppRunner(make_app(states.a_state(db, simulation=True)), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            await _shoot(program, f"http://127.0.0.1:{runner.addresses[0][1]}", folder)
        finally:
            await runner.cleanup()
            await db.close()


async def _shoot(program: str, address: str, folder: Path) -> None:
    async with async_playwright() as player:
        started = await player.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = await started.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        await page.goto(f"{address}/console/sign-in?lang=en")
        await page.get_by_label("Name").fill("aoi")
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_selector("#live-state.on")
        await page.screenshot(path=folder / "console.png")
        for name, sections in _CLIPS.items():
            top, bottom = await page.evaluate(_EDGES, list(sections))
            clip: FloatRect = {"x": 0, "y": top, "width": WIDTH, "height": min(bottom - top, HEIGHT)}
            await page.screenshot(path=folder / name, clip=clip, full_page=True)
        await page.set_viewport_size({"width": NARROW, "height": TALL})
        await page.reload()
        await page.wait_for_selector("#live-state.on")
        await page.screenshot(path=folder / "console-phone.png")
        await started.close()


def main() -> int:
    """0 done, 1 too large, 2 no browser."""
    program = browser.find()
    if program is None:
        print(browser.REMEDY, file=sys.stderr)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(program, FOLDER))
    sizes = {path.name: path.stat().st_size for path in sorted(FOLDER.glob("console*.png"))}
    for name, size in sizes.items():
        print(f"{name}: {size:,} bytes")
    return 0 if max(sizes.values()) < LIMIT else 1


if __name__ == "__main__":
    raise SystemExit(main())
