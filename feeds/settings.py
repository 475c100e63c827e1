"""What polling needs to know, as one value. Refuses to read the environment: service/ fills it in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

FEEDS = ("eqvol", "extra", "regular", "other")
#: the one-minute form covers at least ten minutes; beyond this gap entries may have passed unseen
LONGEST_GAP = timedelta(minutes=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """Where, how often and how patiently to poll, and when to worry."""

    #: scheme, host and port, perhaps a path; no slash at the end is needed
    base_url: str
    #: seconds between polls of one feed; may be a fraction
    poll_seconds: float
    #: allowed age of each feed's content; None = may be silent for ever
    silence: Mapping[str, timedelta | None]
    #: polls that fail longer than this mean blindness
    blind_after: timedelta
    user_agent: str
    #: for one whole answer
    total_timeout: timedelta = timedelta(seconds=20)
    connect_timeout: timedelta = timedelta(seconds=8)

    @property
    def base(self) -> str:
        """The base address without a slash at the end."""
        return self.base_url.rstrip("/")

    def feed_url(self, feed: str, *, long: bool = False) -> str:
        """The address of a feed's one-minute form, or of its long form."""
        return f"{self.base}/developer/xml/feed/{feed}{'_l' if long else ''}.xml"
