"""Two accounts for a made-up day, so that a newcomer can try what needs two people."""

import asyncio
from collections.abc import Iterable, Mapping

from service.clock import system_time
from storage.connection import Connection
from storage.database import Database
from web.accounts import passwords, store
from web.accounts.roles import Grant, Role

_ACTOR = "simulation"
_ROLES: Mapping[str, tuple[Role, ...]] = {
    "coordinator": (Role.COORDINATOR, Role.ADMIN),
    "approver": (Role.APPROVER,),
}


async def make(db: Database, municipalities: Iterable[str]) -> dict[str, str]:
    """Name -> one-time password; both have their role in all these municipalities."""
    places = sorted(municipalities)
    made = {name: passwords.one_time() for name in _ROLES}
    for name, password in made.items():
        hashed = await asyncio.to_thread(passwords.hashed, password)
        await db.write(_add, name, hashed, places)
    return made


def _add(db: Connection, name: str, password_hash: str, places: Iterable[str]) -> None:
    for place in places:
        for role in _ROLES[name]:
            grant = Grant(municipality=place, role=role)
            store.add(db, name, password_hash, grant, actor=_ACTOR, now=system_time())
