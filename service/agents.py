"""The agents of a process: each works until it is told to stop, begins again where it falls, and drains at a stop."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

_log = logging.getLogger(__name__)
#: seconds that what is in flight may take to end at a stop
_GRACE = 30.0
#: seconds until an agent that has fallen is started again
_UP_AGAIN = 1.0


class Agent(Protocol):
    """Works until it is told to stop."""

    async def run(self) -> None:
        """Until told to stop."""
        ...


def start(stopping: asyncio.Event, *agents: Agent) -> list[asyncio.Task[None]]:
    """A task of its own for each; one that falls is started again until `stopping`."""
    return [asyncio.create_task(_keep_up(agent, stopping), name=type(agent).__name__) for agent in agents]


async def drained(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Wait until agents that were told to stop have ended; what takes too long is ended."""
    _, late = await asyncio.wait(tasks, timeout=_GRACE) if tasks else (set(), set())
    for task in late:
        _log.warning("stopped_hard", extra={"agent": task.get_name()})
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_up(agent: Agent, stopping: asyncio.Event) -> None:
    """An agent ends when it is told to. One that falls is started again: without it nobody is warned."""
    while not stopping.is_set():
        try:
            return await agent.run()
        except Exception:  # noqa: BLE001 -- whatever it is, warnings wait in the database
            _log.exception("agent_fell")
        with suppress(TimeoutError):
            async with asyncio.timeout(_UP_AGAIN):
                await stopping.wait()
