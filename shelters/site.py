"""What an evacuation site is: what the municipality's list says of it, and what its people have marked since. Values.

The kinds of disaster are those of 災害対策基本法施行令, by which every site is designated.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Danger(StrEnum):
    """A kind of disaster that a site is designated for."""

    FLOOD = "flood"  #: 洪水
    LANDSLIDE = "landslide"  #: 崖崩れ、土石流及び地滑り
    STORM_SURGE = "storm_surge"  #: 高潮
    EARTHQUAKE = "earthquake"  #: 地震
    TSUNAMI = "tsunami"  #: 津波
    FIRE = "fire"  #: 大規模な火事
    INLAND_FLOOD = "inland_flood"  #: 内水氾濫
    VOLCANO = "volcano"  #: 火山現象


class State(StrEnum):
    """What is known of a site now."""

    LISTED = "listed"  #: on the list; nobody has said whether its doors are open
    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"

    @property
    def usable(self) -> bool:
        """Whether people may be told to go there."""
        return self in (State.LISTED, State.OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One site as the list has it."""

    name: str
    #: its reading in hiragana, or ''
    kana: str = ""
    #: the municipality's own name for it in Latin letters, or ''
    english: str = ""
    address: str = ""
    #: five digits: the municipality, or the ward where the address tells it
    place: str
    #: WGS84 degrees; both None where the list has none
    latitude: float | None = None
    longitude: float | None = None
    #: what it is designated for; never empty
    dangers: frozenset[Danger]
    #: people
    capacity: int | None = None
    #: 対象となる町会・自治会, or ''
    neighbourhood: str = ""
    remark: str = ""
    #: people can also stay there afterwards (指定避難所)
    stays: bool = False

    @property
    def key(self) -> str:
        """Equal for the same site in two lists: numbers of rows change, name and address stay."""
        return f"{squeezed(self.name)}|{squeezed(self.address)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site as it is kept."""

    id: int
    #: five digits: whose list it stands on
    municipality: str
    entry: Entry
    state: State = State.LISTED
    #: when it was marked; None while it never was
    state_at: datetime | None = None
    #: the municipality wants texts to name it
    chosen: bool = False
    #: it is no longer on the list; None while it is
    retired_at: datetime | None = None


@functools.lru_cache(maxsize=8192)  # a list of sites is compared with itself for each kind of warning
def squeezed(text: str) -> str:
    """A name without what two spellings of it differ in: width, case, blanks, dashes."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s‐‑‒–—―−ー-]+", "", folded)
