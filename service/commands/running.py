"""`serve`, `worker` and `migrate`."""

import asyncio
import gc
import logging
import signal
import sys
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, TextIO

import click

from delivery.simulated import SimulatedNetwork
from service import opening, settings, transports
from service.app import Service
from service.clock import system_time
from service.commands import output
from service.parts import Parts
from service.settings import Settings, SettingsError
from service.worker import Worker
from storage import database
from storage.database import Database
from templates_i18n import catalogue

if TYPE_CHECKING:
    from service.machines import Machines


@click.command()
def serve() -> int:
    """Poll, decide, send and show, until stopped."""
    chosen = settings.load()
    _log_to(sys.stderr, chosen.log_level)
    asyncio.run(_serve(chosen))
    return 0


class _WithFacts(logging.Formatter):
    """One event name and its facts: `poll_failed feed=eqvol reason=…`. Facts never hold numbers or bodies."""

    _PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}

    def formatMessage(self, record: logging.LogRecord) -> str:
        facts = (f"{name}={value}" for name, value in record.__dict__.items() if name not in self._PLAIN)
        return " ".join([super().formatMessage(record), *facts])


def _log_to(stream: TextIO, level: str) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_WithFacts("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])


async def _serve(chosen: Settings) -> None:
    async with AsyncExitStack() as stack:
        parts = await _parts(chosen, stack)
        service = Service(parts)
        if isinstance(parts.transport, SimulatedNetwork):
            parts.transport.on_receipts = service.take_receipts
        stack.push_async_callback(service.stop)
        await service.start()
        _let_stand()
        output.say(f"console: {service.address}/console")
        output.say(transports.says(chosen))
        await until_stopped()


async def _parts(chosen: Settings, stack: AsyncExitStack) -> Parts:
    """Everything opened, and closed by the stack in turn."""
    db = database.open(chosen.database, role="serve")
    stack.push_async_callback(db.close)
    sealer = await asyncio.to_thread(opening.sealer, chosen, db)
    machines = await _machines(chosen, db, stack)
    clock = machines.clock if machines is not None else system_time
    transport = await stack.enter_async_context(transports.opened(chosen, clock))
    return Parts(
        settings=chosen,
        db=db,
        sealer=sealer,
        catalogue=catalogue.load(),
        transport=transport,
        second=await stack.enter_async_context(transports.second_opened(chosen, clock)),
        clock=clock,
        machines=machines,
    )


async def _machines(chosen: Settings, db: Database, stack: AsyncExitStack) -> "Machines | None":
    if not database.is_postgresql(chosen.database):
        return None
    from service import machines  # what only PostgreSQL needs

    return await stack.enter_async_context(machines.opened(chosen, db))


@click.command()
def worker() -> int:
    """Send only, beside `serve` and other workers on PostgreSQL, until stopped."""
    chosen = settings.load()
    if not database.is_postgresql(chosen.database):
        raise SettingsError(
            ["TOMOSHIBI_DATABASE: a worker needs PostgreSQL (postgresql://…); on a SQLite file `serve` sends by itself"]
        )
    _log_to(sys.stderr, chosen.log_level)
    asyncio.run(_work(chosen))
    return 0


async def _work(chosen: Settings) -> None:
    async with AsyncExitStack() as stack:
        working = Worker(await _parts(chosen, stack))
        stack.push_async_callback(working.stop)
        await working.start()
        _let_stand()
        output.say(f"sends; {transports.says(chosen)}")
        await until_stopped()


def _let_stand() -> None:
    """What was loaded stays until the end: it is not looked through again for what nobody needs any more."""
    gc.collect()
    gc.freeze()


async def until_stopped() -> None:
    """Wait for Ctrl-C or a polite kill."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, stopped.set)
    await stopped.wait()


@click.command()
def migrate() -> int:
    """Bring the database up to date."""
    with opening.opened(settings.load()) as db:
        done = db.migrate()
    click.echo("\n".join(done) if done else "up to date")
    return 0
