"""Keys: none, wrong, revoked, too many calls; and what the API says of itself."""

import pytest

from storage.database import Database
from tests.web.api.calling import Client, a_key
from tests.web.conftest import Open
from tests.web.rows import NOW
from tests.web.states import a_state
from web.accounts import store
from web.accounts.roles import Role
from web.api import guard
from web.api.errors import ApiError
from web.api.guard import Guard

URL = "/api/v1/residents"


@pytest.fixture
async def client(browse: Open, sqlite_db: Database) -> Client:
    return await browse(a_state(sqlite_db))


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer tmsb_no"}, {"Authorization": "Basic eA=="}])
async def test_without_a_good_key_nothing_is_told(client: Client, header: dict[str, str]) -> None:
    answer = await client.get(URL, headers=header)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert (await answer.json())["error"]["code"] == "unauthorized"


async def test_a_revoked_key_is_refused_at_once(client: Client, sqlite_db: Database) -> None:
    key = a_key(sqlite_db)
    assert (await client.get(URL, headers=key)).status == 200
    sqlite_db.write_sync(store.revoke_key, "registrar-17204", actor="test", now=NOW)
    assert (await client.get(URL, headers=key)).status == 401


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.APPROVER])
async def test_a_role_without_residents_is_refused(client: Client, sqlite_db: Database, role: Role) -> None:
    answer = await client.get(URL, headers=a_key(sqlite_db, role))
    assert answer.status == 403
    assert "may not" in (await answer.json())["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("get", "/api/v1/nothing", 404), ("put", URL, 405), ("get", f"{URL}?limit=0", 422), ("get", f"{URL}?x=1", 200)],
)
async def test_every_error_has_the_one_shape(
    client: Client, sqlite_db: Database, method: str, path: str, status: int
) -> None:
    answer = await getattr(client, method)(path, headers=a_key(sqlite_db))
    assert answer.status == status
    if status >= 400:
        assert set((await answer.json())["error"]) == {"code", "message", "details"}


async def test_the_document_needs_no_key_and_names_every_route(client: Client) -> None:
    document = await (await client.get("/api/v1/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) >= {URL, f"{URL}/{{id}}", f"{URL}/import", f"{URL}/counts"}


async def test_a_key_that_calls_too_often_waits(sqlite_db: Database) -> None:
    now = 0.0
    guarded = Guard(db=sqlite_db, clock=lambda: now)
    for _ in range(int(guard.BURST)):
        guarded._count("key:a")
    with pytest.raises(ApiError) as refused:
        guarded._count("key:a")
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})
    guarded._count("key:b")
    now = 1.0
    for _ in range(int(guard.RATE)):
        guarded._count("key:a")
