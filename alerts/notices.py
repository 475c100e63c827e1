"""What an operator must hear of: the closed list of kinds, and one notice as a value."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    """Why somebody in charge should look."""

    BLIND = "blind"  #: a feed cannot be polled
    SILENT = "silent"  #: a feed answers, but its content has stopped
    UNREADABLE = "unreadable"  #: a telegram went to quarantine
    UNKNOWN_CODE = "unknown_code"  #: a code, keyword or status no table knows
    UNKNOWN_PLACE = "unknown_place"  #: a place code resolved by fallback, or not at all
    OVERVIEW = "overview"  #: JMA's state of all Japan differs from ours, or cannot be compared
    NO_AREA = "no_area"  #: an alert that resolves to no municipality
    REFUSED_LINK = "refused_link"  #: a feed entry pointing elsewhere
    GONE = "gone"  #: a telegram that can no longer be fetched
    FEED_ENTRY = "feed_entry"  #: a feed entry that cannot be used
    PROVIDER = "provider"  #: the SMS provider answers with our fault
    TRAFFIC = "traffic"  #: texts go by another SMS provider because one is slow or fails
    FILTERED = "filtered"  #: a carrier does not pass our texts on
    PROBE = "probe"  #: our own training telegram does not arrive
    UNREACHABLE = "unreachable"  #: a phone number cannot be reached; for its municipality
    NUMBER = "number"  #: a stored phone number does not open
    TEXT = "text"  #: no text could be made for a change
    CODES = "codes"  #: so many codes were asked for that no more are sent
    HELD = "held"  #: something waits for a second person
    LAST_CALL = "last_call"  #: the same, shortly before its deadline
    UNDECIDED = "undecided"  #: the deadline has passed, and nobody was told
    HOOK = "hook"  #: a webhook was not told of something
    PERSON = "person"  #: somebody cannot be brought up to date


#: what is so until the program finds that it is over: nobody closes it by hand
LASTING = frozenset(
    {
        NoticeKind.BLIND,
        NoticeKind.SILENT,
        NoticeKind.PROVIDER,
        NoticeKind.TRAFFIC,
        NoticeKind.PROBE,
        NoticeKind.CODES,
        NoticeKind.HELD,
        NoticeKind.LAST_CALL,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell those in charge; at most one is open per kind and subject."""

    kind: NoticeKind
    #: what it is about: a feed, a file, a code
    subject: str
    #: a full sentence with what to do
    text: str
    #: told by SMS, not only shown
    urgent: bool = False
    #: since when it is so, UTC; None = since it was noticed
    since: datetime | None = None
    #: whose it is, municipalities or areas of them: others do not see it; none = of the whole service
    places: tuple[str, ...] = ()
