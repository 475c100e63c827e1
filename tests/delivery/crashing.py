"""A sender that is killed again and again while it hands over a broadcast, before a Twilio that counts for itself.

The sender is a process of its own and dies by SIGKILL, so nothing of it can tidy up. The provider lives on here.
"""

import asyncio
import multiprocessing
import os
import random
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import aiohttp

from delivery.providers.dealing import Deal
from delivery.rate import Bucket
from delivery.reconciling import Limits
from delivery.sender import Second, Sender, SenderSettings
from delivery.twilio.transport import TwilioSettings, TwilioTransport
from storage import database, times
from storage.connection import Connection
from tests.delivery.fake_twilio import ACCOUNT, SERVICE, TOKEN, FakeTwilio, Fault

#: answers that are lost after the text was taken, and before
LOSSES: Mapping[Fault, float] = {
    Fault.DROP_TAKEN: 0.01,
    Fault.ERROR_TAKEN: 0.01,
    Fault.GARBLED: 0.005,
    Fault.DROP_LOST: 0.01,
    Fault.ERROR_LOST: 0.01,
}
_CONNECTIONS = 32
_UNDER_WAY = "state IN ('queued', 'handing', 'uncertain')"
#: a child that does nothing for so long will never do anything
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the provider counted, and our own rows."""

    people: int
    killed: int
    lost: int
    twice: int
    states: dict[str, int]


def number(index: int) -> str:
    """An MSISDN nobody has."""
    return f"+81900{index:07d}"


def queue(db: Connection, people: int) -> None:
    """A broadcast, planned to its end, of one text to many people."""
    now = datetime.now(UTC)
    at, until = times.to_text(now), times.to_text(now + timedelta(hours=2))
    rows = [
        {"id": index, "hash": f"hash{index}", "sealed": number(index).encode(), "at": at, "until": until}
        for index in range(1, people + 1)
    ]
    db.executemany(
        "INSERT INTO subscribers (id, number_hash, number_sealed, role, state, created_at)"
        " VALUES (:id, :hash, :sealed, 'resident', 'active', :at)",
        rows,
    )
    db.execute(
        "INSERT INTO broadcasts (id, origin, hazard, event, revision, decision, reason, state, priority, snapshot,"
        " seen_at, created_at, expires_at) VALUES (1, 'welcome', '', '', 0, 'send', 'crashing', 'sending', 40, '{}',"
        " :at, :at, :until)",
        {"at": at, "until": until},
    )
    db.execute(
        "INSERT INTO texts (id, text_key, broadcast_id, language, form, text, encoding, units, segments, catalogue)"
        " VALUES (1, 'one', 1, 'en', 'core', 'LEVEL 4 landslide. Leave now. Wajima, JMA 14:07', 'GSM-7', 48, 1, '')"
    )
    db.executemany(
        "INSERT INTO messages (broadcast_id, subscriber_id, change_key, hazard, event, place, grade, kind, revision,"
        " language, text_id, segments, priority, turn, state, created_at, expires_at) VALUES (1, :id, 'one', '', '',"
        " '', '', 'welcome', 0, 'en', 1, 1, 40, :id, 'queued', :at, :until)",
        rows,
    )


def send_all(path: str, base_urls: Sequence[str]) -> None:
    """The child: send until nothing is left, then end."""
    asyncio.run(_send_all(path, base_urls))


async def _send_all(path: str, base_urls: Sequence[str]) -> None:
    db = database.open(path, role="serve")
    transports = [_transport(base_url) for base_url in base_urls]
    now = asyncio.get_running_loop().time
    second = None
    for transport in transports[1:]:
        pace = Bucket(rate=None, clock=now, sender=SERVICE)
        second = Second(transport=transport, pace=pace, deal=Deal(usual={"A": 60, "B": 40}))
    sender = Sender(
        db=db,
        transport=transports[0],
        second=second,
        unseal=bytes.decode,
        bucket=Bucket(rate=None, clock=now),
        clock=_now,
        settings=SenderSettings(connections=_CONNECTIONS, poll=0.02, gather=0.005, lookups=Limits(delay=timedelta(0))),
    )
    running = asyncio.create_task(sender.run())
    while await db.read(_left):  # noqa: ASYNC110 -- the rows are in a database, which wakes nobody
        await asyncio.sleep(0.02)
    sender.stop()
    await running
    for transport in transports:
        await transport.close()
    await db.close()


def _transport(base_url: str) -> TwilioTransport:
    settings = TwilioSettings(
        account_sid=ACCOUNT, auth_token=TOKEN, sender=SERVICE, base_url=base_url, connections=_CONNECTIONS
    )
    return TwilioTransport(settings, _now, aiohttp.ClientTimeout(total=20, connect=10))


def _now() -> datetime:
    return datetime.now(UTC)


def _left(db: Connection) -> int:
    return len(db.execute(f"SELECT id FROM messages WHERE {_UNDER_WAY} LIMIT 1"))


@contextmanager
def nursery() -> Iterator[multiprocessing.context.ForkServerContext]:
    """Children start from a server that has everything imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.delivery.crashing"])
    yield context


async def kill_again_and_again(
    folder: Path, *, people: int, kills: int, seed: int, losses: bool, providers: int = 1
) -> Found:
    """One broadcast through so many deaths; what came of it."""
    path, chance = str(folder / f"crash-{seed}.db"), random.Random(seed)
    made = database.open(path)
    made.write_sync(queue, people)
    made.close_sync()
    each = [FakeTwilio(seed=seed + 100 * one, chances=dict(LOSSES) if losses else {}) for one in range(providers)]
    base_urls = tuple([await provider.start() for provider in each])
    killed = 0
    with nursery() as context:
        for left in range(kills, 0, -1):
            child = context.Process(target=send_all, args=(path, base_urls), daemon=True)
            child.start()
            await _moment(each, child, chance, people, left)
            killed += child.is_alive()
            await _kill(child)
        child = context.Process(target=send_all, args=(path, base_urls), daemon=True)
        child.start()
        await _wait_for(lambda: not child.is_alive(), "the last sender to finish")
        await _kill(child)
    found = _count(path, each, people, killed)
    for provider in each:
        await provider.stop()
    return found


async def _moment(
    each: Sequence[FakeTwilio], child: BaseProcess, chance: random.Random, people: int, left: int
) -> None:
    """Wait until it is time to die: after some more texts, or some time after the start."""
    before = _taken(each)
    more = chance.randint(1, max(1, 2 * (people - before) // (left + 1)))
    if chance.random() < 0.8:
        await _wait_for(lambda: _taken(each) >= before + more or not child.is_alive(), "texts")
    else:
        await asyncio.sleep(chance.uniform(0, 0.5))
    await asyncio.sleep(chance.uniform(0, 0.01))


def _taken(each: Sequence[FakeTwilio]) -> int:
    return sum(len(provider.taken) for provider in each)


async def _kill(child: BaseProcess) -> None:
    if child.is_alive() and child.pid is not None:
        os.kill(child.pid, signal.SIGKILL)
    await asyncio.to_thread(child.join)
    child.close()


async def _wait_for(done: object, what: str) -> None:
    assert callable(done)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _PATIENCE
    while not done():
        assert loop.time() < deadline, f"waited {_PATIENCE:.0f} s for {what}"
        await asyncio.sleep(0.002)


def _count(path: str, each: Sequence[FakeTwilio], people: int, killed: int) -> Found:
    db = database.open(path)
    rows = db.read_sync(lambda c: c.execute("SELECT state, count(*) AS n FROM messages GROUP BY state"))
    db.close_sync()
    texts = [sum(len(provider.texts_of(number(index))) for provider in each) for index in range(1, people + 1)]
    told = sum(map(bool, texts))
    return Found(
        people=people,
        killed=killed,
        lost=people - told,
        twice=sum(texts) - told,
        states={row.text("state"): row.integer("n") for row in rows},
    )
