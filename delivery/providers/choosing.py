"""Which provider takes the next text, by the shares. Pure but for the turns it remembers."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from delivery.providers.shares import Standing


@dataclass(slots=True, kw_only=True)
class Turns:
    """Deals texts out in the shares, evenly: of 70 and 30 no provider gets three in a row more than it must."""

    #: provider -> what it is owed
    _owed: dict[str, float] = field(default_factory=dict)

    def next(self, weights: Mapping[str, int]) -> str:
        """Whose turn it is among these; at least one."""
        whole = sum(weights.values())
        if not whole:
            return self.next(dict.fromkeys(weights, 1))
        for name, weight in weights.items():
            self._owed[name] = self._owed.get(name, 0.0) + weight / whole
        taker = max(weights, key=lambda name: (self._owed[name], weights[name]))
        self._owed[taker] -= 1.0
        return taker


def candidates(standing: Standing, shut: Collection[str], refused_by: str = "") -> dict[str, int]:
    """The providers that may take a text, and their shares.

    Not one that takes nothing now (`shut`), nor the one that surely did not take this text (`refused_by`), as long as
    there is another. Where somebody has set the shares, one with no share takes nothing, whatever happens.
    """
    shares = standing.shares
    with_a_share = {name: share for name, share in shares.items() if share > 0}
    everybody = with_a_share if standing.by_hand else dict(shares)
    others = _without(everybody, {refused_by})
    first = others if others and refused_by in everybody else with_a_share
    for choice in (first, others, everybody):
        if free := _without(choice, shut):
            return free
    return first


def _without(shares: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    left_out = set(names)
    return {name: share for name, share in shares.items() if name not in left_out}
