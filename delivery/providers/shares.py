"""How much of the traffic each provider gets, and when that moves. Pure.

As GOV.UK Notify does: where 15 % of a provider's texts of the last quarter of an hour were slow or failed, ten points
of the traffic move to another, never again within five minutes; after fifteen quiet minutes they go back the same way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: the providers: that of the settings' `TOMOSHIBI_TRANSPORT`, and the second one beside it
FIRST, SECOND = "A", "B"
#: what is looked at, and how long a text may take
WINDOW = timedelta(minutes=15)
SLOW = timedelta(minutes=5)
#: traffic never moves by itself twice within this time
PAUSE = timedelta(minutes=5)
#: so long nothing must have moved before traffic goes back
QUIET = timedelta(minutes=15)
#: points of a hundred that move at once
STEP = 10
WHOLE = 100
#: part of a provider's texts that may be slow or fail, in per cent
LIMIT = 15
#: fewer texts than that decide nothing
LEAST = 20


class Why(StrEnum):
    """What moved the traffic last."""

    START = "start"  #: nothing yet: the shares of the settings
    WORSE = "worse"  #: a provider was slow or failed
    BACK = "back"  #: it was quiet since
    BY_HAND = "by_hand"  #: somebody set the shares
    AUTOMATIC = "automatic"  #: somebody gave them back to us


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """One provider's texts of the last `WINDOW`."""

    #: handed over, whatever came of it
    handed: int = 0
    delivered: int = 0
    #: taken, and not delivered within `SLOW`
    slow: int = 0
    #: not taken, or given up by the provider; not where it is about the person
    failed: int = 0

    def __post_init__(self) -> None:
        """No text is slow and failed at once."""
        if min(self.handed, self.delivered, self.slow, self.failed) < 0 or self.slow + self.failed > self.handed:
            raise ValueError(f"counts that cannot be: {self}")

    @property
    def is_enough(self) -> bool:
        """Whether they can decide anything."""
        return self.handed >= LEAST

    @property
    def is_bad(self) -> bool:
        """Whether too many were slow or failed."""
        return self.is_enough and (self.slow + self.failed) * 100 >= LIMIT * self.handed

    @property
    def bad_part(self) -> float:
        """The part that was slow or failed, from 0 to 1; 0 where there are too few to say."""
        return (self.slow + self.failed) / self.handed if self.is_enough else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who gets how much, and since when."""

    #: provider -> points of a hundred
    shares: Mapping[str, int]
    changed_at: datetime | None = None
    why: Why = Why.START
    #: the provider that traffic went away from, or back to; '' where somebody set the shares
    about: str = ""

    def __post_init__(self) -> None:
        """Shares are parts of one whole."""
        problem = wrong(self.shares)
        if problem:
            raise ValueError(problem)

    @property
    def by_hand(self) -> bool:
        """Whether somebody has set them: then nothing moves by itself."""
        return self.why is Why.BY_HAND


def wrong(shares: Mapping[str, int]) -> str:
    """Why these cannot be shares; '' if they can."""
    for name, share in shares.items():
        if not 0 <= share <= WHOLE:
            return f"{name}={share}: expected a share from 0 to {WHOLE}"
    total = sum(shares.values())
    return "" if total == WHOLE else f"the shares sum to {total}; expected {WHOLE}"


def decide(standing: Standing, usual: Mapping[str, int], counts: Mapping[str, Counts], now: datetime) -> Standing:
    """The shares from now on; `standing` itself where nothing moves.

    `usual` are the shares of the settings, with the same providers as `standing`.
    """
    if standing.by_hand or _is_within(PAUSE, standing, now):
        return standing
    return _away(standing, counts, now) or _back(standing, usual, counts, now) or standing


def _is_within(span: timedelta, standing: Standing, now: datetime) -> bool:
    """A clock that was set back counts as within: better late than twice."""
    return standing.changed_at is not None and now - standing.changed_at < span


def _away(standing: Standing, counts: Mapping[str, Counts], now: datetime) -> Standing | None:
    """A step away from the worst provider, where another one is better."""
    of = {name: counts.get(name, Counts()) for name in standing.shares}
    bad = [name for name, share in standing.shares.items() if share > 0 and of[name].is_bad]
    if not bad:
        return None
    worst = max(bad, key=lambda name: (of[name].bad_part, name))
    best = min((name for name in of if name != worst), key=lambda name: (of[name].bad_part, name), default=None)
    if best is None or not _is_better(of[best], of[worst]):
        return None
    shares = _moved(standing.shares, worst, best, STEP)
    return Standing(shares=shares, changed_at=now, why=Why.WORSE, about=worst)


def _is_better(one: Counts, other: Counts) -> bool:
    """Where both are bad, as on a night when all phones are off, moving helps only if one is much less so."""
    return not one.is_bad or one.bad_part * 2 <= other.bad_part


def _back(standing: Standing, usual: Mapping[str, int], counts: Mapping[str, Counts], now: datetime) -> Standing | None:
    """A step towards the usual shares, where nothing has moved and nothing is bad for a while."""
    if _is_within(QUIET, standing, now) or any(counts.get(name, Counts()).is_bad for name in standing.shares):
        return None
    missing = {name: usual.get(name, 0) - share for name, share in standing.shares.items()}
    lacks = max(missing, key=lambda name: (missing[name], name))
    has = min(missing, key=lambda name: (missing[name], name))
    step = min(STEP, missing[lacks], -missing[has])
    if step <= 0:
        return None
    shares = _moved(standing.shares, has, lacks, step)
    return Standing(shares=shares, changed_at=now, why=Why.BACK, about=lacks)


def _moved(shares: Mapping[str, int], source: str, target: str, points: int) -> dict[str, int]:
    points = min(points, shares[source])
    return {**shares, source: shares[source] - points, target: shares[target] + points}
