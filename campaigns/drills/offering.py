"""What a service lets people practise: which bundled days, and whether drills can reach people at all."""

from collections.abc import Callable
from dataclasses import dataclass

from campaigns.drills.script import Script


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Of one service, for its pages."""

    #: names of the bundled days
    names: tuple[str, ...]
    #: the script of one of them for a municipality; ScriptError, and may take a second or two the first time
    bundled: Callable[[str, str], Script]
    #: whether there is a sender of drills; without one they go to simulated phones only
    people: bool
    #: whether the question can be answered by SMS
    two_way: bool
