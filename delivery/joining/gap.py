"""The gap that a text with a code has until it is handed over: neither database nor log ever holds a code. Pure."""

from collections.abc import Callable

from subscribers.msisdn import Msisdn

GAP = "{code}"
_MARK = "code:"

#: number and salt -> code
MakeCode = Callable[[Msisdn, str], str]


def key(salt: str) -> str:
    """The change key of a message whose code is made of this salt."""
    return f"{_MARK}{salt}"


def fill(text: str, change_key: str, number: str, make: MakeCode) -> str:
    """The text as it is handed over: with its code, if its message is one that has one."""
    if not change_key.startswith(_MARK) or GAP not in text:
        return text
    return text.replace(GAP, make(Msisdn(number), change_key.removeprefix(_MARK)))


def none(number: Msisdn, salt: str) -> str:
    """For a sender that is given no codes. ValueError: nobody may get a text with a gap."""
    raise ValueError("this sender makes no codes")
