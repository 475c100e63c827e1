"""Keys and requests for the tests of the API."""

from aiohttp import web
from aiohttp.test_utils import TestClient

from storage.database import Database
from tests.web.rows import NOW
from web.accounts import store
from web.accounts.roles import Grant, Role

WAJIMA, KANAZAWA = "17204", "17201"
Client = TestClient[web.Request, web.Application]
RESIDENT = {"phone": "+819000000001", "language": "vi", "municipality": WAJIMA, "agreed": True}


def a_key(
    db: Database,
    role: Role = Role.REGISTRAR,
    municipality: str = WAJIMA,
    group: str = "",
    name: str = "",
    owner: str = "",
) -> dict[str, str]:
    """The header that carries a new key."""
    grant = Grant(municipality=municipality, role=role, group=group)
    if owner:
        db.write_sync(store.add, owner, "hash", grant, actor="test", now=NOW)
    name = name or f"{role}-{municipality}"
    key = db.write_sync(store.add_key, name, grant, actor="test", now=NOW, owner=owner)
    return {"Authorization": f"Bearer {key}"}
