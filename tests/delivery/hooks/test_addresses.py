"""Webhooks go to public addresses by https, whatever an address or a name is dressed up as."""

import socket

import pytest
from aiohttp.abc import AbstractResolver

from delivery.hooks import addresses
from delivery.hooks.addresses import Refused
from delivery.hooks.looking_up import Guard


@pytest.mark.parametrize(
    "url", ["https://town.example/hook", "https://town.example:8443/a?b=c", "https://203.0.113.9.example/x"]
)
def test_public_addresses(url: str) -> None:
    assert addresses.check(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://town.example/hook",
        "ftp://town.example/hook",
        "https://",
        "town.example",
        "https://user:word@town.example/",
        "https://town.example/#x",
        "https://town.example/ x",
        "https://localhost/",
        "https://db.internal/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[fc00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://127.1/",
        "https://224.0.0.1/",
        "https://100.64.0.1/",
    ],
)
def test_what_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        addresses.check(url)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:8000/hook", True),
        ("https://10.1.2.3/", True),
        ("http://board.town.lan/", True),
        ("http://BOARD.town.lan/", True),
        ("https://10.1.3.3/", False),
        ("http://other.town.lan/", False),
        ("https://db.internal/", False),
        ("https://[::ffff:127.0.0.1]/", False),
        ("https://2130706433/", False),
    ],
)
def test_an_operator_lists_what_of_the_own_network_may_be_called(url: str, allowed: bool) -> None:
    private = addresses.parse(["127.0.0.1", "10.1.2.0/24", " board.town.lan"])
    if allowed:
        assert addresses.check(url, private=private) == url
        return
    with pytest.raises(Refused):
        addresses.check(url, private=private)


@pytest.mark.parametrize("entry", ["true", "10.1.2.3/24", "10.1.2", "0.0.0.0/0", "::/0", "http://x", "a b", "*"])
def test_what_is_no_list_of_hosts_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        addresses.parse(["10.1.2.3", entry])


class Names(AbstractResolver):
    """Says what a name means."""

    def __init__(self, *hosts: str) -> None:
        self.hosts = hosts

    async def resolve(self, host, port=0, family=socket.AF_INET):
        return [
            {"hostname": host, "host": one, "port": port, "family": family, "proto": 0, "flags": 0}
            for one in self.hosts
        ]

    async def close(self) -> None:
        return None


async def test_a_name_is_judged_by_what_it_means_now() -> None:
    mixed = await Guard(inner=Names("127.0.0.1", "8.8.8.8")).resolve("town.example", 443)
    assert [one["host"] for one in mixed] == ["8.8.8.8"]
    for host in ("127.0.0.1", "10.1.2.3", "::1", "169.254.169.254", "::ffff:10.0.0.1"):
        with pytest.raises(OSError, match="no public address"):
            await Guard(inner=Names(host)).resolve("town.example", 443)


async def test_a_name_that_is_not_listed_reaches_listed_addresses_alone() -> None:
    guard = Guard(addresses.parse(["10.1.2.0/24", "board.town.lan"]), Names("127.0.0.1", "10.1.2.3"))
    assert [one["host"] for one in await guard.resolve("town.example", 443)] == ["10.1.2.3"]
    assert len(await guard.resolve("Board.town.lan", 443)) == 2
