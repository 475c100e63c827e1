"""A process that sends only, beside `serve` and other workers on the same PostgreSQL."""

import asyncio
import logging
from contextlib import suppress

from delivery.receiving import Receiver
from delivery.simulated import SimulatedNetwork
from service import opening, sending
from service.parts import Parts

_log = logging.getLogger(__name__)
#: seconds that what is in flight may take to end at a stop
_GRACE = 30.0
#: seconds until sending that has fallen is begun again
_UP_AGAIN = 1.0


class Worker:
    """One running worker. `start`, then `stop`."""

    def __init__(self, parts: Parts) -> None:
        """Nothing runs yet. Must be called on the running loop; `parts.machines` is given."""
        assert parts.machines is not None
        self._machines = parts.machines
        self._sender = sending.sender(
            parts.settings, parts.db, parts.transport, parts.sealer, parts.clock, parts.machines
        )
        if isinstance(parts.transport, SimulatedNetwork):
            receiver = Receiver(db=parts.db, on_recorded=lambda: None, mask=opening.masked(parts.sealer))
            parts.transport.on_receipts = receiver.take
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Begin to send."""
        self._machines.begin()
        self._sending = asyncio.create_task(self._send())

    async def _send(self) -> None:
        while not self._stopping.is_set():
            try:
                return await self._sender.run()
            except Exception:  # noqa: BLE001 -- whatever it is, texts wait in the database
                _log.exception("agent_fell")
            with suppress(TimeoutError):
                async with asyncio.timeout(_UP_AGAIN):
                    await self._stopping.wait()

    async def stop(self) -> None:
        """Take nothing new, finish what is in hand, record it."""
        self._stopping.set()
        self._sender.stop()
        _, late = await asyncio.wait([self._sending], timeout=_GRACE)
        for task in late:
            task.cancel()
        await asyncio.gather(self._sending, return_exceptions=True)
        await self._machines.end()
