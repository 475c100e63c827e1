"""People with accounts, signed in through the real forms."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from storage.database import Database
from tests.web.conftest import Open
from tests.web.states import a_state
from web.accounts import passwords, store
from web.accounts.roles import Grant, Role

#: a form of our own page, as a browser says it
OURS = {"Sec-Fetch-Site": "same-origin"}
PASSWORD = "snow on the old pine"
#: hashing is slow on purpose; one hash serves all tests
_HASH = passwords.hashed(PASSWORD)

Client = TestClient[web.Request, web.Application]
Enter = Callable[..., Awaitable[Client]]


def account(db: Database, name: str, *roles: tuple[Role, str], once: bool = False) -> None:
    """An account with roles, and PASSWORD."""
    for role, place in roles:
        grant = Grant(municipality=place, role=role)
        db.write_sync(store.add, name, _HASH, grant, actor="tests", now=a_state(db).clock())
    if not once:
        db.write_sync(lambda c: c.execute("UPDATE users SET must_change = 0 WHERE name = :name", {"name": name}))


@pytest.fixture
def enter(browse: Open) -> Enter:
    """`await enter(db, "aoi", (Role.COORDINATOR, "17204"), …state values)`: a client that has signed in."""

    async def start(db: Database, name: str, *roles: tuple[Role, str], **values: Any) -> Client:
        account(db, name, *roles)
        client = await browse(a_state(db, **values))
        answer = await client.post("/console/sign-in", data={"name": name, "password": PASSWORD}, headers=OURS)
        assert answer.url.path in ("/console", "/console/residents"), await answer.text()
        return client

    return start
