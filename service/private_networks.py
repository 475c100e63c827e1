"""What of private networks webhooks may go to, as the settings list it: the operator's word alone."""

from typing import Annotated

from pydantic import BeforeValidator, InstanceOf, PlainSerializer

from delivery.hooks import addresses
from delivery.hooks.addresses import Private

#: how a setting of before said that nothing is allowed
_NOTHING = ("false", "no", "off", "0")


def _private(value: object) -> object:
    """`a,b` or a list. ValueError names what is no host, address or network."""
    if isinstance(value, Private):
        return value
    if value is False or (isinstance(value, str) and value.strip().lower() in _NOTHING):
        return addresses.NOTHING
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)) or not all(isinstance(one, str) for one in items):
        raise ValueError("expected host names, IP addresses or networks such as 10.1.2.0/24, by commas")
    return addresses.parse(items)


def _written(value: Private) -> list[str]:
    return sorted([*map(str, value.networks), *value.names])


HooksPrivate = Annotated[
    InstanceOf[Private], BeforeValidator(_private), PlainSerializer(_written, return_type=list[str])
]
