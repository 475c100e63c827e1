"""Open consoles, read by a process of their own, as browsers are: each signs in, opens the page, reads its stream.

`python -m benchmarks.open_consoles ADDRESS` is that process: it says `open`, and at SIGTERM how many changes each was
brought.
"""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout, CookieJar, TCPConnector

from benchmarks.filled_console import COORDINATORS, PASSWORD

CONSOLES = 50
_CORES = sorted(os.sched_getaffinity(0))


async def enter(address: str, name: str = "aoi") -> ClientSession:
    """Somebody who has signed in."""
    session = ClientSession(base_url=address, cookie_jar=CookieJar(unsafe=True), connector=TCPConnector(limit=0))
    form = {"name": name, "password": PASSWORD}
    headers = {"Sec-Fetch-Site": "same-origin"}
    async with session.post("/console/sign-in", data=form, headers=headers) as answer:
        assert answer.status == 200, answer.status
    return session


@asynccontextmanager
async def consoles(address: str, brought: list[float]) -> AsyncIterator[None]:
    """Open pages, held and read by another process on the other core, until the block ends.

    `brought` gets how many changes each of them was brought.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.open_consoles", address, cwd=Path(__file__).parents[1], stdout=PIPE
    )  # fmt: skip
    os.sched_setaffinity(process.pid, {_CORES[-1]})
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"open\n"
        yield
    finally:
        process.terminate()
        brought.append(float(await process.stdout.readline()))
        await process.wait()


async def _hold(address: str) -> None:
    """Be the browsers: every page opens its stream and reads what it brings; it does not draw it."""
    opened = [await enter(address, COORDINATORS[number % len(COORDINATORS)]) for number in range(CONSOLES)]
    ready, brought, end = asyncio.Semaphore(0), list[int](), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.set)
    languages = [("en", "ja")[number // len(COORDINATORS) % 2] for number in range(CONSOLES)]
    reading = [
        asyncio.create_task(_console(session, language, ready, brought))
        for session, language in zip(opened, languages, strict=True)
    ]
    for _ in opened:
        await ready.acquire()
    print("open", flush=True)
    await end.wait()
    print(len(brought) / CONSOLES, flush=True)
    for task in reading:
        task.cancel()
    for session in opened:
        await session.close()


async def _console(session: ClientSession, language: str, ready: asyncio.Semaphore, brought: list[int]) -> None:
    async with session.get(f"/console?lang={language}") as answer:
        page = await answer.text()
    path = unescape(re.findall(r'data-events="([^"]+)"', page)[0])
    async with session.get(path, timeout=ClientTimeout(total=None), read_bufsize=1 << 20) as stream:
        async for line in stream.content:
            if line.startswith(b"event: hello"):
                ready.release()
            if line.startswith(b"event: parts"):
                brought.append(1)


if __name__ == "__main__":
    asyncio.run(_hold(sys.argv[1]))
