"""One made-up telegram, with what it says, when it was issued and when it shows up. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from alerts.vocabulary import Hazard, InfoType, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a telegram says of one hazard."""

    hazard: Hazard
    #: what it replaces: the region, the river, the earthquakes
    about: tuple[str, ...]
    #: area code of the telegram's own table -> grade, only where something is in force
    grades: Mapping[str, str]
    #: the shaking that people feel as one, of earthquakes; the volcano
    event: str = ""
    #: areas of which it says that the danger has become less (引下げ, 解除), of volcanoes
    eased: frozenset[str] = frozenset()
    #: when it ends by itself
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """One telegram of a made-up night."""

    code: str
    raw: bytes = field(repr=False)
    #: Control/DateTime
    sent: datetime
    #: when it stands in the feed; it may come late, or more than once
    published: datetime
    words: tuple[Word, ...]
    info_type: InfoType = InfoType.ISSUE
    status: Status = Status.ACTUAL
