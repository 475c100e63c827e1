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
    db: Database, role: Role = Role.REGISTRAR, municipality: str = WAJIMA, group: str = "", name: str = ""
) -> dict[str, str]:
    """The header that carries a new key."""
    grant = Grant(municipality=municipality, role=role, group=group)
    key = db.write_sync(store.add_key, name or f"{role}-{municipality}", grant, actor="test", now=NOW)
    return {"Authorization": f"Bearer {key}"}
