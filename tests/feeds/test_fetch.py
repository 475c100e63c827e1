"""One GET: every way a server can go wrong is a Failed with a reason, and no more than the cap is read."""

import aiohttp
import pytest

from feeds import fetch
from feeds.fetch import Failed, Fetched, Unchanged
from tests.feeds.conftest import some_settings
from tests.feeds.fake_jma import HUGE_BYTES, FakeJma, Fault, a_feed

PATH = FakeJma.feed_path("eqvol")
OTHER = FakeJma.feed_path("other")


async def get(jma: FakeJma, session: aiohttp.ClientSession, *, path: str = PATH, seconds: float = 10) -> fetch.Answer:
    return await fetch.get(
        session,
        jma.base_url + path,
        some_settings(jma.base_url, total_timeout=seconds),
        may_follow=lambda url: url.startswith(jma.base_url),
    )


async def test_a_whole_answer_comes_unpacked_with_its_marks(jma: FakeJma, session: aiohttp.ClientSession) -> None:
    answer = await get(jma, session)
    assert isinstance(answer, Fetched)
    assert (answer.body, answer.content_type) == (a_feed(), "application/xml")
    assert answer.last_modified == "Mon, 23 Nov 2026 00:00:00 GMT"
    assert jma.agents == {"Tomoshibi/0.0 (+test)"}
    again = await fetch.get(
        session,
        jma.base_url + PATH,
        some_settings(jma.base_url),
        may_follow=lambda url: False,
        headers={"If-None-Match": answer.etag or ""},
    )
    assert again == Unchanged()


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Fault.HTML_404, fetch.Fault.STATUS, "404"),
        (Fault.GONE, fetch.Fault.STATUS, "410"),
        (Fault.ERROR_500, fetch.Fault.STATUS, "500"),
        (Fault.TRUNCATED, fetch.Fault.BROKEN, "cut off"),
        (Fault.BAD_GZIP, fetch.Fault.BROKEN, "compressed"),
        (Fault.SHORT_GZIP, fetch.Fault.BROKEN, "compressed"),
        (Fault.GZIP_BOMB, fetch.Fault.TOO_BIG, "more than"),
        (Fault.ANNOUNCED_HUGE, fetch.Fault.TOO_BIG, "more than"),
        (Fault.REDIRECT_AWAY, fetch.Fault.REDIRECT, "not below"),
        (Fault.REDIRECT_ROUND, fetch.Fault.REDIRECT, "more than"),
        (Fault.REFUSE, fetch.Fault.CONNECTION, "Disconnected"),
    ],
)
async def test_every_fault_is_a_reason(
    jma: FakeJma, session: aiohttp.ClientSession, fault: Fault, kind: fetch.Fault, words: str
) -> None:
    jma.faults[PATH] = fault
    answer = await get(jma, session)
    assert isinstance(answer, Failed)
    assert answer.fault is kind
    assert words in answer.reason


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.DRIP])
async def test_patience_is_for_the_whole_answer(jma: FakeJma, session: aiohttp.ClientSession, fault: Fault) -> None:
    jma.faults[PATH] = fault
    answer = await get(jma, session, seconds=0.3)
    assert isinstance(answer, Failed)
    assert answer.fault is fetch.Fault.TIMEOUT


async def test_200_mb_are_cut_off_at_the_cap(jma: FakeJma, session: aiohttp.ClientSession) -> None:
    jma.faults[PATH] = Fault.HUGE
    answer = await get(jma, session)
    assert isinstance(answer, Failed)
    assert answer.fault is fetch.Fault.TOO_BIG
    assert jma.bytes_sent[PATH] < HUGE_BYTES / 4  # the cap, and what the sockets hold


async def test_nobody_there_is_a_reason(session: aiohttp.ClientSession) -> None:
    fake = FakeJma()
    await fake.start()
    await fake.stop()
    answer = await get(fake, session)
    assert isinstance(answer, Failed)
    assert answer.fault is fetch.Fault.CONNECTION


async def test_a_redirect_below_the_base_is_followed(jma: FakeJma, session: aiohttp.ClientSession) -> None:
    jma.faults[OTHER] = Fault.REDIRECT_ROUND  # to the feed eqvol
    assert isinstance(await get(jma, session, path=OTHER), Fetched)
    assert jma.order == [OTHER, PATH]
