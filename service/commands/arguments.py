"""What several commands are given, read or refused in the same words; and how the log names who gives them."""

from typing import Final

import click

from alerts import places
from alerts.places import Place
from subscribers import msisdn
from subscribers.msisdn import Msisdn
from subscribers.refusal import Refused

#: in the log of changes
ACTOR: Final = "command line"


def place(text: str) -> Place:
    """A municipality by its code of 5, 6 or 7 digits. BadParameter."""
    table = places.load()
    code = table.normalise_code(text)
    found = table.place(code) if code else None
    if found is None:
        raise click.BadParameter(f"{text}: no municipality has this code", param_hint="--municipality")
    return found


def municipality(text: str) -> str:
    """Its five-digit code. BadParameter."""
    return place(text).code


def number(text: str, hint: str = "NUMBER") -> Msisdn:
    """A Japanese mobile number in any usual writing. BadParameter."""
    parsed = msisdn.parse(text)
    if isinstance(parsed, Refused):
        raise click.BadParameter(parsed.reason, param_hint=hint)
    return parsed
