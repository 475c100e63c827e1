"""Who calls the API: a bearer key, its principal, and how often it may call."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from storage.database import Database
from web.accounts import store
from web.accounts.roles import Permission, Principal
from web.api.errors import ApiError

#: calls a second that one key may make in the long run, and at once
RATE: Final = 20.0
BURST: Final = 100.0


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


@dataclass(slots=True, kw_only=True)
class Guard:
    """Lets keys in and counts their calls; one for each process."""

    db: Database
    #: seconds, monotonic
    clock: Callable[[], float]
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    async def principal(self, request: web.Request) -> Principal:
        """Whose key came with a request. ApiError 401 without a good one, 429 where it calls too often."""
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        found = await self.db.read(store.key_holder, key.strip()) if scheme.casefold() == "bearer" and key else None
        if found is None:
            raise ApiError(
                401,
                "unauthorized",
                "expected the header Authorization: Bearer KEY; `users add --api-key` makes a key",
                headers={"WWW-Authenticate": "Bearer"},
            )
        self._count(found.name)
        return found

    def _count(self, name: str) -> None:
        now = self.clock()
        bucket = self._buckets.setdefault(name, _Bucket(BURST, now))
        bucket.left = min(BURST, bucket.left + (now - bucket.at) * RATE)
        bucket.at = now
        if bucket.left < 1:
            wait = max(1, round((1 - bucket.left) / RATE))
            raise ApiError(429, "too_many_requests", f"wait {wait} seconds", headers={"Retry-After": str(wait)})
        bucket.left -= 1


def municipality(principal: Principal, permission: Permission) -> str:
    """The municipality for which a key may do this; a key has one. ApiError 403 if it may not."""
    places = principal.places(permission)
    if not places:
        raise ApiError(403, "forbidden", f"this key may not {permission.value}")
    return places[0]
