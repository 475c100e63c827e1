"""What a name means when a webhook is called.

A name is looked up once for each connection, and what it means then is judged and called: what it meant when it was
entered says nothing, and a second look-up could be told something else.
"""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from delivery.hooks.addresses import NOTHING, Private, is_public


class Guard(AbstractResolver):
    """Looks names up, and gives public addresses and listed ones alone: the connection goes to what is given."""

    def __init__(self, private: Private = NOTHING, inner: AbstractResolver | None = None) -> None:
        """`inner` looks up."""
        self._private = private
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """OSError where nothing is left that may be called."""
        found = await self._inner.resolve(host, port, family)
        listed = host.lower() in self._private.names
        left = [one for one in found if listed or is_public(one["host"]) or self._private.holds(one["host"])]
        if not left:
            raise OSError(f"{host} has no public address")
        return left

    async def close(self) -> None:
        """Close what looks up."""
        await self._inner.close()
