"""Tickets by procrastinate, on the PostgreSQL database itself: who has work to share offers one, some process takes it.

A ticket says only that there is something to do; what it is stands in our tables. At most one waits at a time: whoever
takes one and finds more than it can do offers the next. The only door to procrastinate.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from importlib import resources

import procrastinate
from procrastinate import exceptions, jobs

_log = logging.getLogger(__name__)
#: of the database, where procrastinate's tables stand apart from ours
SCHEMA = "runner"
_QUEUE = "send"
_TASK = "chunk"
#: seconds between two offers of one process; a ticket that waits serves all that was offered meanwhile
_PACE = 0.1
#: seconds between looks where no notification comes
_POLL = 2.0
#: seconds between two signs of life, and the silence after which a process's ticket is another's
_SIGN, _SILENCE = 2.0, 10.0
#: seconds between looks for tickets of the dead, and until the next try where the database is away
_TIDY, _AGAIN = 5.0, 1.0


def version() -> str:
    """Of the tables that this procrastinate works on, such as `03.04.00`."""
    return max(_changes())


def scripts(since: str) -> Sequence[str]:
    """What brings the tables from a version, or from '' for none at all, to `version`."""
    if not since:
        return [procrastinate.schema.SchemaManager.get_schema()]
    return [script for name, all_of_it in sorted(_changes().items()) if name > since for script in all_of_it]


def _changes() -> dict[str, list[str]]:
    """Version -> scripts, in their order. A version's scripts are named `03.04.00_01_pre_…`, `03.04.00_50_post_…`."""
    folder = resources.files("procrastinate.sql") / "migrations"
    found: dict[str, list[str]] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".sql"):
            found.setdefault(file.name.partition("_")[0], []).append(file.read_text(encoding="utf-8"))
    return found


class Tickets:
    """One per process. `serve` takes tickets until it is cancelled; `offer` may be called from anywhere on the loop."""

    def __init__(self, url: str) -> None:
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # what went wrong is raised, and logged here
        connector = procrastinate.PsycopgConnector(
            conninfo=url, min_size=1, max_size=3, kwargs={"options": f"-c search_path={SCHEMA}"}
        )
        self._app = procrastinate.App(connector=connector)
        self._app.task(name=_TASK, queue=_QUEUE)(self._take)
        self._work: Callable[[], Awaitable[object]] | None = None
        self._wanted = asyncio.Event()

    def offer(self) -> None:
        """There may be something to do for any process."""
        self._wanted.set()

    async def serve(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do `work` for every ticket, one at a time, until cancelled; what is being done then is finished."""
        self._work = work
        await self._again(self._open)

    async def _take(self) -> None:
        if self._work is not None:
            await self._work()

    async def _open(self) -> None:
        async with self._app.open_async():
            beside = [asyncio.create_task(self._again(step)) for step in (self._offer, self._tidy)]
            try:
                await self._again(self._take_tickets)
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)

    async def _again(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except Exception as error:  # noqa: BLE001 -- the database may be away for a moment
                _log.warning("tickets_failed", extra={"error": type(error).__name__})
            await asyncio.sleep(_AGAIN)

    async def _take_tickets(self) -> None:
        await self._app.run_worker_async(
            queues=[_QUEUE],
            concurrency=1,
            install_signal_handlers=False,
            delete_jobs="always",
            fetch_job_polling_interval=_POLL,
            update_heartbeat_interval=_SIGN,
            stalled_worker_timeout=_SILENCE,
        )

    async def _offer(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            if not await self._app.job_manager.list_jobs_async(queueing_lock=_QUEUE, status="todo"):
                with suppress(exceptions.AlreadyEnqueued):
                    await self._app.configure_task(_TASK, queue=_QUEUE, queueing_lock=_QUEUE).defer_async()
            await asyncio.sleep(_PACE)

    async def _tidy(self) -> None:
        """The tickets of the dead go to others."""
        while True:
            manager = self._app.job_manager
            for job in await manager.get_stalled_jobs(queue=_QUEUE, seconds_since_heartbeat=_SILENCE):
                with suppress(exceptions.ConnectorException):  # another process has been quicker
                    await manager.finish_job(job, status=jobs.Status.FAILED, delete_job=True)
                self.offer()
            await asyncio.sleep(_TIDY)
