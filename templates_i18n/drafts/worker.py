"""The worker process: `python -m templates_i18n.drafts.worker FOLDER MEMORY_MB [--for-tests]`.

One JSON request a line on standard input, one answer a line on standard output, until the input ends. Gives up before
it begins what it never needs: the network, other programs, more memory than it was given, a place before whoever warns.
Texts stand in no log.
"""

import json
import os
import resource
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from templates_i18n.drafts import sentences
from templates_i18n.drafts.engine import Engine, Refusal

#: characters of one request
MOST_CHARACTERS = 1000
_NEVER = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.system",
    "urllib.Request",
)
_ALLOWED = frozenset({"socket.__new__"})


def main(words: Sequence[str]) -> int:
    """Answer until nobody asks any more."""
    folder, memory = Path(words[0]), int(words[1])
    answers = _own_output()
    _give_up(memory)
    engine = Engine(folder, for_tests="--for-tests" in words[2:])
    for line in sys.stdin:
        print(json.dumps(_answer(engine, line)), file=answers, flush=True)
    return 0


def _answer(engine: Engine, line: str) -> dict[str, Any]:
    request = json.loads(line)
    text = str(request["text"])
    if len(text) > MOST_CHARACTERS:
        return {"id": request["id"], "error": f"expected at most {MOST_CHARACTERS} characters"}
    bare, links = sentences.without_links(text)
    try:
        made = engine.translate(request["models"], bare)
    except Refusal as refused:
        return {"id": request["id"], "error": str(refused)}
    except ImportError as missing:
        return {"id": request["id"], "error": f"the extra `translate` is not installed ({missing.name})"}
    except Exception as fault:  # noqa: BLE001 -- whatever a model does, the next request is answered
        return {"id": request["id"], "error": f"the model failed: {type(fault).__name__}"}
    return {"id": request["id"], "text": sentences.with_links(made, links)}


def _own_output() -> TextIO:
    """Our answers alone go to standard output; whatever a library prints goes to the errors."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "w", encoding="utf-8")


def _give_up(memory_mb: int) -> None:
    with suppress(OSError):  # what the system forbids here must not end us; the memory is bounded in any case
        os.nice(10)
    with suppress(OSError):  # where memory runs out we go, and not who warns
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_NEVER) and event not in _ALLOWED:
        raise PermissionError(f"a translation worker does no {event}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
