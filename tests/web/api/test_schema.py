"""The document is true: a fuzzer that knows nothing but the document finds no answer that it does not describe."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from storage.database import Database
from tests.web.api.calling import a_key
from tests.web.states import a_state
from web.accounts.roles import Role
from web.app import make_app

#: requests for each route and phase
_EXAMPLES = 15


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.COORDINATOR])
async def test_schemathesis_finds_nothing(sqlite_db: Database, tmp_path: Path, role: Role) -> None:
    server = TestServer(make_app(a_state(sqlite_db)))
    await server.start_server()
    words = ["run", str(server.make_url("/api/v1/openapi.json")), "--max-examples", str(_EXAMPLES), "--seed", "3"]
    for name, value in a_key(sqlite_db, role).items():
        words += ["-H", f"{name}: {value}"]
    fuzzer = await asyncio.to_thread(
        subprocess.run,
        [Path(sys.executable).with_name("schemathesis"), *words],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    await server.close()
    assert fuzzer.returncode == 0, fuzzer.stdout[-6000:] + fuzzer.stderr[-2000:]
