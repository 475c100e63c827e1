"""What a carrier's reason for not delivering a text asks of us. Pure.

Codes: https://www.twilio.com/docs/api/errors. A code that is not here asks for nothing.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final


class Advice(StrEnum):
    """What to do after a text did not arrive."""

    TRY_AGAIN = "try again"  #: about the moment: once more, a little later
    COUNT = "count"  #: about the number: when it goes on, the number is no use
    FILTERED = "filtered"  #: about our words or our sender: trying again makes it worse, people have to look
    STOPPED = "stopped"  #: the person has told the carrier or the provider to send nothing more


#: until a text is tried once more: a phone that was off, a carrier that was busy
PAUSE: Final = timedelta(minutes=12)
#: texts in a row that the number did not take, then it is not used any more
MOST: Final = 3

_ADVICE: Final[Mapping[str, Advice]] = {
    "30001": Advice.TRY_AGAIN,  # the queue was full
    "30003": Advice.TRY_AGAIN,  # phone off or out of reach
    "30008": Advice.TRY_AGAIN,  # the carrier does not say
    "30017": Advice.TRY_AGAIN,  # the carrier's network was too busy
    "30005": Advice.COUNT,  # the carrier does not know the number
    "30006": Advice.COUNT,  # a landline, or a carrier that cannot be reached
    "30004": Advice.FILTERED,  # blocked
    "30007": Advice.FILTERED,  # taken for spam
    "21610": Advice.STOPPED,
}

#: codes that say nothing against the provider: the phone is off, is none, or its owner wants no texts
ABOUT_THE_PHONE: Final = frozenset({"30003", "30005", "30006", "21610"})

#: the codes after which a number is counted
COUNTED: Final = tuple(sorted(code for code, advice in _ADVICE.items() if advice is Advice.COUNT))


def advice(code: str | None) -> Advice | None:
    """What a carrier's code asks for; None for nothing."""
    return _ADVICE.get(code or "")
