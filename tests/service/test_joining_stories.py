"""Registering oneself through the whole service: a real browser without JavaScript, the simulated network, a crowd."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, async_playwright

from tests.service.story import WAJIMA, Story, number, told
from tests.web.joining.joiners import ticket
from tests.web.test_browser import FAULTS

#: between two codes to one number
COOLDOWN = 61


def national(index: int) -> str:
    return f"0{number(index)[3:]}"


def forms(index: int) -> list[str]:
    """Every way in which a number could stand somewhere."""
    plain = national(index)
    return [plain, plain[1:], number(index)[1:], f"{plain[:3]}-{plain[3:7]}-{plain[7:]}"]


async def code(story: Story, index: int, texts: int) -> str:
    """What the phone shows once it has so many texts."""
    await story.until(lambda: len(story.network.texts_of(number(index))) >= texts, "a code arrives")
    found = re.search(r"\d{6}", story.network.texts_of(number(index))[texts - 1])
    assert found
    return found[0]


async def submit(page: Page) -> None:
    await page.locator("main form button[type=submit]").first.click()


async def joined(page: Page, story: Story, index: int, language: str) -> None:
    """From the QR code at the counter to the page that says it is done."""
    assert story.service is not None
    await page.goto(f"{story.service.address}/join?m={WAJIMA}")
    await page.locator(f'a[lang="{language}"]').first.click()
    await page.locator("main a.button").first.click()
    await page.locator("#phone").fill(national(index))
    await submit(page)
    await page.locator("#code").fill(await code(story, index, 1))
    await submit(page)
    await page.wait_for_url("**/join/done?**")


async def into_me(page: Page, story: Story, index: int, language: str, texts: int) -> None:
    assert story.service is not None
    await page.goto(f"{story.service.address}/me?l={language}")
    await page.locator("#phone").fill(national(index))
    await submit(page)
    await page.locator("#code").fill(await code(story, index, texts))
    await submit(page)


@dataclass
class Visit:
    """Somebody with a small phone, without JavaScript; keeps every page they saw."""

    page: Page
    story: Story
    language: str
    seen: list[str] = field(default_factory=list)

    async def look(self) -> None:
        """Nothing is wider than the screen, and nothing is faulty."""
        assert await self.page.evaluate("document.documentElement.scrollWidth") <= 360, self.page.url
        assert await self.page.evaluate(FAULTS) == [], self.page.url
        self.seen.append(await self.page.content())


@asynccontextmanager
async def visiting(folder: Path, browser_path: str, language: str) -> AsyncIterator[Visit]:
    """A service with a warning in force, and somebody in front of it."""
    async with told(folder) as story, async_playwright() as player:
        await story.start()
        story.rain(p17204="L4")
        await story.settled()
        browser = await player.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        context = await browser.new_context(viewport={"width": 360, "height": 640}, java_script_enabled=False)
        yield Visit(page=await context.new_page(), story=story, language=language)
        await browser.close()


async def change_and_leave(visit: Visit) -> None:
    """Another language and threshold, then away."""
    page, story = visit.page, visit.story
    await page.locator("#language").select_option("vi")
    await page.locator('input[name="lv"][value="L4"]').check()
    await submit(page)
    await visit.look()
    assert await page.locator("html").get_attribute("lang") == "vi"
    assert story.rows("SELECT language, min_level FROM registrations") == [("vi", "L4")]
    await page.locator('a[href^="/me/leave"]').click()
    await visit.look()
    await submit(page)
    await visit.look()
    assert story.count("registrations") == 0
    assert story.count("subscribers", "length(number_sealed) > 0 AND role = 'resident'") == 0


def files_of(folder: Path) -> list[bytes]:
    """The database with its log."""
    return [path.read_bytes() for path in folder.iterdir() if path.name.startswith("story.db")]


@pytest.mark.browser
@pytest.mark.parametrize("language", ["my", "en"])
async def test_from_the_qr_code_to_the_welcome_and_away_again(
    tmp_path: Path, browser_path: str, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with visiting(tmp_path, browser_path, language) as visit:
        story = visit.story
        await joined(visit.page, story, 1, language)
        await visit.look()
        await story.settled()
        texts = story.network.texts_of(number(1))
        kinds = story.rows("SELECT kind FROM messages ORDER BY id")
        assert (len(texts), sorted(kinds)) == (3, [("code",), ("new",), ("welcome",)])
        story.pass_time(seconds=COOLDOWN)
        await into_me(visit.page, story, 1, language, 4)
        await visit.look()
        await change_and_leave(visit)
        await story.stop()
        held = await asyncio.to_thread(files_of, tmp_path)
    secrets = [*forms(1), *re.findall(r"\d{6}", texts[0])]
    for secret in secrets:
        assert not [body for body in held if secret.encode() in body], secret
        assert secret not in caplog.text
    for secret in forms(1):
        assert not [page for page in visit.seen if secret in page], secret


async def test_a_thousand_register_at_once_and_all_are_welcomed(tmp_path: Path) -> None:
    async with told(tmp_path, send_rate=100_000) as story:
        await story.start()
        assert story.service is not None
        base = story.service.address
        gate = asyncio.Semaphore(50)

        async def one(session: aiohttp.ClientSession, index: int) -> int:
            async with gate:
                form = {"l": "en", "p": WAJIMA, "phone": national(index)}
                async with session.post(f"{base}/join", data=form) as answer:
                    asked = ticket(await answer.text())
            digits = await code(story, index, 1)
            async with gate, session.post(f"{base}/join/code", data={"l": "en", "t": asked, "code": digits}) as answer:
                return answer.status

        async with aiohttp.ClientSession() as session:
            done = await asyncio.gather(*(one(session, index) for index in range(1, 1001)))
        assert set(done) == {200}
        await story.settled()
        assert story.count("registrations", "standing = 1") == 1000
        welcomed = [len(story.network.texts_of(number(index))) for index in range(1, 1001)]
        assert set(welcomed) == {2}
