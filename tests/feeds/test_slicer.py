"""Big feeds are cut in a process of their own, which may die."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest

from feeds import slicing
from feeds.slicer import SMALL, Slicer
from feeds.slicing import Refused, Slices
from tests.feeds.fake_jma import a_feed, an_entry

DATA = "https://www.data.jma.go.jp/developer/xml/data/"


@pytest.fixture(scope="module")
def big() -> bytes:
    body = a_feed(*(an_entry(f"{DATA}{number}.xml") for number in range(1000)))
    assert len(body) > SMALL
    return body


@pytest.fixture
async def slicer() -> AsyncIterator[Slicer]:
    made = Slicer()
    yield made
    await made.close()


def workers(slicer: Slicer) -> list[int]:
    return [] if slicer._pool is None else list(slicer._pool._processes)


async def test_small_and_big_are_cut_alike_and_only_big_ones_elsewhere(slicer: Slicer, big: bytes) -> None:
    small = a_feed(an_entry(f"{DATA}1.xml"))
    assert await slicer.cut(small, set()) == slicing.cut(small, frozenset())
    assert workers(slicer) == []
    known = {f"{DATA}{number}.xml" for number in range(990)}
    assert await slicer.cut(big, known) == slicing.cut(big, known)
    assert len(workers(slicer)) == 1
    assert isinstance(await slicer.cut(big[:-9], known), Refused)
    assert isinstance(await slicer.cut(b" " * (slicing.MAX_BYTES + 1), known), Refused)


async def test_a_worker_that_was_killed_is_made_anew(slicer: Slicer, big: bytes) -> None:
    await slicer.cut(big, set())
    (first,) = workers(slicer)
    os.kill(first, signal.SIGKILL)
    assert isinstance(await slicer.cut(big, set()), Slices)
    assert workers(slicer) != [first]


async def test_ctrl_c_is_not_the_worker_s(slicer: Slicer, big: bytes) -> None:
    await slicer.cut(big, set())
    (first,) = workers(slicer)
    os.kill(first, signal.SIGINT)
    assert isinstance(await slicer.cut(big, set()), Slices)
    assert workers(slicer) == [first]


async def test_closed_it_leaves_no_process_and_can_begin_again(slicer: Slicer, big: bytes) -> None:
    await slicer.cut(big, set())
    (first,) = workers(slicer)
    await slicer.close()
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    async with asyncio.timeout(60):
        assert isinstance(await slicer.cut(big, set()), Slices)
