"""Where information is meant for that names no area: the lists of municipalities that we keep ourselves.

A list that nobody has confirmed counts for nothing: no area means nobody (design, rule 5). Read from
`data/designated.toml`, which says where the official list is found.
"""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from alerts import places
from alerts.vocabulary import Hazard


@dataclass(frozen=True, slots=True, kw_only=True)
class Designated:
    """The places that one hazard's information is meant for."""

    hazard: Hazard
    confirmed: bool
    #: the official list to compare with
    source: str
    #: two-digit codes of the prefectures in which the list lies
    prefectures: tuple[str, ...]
    #: five-digit codes
    municipalities: tuple[str, ...]

    def class20(self) -> tuple[str, ...]:
        """The weather codes of the confirmed list; none of one that is not."""
        if not self.confirmed:
            return ()
        table = places.load()
        found = (table.place(code) for code in self.municipalities)
        return tuple(dict.fromkeys(code for place in found if place is not None for code in place.class20))


def parse(text: str) -> Mapping[Hazard, Designated]:
    """The lists of one file. ValueError names what is wrong with it."""
    rows = {name: row for name, row in tomllib.loads(text).items() if isinstance(row, dict)}
    return {Hazard(name): _designated(Hazard(name), row) for name, row in rows.items()}


def _designated(hazard: Hazard, row: Mapping[str, Any]) -> Designated:
    found = Designated(
        hazard=hazard,
        confirmed=bool(row["confirmed"]),
        source=str(row["source"]),
        prefectures=tuple(row["prefectures"]),
        municipalities=tuple(row["municipalities"]),
    )
    table = places.load()
    unknown = [code for code in found.municipalities if table.place(code) is None]
    outside = [code for code in found.municipalities if code[:2] not in found.prefectures]
    if unknown or outside or (found.confirmed and not found.municipalities):
        raise ValueError(
            f"designated.toml: [{hazard}]: expected five-digit codes of municipalities in its prefectures, some if it "
            f"is confirmed; unknown: {', '.join(unknown) or 'none'}; elsewhere: {', '.join(outside) or 'none'}"
        )
    return found


@functools.cache
def load() -> Mapping[Hazard, Designated]:
    """All lists of this release, read once."""
    return parse(resources.files("alerts").joinpath("data/designated.toml").read_text(encoding="utf-8"))
