"""Where a webhook may go: https, and of private networks only the addresses and names that the operator lists. Pure.

What a name means is judged at each connection, by `looking_up`.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import urlsplit

_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")
#: a wider network is all of somebody's, and no list
_WIDEST: Final = {4: 8, 6: 16}


class Refused(ValueError):
    """An address that may not be called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Private:
    """What the operator lets webhooks call in networks that are not public; nothing by default."""

    networks: tuple[_Network, ...] = ()
    #: whatever address they mean
    names: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether anything is listed."""
        return bool(self.networks or self.names)

    def names_host(self, host: str) -> bool:
        """Whether the host of an address is listed: a name as it is, an IP address by its network."""
        return host.lower() in self.names or self.holds(host)

    def holds(self, address: str) -> bool:
        """Whether an IP address lies in one of the networks."""
        try:
            found = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return any(found in network for network in self.networks)


NOTHING: Final = Private()


def parse(entries: Iterable[str]) -> Private:
    """The list of a setting: host names, IP addresses and networks such as 10.1.2.0/24. ValueError names the entry."""
    networks: list[_Network] = []
    names: set[str] = set()
    for entry in filter(None, (each.strip().lower() for each in entries)):
        try:
            network = ipaddress.ip_network(entry)
        except ValueError:
            if not _NAME.fullmatch(entry) or entry.replace(".", "").isdigit() or entry in ("true", "yes", "on"):
                raise ValueError(
                    f"{entry!r}: expected host names, IP addresses or networks such as 10.1.2.0/24, by commas"
                ) from None
            names.add(entry)
            continue
        if network.prefixlen < _WIDEST[network.version]:
            raise ValueError(f"{entry!r}: expected a network of /{_WIDEST[network.version]} or smaller")
        networks.append(network)
    return Private(networks=tuple(networks), names=frozenset(names))


def check(url: str, *, private: Private = NOTHING) -> str:
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
    listed = private.names_host(host)
    if parts.scheme != "https" and not (listed and parts.scheme == "http"):
        raise Refused("expected https://")
    if not listed:
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
