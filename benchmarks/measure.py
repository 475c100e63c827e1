"""One measured number beside its limit, and how a benchmark shows it."""

import resource
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A name, what was measured, and what it may be at most."""

    name: str
    value: float
    unit: str
    limit: float | None
    ok: bool


def at_most(name: str, value: float, unit: str, limit: float | None = None) -> Measure:
    """A measure that is well up to its limit; without one it is only shown."""
    return Measure(name=name, value=value, unit=unit, limit=limit, ok=limit is None or value <= limit)


def at_least(name: str, value: float, unit: str, limit: float) -> Measure:
    """A measure that is well from its limit on."""
    return Measure(name=name, value=value, unit=unit, limit=limit, ok=value >= limit)


def peak_memory() -> float:
    """The most memory this process ever had resident, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def show(measures: Iterable[Measure]) -> bool:
    """Print one line each; whether all are well."""
    well = True
    for one in measures:
        limit = "" if one.limit is None else f"  limit {one.limit:g} {one.unit}"
        verdict = "" if one.limit is None else ("  ok" if one.ok else "  TOO MUCH")
        print(f"{one.name:<60} {one.value:10.3f} {one.unit}{limit}{verdict}")
        well = well and one.ok
    return well
