"""Where a webhook may go: https, and no address of a private network unless the operator allows it.

A name is checked where it is looked up, at every connection: what it meant when it was entered says nothing.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver


class Refused(ValueError):
    """An address that may not be called."""


def check(url: str, *, private: bool) -> str:
    """The address as it is kept. Refused, with the reason."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise Refused("expected an address such as https://host/path") from None
    if not url.isascii() or any(char.isspace() for char in url) or not host:
        raise Refused("expected an address such as https://host/path")
    if parts.username or parts.password or parts.fragment:
        raise Refused("expected an address without user, password or #")
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise Refused("expected https://")
    if not private:
        _check_host(host)
    return url


def _check_host(host: str) -> None:
    """Refused for what is no public name or address at first sight; names are looked up at each connection."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        raise Refused(f"{host} is a name of this machine or network")
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        if host.replace(".", "").isdigit() or host.lower().startswith("0x"):
            raise Refused("expected a name or an IP address in its usual form") from None
        return
    if not is_public(str(literal)):
        raise Refused(f"{host} is no public address")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network, also behind an address that maps to another."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.sixtofour or found.teredo or found in _NAT64:
            return False
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
    return found.is_global and not found.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class PublicOnly(AbstractResolver):
    """Looks names up, and gives public addresses alone."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        """`inner` looks up."""
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """OSError where nothing public is left."""
        found = await self._inner.resolve(host, port, family)
        public = [one for one in found if is_public(one["host"])]
        if not public:
            raise OSError(f"{host} has no public address")
        return public

    async def close(self) -> None:
        """Close what looks up."""
        await self._inner.close()
