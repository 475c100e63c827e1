"""Keeps the process that drafts translations: started when somebody asks, ended when it is too slow or not needed.

Owns that process. It gets no secret and no setting of ours, a home folder that is thrown away, and the text of one
request at a time. Nothing of the send path knows it: without the extra, or with a worker that falls, people write
themselves.
"""

import asyncio
import contextlib
import importlib.util
import json
import logging
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import templates_i18n
from service.settings import Settings
from templates_i18n.drafts import shelf
from templates_i18n.drafts.drafter import Failed, Made, Why
from templates_i18n.drafts.shelf import Model

_log = logging.getLogger(__name__)
_WORKER = "templates_i18n.drafts.worker"
_ROOT = Path(templates_i18n.__file__).parents[1]
#: bytes of one answer
_LINE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one worker may take."""

    #: seconds for one text, loading its models among them
    seconds: float = 40
    memory_mb: int = 2500
    #: requests that may wait for their turn
    waiting: int = 40
    #: seconds without a request until the worker is ended and its memory is free
    idle: float = 300


class Translator:
    """Drafts by machine, one text at a time. `close` it at the end."""

    def __init__(self, folder: Path, bounds: Bounds | None = None, *, for_tests: bool = False) -> None:
        """`folder`: of the models. `for_tests`: also uses tiny ones, which translate nothing right."""
        self._folder = folder
        self._bounds = bounds or Bounds()
        self._for_tests = for_tests
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._closed = False
        self._asked = 0
        self._process: asyncio.subprocess.Process | None = None
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self._ending: asyncio.TimerHandle | None = None

    def models(self) -> Sequence[Model]:
        """Those that may be used; none without the library."""
        if not library_is_there():
            return []
        return [one for one in shelf.installed(self._folder) if self._for_tests or not one.for_tests]

    async def translate(self, models: Sequence[str], text: str) -> Made | Failed:
        """A text through models by their names, one after the other. Never raises for what a worker does."""
        if self._waiting >= self._bounds.waiting:
            return Failed(why=Why.BUSY, text="too many drafts wait: try again in a minute")
        self._waiting += 1
        try:
            async with self._turn:
                if self._closed:
                    return Failed(why=Why.FELL, text="the service is stopping")
                return await self._ask(models, text)
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """End the worker, in the middle of a text too; nothing is translated any more."""
        self._closed = True
        self._kill()
        async with self._turn:
            await self._end()

    async def _ask(self, models: Sequence[str], text: str) -> Made | Failed:
        if self._ending is not None:
            self._ending.cancel()
        self._asked += 1
        request = {"id": self._asked, "models": list(models), "text": text}
        try:
            async with asyncio.timeout(self._bounds.seconds):
                answer = await self._exchange(request)
        except TimeoutError:
            await self._end()
            return Failed(why=Why.TOO_SLOW, text=f"no draft within {self._bounds.seconds:g} seconds")
        except (OSError, ValueError) as fell:
            _log.warning("translation_worker_fell", extra={"why": type(fell).__name__})
            await self._end()
            return Failed(why=Why.FELL, text="the translation worker has ended; it is started again for the next draft")
        except asyncio.CancelledError:
            await self._end()  # its answer would be taken for that of the next request
            raise
        self._ending = asyncio.get_running_loop().call_later(self._bounds.idle, self._let_go)
        if "error" in answer:
            return Failed(why=Why.REFUSED, text=str(answer["error"]))
        return Made(text=str(answer["text"]))

    async def _exchange(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        process = await self._worker()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(request).encode() + b"\n")
        await process.stdin.drain()
        line = await process.stdout.readline()
        answer = json.loads(line) if line else {}
        if not isinstance(answer, dict) or answer.get("id") != request["id"]:
            raise ValueError("no answer to this request")
        return answer

    async def _worker(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            await self._end()
            self._home = tempfile.TemporaryDirectory(prefix="translation-")
            words = [str(self._folder.resolve()), str(self._bounds.memory_mb)]
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", _WORKER, *words, *(["--for-tests"] if self._for_tests else [])),
                cwd=_ROOT,
                env=_environment(self._home.name),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=_LINE,
                start_new_session=True,
            )
        return self._process

    def _let_go(self) -> None:
        """Nobody has asked for a while: the worker ends when its input does."""
        if self._process is not None and self._process.stdin is not None and not self._turn.locked():
            self._process.stdin.close()

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _end(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
        self._kill()
        process, self._process = self._process, None
        if process is not None:
            await process.communicate()
        home, self._home = self._home, None
        if home is not None:
            home.cleanup()


def of_service(settings: Settings) -> Translator:
    """Of a running service; what it does not use is named once in its log."""
    folder = settings.models_folder
    for model in shelf.installed(folder):
        if model.for_tests:
            _log.warning("translation_model_refused", extra={"model": model.name, "why": "it is for tests"})
    return Translator(folder)


def library_is_there() -> bool:
    """Whether the extra `translate` is installed. Does not import it."""
    return importlib.util.find_spec("argostranslate") is not None


def why_not_used(folder: Path, model: Model) -> str | None:
    """Why `serve` leaves a model alone; None where it is used."""
    if model.for_tests:
        return f"a model for tests: `translation remove {model.name}`"
    changed = shelf.why_changed(folder, model)
    return f"{changed}: remove it and install it anew" if changed else None


def _environment(home: str) -> dict[str, str]:
    """Everything the worker sees of ours: the library makes folders and reads settings wherever these point."""
    own = {name: home for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR")}
    argos = {"ARGOS_PACKAGES_DIR": f"{home}/packages", "ARGOS_DEVICE_TYPE": "cpu", "ARGOS_DEBUG": "0"}
    plain = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1"}
    return {**own, **argos, **plain, "PYTHONDONTWRITEBYTECODE": "1"}
