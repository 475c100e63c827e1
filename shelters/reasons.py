"""Why a list or a row of it was not taken, in English and Japanese. Values; bad input is an expected outcome."""

from dataclasses import dataclass

from subscribers.refusal import quoted

__all__ = ["Reason", "quoted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What is wrong and what to do, for the person who made the file."""

    en: str
    ja: str
