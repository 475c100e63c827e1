"""A text that somebody has sent us, as the provider hands it over."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One text; the provider may bring it more than once."""

    provider_id: str
    #: as the provider wrote it
    sender: str
    body: str
    received_at: datetime
    #: the provider has told the person already what STOP or START did
    answered_by_provider: bool = False
    #: the provider sends the person nothing any more
    opted_out: bool = False
    #: to which sender of ours: its number, its service
    to: tuple[str, ...] = ()
