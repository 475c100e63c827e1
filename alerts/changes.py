"""A change of the state of one place, as the rest of the service sees it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alerts.report import Facts


class Cause(StrEnum):
    """Why the state changed."""

    ISSUED = "issued"  #: a telegram says so, in the normal course of things
    CORRECTED = "corrected"  #: a 訂正
    WITHDRAWN = "withdrawn"  #: a 取消: what had been said was wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceChange:
    """What is in force in one place now, what was, and why."""

    place: str
    before: str
    after: str
    cause: Cause
    facts: Facts
    #: the grade is the same, but what is expected is higher (a tsunami's height)
    higher: bool
    #: the official time of issue, UTC
    issued: datetime
    #: the telegram says that the danger has become less there (引下げ, 解除)
    eased: bool = False
