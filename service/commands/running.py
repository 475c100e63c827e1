"""`serve` and `migrate`."""

import asyncio
import logging
import signal
import sys
from contextlib import suppress
from typing import TextIO

import click

from delivery.simulated import SimulatedNetwork
from service import opening, settings, transports
from service.app import Parts, Service
from service.clock import system_time
from service.commands import output
from service.settings import Settings
from storage import database
from templates_i18n import catalogue


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
    db = database.open(chosen.database, role="serve")
    try:
        sealer = await asyncio.to_thread(opening.sealer, chosen, db)
        async with transports.opened(chosen, system_time) as transport:
            service = Service(
                Parts(
                    settings=chosen,
                    db=db,
                    sealer=sealer,
                    catalogue=catalogue.load(),
                    transport=transport,
                    clock=system_time,
                )
            )
            if isinstance(transport, SimulatedNetwork):
                transport.on_receipts = service.take_receipts
            try:
                await service.start()
                output.say(f"console: {service.address}/console")
                output.say(transports.says(chosen))
                await until_stopped()
            finally:
                await service.stop()
    finally:
        await db.close()


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
