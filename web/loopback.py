"""Whether a name or an address means this machine only. Pure, so that settings can ask without the pages."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Of the host of an address, an IPv6 one with or without its brackets."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
