"""Runs the slicing pass where it holds up nobody: small feeds here, big ones in a process of their own."""

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Set as AbstractSet
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from feeds import slicing

#: a pass over this much takes about 5 ms
SMALL = 256 * 1024
_PATIENCE = 30.0
_log = logging.getLogger(__name__)


class Slicer:
    """Cuts feeds; owns at most one worker process, made when the first big feed comes."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def cut(self, body: bytes, known: AbstractSet[str]) -> slicing.Result:
        """`slicing.cut`, without keeping the event loop for more than a few milliseconds."""
        if len(body) <= SMALL:
            return slicing.cut(body, known)
        if len(body) > slicing.MAX_BYTES:
            return slicing.cut(body, known)  # refused at once
        for _ in range(2):
            try:
                return await self._cut_elsewhere(body, known)
            except BrokenProcessPool:
                _log.warning("feed_worker_died")
                self._drop()
        return slicing.Refused(reason="the process that reads big feeds died twice; look at the machine's memory")

    async def _cut_elsewhere(self, body: bytes, known: AbstractSet[str]) -> slicing.Result:
        if self._pool is None:
            # spawn: a forked child would share our threads' locks and open connections
            self._pool = ProcessPoolExecutor(
                max_workers=1, mp_context=multiprocessing.get_context("spawn"), initializer=_begin
            )
        work = asyncio.wrap_future(self._pool.submit(slicing.cut, body, frozenset(known)))
        try:
            async with asyncio.timeout(_PATIENCE):
                return await work
        except TimeoutError:
            self._drop()
            return slicing.Refused(reason=f"reading it took longer than {_PATIENCE:g} s")

    def _drop(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        for process in list((pool._processes or {}).values()):
            process.kill()  # it may be stuck; nothing in it is worth keeping
        pool.shutdown(wait=False, cancel_futures=True)

    async def close(self) -> None:
        """End the worker process; a later `cut` may start a new one."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)


def _begin() -> None:
    """In the worker: leave Ctrl-C to the parent, and end when the parent has ended however it did."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)
