"""A process that sends only, beside `serve` and other workers on the same PostgreSQL."""

import asyncio

from delivery.receiving import Receiver
from delivery.simulated import SimulatedNetwork
from service import agents, opening, sending
from service.parts import Parts


class Worker:
    """One running worker. `start`, then `stop`."""

    def __init__(self, parts: Parts) -> None:
        """Nothing runs yet. Must be called on the running loop; `parts.machines` is given."""
        assert parts.machines is not None
        self._machines = parts.machines
        self._sender = sending.sender(parts)
        if isinstance(parts.transport, SimulatedNetwork):
            receiver = Receiver(db=parts.db, on_recorded=lambda: None, mask=opening.masked(parts.sealer))
            parts.transport.on_receipts = receiver.take
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Begin to send."""
        self._machines.begin()
        self._tasks = agents.start(self._stopping, self._sender)

    async def stop(self) -> None:
        """Take nothing new, finish what is in hand, record it."""
        self._stopping.set()
        self._sender.stop()
        await agents.drained(self._tasks)
        await self._machines.end()
